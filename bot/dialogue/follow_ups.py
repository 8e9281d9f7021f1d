"""追问 — a question that only makes sense after the one before it, within half an hour."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.replies import Kind, Turn

REMEMBERED = timedelta(minutes=30)
MOST_TURNS = 3
_SHORT = 14
_LEANS = re.compile(
    r"^(?:那|那么|那我|那要|这个|这种|这样|它|他|她|还有|另外|再问|如果|要是|万一|然后|所以|可是|但是|不过|具体|比如|为啥|为什么|怎么办|多久|多长|多少|几|啥时候|什么时候|哪里|在哪|去哪|找谁|要带|带什么|材料)|"
    r"呢$|这个|那个|上面|刚才|前面|这种情况|你说的"
)


def context_of(text: str, turns: Sequence[Turn], *, at: datetime) -> str:
    """Return what was asked before and still counts for a question, the oldest first; empty where it stands alone."""
    return " ".join(earlier_of(text, turns, at=at))


def earlier_of(text: str, turns: Sequence[Turn], *, at: datetime) -> list[str]:
    """Return the questions before one that still count for it, the oldest first; none where it stands alone."""
    recent = [turn for turn in turns if at - turn.at <= REMEMBERED and turn.kind not in (Kind.HANDOVER, Kind.REFUSAL)]
    if not recent or (len(text) > _SHORT and not _LEANS.search(text)):
        return []
    return [turn.text for turn in recent[-MOST_TURNS:]]
