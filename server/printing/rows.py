"""表格行 — cells side by side; a row stays whole if any page can hold it, and the header comes again on each."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.printing.document import Facts, Table
from server.printing.marks import SHADE, RuleMark
from server.printing.sheets import Sheets, line_mm

LEADING = 1.35
BESIDE_MM, ABOVE_MM = 1.8, 1.7
SMALLEST_COLUMN_MM = 11
LARGEST_NAME_SHARE = 0.4
SMALLEST_NUMBER_RATIO = 0.8
LARGEST_HEADER_SHARE = 0.3
"""A header that takes more of a page than this is not repeated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell 单元格, whose text is already in lines."""

    lines: Sequence[str]
    size_pt: float
    is_name: bool
    is_number: bool


class Rows:
    """Rows of one table, all with the same columns."""

    def __init__(self, sheets: Sheets, *, widths_mm: Sequence[float]) -> None:
        """Raises ValueError if a column is under 11 mm, in which a sign might not fit."""
        if min(widths_mm) < SMALLEST_COLUMN_MM:
            raise ValueError(f"too many columns for the paper: one would be under {SMALLEST_COLUMN_MM} mm")
        self._sheets = sheets
        self._widths = widths_mm
        self._line_mm = line_mm(sheets.text_pt, LEADING)
        self._header: tuple[Cell, ...] = ()

    def cell(self, text: str, place: int, *, is_name: bool = False, is_number: bool = False) -> Cell:
        """Return a text as the cell of a column; a number shrinks a little before it breaks."""
        size, width = self._sheets.text_pt, self._widths[place] - 2 * BESIDE_MM
        if is_number:
            fitting = self._sheets.fitting_pt(self._sheets.typeface.spelled(text), size_pt=size, width_mm=width)
            size = max(fitting * 0.999, size * SMALLEST_NUMBER_RATIO) if fitting < size else size
        lines = self._sheets.typeface.lines(text, size_pt=size, width_mm=width)
        return Cell(lines, size, is_name, is_number)

    def add_header(self, cells: Sequence[Cell]) -> None:
        """Add a row that comes again at the top of every page."""
        self._sheets.make_room(self._height(cells) + 2 * self._line_mm)
        self.add(cells)
        if self._height(cells) < self._sheets.capacity_mm * LARGEST_HEADER_SHARE:
            self._header = tuple(cells)

    def add(self, cells: Sequence[Cell]) -> None:
        """Add a row, on a new page if need be, and over several if no page can hold it."""
        while not self._sheets.has_room(self._height(cells)):
            if self._fits_a_fresh_page(cells):
                self._turn()
                continue
            fitting = math.floor((self._sheets.room_mm - 2 * ABOVE_MM) / self._line_mm)
            if fitting >= 1:
                self._draw([replace(cell, lines=cell.lines[:fitting]) for cell in cells])
                cells = [replace(cell, lines=cell.lines[fitting:]) for cell in cells]
            self._turn()
        self._draw(cells)

    def _fits_a_fresh_page(self, cells: Sequence[Cell]) -> bool:
        header = self._height(self._header) if self._header else 0
        return self._height(cells) + header <= self._sheets.capacity_mm

    def _turn(self) -> None:
        self._sheets.turn()
        if self._header:
            self._draw(self._header)

    def _height(self, cells: Sequence[Cell]) -> float:
        return max(1, *(len(cell.lines) for cell in cells)) * self._line_mm + 2 * ABOVE_MM

    def _draw(self, cells: Sequence[Cell]) -> None:
        sheets, height = self._sheets, self._height(cells)
        left = sheets.left_mm
        for cell, width in zip(cells, self._widths, strict=True):
            if cell.is_name:
                sheets.add_area((left, sheets.y_mm, width, height), grey=SHADE)
            self._write(cell, left=left, width=width, height=height)
            left += width
        self._rule(height)
        sheets.y_mm += height

    def _write(self, cell: Cell, *, left: float, width: float, height: float) -> None:
        top = self._sheets.y_mm + (height - len(cell.lines) * self._line_mm) / 2
        for number, line in enumerate(cell.lines):
            spare = width - 2 * BESIDE_MM - self._sheets.typeface.width_mm(line, cell.size_pt)
            self._sheets.add_line(
                line,
                x_mm=left + BESIDE_MM + (spare if cell.is_number else 0),
                y_mm=top + number * self._line_mm,
                size_pt=cell.size_pt,
                leading=LEADING * self._sheets.text_pt / cell.size_pt,
                is_bold=cell.is_name,
            )

    def _rule(self, height: float) -> None:
        sheets, x = self._sheets, self._sheets.left_mm
        top, bottom, right = sheets.y_mm, sheets.y_mm + height, x + sum(self._widths)
        for y in (top, bottom):
            sheets.add(RuleMark(x, y, right, y))
        for width in (0, *self._widths):
            x += width
            sheets.add(RuleMark(x, top, x, bottom))


def place_table(sheets: Sheets, table: Table) -> None:
    """Put a table under what is there."""
    total = sum(column.share for column in table.columns)
    rows = Rows(sheets, widths_mm=[sheets.width_mm * column.share / total for column in table.columns])
    numbers = [column.is_number for column in table.columns]
    rows.add_header(
        [
            rows.cell(column.name, place, is_name=True, is_number=column.is_number)
            for place, column in enumerate(table.columns)
        ]
    )
    for row in table.rows:
        rows.add([rows.cell(text, place, is_number=numbers[place]) for place, text in enumerate(row)])


def place_facts(sheets: Sheets, facts: Facts) -> None:
    """Put names and values under what is there, the names no wider than they need."""
    share = sheets.width_mm / facts.abreast
    typeface = sheets.typeface
    names = (typeface.spelled(name).replace("\n", "") for name, _ in facts.pairs)
    longest_mm = max((typeface.width_mm(name, sheets.text_pt) for name in names), default=0)
    names_mm = min(max(longest_mm + 2 * BESIDE_MM + 0.5, SMALLEST_COLUMN_MM), share * LARGEST_NAME_SHARE)
    rows = Rows(sheets, widths_mm=[names_mm, share - names_mm] * facts.abreast)
    for pairs in _in_rows(facts.pairs, facts.abreast):
        texts = [text for pair in pairs for text in pair]
        rows.add([rows.cell(text, place, is_name=place % 2 == 0) for place, text in enumerate(texts)])


def _in_rows(pairs: Sequence[tuple[str, str]], abreast: int) -> Iterable[list[tuple[str, str]]]:
    for start in range(0, len(pairs), abreast):
        row = list(pairs[start : start + abreast])
        yield row + [("", "")] * (abreast - len(row))
