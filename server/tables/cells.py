"""单元格 — what a cell says as text, cleaned of what typing and pasting leave behind; and how it is shown masked."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from server.tables.table import LARGEST_EXACT, CellValue

SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{2,}", re.IGNORECASE)
INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
FULL_WIDTH = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "＋－．／＠＿　"))
}
"""Full-width letters, digits and the signs of codes become ASCII; the punctuation of Chinese prose stays."""

CLEANING = {**INVISIBLE, **FULL_WIDTH, 0x00A0: " "}
DIGIT_RUN = re.compile(r"\d{7,}[Xx]?")
CHINESE = re.compile("[\u4e00-\u9fff]")
SHORTEST_ASCII_SECRET = 5
"""Shorter codes and numbers identify nobody, and masking them would garble the rest of a message."""


class PrecisionLost(ValueError):
    """A long number that the spreadsheet program has already rounded. 精度丢失"""


def clean(text: str) -> str:
    """Return text without surrounding blanks and invisible marks, full-width letters and digits as ASCII."""
    return text.strip() if text.isascii() else text.translate(CLEANING).strip()


def cell_text(value: CellValue) -> str:
    """Return a cell as the person would have typed it: whole numbers without ``.0``, days as ``YYYY-MM-DD``.

    Raises:
        PrecisionLost: a number of more than fifteen digits, which was no longer exact when the file was saved.
    """
    if isinstance(value, str):
        text = clean(value)
        if SCIENTIFIC.fullmatch(text):
            raise PrecisionLost
        return text
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    return duration_text(value)


def number_text(value: int | float) -> str:
    """Return a number without an exponent and without a decimal point that says nothing."""
    if not abs(value) < LARGEST_EXACT:
        raise PrecisionLost
    return str(int(value)) if value == int(value) else f"{value:.10f}".rstrip("0").rstrip(".")


def duration_text(value: timedelta) -> str:
    """Return a duration as ``HH:MM:SS``; spreadsheet programs store a bare time of day as one."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def mask(text: str) -> str:
    """Return text with only its first and last character left, the last only from three characters on."""
    if len(text) < 3:
        return text[:1] + "*" * (len(text) - 1)
    return text[0] + "*" * min(len(text) - 2, 16) + text[-1]


def mask_digits(text: str) -> str:
    """Return text in which every run of seven digits or more is masked, whatever it was."""
    return DIGIT_RUN.sub(lambda found: mask(found[0]), text)


def mask_in(message: str, *, secret: str) -> str:
    """Return a message in which the cell's own text shows only its ends, and long numbers likewise."""
    if len(secret) >= (SHORTEST_ASCII_SECRET if secret.isascii() else 2):
        message = message.replace(secret, mask(secret))
    return mask_digits(message)


def has_chinese(message: str) -> bool:
    """Tell whether a message was written for the people who read it."""
    return CHINESE.search(message) is not None
