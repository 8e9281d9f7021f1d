"""工作表 — the plain grid that every reader yields, its limits, and the refusals of files that yield none."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias

from models.errors import Invalid

CellValue: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
"""What a cell may hold; a blank cell is the empty string."""

MAX_ROWS = 20_000
MAX_COLUMNS = 64
MAX_CELLS = 1_000_000
MAX_CELL_CHARACTERS = 32_767
"""The most that Excel itself lets one cell hold."""

LARGEST_EXACT = 10**15
"""Excel keeps fifteen digits; a whole number from here on, such as an ID number, has to be text."""

HEADER_SEARCH_ROWS = 5
"""People put a title and a note above the header, so it is looked for in this many rows."""

CELL_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class UnreadableSpreadsheet(Invalid):
    title = "表格打不开"
    message = "这个文件不是能读的表格，或者已经损坏"
    next_step = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"


class OldSpreadsheetFormat(Invalid):
    title = "表格格式太旧"
    message = "这是旧格式的表格，系统读不了"
    next_step = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"


class LockedSpreadsheet(Invalid):
    title = "表格有密码"
    message = "这个表格设了打开密码，系统读不了"
    next_step = "请去掉密码，另存为 .xlsx 后再上传"


class SpreadsheetTooLarge(Invalid):
    title = "表格太大"
    message = "这个表格太大"
    next_step = f"请删去多余的工作表和空白区域，或拆成每份不超过 {MAX_ROWS} 行后分次上传"


@dataclass(frozen=True, slots=True)
class CellRange:
    """A rectangle of cells 区域; rows and columns count from 1 and both corners belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def covers(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; ``number`` counts from 1 as the spreadsheet shows it."""

    number: int
    values: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it was found; nothing is interpreted yet. ``faults`` are cells that show ``#REF!`` and the like."""

    sheet: str
    rows: tuple[Row, ...]
    merged: tuple[CellRange, ...] = ()
    formulas: tuple[CellRange, ...] = ()
    faults: tuple[CellRange, ...] = ()


def is_blank(value: CellValue) -> bool:
    """Tell whether a cell holds nothing that a person would see."""
    return isinstance(value, str) and not value.strip()


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Return the letters above a column, counted from 1: 1 is ``A``, 28 is ``AB``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Return the column, counted from 1, above which these letters stand.

    Raises:
        UnreadableSpreadsheet: they are not one to three letters.
    """
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise UnreadableSpreadsheet
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(row: int, column: int) -> str:
    """Return a cell's name as the spreadsheet shows it, such as ``C7``."""
    return f"{column_letters(column)}{row}"


def parse_range(reference: str) -> CellRange | None:
    """Return the rectangle named by ``A1`` or ``A1:B2``, or None when the text names none."""
    first, _, last = reference.partition(":")
    start, end = CELL_REFERENCE.fullmatch(first), CELL_REFERENCE.fullmatch(last or first)
    if start is None or end is None:
        return None
    return CellRange(int(start[2]), column_number(start[1]), int(end[2]), column_number(end[1]))


def too_many_rows(max_rows: int) -> SpreadsheetTooLarge:
    """Return the refusal of a table with more than ``max_rows`` rows."""
    return SpreadsheetTooLarge(
        f"表格超过 {max_rows} 行",
        next_step=f"请拆成每份不超过 {max_rows} 行后分次上传；如果下面都是空行，请删去空行",
    )


def too_many_columns() -> SpreadsheetTooLarge:
    """Return the refusal of a table wider than any of ours."""
    return SpreadsheetTooLarge(f"表格超过 {MAX_COLUMNS} 列", next_step="请下载模板，只保留模板里的列；右边的空列请删去")
