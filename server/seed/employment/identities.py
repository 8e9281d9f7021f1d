"""示例号码 — codes and numbers with a right check sign that belong to nobody."""

from collections.abc import Callable
from datetime import date, timedelta

from models.identifiers import CreditCode, IdNumber, Mobile

_BORN = date(1900, 2, 1)
"""Nobody alive was born then; the other samples have January."""


def credit_code_of(serial: int) -> str:
    """Return the credit code of the n-th sample employer; the perks' merchants have the first thousand."""
    return _checked(f"Y1321084{1001 + serial:09}", "0123456789ABCDEFGHJKLMNPQRTUWXY", CreditCode.parse)


def id_number_of(serial: int) -> str:
    """Return the ID number of the n-th sample visitor."""
    day = _BORN + timedelta(days=serial // 900)
    return _checked(f"321084{day:%Y%m%d}{serial % 900 + 100}", "0123456789X", IdNumber.parse)


def mobile_of(serial: int) -> str:
    """Return the mobile of the n-th sample person or employer."""
    return str(Mobile.parse(f"130{10_000 + serial:08}"))


def _checked(start: str, signs: str, parse: Callable[[str], str]) -> str:
    """Return a number whose last sign checks the others."""
    for sign in signs:
        try:
            return str(parse(start + sign))
        except ValueError:
            continue
    raise ValueError(f"no sign checks {start}")
