"""工作表扫描 — one streaming pass over a sheet: how far it reaches, and what must not be in it."""

from collections.abc import Mapping, Sequence

from server.tables.markup import local, new_parser
from server.tables.table import (
    HEADER_SEARCH_ROWS,
    MAX_CELLS,
    MAX_COLUMNS,
    CellRange,
    SpreadsheetTooLarge,
    UnreadableSpreadsheet,
    column_number,
    parse_range,
    too_many_columns,
    too_many_rows,
)

BLANK_ROWS_ALLOWED = 1_000
"""Blank rows between filled ones are ignored, but a stray cell at the bottom of the sheet must not stretch the grid."""

MAX_TEXT_BYTES = 64 * 2**20
DIGITS = "0123456789"
MAX_FINDINGS = 20_000
"""Each list of findings stops here; by then the person has enough to mend."""


class SheetScan:
    """Counts what a sheet holds while it is unpacked, so that a table beyond the limits is refused early.

    The limits matter before the cells are loaded: the loader lays out a full grid between the first
    and the last filled cell, and two cells at opposite corners would take all memory there is.
    """

    def __init__(self, *, max_rows: int, string_sizes: Sequence[int]) -> None:
        self.merged: list[CellRange] = []
        self.formulas: list[CellRange] = []
        self.faults: list[CellRange] = []
        self.filled_cells = 0
        self._max_rows = max_rows
        self._sizes = string_sizes
        self._text_bytes = 0
        self._filled_rows = 0
        self._last_filled_row = 0
        self._row = 0
        self._position = (0, 0)
        self._kind = ""
        self._cell: Mapping[str, str] | None = None
        self._expects_index = False
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        if string_sizes:
            self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            if "r" not in attributes:
                self._position = (self._row, self._previous_column() + 1)
            self._cell = attributes
        elif name == "v" or name == "is":
            self._count_cell()
            self._expects_index = name == "v" and self._kind == "s"
        elif name == "row":
            self._row = self._number(attributes.get("r"), otherwise=self._row + 1)
            self._position = (self._row, 0)
            self._cell = None
        elif name == "f":
            self._count_cell()
            self._note(self.formulas)
        elif name == "mergeCell" and len(self.merged) < MAX_FINDINGS:
            merged = parse_range(attributes.get("ref", ""))
            if merged is not None:
                self.merged.append(merged)

    def _text(self, text: str) -> None:
        if not self._expects_index:
            return
        self._expects_index = False
        try:
            self._text_bytes += self._sizes[int(text)]
        except (ValueError, IndexError):
            return  # the loader refuses such a cell
        if self._text_bytes > MAX_TEXT_BYTES:
            raise SpreadsheetTooLarge("表格里的文字太多")

    def _count_cell(self) -> None:
        """Count the cell that was opened last, once: it turned out to hold something."""
        cell = self._cell
        if cell is None:
            return
        self._cell = None
        self._kind = cell.get("t", "")
        reference = cell.get("r")
        if reference is None:
            row, column = self._position
        else:
            letters = reference.rstrip(DIGITS)
            row = max(self._row, self._number(reference[len(letters) :], otherwise=0))
            column = column_number(letters)
        self._position = (row, column)
        self.filled_cells += 1
        if row != self._last_filled_row:
            self._count_row(row)
        if column > MAX_COLUMNS:
            raise too_many_columns()
        if self.filled_cells > MAX_CELLS:
            raise SpreadsheetTooLarge("表格里填了内容的格子太多")
        if self._kind == "e":
            self._note(self.faults)

    def _previous_column(self) -> int:
        """Return where the cell before stands; a cell without a name stands right of it."""
        reference = self._cell.get("r") if self._cell is not None else None
        return self._position[1] if reference is None else column_number(reference.rstrip(DIGITS))

    def _count_row(self, row: int) -> None:
        self._filled_rows += 1
        self._last_filled_row = row
        if self._filled_rows > self._max_rows + HEADER_SEARCH_ROWS or row > self._max_rows + BLANK_ROWS_ALLOWED:
            raise too_many_rows(self._max_rows)

    def _note(self, findings: list[CellRange]) -> None:
        if len(findings) < MAX_FINDINGS:
            row, column = self._position
            findings.append(CellRange(row, column, row, column))

    @staticmethod
    def _number(text: str | None, *, otherwise: int) -> int:
        if text is None:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) <= 7):
            raise UnreadableSpreadsheet
        return int(text)
