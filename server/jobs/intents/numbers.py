"""意向书编号 — numbers that people read aloud: ``YX``, the Beijing day, the serial of the day, a check sign."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from config.clock import beijing_day
from models.errors import FieldError, Invalid
from models.transactions import fetch_row

PREFIX = "YX"
SERIAL_DIGITS = 4
"""At least so many; a day with more than 9,999 forms has longer numbers."""
LONGEST_TYPED = 40

_FORM = re.compile(rf"([0-9]{{8}})([0-9]{{{SERIAL_DIGITS},6}})([0-9X])")
_MISREAD = str.maketrans("OQIL|", "00111")
_NOT_SIGNS = re.compile(r"[\s\-_.·,/\u2010-\u2015]")


class IntentNumberMistyped(Invalid):
    message = "意向书编号输错了"
    next_step = "请对照意向书逐位核对，编号如 YX2025032200175，开头是 YX 和签约日期"

    def __init__(self, similar: tuple[str, ...] = ()) -> None:
        hint = f"是不是 {'、'.join(similar)}" if similar else "请逐位核对"
        next_step = f"您要找的可能是 {'、'.join(similar)}，请对照意向书核对" if similar else None
        super().__init__(next_step=next_step, errors=(FieldError("number", hint),))


async def next_number(*, at: datetime) -> str:
    """Return the next number of the Beijing day; given back if the caller's transaction is rolled back.

    Callers of one day wait for each other until their transactions end, so no number is left out or given twice.
    """
    day = beijing_day(at)
    row = await fetch_row(
        "INSERT INTO number_series (series, given) VALUES ($1, 1) "
        "ON CONFLICT (series) DO UPDATE SET given = number_series.given + 1 RETURNING given",
        f"intents:{day.isoformat()}",
    )
    assert row is not None
    return write_number(day=day, serial=row["given"])


def write_number(*, day: date, serial: int) -> str:
    """Return the number of the n-th form of a day, such as ``YX2025032200175``."""
    digits = f"{day:%Y%m%d}{serial:0{SERIAL_DIGITS}d}"
    return PREFIX + digits + check_sign(digits)


def check_sign(digits: str) -> str:
    """Return the ISO 7064 MOD 11-2 check sign, as of ID numbers: every wrong digit and every swap is told."""
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(1 - rest) % 11]


def read_number(text: str) -> str:
    """Return a number as it is stored; case, blanks, dashes, a missing YX, and O or I for 0 or 1 are forgiven.

    Raises:
        IntentNumberMistyped: the form, the day or the check sign is wrong.
    """
    signs = _signs(text)
    if not _is_right(signs):
        raise IntentNumberMistyped
    return PREFIX + signs


def similar_numbers(text: str) -> tuple[str, ...]:
    """Return the right numbers from which what was typed differs by one sign, or by a swap of two neighbours."""
    signs = _signs(text)
    if len(signs) > LONGEST_TYPED:
        return ()
    found = dict.fromkeys(other for other in _variants(signs) if _is_right(other))
    return tuple(PREFIX + other for other in found)


def _signs(text: str) -> str:
    upper = _NOT_SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return upper.removeprefix(PREFIX).translate(_MISREAD)


def _variants(signs: str) -> Iterator[str]:
    for place in range(len(signs) - 1):
        first, second = signs[place], signs[place + 1]
        if first != second:
            yield signs[:place] + second + first + signs[place + 2 :]
    for place, sign in enumerate(signs):
        for other in "0123456789X":
            if other != sign:
                yield signs[:place] + other + signs[place + 1 :]


def _is_right(signs: str) -> bool:
    form = _FORM.fullmatch(signs)
    if form is None or check_sign(form[1] + form[2]) != form[3]:
        return False
    try:
        date.fromisoformat(form[1])
    except ValueError:
        return False
    return True
