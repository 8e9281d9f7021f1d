"""字体 — what the embedded typeface has, and how wide it is."""

from collections.abc import Mapping

from server.printing.lines import break_lines
from server.printing.wording import spelled

MM_PER_PT = 25.4 / 72
ASCENT = 0.88
"""How far Chinese signs rise above the baseline, in parts of the size; the rest is below it."""


class Typeface:
    """The signs that can be printed, each with its width in parts of the type's size."""

    def __init__(self, widths: Mapping[str, float]) -> None:
        self._widths = widths

    def __contains__(self, sign: object) -> bool:
        return sign in self._widths

    def spelled(self, text: str) -> str:
        """Return text with code points for the signs that are lacking."""
        return spelled(text, typeface=self)

    def width_mm(self, text: str, size_pt: float) -> float:
        """Return how wide a text of signs that are there is, in one line."""
        return sum(self._widths[sign] for sign in text) * size_pt * MM_PER_PT

    def lines(self, text: str, *, size_pt: float, width_mm: float) -> list[str]:
        """Return a text, spelled, in lines that fit into a width."""
        return break_lines(self.spelled(text), width=width_mm / (size_pt * MM_PER_PT), measure=self._widths.__getitem__)
