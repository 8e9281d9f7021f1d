"""断行 — where a line of Chinese may end; a text that has no such place is broken anyway, never cut."""

import unicodedata
from collections.abc import Callable, Iterator

NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕〗〙｝］”’…—·～％‰℃￠々,.;:?!)]}>%°")
NEVER_LAST = frozenset("（《〈「『【〔〖〘｛［“‘￥＄№([{<$¥#")
IN_WORDS = frozenset("_-–./@:+&=~'\"\\|*^`%,?!;")
"""Signs that, between letters and digits, belong to one word, number or address."""


def break_lines(text: str, *, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return text in lines no wider than ``width``; ``measure`` tells the width of one sign.

    Every sign is in some line, but blanks at a line's end. A sign wider than the width has a line of its own.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(paragraph):
            needed = sum(map(measure, piece.rstrip(" ")))
            if used + needed > width and line:
                lines.append(line)
                line, used = "", 0.0
            if needed > width:
                *full, piece = _chopped(piece, width=width, measure=measure)
                lines += full
            line += piece
            used += sum(map(measure, piece))
        lines.append(line)
    return [line.rstrip(" ") for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts between which a line may end, blanks at the end of the part before them."""
    start = 0
    for end in range(1, len(text)):
        if _may_break(text[end - 1], text[end]):
            yield text[start:end]
            start = end
    if text:
        yield text[start:]


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in NEVER_FIRST or before in NEVER_LAST or unicodedata.combining(after):
        return False
    return before == " " or not (_is_in_word(before) and _is_in_word(after))


def _is_in_word(sign: str) -> bool:
    return sign in IN_WORDS or (sign.isalnum() and unicodedata.east_asian_width(sign) not in ("W", "F"))


def _chopped(piece: str, *, width: float, measure: Callable[[str], float]) -> list[str]:
    parts: list[str] = []
    part, used = "", 0.0
    for sign in piece:
        needed = measure(sign)
        if part and used + needed > width and sign != " ":
            parts.append(part)
            part, used = "", 0.0
        part += sign
        used += needed
    return [*parts, part]
