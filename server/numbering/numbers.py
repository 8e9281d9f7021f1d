"""编号规则 — one scheme for every domain: given in order, written, read as people type it, and told when mistyped."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from config.clock import beijing_day
from models.transactions import fetch_row

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The signs of GB 32100-2015: 31 of them, a prime, without I, O, S, V and Z, which people take for others."""

SERIAL_DIGITS = 4
"""At least so many; a day with more than 9,999 numbers has longer ones."""
MOST_SERIAL_DIGITS = 6
LONGEST_TYPED = 40

_FORM = re.compile(rf"([0-9]{{6}})([0-9]{{{SERIAL_DIGITS},{MOST_SERIAL_DIGITS}}})([{ALPHABET}])")
_MISREAD = str.maketrans("OISZ|", "01521")
_NOT_SIGNS = re.compile(r"[\s\-_.·,/\u2010-\u2015]")
_GIVE = (
    "INSERT INTO number_series (series, given) VALUES ($1, 1) "
    "ON CONFLICT (series) DO UPDATE SET given = number_series.given + 1 RETURNING given"
)


@dataclass(frozen=True, slots=True)
class Numbering:
    """编号系列 — ``prefix`` such as ``YB``; numbers look like ``YB2611020017K``."""

    prefix: str

    async def give(self, *, at: datetime) -> str:
        """Return the next number of the Beijing day; it is given back if the caller's transaction is rolled back.

        Callers of one day wait for each other until their transactions end: no number is left out or given twice.
        """
        day = beijing_day(at)
        row = await fetch_row(_GIVE, f"{self.prefix}:{day.isoformat()}")
        assert row is not None
        return self.write(day=day, serial=row["given"])

    def write(self, *, day: date, serial: int) -> str:
        """Return the number of the n-th thing of a day."""
        digits = f"{day:%y%m%d}{serial:0{SERIAL_DIGITS}d}"
        return self.prefix + digits + check_sign(digits)

    def read(self, text: str) -> str | None:
        """Return a number as it is stored, None if it is none.

        Case, blanks, dashes, a missing prefix, and signs that the alphabet leaves out (O for 0, I for 1) are forgiven.
        """
        signs = self._signs(text)
        return self.prefix + signs if _is_right(signs) else None

    def looks_like(self, text: str) -> bool:
        """Whether somebody meant a number of this series: it has the prefix, and about as many digits."""
        upper = _NOT_SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()
        return bool(re.fullmatch(rf"{self.prefix}[0-9A-Z|]{{9,15}}", upper))

    def similar(self, text: str) -> tuple[str, ...]:
        """Return the right numbers from which what was typed differs by one wrong sign or by two that are swapped.

        Show them only to somebody to whom such a number belongs.
        """
        signs = self._signs(text)
        if not 0 < len(signs) <= LONGEST_TYPED:
            return ()
        found = dict.fromkeys(other for other in variants(signs) if _is_right(other))
        return tuple(self.prefix + other for other in found)

    def _signs(self, text: str) -> str:
        return plain_signs(text, prefix=self.prefix)


def plain_signs(text: str, *, prefix: str = "") -> str:
    """Return what somebody typed of a number in its own signs, without the prefix, blanks and dashes."""
    upper = _NOT_SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return upper.removeprefix(prefix).translate(_MISREAD)


def check_sign(digits: str) -> str:
    """Return the sign that makes the weighted sum of all signs a multiple of 31.

    The weights are powers of 3, which differ for any two of 30 places: every single wrong sign and every swap of
    two different signs, neighbours or not, is told.
    """
    return ALPHABET[-_weighted(digits + "0") % 31]


def is_checked(signs: str) -> bool:
    """Whether the last sign checks the others; signs outside the alphabet check nothing."""
    return bool(signs) and set(signs) <= set(ALPHABET) and _weighted(signs) == 0


def _weighted(signs: str) -> int:
    total = 0
    for sign in signs:
        total = (total * 3 + ALPHABET.index(sign)) % 31
    return total


def _is_right(signs: str) -> bool:
    form = _FORM.fullmatch(signs)
    if form is None or not is_checked(signs):
        return False
    try:
        date(2000 + int(form[1][:2]), int(form[1][2:4]), int(form[1][4:]))
    except ValueError:
        return False
    return int(form[2]) > 0


def variants(signs: str) -> Iterator[str]:
    """Yield what signs could have been meant for: two of them swapped, or one of them another."""
    for one in range(len(signs)):
        for other in range(one + 1, len(signs)):
            if signs[one] != signs[other]:
                yield signs[:one] + signs[other] + signs[one + 1 : other] + signs[one] + signs[other + 1 :]
    for place, sign in enumerate(signs):
        for other_sign in ALPHABET:
            if other_sign != sign:
                yield signs[:place] + other_sign + signs[place + 1 :]
