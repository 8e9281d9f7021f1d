"""印迹 — what is on a page, each thing at its place: millimetres from the upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

BLACK, GREY, LIGHT, FAINT, WHITE = 0, 90, 150, 232, 255
SHADE = 240
"""Shades of grey; FAINT is for a watermark and SHADE for cells, both light enough to read text upon."""

Rectangle: TypeAlias = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMark:
    """One line of text 文字; ``y_mm`` is its baseline."""

    x_mm: float
    y_mm: float
    text: str
    size_pt: float
    is_bold: bool = False
    grey: int = BLACK


@dataclass(frozen=True, slots=True)
class RuleMark:
    """A level or upright line 线."""

    x_mm: float
    y_mm: float
    to_x_mm: float
    to_y_mm: float
    grey: int = LIGHT


@dataclass(frozen=True, slots=True)
class AreaMark:
    """Rectangles filled as one 面: between those that touch no seam can show."""

    rectangles: Sequence[Rectangle]
    grey: int = BLACK


@dataclass(frozen=True, slots=True)
class WatermarkMark:
    """A text across the page 水印, under everything else."""

    text: str
    x_mm: float
    y_mm: float
    size_pt: float
    width_mm: float


Mark: TypeAlias = TextMark | RuleMark | AreaMark | WatermarkMark
Page: TypeAlias = list[Mark]
