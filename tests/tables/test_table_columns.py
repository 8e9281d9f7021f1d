"""列 — what a shape makes of a table: values, headers, and every fault with its row, column and next step."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from models.errors import Invalid
from server.tables import parsers
from server.tables.columns import Column, ParsedRow, ParsedTable, RowFault, TableShape
from server.tables.faults import MOST_ERRORS_SHOWN, CellError, TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.reading import read_table
from server.tables.table import CellRange, CellValue, Row, Table
from tests.tables.workbooks import merges, row_of, sheet_of, workbook_of

ID_NUMBER = "320684195801010011"


class BadMobile(Invalid):
    message = "手机号不对"
    next_step = "请写十一位手机号"


def id_number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise ValueError(f"{text} 不是身份证号")
    return text


def mobile(text: str) -> str:
    if len(text) != 11:
        raise BadMobile(f"手机号 {text} 不对")
    return text


NAME = Column(name="姓名", key="name", parse=parsers.text(10), required=True, example="王大力")
IDENTITY = Column(
    name="身份证号",
    key="id_number",
    parse=id_number,
    required=True,
    unique=True,
    example="320684195801010038",
    aliases=("公民身份号码",),
)
MOBILE = Column(name="手机号", key="mobile", parse=mobile)
TOWN = Column(name="乡镇", key="town", parse=str, choices=("高邮街道", "三垛镇", "临泽镇"))
BORN = Column(name="出生日期", key="born_on", parse=parsers.day)
SHAPE = TableShape("持卡人", (NAME, IDENTITY, MOBILE, TOWN, BORN))
HEADER = ("姓名", "身份证号", "手机号", "乡镇", "出生日期")


def table_of(*rows: Sequence[CellValue], **found: tuple[CellRange, ...]) -> Table:
    return Table("表1", tuple(Row(number, tuple(cells)) for number, cells in enumerate(rows, 1) if any(cells)), **found)


def parse(*rows: Sequence[CellValue], **found: tuple[CellRange, ...]) -> ParsedTable:
    return SHAPE.parse(table_of(HEADER, *rows, **found))


def only_error(parsed: ParsedTable) -> CellError:
    (error,) = parsed.errors
    return error


def test_a_good_row_yields_typed_values_by_column_and_by_key() -> None:
    parsed = parse((" 张三 ", ID_NUMBER, 13800001234.0, "三垛镇", date(1958, 1, 1)), ("李四", "32068419580101002X"))

    first, second = parsed.accepted()
    assert (first.number, first[NAME], first[IDENTITY]) == (2, "张三", ID_NUMBER)
    assert (first.get(MOBILE), first.get(TOWN), first.get(BORN)) == ("13800001234", "三垛镇", date(1958, 1, 1))
    assert second.values["mobile"] is None
    assert second.get(BORN) is None


def test_full_width_digits_and_pasted_invisible_marks_are_cleaned_but_chinese_punctuation_stays() -> None:
    parsed = parse(("张，三（甲）", "\u202d３２０６８４１９５８０１０１００１１\u202c\u3000"))

    (row,) = parsed.accepted()
    assert row[IDENTITY] == ID_NUMBER
    assert row[NAME] == "张，三（甲）"


def test_all_faults_of_all_rows_are_reported_at_once_with_row_header_and_cell() -> None:
    parsed = parse(
        ("", ID_NUMBER, "", "", "2026-02-30"),
        (),
        ("李四", "123", "1380000", "三剁镇", "昨天"),
        ("王五", "320684195801010046"),
    )

    assert [(error.row, error.column, error.cell) for error in parsed.errors] == [
        (2, "姓名", "A2"),
        (2, "出生日期", "E2"),
        (4, "身份证号", "B4"),
        (4, "手机号", "C4"),
        (4, "乡镇", "D4"),
        (4, "出生日期", "E4"),
    ]
    assert parsed.errors[0].message == "没有填，请补上（例如：王大力）"
    assert parsed.errors[4].message == "没有这个选项，您是不是要写「三垛镇」，请从下拉列表里选"
    assert all("请" in error.message for error in parsed.errors)
    assert [row.number for row in parsed.rows] == [5]


def test_a_rejected_table_carries_every_fault_as_a_field_error() -> None:
    parsed = parse(("张三", "12"), ("李四", "34"))

    with pytest.raises(TableRejected, match="有 2 处要改") as refusal:
        parsed.accepted()

    assert [error.field for error in refusal.value.errors] == ["第2行「身份证号」(B2)", "第3行「身份证号」(B3)"]


def test_a_rejected_table_lists_the_first_two_hundred_and_tells_how_many_there_are() -> None:
    parsed = parse(*(("张三", "12") for _ in range(300)))

    with pytest.raises(TableRejected, match=r"有 300 处要改.*前 200 处") as refusal:
        parsed.accepted()

    assert len(refusal.value.errors) == MOST_ERRORS_SHOWN
    assert len(parsed.errors) == 300


def test_faults_found_by_the_caller_reject_the_table_too() -> None:
    parsed = parse(("张三", ID_NUMBER))
    fault = parsed.error(row=2, key="id_number", message=f"{ID_NUMBER} 已注销，请核对")

    with pytest.raises(TableRejected) as refusal:
        parsed.accepted(also=[fault])

    assert refusal.value.errors[0].message == "3****************1 已注销，请核对"


@pytest.mark.parametrize(
    "row",
    [
        ("张三", "320684195801010011A"),
        ("张三", ID_NUMBER, "138 0000 12345"),
        ("张三", ID_NUMBER, "138000012345"),
        ("张三", ID_NUMBER, "", "320684195801010011"),
        ("欧阳一二三四五六七八九十", ID_NUMBER),
        ("张三", ID_NUMBER, "", "", "320684195801010011"),
    ],
)
def test_no_message_shows_the_text_of_a_cell_in_full(row: tuple[str, ...]) -> None:
    error = only_error(parse(row))

    place = ord(error.cell[0]) - ord("A")
    assert row[place] not in error.message
    assert re.search(r"\d{7}", error.message.partition("（例如")[0]) is None


def test_a_message_that_was_not_written_for_people_is_replaced() -> None:
    shape = TableShape("数", (Column(name="数", key="n", parse=int, required=True, example="3"),))

    error = only_error(shape.parse(table_of(["数"], ["甲乙"])))

    assert error.message == "格式不对，请核对后改正（例如：3）"


@pytest.mark.parametrize("value", [3.20684195801010011e17, "3.20684E+17", float("inf"), float("nan")])
def test_a_number_that_lost_its_digits_asks_for_a_text_column(value: CellValue) -> None:
    assert "「文本」" in only_error(parse(("张三", value))).message


def test_the_same_value_twice_in_a_unique_column_is_reported_at_each_row() -> None:
    parsed = parse(("张三", ID_NUMBER), ("李四", "320684195801010046"), ("王五", f" {ID_NUMBER}"), ("赵六", ID_NUMBER))

    assert [(error.cell, error.message) for error in parsed.errors] == [
        ("B2", "和第 4 行重复，请只保留一行"),
        ("B4", "和第 2 行重复，请只保留一行"),
        ("B5", "和第 2 行重复，请只保留一行"),
    ]
    assert [row.number for row in parsed.rows] == [3]


def test_a_shape_can_check_across_rows() -> None:
    def one_town(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
        for row in rows[1:]:
            if row.get(TOWN) != rows[0].get(TOWN):
                yield row.number, "town", f"和第 {rows[0].number} 行的乡镇不同，请分开上传"

    shape = TableShape("持卡人", SHAPE.columns, checks=(one_town,))

    parsed = shape.parse(
        table_of(HEADER, ("张三", ID_NUMBER, "", "三垛镇"), ("李四", "320684195801010046", "", "临泽镇"))
    )

    assert [(error.cell, error.row) for error in parsed.errors] == [("D3", 3)]


# What must not be in the data


def test_merged_cells_in_the_data_are_reported_once_and_a_merged_title_is_not() -> None:
    rows = (
        row_of(1, ["持卡人名单"])
        + row_of(2, HEADER)
        + row_of(3, ["张三", ID_NUMBER])
        + row_of(4, ["", "", "13800001234"])
    )
    data = workbook_of(sheet_of(rows, after=merges("A1:E1", "A3:B4")))

    error = only_error(SHAPE.parse(read_table(data, filename="a.xlsx")))

    assert (error.row, error.cell) == (3, "A3")
    assert error.message == "A3:B4 是合并单元格，请取消合并，每一行都填上内容"


def test_formulas_and_error_values_are_reported_at_their_cells() -> None:
    parsed = parse(("张三", ID_NUMBER), ("", ""), formulas=(CellRange(2, 1, 2, 1),), faults=(CellRange(2, 3, 2, 3),))

    assert [(error.cell, error.message.split("，")[0]) for error in parsed.errors] == [
        ("A2", "A2 是公式"),
        ("C2", "C2 显示的是错误值"),
    ]


def test_a_formula_in_an_ignored_column_is_of_no_account() -> None:
    table = table_of(("序号", *HEADER), (1.0, "张三", ID_NUMBER), formulas=(CellRange(2, 1, 2, 1),))

    assert len(SHAPE.parse(table).accepted()) == 1


# Headers


def test_a_title_above_the_header_is_passed_over() -> None:
    parsed = SHAPE.parse(table_of(("高邮市持卡人名单",), ("单位：", "2026年"), HEADER, ("张三", ID_NUMBER)))

    assert parsed.header.row == 3
    assert [row.number for row in parsed.accepted()] == [4]


def test_headers_match_by_alias_in_any_order_with_stars_blanks_and_full_width_forms() -> None:
    parsed = SHAPE.parse(table_of(("公民身份号码（必填）", "＊姓 名\n"), ("12", "张三")))

    assert only_error(parsed).column == "公民身份号码（必填）"
    assert only_error(parsed).cell == "A2"


def test_unknown_missing_and_double_headers_are_reported_at_once() -> None:
    table = table_of(("身份正号", "手机号", "手机号", "星座"), ("x",))

    with pytest.raises(WrongHeaders) as refusal:
        SHAPE.parse(table)

    assert [(error.field, error.message) for error in refusal.value.errors] == [
        ("第1行「身份正号」(A1)", "不认识这个表头，您是不是要写「身份证号」"),
        ("第1行「手机号」(C1)", "和 B1 是同一列，请只保留一列"),
        ("第1行「星座」(D1)", "不认识这个表头，请删去这一列，或下载模板对照"),
        ("表头", "缺少「姓名」这一列，请补上"),
        ("表头", "缺少「身份证号」这一列，请补上"),
    ]


def test_a_file_without_any_header_names_the_wanted_ones_and_echoes_no_data() -> None:
    with pytest.raises(WrongHeaders) as refusal:
        SHAPE.parse(table_of(("张三", ID_NUMBER, "13800001234")))

    (error,) = refusal.value.errors
    assert error.message == "没有找到表头，请在第一行写上：姓名、身份证号"


def test_a_filled_column_without_a_header_is_reported() -> None:
    with pytest.raises(WrongHeaders) as refusal:
        SHAPE.parse(table_of(("姓名", "", "身份证号"), ("张三", "甲", ID_NUMBER)))

    (error,) = refusal.value.errors
    assert "B 列没有表头，下面的 B2 却有内容" in error.message


def test_an_absent_optional_column_is_blank_in_every_row() -> None:
    (row,) = SHAPE.parse(table_of(("姓名", "身份证号"), ("张三", ID_NUMBER))).accepted()

    assert row.get(TOWN) is None


def test_a_fault_in_a_column_that_the_file_lacks_has_no_cell() -> None:
    parsed = SHAPE.parse(table_of(("姓名", "身份证号"), ("张三", ID_NUMBER)))

    error = parsed.error(row=2, key="town", message="请补上乡镇").as_field_error()

    assert error.field == "第2行「乡镇」"


@pytest.mark.parametrize("rows", [(), (HEADER,), (HEADER, ("示例 王大力", ID_NUMBER))])
def test_a_table_without_data_is_refused(rows: tuple[Sequence[CellValue], ...]) -> None:
    with pytest.raises(TableHasNoRows):
        SHAPE.parse(table_of(*rows)).accepted()


def test_rows_that_begin_with_example_are_passed_over_and_counted() -> None:
    parsed = parse(("示例：王大力", "不是号码"), ("张三", ID_NUMBER))

    assert parsed.examples_skipped == 1
    assert [row.number for row in parsed.accepted()] == [3]
