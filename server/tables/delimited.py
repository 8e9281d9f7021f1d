"""分隔文本 — reading CSV in the encodings and delimiters that Chinese office programs write."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from server.tables.formulas import unguard
from server.tables.table import (
    HEADER_SEARCH_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    CellRange,
    CellValue,
    Row,
    SpreadsheetTooLarge,
    Table,
    UnreadableSpreadsheet,
    is_blank,
    too_many_columns,
    too_many_rows,
)

DELIMITERS = (",", "\t", ";")
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
QUOTED_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""``="0123"`` is how exporting programs keep Excel from turning a long number into another one."""

WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|head|meta|table|\?xml|\?mso)", re.IGNORECASE)


def read_delimited(data: bytes, *, max_rows: int) -> Table:
    """Read CSV text; the delimiter and the encoding are found out.

    Raises:
        UnreadableSpreadsheet: not text, a web page in disguise, or a quotation mark that is never closed.
        SpreadsheetTooLarge: more rows, columns or characters in a cell than allowed.
    """
    text = decode(data)
    if WEB_PAGE.match(text):
        raise UnreadableSpreadsheet("这个文件其实是网页，不是表格")
    rows: list[Row] = []
    formulas: list[CellRange] = []
    for number, fields in records(text):
        values = tuple(field_value(field) for field in fields)
        if all(map(is_blank, values)):
            continue
        if len(rows) >= max_rows + HEADER_SEARCH_ROWS:
            raise too_many_rows(max_rows)
        refuse_oversize(values)
        rows.append(Row(number, values))
        formulas += [
            CellRange(number, column, number, column)
            for column, value in enumerate(values, start=1)
            if isinstance(value, str) and len(value) > 1 and value[0] == "=" and not fields[column - 1].startswith("'")
        ]
    return Table(sheet="", rows=tuple(rows), formulas=tuple(formulas))


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB18030 (and so GBK and GB2312).

    Raises:
        UnreadableSpreadsheet: it is none of these.
    """
    marked_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked_16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if NOT_TEXT.search(text) is None:
            return text
    raise UnreadableSpreadsheet


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its row number as a spreadsheet program would show it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    number = 0
    try:
        for number, fields in enumerate(reader, start=1):
            yield number, fields
    except csv.Error as fault:
        raise UnreadableSpreadsheet(
            f"第 {number + 1} 行的双引号没有成对", next_step="请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"
        ) from fault


def delimiter_of(text: str) -> str:
    """Return the delimiter that stands most often, outside quotation marks, in the first lines."""
    head = "\n".join(text[:8192].splitlines()[: HEADER_SEARCH_ROWS + 1])
    outside = "".join(head.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def field_value(field: str) -> str:
    """Return what a field means: unwrap ``="…"`` and take off the guard that our own export puts on."""
    wrapped = QUOTED_TEXT.fullmatch(field)
    return wrapped[1].replace('""', '"') if wrapped else unguard(field)


def refuse_oversize(values: tuple[CellValue, ...]) -> None:
    """Check one row against the limits of width and of characters in a cell."""
    if len(values) > MAX_COLUMNS and not all(map(is_blank, values[MAX_COLUMNS:])):
        raise too_many_columns()
    if any(isinstance(value, str) and len(value) > MAX_CELL_CHARACTERS for value in values):
        raise SpreadsheetTooLarge(f"有一个格子超过 {MAX_CELL_CHARACTERS} 个字", next_step="请把文字改短后再上传")
