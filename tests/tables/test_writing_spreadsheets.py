"""写表格 — exports and templates: they read back as they were, and nothing in them runs."""

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from server.tables import parsers
from server.tables.columns import Column, TableShape
from server.tables.formulas import guard, unguard
from server.tables.reading import read_table
from server.tables.template import write_template
from server.tables.writing import SheetContent, write_csv, write_workbook, write_xlsx

DANGEROUS = ["=1+1", "+86 138", "-1", "@sum", "\tx", "\rx", "＝1", " =1", "'=1", "#REF!", '=HYPERLINK("http://x")']
PRINTABLE = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"))
TEXTS = st.text(PRINTABLE, max_size=20).map(lambda text: text.replace("_x", "x"))
SHAPE = TableShape(
    "持卡人名单",
    (
        Column(name="姓名", key="name", parse=parsers.text(10), required=True, example="王大力", help="身份证上的姓名"),
        Column(name="身份证号", key="id_number", parse=str, required=True, example="320684195801010038", width=24),
        Column(name="乡镇", key="town", parse=str, choices=("三垛镇", "临泽镇, 东"), example="三垛镇"),
    ),
)


class Kind(StrEnum):
    SOLDIER = "退役军人"


def read_back(data: bytes, filename: str) -> list[tuple[object, ...]]:
    return [row.values for row in read_table(data, filename=filename).rows]


def test_a_workbook_has_its_title_a_frozen_bold_header_widths_and_notes_apart() -> None:
    data = write_xlsx(
        title="核销/明细[1]", columns=[("商户", 30), ("金额（元）", 12)], rows=[["甲", 1]], notes=["单位：元"]
    )

    workbook = load_workbook(io.BytesIO(data))
    sheet = workbook.worksheets[0]
    assert sheet.title == "核销 明细 1"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == 30
    assert [cell.value for cell in workbook["说明"]["A"]] == ["单位：元"]
    assert read_back(data, "a.xlsx") == [("商户", "金额（元）"), ("甲", 1.0)]


def test_a_workbook_has_a_sheet_for_each_content_and_its_notes_last() -> None:
    contents = [
        SheetContent("统计", [("指标", 20), ("数值", 8)], [["场次", 5]]),
        SheetContent("说明", [("编号", 12)], [["A-1"], ["=1+1"]]),
        SheetContent("空", [("编号", 12)], []),
    ]

    workbook = load_workbook(io.BytesIO(write_workbook(sheets=contents, notes=["截至今天"])))

    assert workbook.sheetnames == ["统计", "说明", "空", "说明2"]
    assert [[cell.value for cell in row] for row in workbook["统计"]] == [["指标", "数值"], ["场次", 5]]
    assert [cell.value for cell in workbook["说明"]["A"]] == ["编号", "A-1", "=1+1"]
    assert workbook["说明"]["A3"].data_type == "s"
    assert [cell.value for cell in workbook["空"][1]] == ["编号"]
    assert all(workbook[name].freeze_panes == "A2" for name in ("统计", "说明", "空"))
    assert workbook["说明2"]["A1"].value == "截至今天"


def test_values_are_written_in_the_form_that_staff_read() -> None:
    row = [
        datetime(2026, 11, 23, 16, 30, 5, 9, tzinfo=UTC),
        date(2026, 11, 23),
        time(8, 30),
        Decimal("12.50"),
        True,
        None,
        Kind.SOLDIER,
        UUID(int=1),
        320684195801010038,
        float("nan"),
        Decimal("nan"),
    ]

    data = write_xlsx(title="", columns=[("列", 10)] * len(row), rows=[row])

    cells = [cell.value for cell in load_workbook(io.BytesIO(data)).worksheets[0][2]]
    assert cells == [
        datetime(2026, 11, 24, 0, 30, 5),
        datetime(2026, 11, 23),
        time(8, 30),
        12.5,
        "是",
        None,
        "退役军人",
        "00000000-0000-0000-0000-000000000001",
        "320684195801010038",
        None,
        None,
    ]
    line = write_csv(columns=["列"], rows=[row]).decode("utf-8-sig").splitlines()[1]
    assert line == (
        "2026-11-24 00:30:05,2026-11-23,08:30:00,12.50,是,,退役军人,"
        '00000000-0000-0000-0000-000000000001,"=""320684195801010038""",,'
    )


def test_an_instant_without_a_time_zone_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_csv(columns=["时间"], rows=[[datetime(2026, 1, 1)]])


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text_in_xlsx(text: str) -> None:
    data = write_xlsx(title="t", columns=[(text, 10)], rows=[[text]])

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [cell.data_type for cell in sheet["A"]] == ["s", "s"]
    assert read_table(data, filename="a.xlsx").formulas == ()
    assert read_back(data, "a.xlsx")[1] == (text.replace("\r", "\n"),)


@pytest.mark.parametrize("text", [text for text in DANGEROUS if not text.startswith("#")])
def test_text_that_looks_like_a_formula_is_guarded_in_csv_and_reads_back(text: str) -> None:
    data = write_csv(columns=["甲", text], rows=[["乙", text]])

    assert f"乙,{guard(text)[:1]}" in data.decode("utf-8-sig").replace('"', "")
    assert guard(text).startswith("'")
    assert read_back(data, "a.csv") == [("甲", text), ("乙", text)]
    assert read_table(data, filename="a.csv").formulas == ()


def test_characters_that_xml_cannot_hold_are_dropped() -> None:
    data = write_xlsx(title="a\x00b", columns=[("列", 10)], rows=[["甲\x00\x1b\ud800\uffff乙"]])

    assert read_back(data, "a.xlsx")[1] == ("甲乙",)
    assert write_csv(columns=["列"], rows=[["甲\ud800乙"]]).decode("utf-8-sig").splitlines()[1] == "甲乙"


def test_text_that_looks_like_an_escape_of_excel_is_escaped() -> None:
    data = write_xlsx(title="t", columns=[("列", 10)], rows=[["_x0041_"]])

    assert load_workbook(io.BytesIO(data)).worksheets[0]["A2"].value == "_x005F_x0041_"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=6) | st.text("'=+-@＝ \t\r\nx", max_size=6))
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguard(guard(text)) == text


ROWS = st.lists(st.lists(TEXTS.filter(str.strip), min_size=3, max_size=3), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_written_as_xlsx_reads_back(rows: list[list[str]]) -> None:
    data = write_xlsx(title="t", columns=[("甲", 9), ("乙", 9), ("丙", 9)], rows=rows)

    assert read_back(data, "a.xlsx") == [("甲", "乙", "丙"), *map(tuple, rows)]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_written_as_csv_reads_back(rows: list[list[str]]) -> None:
    data = write_csv(columns=["甲", "乙", "丙"], rows=rows)

    assert data.startswith(b"\xef\xbb\xbf")
    assert read_back(data, "a.csv") == [("甲", "乙", "丙"), *map(tuple, rows)]


# Templates


def test_a_template_has_text_columns_a_frozen_bold_header_and_a_marked_example() -> None:
    sheet = load_workbook(io.BytesIO(write_template(SHAPE))).worksheets[0]

    assert sheet.title == "持卡人名单"
    assert [cell.value for cell in sheet[1]] == ["姓名", "身份证号", "乡镇"]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[2]] == ["示例 王大力", "320684195801010038", "三垛镇"]
    assert {sheet.column_dimensions[letter].number_format for letter in "ABC"} == {"@"}


def test_a_template_explains_every_column_and_offers_choices_from_a_hidden_sheet() -> None:
    workbook = load_workbook(io.BytesIO(write_template(SHAPE)))

    help_rows = [[cell.value for cell in row] for row in workbook["填写说明"].iter_rows(max_row=4)]
    assert help_rows[1] == ["姓名", "必填", "身份证上的姓名", "王大力"]
    assert help_rows[3] == ["乡镇", "可不填", "可选：三垛镇、临泽镇, 东", "三垛镇"]
    (validation,) = workbook.worksheets[0].data_validations.dataValidation
    assert (validation.type, validation.formula1, validation.showErrorMessage) == ("list", "'选项'!$C$1:$C$2", True)
    assert str(validation.sqref).startswith("C3:")
    assert workbook["选项"].sheet_state == "hidden"
    assert [cell.value for cell in workbook["选项"]["C"]] == ["三垛镇", "临泽镇, 东"]


def test_a_filled_template_reads_back_through_its_shape_without_the_example() -> None:
    workbook = load_workbook(io.BytesIO(write_template(SHAPE)))
    workbook.worksheets[0].append(["张三", "320684195801010011", "临泽镇, 东"])
    saved = io.BytesIO()
    workbook.save(saved)

    parsed = SHAPE.parse(read_table(saved.getvalue(), filename="名单.xlsx"))

    (row,) = parsed.accepted()
    assert (row.number, dict(row.values)) == (
        3,
        {"name": "张三", "id_number": "320684195801010011", "town": "临泽镇, 东"},
    )
    assert parsed.examples_skipped == 1
