"""二维码 — a pass as a picture, for phones whose own QR component fails."""

import io

import segno

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def make_code(text: str) -> segno.QRCode:
    """Return the QR code of a pass: alphanumeric, error correction M as for screens that are scratched or dim.

    Raises:
        ValueError: the text holds a sign outside the alphanumeric set, hence is no pass.
    """
    return segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False)


def draw_svg(text: str) -> bytes:
    """Return the QR code of a pass as SVG that fills the space it is given; some milliseconds of work."""
    packed = io.BytesIO()
    make_code(text).save(
        packed,
        kind="svg",
        border=QUIET_ZONE,
        light="#fff",
        omitsize=True,
        title="优待证出示码",
        svgclass=None,
        lineclass=None,
    )
    return packed.getvalue()
