"""文字 — what people typed, made fit for paper: nothing invisible, nothing that the typeface would leave blank."""

import unicodedata
from collections.abc import Container

LINE_ENDS = dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n")
REWRITTEN = str.maketrans({**LINE_ENDS, "\t": " ", "\u2e3a": "——", "\u2e3b": "———"})
"""Dashes of two and three ems become as many single ones, so that no sign is wider than a column can be."""

SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Ask for a variant of the sign before them; the typeface has one form of each."""


def visible(text: str) -> str:
    """Return text composed (NFC), with lines ended by ``\\n`` and without controls and other invisible signs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    composed = unicodedata.normalize("NFC", text.translate(REWRITTEN))
    return "".join(filter(None, map(_shown, composed)))


def _shown(sign: str) -> str:
    if sign == "\n" or sign.isprintable():
        return "" if sign in SELECTORS else sign
    category = unicodedata.category(sign)
    if category == "Zs":
        return sign if sign == "\u3000" else " "
    return "" if category in ("Cc", "Cf") else sign


def spelled(text: str, *, typeface: Container[str]) -> str:
    """Return text in which every sign that the typeface lacks is its code point, such as 〔U+20BB7〕.

    A clerk can look that up and write the sign by hand; a blank would pass for a shorter name.
    """
    return "".join(sign if sign == "\n" or sign in typeface else f"〔U+{ord(sign):04X}〕" for sign in text)
