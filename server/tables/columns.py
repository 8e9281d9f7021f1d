"""列 — the declared shape of a table to import; every row is checked and every fault is reported at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar, cast

from models.errors import Invalid
from server.tables.cells import PrecisionLost, cell_text, clean, has_chinese, mask_digits, mask_in
from server.tables.faults import CellError, TableHasNoRows, rejected
from server.tables.headers import Header, find_header
from server.tables.table import CellRange, CellValue, Row, Table, is_blank

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

EXAMPLE_MARK = "示例"
MERGES_LOOKED_THROUGH = 200
CHOICES_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[T_co]):
    """One column of a shape 列.

    ``parse`` gets the cell as clean, non-empty text (a day as ``YYYY-MM-DD``) and raises ValueError, or an
    Invalid refusal, with a Chinese message. ``choices`` makes a drop-down and is checked before ``parse``;
    ``suggestions`` makes one that forbids nothing else.
    ``unique`` reports a value that stands in several rows at each of them.
    """

    name: str
    key: str
    parse: Callable[[str], T_co]
    required: bool = False
    unique: bool = False
    example: str = ""
    help: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    width: float = 18


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row without faults; ask it by column, or take ``values`` by key (blank optional cells are None)."""

    number: int
    values: Mapping[str, object]

    def __getitem__(self, column: Column[T]) -> T:
        """Return the value of a required column."""
        value = self.values[column.key]
        if value is None:
            raise KeyError(column.key)
        return cast(T, value)

    def get(self, column: Column[T]) -> T | None:
        """Return the value of a column, or None when the cell is blank."""
        return cast(T | None, self.values[column.key])


RowFault = tuple[int, str, str]
"""What a check across rows reports: the row's number, the column's key, the Chinese message."""

CrossCheck = Callable[[Sequence[ParsedRow]], Iterable[RowFault]]


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """The rows without faults, and all faults by row and column; nothing may be stored while there is any."""

    header: Header
    rows: tuple[ParsedRow, ...]
    errors: tuple[CellError, ...]
    examples_skipped: int = 0

    def error(self, *, row: int, key: str, message: str) -> CellError:
        """Return a fault that the caller found, for instance against the database, placed in the table."""
        return self.header.locate(row=row, key=key, message=mask_digits(message))

    def accepted(self, *, also: Sequence[CellError] = ()) -> tuple[ParsedRow, ...]:
        """Return all rows, of which there is at least one.

        Raises:
            TableRejected: a cell is at fault, here or in ``also``; it carries the first two hundred.
            TableHasNoRows: there is nothing to import.
        """
        errors = sorted((*self.errors, *also), key=lambda error: error.row)
        if errors:
            raise rejected(errors)
        if not self.rows:
            raise TableHasNoRows
        return self.rows


@dataclass(frozen=True, slots=True)
class TableShape:
    """What a table to import looks like 表样; columns named in ``ignored`` may stand in it and are not read."""

    title: str
    columns: tuple[Column[object], ...]
    ignored: tuple[str, ...] = ("序号",)
    checks: tuple[CrossCheck, ...] = ()

    def parse(self, table: Table) -> ParsedTable:
        """Check every row below the header; blank rows and rows that begin with 示例 are passed over.

        Raises:
            TableHasNoRows: the table is blank.
            WrongHeaders: headers are unknown, missing or double.
        """
        header = find_header(table, columns=self.columns, ignored=self.ignored)
        errors = list(structural_errors(table, header))
        broken = {error.cell for error in errors}
        merged = tuple(area for area in table.merged if area.bottom > header.row)[:MERGES_LOOKED_THROUGH]
        rows: list[ParsedRow] = []
        examples = 0
        for row in data_rows(table, header):
            if clean(str(row.values[0])).startswith(EXAMPLE_MARK):
                examples += 1
                continue
            rows.append(
                parse_row(row, columns=self.columns, header=header, merged=merged, broken=broken, errors=errors)
            )
        for check in (duplicates(self.columns), *self.checks):
            faults = list(check(rows))
            errors += [header.locate(row=row, key=key, message=mask_digits(message)) for row, key, message in faults]
        faulty = {error.row for error in errors}
        errors.sort(key=lambda error: (error.row, len(error.cell), error.cell))
        return ParsedTable(header, tuple(row for row in rows if row.number not in faulty), tuple(errors), examples)


def data_rows(table: Table, header: Header) -> Iterator[Row]:
    """Yield the rows below the header that have anything in a column of ours."""
    places = tuple(header.places.values())
    for row in table.rows:
        width = len(row.values)
        if row.number > header.row and any(p <= width and not is_blank(row.values[p - 1]) for p in places):
            yield row


def structural_errors(table: Table, header: Header) -> Iterator[CellError]:
    """Yield the merged cells, formulas and error values in the data, which have no dependable value."""
    keys = {place: key for key, place in header.places.items()}

    def faults(areas: Iterable[CellRange], message: str) -> Iterator[CellError]:
        for area in areas:
            place = next((p for p in sorted(keys) if area.left <= p <= area.right), None)
            if area.bottom > header.row and place is not None:
                row = max(area.top, header.row + 1)
                yield header.locate(row=row, key=keys[place], message=message.format(area.name))

    yield from faults(table.merged, "{} 是合并单元格，请取消合并，每一行都填上内容")
    yield from faults(table.formulas, "{} 是公式，请复制这一列后用「选择性粘贴-数值」贴回，再上传")
    calculated = {(area.top, area.left) for area in table.formulas}
    broken = (area for area in table.faults if (area.top, area.left) not in calculated)
    yield from faults(broken, "{} 显示的是错误值，请改成正确的内容")


def parse_row(
    row: Row,
    *,
    columns: Sequence[Column[object]],
    header: Header,
    merged: Sequence[CellRange],
    broken: set[str],
    errors: list[CellError],
) -> ParsedRow:
    """Return a row's values by key, and add its faults to ``errors``; a faulty cell's value is None."""
    values: dict[str, object] = dict.fromkeys((column.key for column in columns), None)
    for column in columns:
        place = header.places.get(column.key)
        if place is None:
            continue
        cell: CellValue = row.values[place - 1] if place <= len(row.values) else ""
        try:
            values[column.key] = parse_cell(cell, column)
        except ValueError as fault:
            error = header.locate(row=row.number, key=column.key, message=str(fault))
            if error.cell not in broken and not any(area.covers(row.number, place) for area in merged):
                errors.append(error)
    return ParsedRow(row.number, values)


def parse_cell(cell: CellValue, column: Column[T]) -> T | None:
    """Return a cell's value, or None for a blank optional one.

    Raises:
        ValueError: with the whole Chinese message, in which the cell's own text is masked.
    """
    try:
        text = cell_text(cell)
    except PrecisionLost:
        raise ValueError("长数字已被表格软件改动，请把这一列设为「文本」格式后重新填写") from None
    if not text:
        if column.required:
            raise ValueError("没有填，请补上" + example_of(column))
        return None
    if column.choices and text not in column.choices:
        raise ValueError(not_a_choice(text, column.choices))
    try:
        return column.parse(text)
    except Invalid as refusal:
        message = "，".join(part for part in (refusal.message, refusal.next_step) if part)
    except ValueError as fault:
        message = str(fault)
    raise ValueError(explain(message, text=text, column=column))


def explain(message: str, *, text: str, column: Column[object]) -> str:
    """Return a parser's message, masked and with a next step; one that is not Chinese is never shown."""
    shown = mask_in(message, secret=text) if has_chinese(message.replace(text, "")) else "格式不对"
    return shown if "请" in shown else f"{shown}，请核对后改正{example_of(column)}"


def example_of(column: Column[object]) -> str:
    """Return the example of a column in brackets, or nothing when it has none."""
    return f"（例如：{column.example}）" if column.example else ""


def not_a_choice(text: str, choices: Sequence[str]) -> str:
    """Return what to write instead of a value that is none of the choices."""
    close = get_close_matches(text, choices, n=1)
    if close:
        return f"没有这个选项，您是不是要写「{close[0]}」，请从下拉列表里选"
    named = "、".join(choices[:CHOICES_NAMED]) + (" 等" if len(choices) > CHOICES_NAMED else "")
    return f"没有这个选项，请从下拉列表里选：{named}"


def duplicates(columns: Sequence[Column[object]]) -> CrossCheck:
    """Return the check that no unique column holds one value in two rows."""
    unique = tuple(column.key for column in columns if column.unique)

    def check(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
        for key in unique:
            seen: dict[object, list[int]] = {}
            for row in rows:
                if (value := row.values[key]) is not None:
                    seen.setdefault(value, []).append(row.number)
            for numbers in seen.values():
                if len(numbers) > 1:
                    for number in numbers:
                        twin = numbers[0] if number != numbers[0] else numbers[1]
                        yield number, key, f"和第 {twin} 行重复，请只保留一行"

    return check
