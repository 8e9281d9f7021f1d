"""模板 — the workbook that people download, fill in and upload; what it holds reads back through the same shape."""

import io

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from server.tables.columns import EXAMPLE_MARK, Column, TableShape
from server.tables.formulas import GUARDED
from server.tables.table import MAX_ROWS
from server.tables.writing import sheet_title

TEXT_FORMAT = "@"
HELP_TITLE = "填写说明"
CHOICES_TITLE = "选项"
HEADER_FILL = PatternFill("solid", fgColor="DDEBF7")
EXAMPLE_FONT = Font(italic=True, color="808080")
GENERAL_HELP = (
    f"以「{EXAMPLE_MARK}」开头的行不会导入，可以删去，也可以留着。",
    "请不要改表头，不要合并单元格，不要用公式。",
    "各列已设为文本格式：身份证号、手机号直接填写，不会变成科学计数。",
    "日期写成 2026-01-31 这样。",
)


def write_template(shape: TableShape) -> bytes:
    """Return the .xlsx template of a shape: header, a marked example row, help on a second sheet, drop-downs."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet = workbook.create_sheet(sheet_title(shape.title))
    explained = workbook.create_sheet(HELP_TITLE if sheet.title != HELP_TITLE else f"{HELP_TITLE}2")
    choices = workbook.create_sheet(CHOICES_TITLE if sheet.title != CHOICES_TITLE else f"{CHOICES_TITLE}2")
    choices.sheet_state = "hidden"
    sheet.freeze_panes = "A2"
    for place, column in enumerate(shape.columns, start=1):
        write_column(sheet, column, place=place)
        if column.choices or column.suggestions:
            write_choices(sheet, choices, column, place=place)
    write_help(explained, shape)
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def write_column(sheet: Worksheet, column: Column[object], *, place: int) -> None:
    """Write a column's header and example, and make the whole column text."""
    dimension = sheet.column_dimensions[get_column_letter(place)]
    dimension.width = column.width
    dimension.number_format = TEXT_FORMAT
    header = sheet.cell(1, place)
    write_text(header, column.name)
    header.font = Font(bold=True)
    header.fill = HEADER_FILL
    example = sheet.cell(2, place)
    write_text(example, f"{EXAMPLE_MARK} {column.example}".strip() if place == 1 else column.example)
    example.font = EXAMPLE_FONT


def write_choices(sheet: Worksheet, choices: Worksheet, column: Column[object], *, place: int) -> None:
    """List a column's choices on the hidden sheet and offer them as a drop-down below the example row."""
    letters, offered = get_column_letter(place), column.choices or column.suggestions
    for row, choice in enumerate(offered, start=1):
        write_text(choices.cell(row, place), choice)
    validation = DataValidation(
        type="list",
        formula1=f"'{choices.title}'!${letters}$1:${letters}${len(offered)}",
        allow_blank=not column.required,
        showErrorMessage=bool(column.choices),
        errorTitle=column.name,
        error="请从下拉列表里选",
    )
    validation.add(f"{letters}3:{letters}{MAX_ROWS}")
    sheet.add_data_validation(validation)


def write_help(sheet: Worksheet, shape: TableShape) -> None:
    """Write what each column wants, and the rules that hold for all."""
    rows: list[tuple[str, ...]] = [("列名", "是否必填", "怎么填", "示例")]
    for column in shape.columns:
        wanted = column.help + (f"可选：{'、'.join(column.choices)}" if column.choices else "")
        rows.append((column.name, "必填" if column.required else "可不填", wanted, column.example))
    rows += [(), *((line,) for line in GENERAL_HELP)]
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            write_text(cell, text)
            cell.alignment = Alignment(wrap_text=len(row) > 1, vertical="top")
            cell.font = Font(bold=number == 1)
    for letters, width in (("A", 20), ("B", 10), ("C", 60), ("D", 30)):
        sheet.column_dimensions[letters].width = width


def write_text(cell: Cell | MergedCell, text: str) -> None:
    """Put text into a cell so that it stays text, whatever it begins with."""
    if text and isinstance(cell, Cell):
        cell.value = text
        cell.data_type = "s"
        cell.number_format = TEXT_FORMAT
        cell.quotePrefix = GUARDED.match(text) is not None
