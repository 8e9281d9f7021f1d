"""码 — QR and Code 128 as rectangles, so that they are sharp at any size; libraries decide which are dark."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.printing.marks import Rectangle

QR_QUIET_MODULES = 4
"""White around a QR code (ISO/IEC 18004)."""

CODE_128_QUIET_MODULES = 10
"""White before and after a Code 128 (ISO/IEC 15417)."""

DOT_MM = 0.125
"""One dot of a label printer of 203 dpi: modules are whole dots, or bars would differ in width by a third."""

SMALLEST_MODULE_MM, LARGEST_MODULE_MM = 2 * DOT_MM, 6 * DOT_MM


class CodeDoesNotFit(ValueError):
    """The content would need modules under a quarter of a millimetre, which a scanner may not read. 码放不下"""


@dataclass(frozen=True, slots=True)
class Modules:
    """Dark stretches 模块, each ``(x, y, length)`` in modules, inside a quiet zone."""

    width: int
    height: int
    dark: Sequence[tuple[int, int, int]]

    def size_mm(self, available_mm: float) -> float:
        """Return the largest module of whole printer dots that fits.

        Raises:
            CodeDoesNotFit: no module of 0.25 mm or more does.
        """
        module = min(math.floor(available_mm / self.width / DOT_MM + 1e-9) * DOT_MM, LARGEST_MODULE_MM)
        if module < SMALLEST_MODULE_MM:
            raise CodeDoesNotFit(f"{self.width} modules do not fit into {available_mm:.0f} mm")
        return module

    def rectangles(self, *, x_mm: float, y_mm: float, module_mm: float, height_mm: float) -> list[Rectangle]:
        """Return what is dark, with a row ``height_mm`` high."""
        return [
            (x_mm + x * module_mm, y_mm + y * height_mm, length * module_mm, height_mm) for x, y, length in self.dark
        ]


def qr_modules(content: str) -> Modules:
    """Return the QR code of a text, error correction M; anything but ASCII is encoded as UTF-8.

    Raises:
        ValueError: the text is empty or too long for any QR code.
    """
    import segno

    if not content:
        raise ValueError("a QR code needs content")
    code = segno.make_qr(content, error="m", encoding=None if content.isascii() else "utf-8")
    rows = [bytes(row) for row in code.matrix_iter(border=QR_QUIET_MODULES)]
    return Modules(len(rows), len(rows), [run for y, row in enumerate(rows) for run in _runs(row, y)])


def code_128_modules(content: str) -> Modules:
    """Return the Code 128 of printable ASCII; digits are packed in pairs.

    Raises:
        ValueError: the text is empty or holds other signs.
    """
    from barcode import Code128

    if not content or not content.isascii() or not content.isprintable():
        raise ValueError("Code 128 is printed of printable ASCII only")
    (bars,) = Code128(content).build()
    quiet = bytes(CODE_128_QUIET_MODULES)
    row = quiet + bytes(int(bar) for bar in bars) + quiet
    return Modules(len(row), 1, list(_runs(row, 0)))


def _runs(row: bytes, y: int) -> Iterable[tuple[int, int, int]]:
    start = row.find(1)
    while start >= 0:
        end = row.find(0, start)
        end = len(row) if end < 0 else end
        yield start, y, end - start
        start = row.find(1, end)
