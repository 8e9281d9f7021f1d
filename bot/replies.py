"""答复 — what the bot says, in one shape for every channel."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.skills import SkillCard


class Kind(StrEnum):
    """答复种类"""

    ANSWER = "answer"
    CLARIFY = "clarify"
    LIVE = "live"
    HANDOVER = "handover"
    REFUSAL = "refusal"


class HandoverReason(StrEnum):
    """转人工的原因"""

    CRISIS = "crisis"
    THREAT = "threat"
    COMPLAINT = "complaint"
    OWN_CASE = "own_case"
    BY_WORD = "by_word"
    NOT_UNDERSTOOD = "not_understood"


class RefusalReason(StrEnum):
    """不答的原因 — ``outside`` the subject, nothing to read in it, or nothing of it understood."""

    OUTSIDE = "outside"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    FOREIGN = "foreign"
    ABUSE = "abuse"
    UNKNOWN = "unknown"
    GREETING = "greeting"


class Citation(msgspec.Struct, frozen=True):
    """引用 — where an answer stands; ``article`` and ``url`` may be empty."""

    title: str
    article: str
    url: str


class Option(msgspec.Struct, frozen=True):
    """选项 — a button: what it says, what it sends, and the topic that it means (None for anything else)."""

    label: str
    send: str
    topic: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """答复 — ``topic`` and ``citations`` of an answer, ``intent`` and ``cards`` of live data, ``options`` to choose.

    ``reason`` says why a person is brought or why nothing is answered. ``as_of`` is the day of the knowledge.
    """

    kind: Kind
    text: str
    topic: str | None = None
    intent: str | None = None
    confidence: float = 0.0
    as_of: date | None = None
    citations: tuple[Citation, ...] = ()
    options: tuple[Option, ...] = ()
    cards: tuple[SkillCard, ...] = ()
    reason: str = ""
    needs_login: bool = False


class Turn(msgspec.Struct, frozen=True):
    """一轮对话 — what somebody asked earlier in the conversation, and what came of it."""

    text: str
    at: datetime
    kind: Kind
    topic: str | None = None
    intent: str | None = None
    reason: str = ""
