"""二维码"""

import io
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image

from models.cards import CardKind
from server.cards.pass_keys import signing_key
from server.cards.passes import CardPass, encode_pass
from server.cards.qr import draw_svg, make_code


def some_pass_text() -> str:
    at = datetime(2026, 11, 23, 4, tzinfo=UTC)
    card_pass = CardPass(os.urandom(16).hex(), "x" * 22, CardKind.VETERAN, at, at + timedelta(seconds=60))
    return encode_pass(card_pass, key=signing_key(b"0123456789abcdef", os.urandom(32)))


@pytest.mark.parametrize("scale", [2, 4, 9])
def test_a_standard_reader_finds_exactly_the_pass(scale: int) -> None:
    text = some_pass_text()
    picture = io.BytesIO()
    make_code(text).save(picture, kind="png", scale=scale, border=4)

    (found,) = read_codes(Image.open(picture).convert("L"))

    assert found.text == text


def test_the_svg_draws_the_same_modules_with_a_quiet_zone() -> None:
    text = some_pass_text()
    code = make_code(text)

    svg = draw_svg(text).decode()

    side = code.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {side} {side}"' in svg
    (found,) = read_codes(raster(svg, side))
    assert found.text == text


def test_the_code_is_alphanumeric_and_small_enough_for_an_old_screen() -> None:
    code = make_code(some_pass_text())

    assert code.mode == "alphanumeric"
    assert code.error == "M"
    assert isinstance(code.version, int)
    assert code.version <= 12


def test_text_that_is_no_pass_makes_no_alphanumeric_code() -> None:
    with pytest.raises(ValueError, match="mode"):
        make_code("优待证")


def read_codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """Read QR codes only, as a till does: random modules now and then look like a stroke code too."""
    return zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)


def raster(svg: str, side: int, scale: int = 4) -> Image.Image:
    """Return the picture of an SVG whose dark modules are one path of ``M``, ``m`` and ``h`` strokes."""
    path = svg.split('stroke="#000"')[1].split('d="')[1].split('"')[0]
    picture = Image.new("L", (side, side), 255)
    x = y = 0.0
    for command, arguments in strokes(path):
        if command == "M":
            x, y = arguments
        elif command == "m":
            x, y = x + arguments[0], y + arguments[1]
        else:
            for step in range(int(arguments[0])):
                picture.putpixel((int(x) + step, int(y)), 0)
            x += arguments[0]
    return picture.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def strokes(path: str) -> list[tuple[str, list[float]]]:
    return [
        (command, [float(number) for number in re.findall(r"-?\d*\.?\d+", arguments)])
        for command, arguments in re.findall(r"([Mmh])([^Mmh]*)", path)
    ]
