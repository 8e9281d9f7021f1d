"""表头 — finding the header row and telling, all at once, what is wrong with it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from models.errors import FieldError, Invalid
from server.tables.cells import clean, mask_digits
from server.tables.faults import CellError, TableHasNoRows
from server.tables.table import HEADER_SEARCH_ROWS, CellValue, Row, Table, cell_name, column_letters, is_blank

DECORATION = re.compile(r"[\s*]|[((](?:必填|选填|可不填)[))]")
CLOSENESS = 0.6
SHOWN_CHARACTERS = 20


class WrongHeaders(Invalid):
    title = "表头不对"
    message = "表格的表头和要求的不一样，没有导入任何一行"
    next_step = "请按提示修改表头，或下载模板重新填写"


class HeadedColumn(Protocol):
    """What the header needs to know of a column."""

    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Header:
    """The header row as found: where each column stands (from 1) and what the file calls it, by key."""

    row: int
    places: Mapping[str, int]
    names: Mapping[str, str]

    def locate(self, *, row: int, key: str, message: str) -> CellError:
        """Return a fault of one cell with its name and header."""
        place = self.places.get(key)
        return CellError(row, self.names[key], cell_name(row, place) if place else "", message)


def plain_header(value: CellValue) -> str:
    """Return a header as it is compared: without blanks, stars and 必填 marks, full-width forms as ASCII."""
    return DECORATION.sub("", unicodedata.normalize("NFKC", clean(str(value)))).casefold()


def find_header(table: Table, *, columns: Sequence[HeadedColumn], ignored: Sequence[str] = ()) -> Header:
    """Find the header among the first rows and match its cells with the columns, by name or alias.

    Raises:
        TableHasNoRows: the table is blank.
        WrongHeaders: headers unknown, missing or double; it carries every one of them.
    """
    if not table.rows:
        raise TableHasNoRows("表格是空的")
    known = {plain_header(name): column for column in columns for name in (column.name, *column.aliases)}
    passed_over = {plain_header(name) for name in ignored}
    row = likeliest(table.rows[:HEADER_SEARCH_ROWS], known)
    if row is None:
        wanted = "、".join(column.name for column in columns if column.required)
        raise WrongHeaders(errors=(FieldError("表头", f"没有找到表头，请在第一行写上：{wanted}"),))
    places: dict[str, int] = {}
    names = {column.key: column.name for column in columns}
    errors: list[FieldError] = []
    for place, value in enumerate(row.values, start=1):
        title = plain_header(value)
        column = known.get(title)
        if column is None:
            errors += refuse_unknown(table, row, place, title, known) if title not in passed_over else []
        elif column.key in places:
            twin = cell_name(row.number, places[column.key])
            errors.append(at(row, place, f"和 {twin} 是同一列，请只保留一列"))
        else:
            places[column.key] = place
            names[column.key] = clean(str(value))
    for column in columns:
        if column.required and column.key not in places:
            errors.append(FieldError("表头", f"缺少「{column.name}」这一列，请补上"))
    if errors:
        raise WrongHeaders(errors=tuple(errors))
    return Header(row.number, places, names)


def likeliest(rows: Sequence[Row], known: Mapping[str, object]) -> Row | None:
    """Return the row with the most known headers; failing any, the first with something close; else None."""
    scored = [(sum(plain_header(value) in known for value in row.values), row) for row in rows]
    score, best = max(scored, key=lambda pair: pair[0])
    if score:
        return best
    return next((row for row in rows if any(nearest(plain_header(value), known) for value in row.values)), None)


def nearest(title: str, known: Mapping[str, object]) -> str | None:
    """Return the known header that is most like this one, or None."""
    found = get_close_matches(title[: SHOWN_CHARACTERS * 2], known, n=1, cutoff=CLOSENESS) if title else []
    return found[0] if found else None


def refuse_unknown(
    table: Table, row: Row, place: int, title: str, known: Mapping[str, HeadedColumn]
) -> list[FieldError]:
    """Return what is wrong with a header that no column has; a blank one is wrong only above filled cells."""
    if title:
        close = nearest(title, known)
        hint = f"您是不是要写「{known[close].name}」" if close else "请删去这一列，或下载模板对照"
        return [at(row, place, f"不认识这个表头，{hint}")]
    for below in table.rows:
        if below.number > row.number and place <= len(below.values) and not is_blank(below.values[place - 1]):
            where = cell_name(below.number, place)
            return [
                at(row, place, f"{column_letters(place)} 列没有表头，下面的 {where} 却有内容，请补上表头或清空这一列")
            ]
    return []


def at(row: Row, place: int, message: str) -> FieldError:
    """Return a fault of one header cell; long numbers in it are masked, for a row of data may stand there."""
    shown = mask_digits(clean(str(row.values[place - 1])))[:SHOWN_CHARACTERS]
    return FieldError(f"第{row.number}行「{shown}」({cell_name(row.number, place)})", message)
