"""邀请码 — ten signs that people read aloud, the last one a check sign."""

import secrets
import unicodedata

from models.errors import FieldError, Invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which people take for 1, 0 and V; 32 signs, five bits each."""
RANDOM_SIGNS = 9
"""45 bits, and ten tries a minute: a guess is hopeless within seven days."""

_MISREAD = str.maketrans("ILO", "110")


class InvitationMistyped(Invalid):
    message = "邀请码输错了"
    next_step = "请对照收到的 10 位邀请码重新输入"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("invitation", "邀请码是 10 位字母和数字，请逐位核对"),))


def make_code() -> str:
    """Return a new code as people read it aloud: ``4F7KQ-2M9XD``, the last sign a check sign."""
    values = [secrets.randbelow(len(ALPHABET)) for _ in range(RANDOM_SIGNS)]
    signs = "".join(ALPHABET[value] for value in (*values, _check(values)))
    return f"{signs[:5]}-{signs[5:]}"


def read_code(text: str) -> str:
    """Return the canonical form of a code as somebody typed it: case, blanks, dashes, I, L and O forgiven.

    Raises:
        InvitationMistyped: the length, a sign or the check sign is wrong.
    """
    upper = unicodedata.normalize("NFKC", text).upper().translate(_MISREAD)
    signs = "".join(sign for sign in upper if sign.isalnum())
    if len(signs) != RANDOM_SIGNS + 1 or not set(signs) <= set(ALPHABET):
        raise InvitationMistyped
    *values, check = (ALPHABET.index(sign) for sign in signs)
    if _check(values) != check:
        raise InvitationMistyped
    return signs


def _check(values: list[int]) -> int:
    """Return the check value over GF(32): it tells every wrong sign and every swap of neighbours."""
    state = 0
    for value in values:
        state = (state ^ value) << 1
        if state & 32:
            state ^= 0b100101
    return state
