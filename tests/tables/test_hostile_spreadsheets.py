"""有害表格 — spreadsheets beyond the limits, and containers made to exhaust or mislead the server."""

from random import Random
from time import perf_counter

import pytest

from server.tables.archive import MAX_RATIO, MAX_UNPACKED_BYTES
from server.tables.reading import MAX_FILE_BYTES, read_table
from server.tables.table import (
    LockedSpreadsheet,
    SpreadsheetTooLarge,
    Table,
    UnreadableSpreadsheet,
)
from tests.tables.workbooks import (
    MAIN,
    row_of,
    rows_of,
    sheet_of,
    text_cell,
    workbook_of,
)


def xlsx(data: bytes, **limits: int) -> Table:
    return read_table(data, filename="名单.xlsx", **limits)


def test_exactly_the_allowed_rows_pass_and_blank_formatted_rows_do_not_count() -> None:
    blank = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(12, 3000))
    data = workbook_of(sheet_of(rows_of([[str(number)] for number in range(11)]) + blank))

    assert len(xlsx(data, max_rows=10).rows) == 11


def test_a_hundred_thousand_rows_are_refused_quickly_and_the_limit_is_named() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>7</v></c></row>' for n in range(1, 100_001))
    data = workbook_of(sheet_of(rows))
    began = perf_counter()

    with pytest.raises(SpreadsheetTooLarge) as refusal:
        xlsx(data)

    assert "20000 行" in refusal.value.message
    assert "拆成" in refusal.value.next_step
    assert perf_counter() - began < 3


def test_a_hundred_thousand_rows_of_csv_are_refused_too() -> None:
    with pytest.raises(SpreadsheetTooLarge, match="20000 行"):
        read_table(b"a,b\n" * 100_000, filename="名单.csv")


@pytest.mark.parametrize("name", ["A1048576", "XFD1", "XFD1048576"])
def test_one_stray_cell_far_away_is_refused_before_a_grid_is_laid_out(name: str) -> None:
    row = "".join(character for character in name if character.isdigit())
    data = workbook_of(sheet_of(row_of(1, ["姓名"]) + f'<row r="{row}">{text_cell(name, "x")}</row>'))

    with pytest.raises(SpreadsheetTooLarge):
        xlsx(data)


def test_cells_without_names_cannot_reach_beyond_the_columns_allowed() -> None:
    data = workbook_of(sheet_of(f'<row><c r="XFA1"/>{"<c/>" * 3}<c><v>1</v></c></row>'))

    with pytest.raises(SpreadsheetTooLarge, match="64 列"):
        xlsx(data)


def test_a_csv_too_wide_or_with_an_enormous_cell_is_refused() -> None:
    with pytest.raises(SpreadsheetTooLarge, match="64 列"):
        read_table(("x," * 65).encode() + b"x", filename="a.csv")
    with pytest.raises(SpreadsheetTooLarge, match="32767"):
        read_table(b"a,b\n" + b"x" * 40_000, filename="a.csv")


def test_a_file_beyond_the_size_allowed_is_refused_unopened() -> None:
    with pytest.raises(SpreadsheetTooLarge, match="16 MB"):
        xlsx(b"PK\x03\x04" + bytes(MAX_FILE_BYTES))


def test_a_zip_bomb_is_refused_by_the_sizes_it_declares() -> None:
    bomb = workbook_of(sheet_of(" " * (96 * 2**20)))
    assert len(bomb) < 2**18

    began = perf_counter()
    with pytest.raises(SpreadsheetTooLarge, match="解开后太大"):
        xlsx(bomb)

    assert perf_counter() - began < 0.5


def test_a_bomb_in_a_part_that_nobody_reads_is_refused_too() -> None:
    data = workbook_of(sheet_of(rows_of([["甲"]])), extra=[("xl/media/a.bin", bytes(64 * 2**20))])

    with pytest.raises(SpreadsheetTooLarge, match="解开后太大"):
        xlsx(data)


def test_a_bomb_that_lies_about_its_size_unpacks_no_more_than_it_declared() -> None:
    sheet = sheet_of("<!--" + " " * (32 * 2**20) + "-->").encode()
    data = workbook_of(sheet)
    size = len(sheet).to_bytes(4, "little")
    assert data.count(size) == 2

    with pytest.raises(UnreadableSpreadsheet, match="损坏"):
        xlsx(data.replace(size, (4096).to_bytes(4, "little")))


def test_what_is_unpacked_is_capped_even_when_the_ratio_looks_honest() -> None:
    block = f"<!--{Random(1).randbytes(10_000).hex()}-->"
    data = workbook_of(sheet_of("", before=block * 3_500))
    assert len(block) * 3_500 < len(data) * MAX_RATIO
    assert len(block) * 3_500 > MAX_UNPACKED_BYTES

    with pytest.raises(SpreadsheetTooLarge, match="解开后太大"):
        xlsx(data)


def test_one_long_text_shared_by_many_cells_is_refused_before_it_is_multiplied() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 200_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2000))

    with pytest.raises(SpreadsheetTooLarge, match="文字太多"):
        xlsx(workbook_of(sheet_of(rows), strings=strings))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY e "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(doctype: str) -> None:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    strings = f'{doctype}<sst xmlns="{MAIN}"><si><t>&e;</t></si></sst>'

    for data in (
        workbook_of(sheet_of(cell, before=doctype)),
        workbook_of(sheet_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings=strings),
    ):
        with pytest.raises(UnreadableSpreadsheet, match="不允许的内容"):
            xlsx(data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gbk"])
def test_markup_in_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableSpreadsheet):
        xlsx(workbook_of(sheet_of(rows_of([["甲"]])).encode(encoding)))


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A0"><v>1</v></c>',
        '<c r="1A"><v>1</v></c>',
        '<c r="A1" t="s"><v>5</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
        '<c r="A99999999"><v>1</v></c>',
        "<c>",
    ],
)
def test_cells_that_make_no_sense_are_refused(cells: str) -> None:
    with pytest.raises(UnreadableSpreadsheet):
        xlsx(workbook_of(sheet_of(f'<row r="1">{cells}</row>')))


def test_every_truncation_of_a_workbook_is_refused() -> None:
    data = workbook_of(sheet_of(rows_of([["姓名", "电话"], ["张三", "1"]])))

    for length in range(4, len(data) - 22, 37):
        with pytest.raises(UnreadableSpreadsheet):
            xlsx(data[:length])


def test_every_damaged_byte_gives_a_table_or_a_refusal_but_never_another_fault() -> None:
    data = workbook_of(sheet_of(rows_of([["姓名", "电话"], ["张三", "1"]])))
    refused = 0

    for position in range(0, len(data), 11):
        damaged = bytearray(data)
        damaged[position] ^= 0xA5
        try:
            xlsx(bytes(damaged))
        except (UnreadableSpreadsheet, SpreadsheetTooLarge, LockedSpreadsheet):
            refused += 1

    assert refused > 0
