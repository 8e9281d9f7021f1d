"""写表格 — exports in XLSX and CSV whose cells can never run as formulas."""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from config.clock import beijing
from server.tables.formulas import GUARDED, guard
from server.tables.table import LARGEST_EXACT, MAX_CELL_CHARACTERS

Written: TypeAlias = str | int | float | Decimal | date | datetime | time | None

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
MAX_TITLE_CHARACTERS = 31
NOTES_TITLE = "说明"


def plain(value: object) -> Written:
    """Return what is written for a value: instants on the Beijing clock, truths as 是/否, the rest as text.

    Raises:
        ValueError: a datetime without a time zone.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return value if abs(value) < LARGEST_EXACT else str(value)
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime needs its time zone to be written")
        return beijing(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date | time):
        return value
    return str(value)


def sheet_title(title: str) -> str:
    """Return a title that spreadsheet programs accept as a sheet's name."""
    return NOT_IN_TITLE.sub(" ", NOT_IN_XML.sub("", title)).strip(" '")[:MAX_TITLE_CHARACTERS].strip(" '") or "表格"


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a cell that is text and stays text when a person edits it."""
    clean = NOT_IN_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    cell: Cell = WriteOnlyCell(sheet)
    cell.value = ESCAPE_LOOKALIKE.sub("_x005F_", clean)[:MAX_CELL_CHARACTERS]
    cell.data_type = "s"
    if GUARDED.match(text):
        cell.quotePrefix = True
    return cell


def write_cell(sheet: WriteOnlyWorksheet, value: object) -> Cell | None:
    """Return the cell for a value, with the number format of its type."""
    written = plain(value)
    if written is None or written == "":
        return None
    if isinstance(written, str):
        return text_cell(sheet, written)
    cell: Cell = WriteOnlyCell(sheet)
    cell.value = written
    if isinstance(written, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
    elif isinstance(written, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(written, time):
        cell.number_format = "hh:mm:ss"
    return cell


@dataclass(frozen=True, slots=True)
class SheetContent:
    """表格内容 — what goes onto one sheet; ``columns`` are headers with their widths in characters."""

    title: str
    columns: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[object]]


def write_xlsx(
    *,
    title: str,
    columns: Sequence[tuple[str, float]],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
) -> bytes:
    """Return an .xlsx of one sheet; see ``write_workbook``."""
    return write_workbook(sheets=[SheetContent(title, columns, rows)], notes=notes)


def write_workbook(*, sheets: Iterable[SheetContent], notes: Sequence[str] = ()) -> bytes:
    """Return an .xlsx whose sheets have a frozen bold header; notes go to a last sheet 说明.

    Money is the caller's to show in yuan. Rows are drawn one at a time; the work is synchronous, so large exports go
    through a thread.

    Raises:
        ValueError: a datetime without a time zone.
    """
    workbook = Workbook(write_only=True)
    for content in sheets:
        _write_sheet(workbook, content)
    if notes:
        is_taken = NOTES_TITLE in workbook.sheetnames
        explained = workbook.create_sheet(f"{NOTES_TITLE}2" if is_taken else NOTES_TITLE)
        explained.column_dimensions["A"].width = 100
        for note in notes:
            explained.append([text_cell(explained, note)])
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def _write_sheet(workbook: Workbook, content: SheetContent) -> None:
    sheet = workbook.create_sheet(sheet_title(content.title))
    sheet.freeze_panes = "A2"
    for number, (_, width) in enumerate(content.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    header = [text_cell(sheet, name) for name, _ in content.columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in content.rows:
        sheet.append([write_cell(sheet, value) for value in row])


def write_csv(*, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return CSV in UTF-8 with the mark that makes Excel read it as such; formulas are guarded by an apostrophe.

    Whole numbers of more than fifteen digits are wrapped as ``="…"``, or Excel would change them.

    Raises:
        ValueError: a datetime without a time zone.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_field(name) for name in columns])
    for row in rows:
        writer.writerow([csv_field(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def csv_field(value: object) -> str:
    """Return a value as CSV text."""
    written = plain(value)
    if written is None:
        return ""
    if isinstance(written, str):
        clean = NOT_IN_XML.sub("", written)
        is_long_number = clean.isascii() and clean.isdigit() and len(clean) > 15
        return f'="{clean}"' if is_long_number else guard(clean)
    return str(written)
