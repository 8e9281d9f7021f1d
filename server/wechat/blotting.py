"""遮去微信错误说明里的隐私 — WeChat quotes what it was sent; its own words are kept for the operator."""

import json
import re
from collections.abc import Iterable, Iterator

BLOT = "***"
_LONGEST = 300
_SHORTEST = 6
"""Shorter pieces of ASCII are words of a request (``image``, ``Typing``) that an explanation may need."""
_OPAQUE = re.compile(r"(?<!rid: )(?<![\w-])[\w-]{20,}", re.ASCII)
"""A token or an openid, also a part of one; a ``rid`` has the same look and is what WeChat's support asks for."""


def blot(text: str, *, sent: Iterable[str], body: bytes | None) -> str:
    """Return an explanation of WeChat's without what was ``sent`` in the address or stood in a JSON body."""
    said = {*sent, *_said_in(body)}
    for piece in sorted((piece for piece in said if _may_identify(piece)), key=len, reverse=True):
        text = text.replace(piece, BLOT)
    return _OPAQUE.sub(BLOT, text)[:_LONGEST]


def _may_identify(piece: str) -> bool:
    return len(piece) >= (_SHORTEST if piece.isascii() else 2)


def _said_in(body: bytes | None) -> Iterator[str]:
    if not body or body[:1] not in b"{[":
        return iter(())
    try:
        return _texts(json.loads(body))
    except ValueError:
        return iter(())


def _texts(value: object) -> Iterator[str]:
    """Yield every text of a JSON value, and its numbers as they are written."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str | int):
        yield str(value)
