"""报名号 — a short number that people read aloud at a fair: the serial of the registration and a check sign.

The sign is ``server.numbering``'s: the weighted sum of all signs is a multiple of 31, so that every single wrong sign
and every swap of two signs is told.
"""

import re
from collections.abc import Iterator

from server.numbering.numbers import ALPHABET, check_sign, is_checked, plain_signs, variants

SERIAL_DIGITS = 4
"""At least so many; a fair with more than 9,999 registrations has longer numbers."""
_FORM = re.compile(rf"[0-9]{{{SERIAL_DIGITS},6}}[{ALPHABET}]")
_LONGEST_TYPED = 12


def write_number(serial: int) -> str:
    """Return the number of the n-th registration of a fair, such as ``0017M``."""
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    return digits + check_sign(digits)


def read_number(text: str) -> str | None:
    """Return a number as it is stored, None if it is none; case, blanks, dashes and leading zeros are forgiven."""
    signs = _padded(text)
    return signs if _is_right(signs) else None


def similar_numbers(text: str) -> tuple[str, ...]:
    """Return the right numbers that could have been meant, the likeliest first.

    Digits alone may be a serial without its check sign; else two signs are swapped, or one is wrong or was left out or
    written twice.
    """
    typed = plain_signs(text)
    if not 0 < len(typed) <= _LONGEST_TYPED:
        return ()
    meant = [write_number(int(typed))] if re.fullmatch(r"0*[1-9][0-9]{0,5}", typed) else []
    others = (*variants(_padded(typed)), *_longer(typed), *_shorter(typed))
    return tuple(dict.fromkeys((*meant, *filter(_is_right, map(_padded, others)))))


def _padded(text: str) -> str:
    """Return the signs of a number; a leading zero more or less changes neither the number nor its check."""
    signs = plain_signs(text)
    return signs.zfill(SERIAL_DIGITS + 1) if signs.isascii() else signs


def _is_right(signs: str) -> bool:
    return _FORM.fullmatch(signs) is not None and is_checked(signs) and int(signs[:-1]) > 0


def _longer(signs: str) -> Iterator[str]:
    for place in range(len(signs) + 1):
        for sign in ALPHABET:
            yield signs[:place] + sign + signs[place:]


def _shorter(signs: str) -> Iterator[str]:
    for place in range(len(signs)):
        yield signs[:place] + signs[place + 1 :]
