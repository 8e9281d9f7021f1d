"""排版台 — sheets of paper that fill from the top, and a new one when the next thing does not fit."""

from server.printing.document import Paper
from server.printing.marks import BLACK, AreaMark, Mark, Page, Rectangle, TextMark
from server.printing.typeface import ASCENT, MM_PER_PT, Typeface

TOLERANCE_MM = 1e-6
LEADING = 1.5
"""From baseline to baseline, in parts of the size: Chinese needs more than Latin does."""


class Sheets:
    """The pages so far and how far the last one is filled; ``scale`` shrinks all text of a label alike."""

    def __init__(self, *, paper: Paper, typeface: Typeface, scale: float = 1) -> None:
        self.paper = paper
        self.typeface = typeface
        self.text_pt = paper.text_pt * scale
        self.left_mm = paper.margin_mm
        self.width_mm = paper.width_mm - 2 * paper.margin_mm
        self.capacity_mm = paper.height_mm - 2 * paper.margin_mm
        self.pages: list[Page] = [[]]
        self.y_mm = paper.margin_mm

    @property
    def room_mm(self) -> float:
        """How much of the sheet is left."""
        return self.paper.height_mm - self.paper.margin_mm - self.y_mm

    def has_room(self, height_mm: float) -> bool:
        """Tell whether something of that height fits under what is there."""
        return height_mm <= self.room_mm + TOLERANCE_MM

    @property
    def is_blank(self) -> bool:
        """Whether the sheet is not begun."""
        return self.y_mm <= self.paper.margin_mm + TOLERANCE_MM

    def turn(self) -> None:
        """Begin a new sheet."""
        self.pages.append([])
        self.y_mm = self.paper.margin_mm

    def make_room(self, height_mm: float) -> None:
        """Begin a new sheet unless this one has room; what no sheet can hold gets a fresh one."""
        if not self.has_room(height_mm) and not self.is_blank:
            self.turn()

    def skip(self, height_mm: float) -> None:
        """Leave space, but none at the top of a sheet."""
        if not self.is_blank:
            self.y_mm += height_mm

    def add(self, mark: Mark) -> None:
        """Put a mark on this sheet."""
        self.pages[-1].append(mark)

    def add_line(
        self,
        text: str,
        *,
        x_mm: float,
        y_mm: float,
        size_pt: float,
        leading: float = LEADING,
        is_bold: bool = False,
        grey: int = BLACK,
    ) -> None:
        """Put a line of text into the band of ``leading`` lines that begins at ``y_mm``."""
        if not text:
            return
        baseline = y_mm + ((leading - 1) / 2 + ASCENT) * size_pt * MM_PER_PT
        self.add(TextMark(x_mm=x_mm, y_mm=baseline, text=text, size_pt=size_pt, is_bold=is_bold, grey=grey))

    def add_area(self, rectangle: Rectangle, *, grey: int) -> None:
        """Fill a rectangle."""
        self.add(AreaMark((rectangle,), grey))

    def fitting_pt(self, text: str, *, size_pt: float, width_mm: float) -> float:
        """Return the size, at most ``size_pt``, at which a spelled text needs no line but its own in that width."""
        needed = max(self.typeface.width_mm(line, size_pt) for line in text.split("\n"))
        return size_pt if needed <= width_mm else size_pt * width_mm / needed


def line_mm(size_pt: float, leading: float = LEADING) -> float:
    """Return the height of a line."""
    return size_pt * leading * MM_PER_PT
