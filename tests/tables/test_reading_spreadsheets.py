"""读表格 — what comes out of a spreadsheet, and which files are refused and how."""

import io
import zipfile
from datetime import datetime

import pytest

from server.tables.reading import load_table, read_table
from server.tables.table import (
    CellRange,
    LockedSpreadsheet,
    OldSpreadsheetFormat,
    Table,
    UnreadableSpreadsheet,
)
from tests.tables.workbooks import (
    MAIN,
    merges,
    number_cell,
    row_of,
    rows_of,
    sheet_of,
    workbook_of,
)

COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def xlsx(data: bytes, **limits: int) -> Table:
    return read_table(data, filename="名单.xlsx", **limits)


def grid(table: Table) -> list[tuple[int, tuple[object, ...]]]:
    return [(row.number, row.values) for row in table.rows]


def test_a_workbook_yields_its_filled_rows_with_the_numbers_that_the_spreadsheet_shows() -> None:
    data = workbook_of(sheet_of(row_of(2, ["姓名", "地址"]) + row_of(5, ["张三", "  "]) + row_of(7, ["  "])))

    table = xlsx(data)

    assert table.sheet == "表1"
    assert grid(table) == [(2, ("姓名", "地址")), (5, ("张三", "  "))]


def test_shared_strings_numbers_and_days_are_recognised() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r></si></sst>'
    cells = '<c r="A1" t="s"><v>1</v></c>' + number_cell("B1", 12.5) + number_cell("C1", 46349, style=1)

    table = xlsx(workbook_of(sheet_of(f'<row r="1">{cells}</row>'), strings=strings))

    (row,) = table.rows
    assert row.values[:2] == ("乙丙", 12.5)
    assert str(row.values[2])[:10] == "2026-11-23"


def test_days_of_a_workbook_that_counts_from_1904_are_the_same_days() -> None:
    sheet = sheet_of(f'<row r="1">{number_cell("A1", 46349 - 1462, style=1)}</row>')

    table = xlsx(workbook_of(sheet, properties='<workbookPr date1904="1"/>'))

    assert str(table.rows[0].values[0])[:10] == "2026-11-23"


def test_prefixed_markup_of_other_programs_is_read() -> None:
    cells = "<x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c>"
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row>{cells}</x:row></x:sheetData></x:worksheet>'

    assert grid(xlsx(workbook_of(sheet))) == [(1, (1.0, 2.0))]


def test_merged_cells_formulas_and_error_values_are_noted_with_their_places() -> None:
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="e"><v>#REF!</v></c>'
    data = workbook_of(sheet_of(row_of(1, ["甲", "乙"]) + f'<row r="2">{cells}</row>', after=merges("A3:B4")))

    table = xlsx(data)

    assert table.merged == (CellRange(3, 1, 4, 2),)
    assert table.formulas == (CellRange(2, 1, 2, 1),)
    assert table.faults == (CellRange(2, 2, 2, 2),)
    assert [area.name for area in (*table.merged, *table.formulas)] == ["A3:B4", "A2"]


def test_the_first_sheet_is_read_although_others_are_filled() -> None:
    data = workbook_of(sheet_of(rows_of([["一"]])), sheet_of(rows_of([["二"]])))

    assert grid(xlsx(data)) == [(1, ("一",))]


def test_the_only_filled_sheet_is_read_when_the_first_is_blank() -> None:
    data = workbook_of(sheet_of(""), sheet_of(rows_of([["二"]])), sheet_of('<row r="1"><c r="A1" s="1"/></row>'))

    assert grid(xlsx(data)) == [(1, ("二",))]


def test_a_blank_first_sheet_before_two_filled_ones_is_refused_rather_than_guessed() -> None:
    data = workbook_of(sheet_of(""), sheet_of(rows_of([["二"]])), sheet_of(rows_of([["三"]])))

    with pytest.raises(UnreadableSpreadsheet, match="第一个工作表是空的"):
        xlsx(data)


def test_hidden_sheets_are_passed_over() -> None:
    data = workbook_of(sheet_of(rows_of([["藏"]])), sheet_of(rows_of([["见"]])), states=["hidden", "visible"])

    assert grid(xlsx(data)) == [(1, ("见",))]


def test_a_blank_workbook_yields_no_rows() -> None:
    assert xlsx(workbook_of(sheet_of(""))).rows == ()


async def test_loading_off_the_event_loop_yields_the_same_table() -> None:
    data = workbook_of(sheet_of(rows_of([["姓名"], ["张三"]])))

    assert await load_table(data, filename="名单.xlsx") == xlsx(data)


# Other files


def test_an_old_workbook_is_told_to_be_saved_as_xlsx() -> None:
    with pytest.raises(OldSpreadsheetFormat) as refusal:
        read_table(COMPOUND_FILE, filename="名单.xls")

    assert ".xlsx" in refusal.value.next_step


def test_a_workbook_with_a_password_is_told_to_be_unlocked() -> None:
    with pytest.raises(LockedSpreadsheet, match="密码"):
        xlsx(COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"))


def test_a_binary_workbook_and_other_containers_are_refused() -> None:
    for name, expected in (("xl/workbook.bin", OldSpreadsheetFormat), ("word/document.xml", UnreadableSpreadsheet)):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, b"x")

        with pytest.raises(expected):
            xlsx(packed.getvalue())


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"", "a.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.csv"),
        (b"%PDF-1.7\n\xff\xfe\x00\x01", "a.csv"),
        (b"\xff\xff\xff\xff", "a.csv"),
        (b"name,phone\n", "a.xlsx"),
        (b"  <html><table><tr><td>x</td></tr></table></html>", "a.xls"),
        (b'a,b\n"open,1\n2,3\n', "a.csv"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_a_next_step(data: bytes, filename: str) -> None:
    with pytest.raises(UnreadableSpreadsheet) as refusal:
        read_table(data, filename=filename)

    assert refusal.value.next_step.startswith("请")


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = (
        delimiter.join(["姓名", "地址"])
        + "\r\n\r\n"
        + delimiter.join(["张三", f'"高邮{delimiter}路\n1号 ""甲"""'])
        + "\r\n"
    )

    table = read_table(text.encode(encoding), filename="名单.csv")

    assert grid(table) == [(1, ("姓名", "地址")), (3, ("张三", f'高邮{delimiter}路\n1号 "甲"'))]


def test_rare_characters_of_gb18030_survive() -> None:
    assert grid(read_table("㙍,𠮷".encode("gb18030"), filename="a.csv")) == [(1, ("㙍", "𠮷"))]


def test_a_long_number_wrapped_against_excel_is_unwrapped() -> None:
    assert grid(read_table(b'="320684195801010011","=""x"""\n', filename="a.csv")) == [(1, ("320684195801010011", "x"))]


def test_formulas_in_csv_are_noted() -> None:
    table = read_table("甲,乙\n=1+1,'=2\n".encode(), filename="a.csv")

    assert table.formulas == (CellRange(2, 1, 2, 1),)
    assert table.rows[1].values == ("=1+1", "=2")


def test_dates_with_a_time_keep_it() -> None:
    table = xlsx(workbook_of(sheet_of(f'<row r="1">{number_cell("A1", 46349.5, style=1)}</row>')))

    assert table.rows[0].values == (datetime(2026, 11, 23, 12),)
