"""知识条目 — a topic with its answer and sources, and the ways in which people ask; nothing here reads a file."""

from datetime import date
from enum import StrEnum

import msgspec


class Style(StrEnum):
    """问法风格 — how somebody puts a question; evaluation reports each apart."""

    COLLOQUIAL = "colloquial"
    ELDERLY = "elderly"
    VOICE_DICTATION = "voice-dictation"
    DIALECT = "dialect"
    TYPO = "typo"
    PINYIN_HOMOPHONE = "pinyin-homophone"
    KEYWORD_ONLY = "keyword-only"
    LONG_STORY = "long-story"
    TRADITIONAL = "traditional"
    ENGLISH_MIXED = "english-mixed"
    FORMAL = "formal"
    ADVERSARIAL = "adversarial"
    FOLLOW_UP = "follow-up"
    STAFF = "staff"
    """Taken over by staff from what somebody really asked."""


class Confidence(StrEnum):
    """来源可信度 — the law's text, the bureau's own account, or how well a published document is vouched for."""

    LAW = "law"
    BUREAU = "bureau"
    HIGH = "high"
    MID = "mid"
    LOW = "low"


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """出处 — a law with its article, a published document with its address, or the bureau's own account."""

    title: str
    article: str = ""
    url: str = ""
    confidence: Confidence = Confidence.LAW

    @property
    def words(self) -> str:
        """The source as a reader sees it: 《退役军人保障法》第十五条."""
        name = self.title if self.title.startswith("《") else f"《{self.title}》"
        return f"{name}{self.article}" if self.confidence is Confidence.LAW else self.title


class Fact(msgspec.Struct, frozen=True):
    """要点 — words that stand in the answer when it says this fact, and the places of its sources."""

    words: tuple[str, ...]
    sources: tuple[int, ...]


class Asking(msgspec.Struct, frozen=True, omit_defaults=True):
    """问法 — one way in which somebody asks; ``history`` are the turns before it, the oldest first."""

    text: str
    style: Style = Style.COLLOQUIAL
    history: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """知识条目 — one topic. ``answer`` is what the bureau approved, without the source line that is added when shown.

    ``valid_from`` and ``valid_to`` bound the days on which it may be answered, both included.
    """

    slug: str
    category: str
    title: str
    answer: str
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]
    askings: tuple[Asking, ...]
    reviewed_on: date
    related: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    local: bool = False

    def is_valid(self, day: date) -> bool:
        """Whether it may be answered on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Ambiguity(msgspec.Struct, frozen=True):
    """歧义 — something that people say who may mean one of several topics, and what to ask back."""

    name: str
    question: str
    options: tuple[str, ...]
    askings: tuple[Asking, ...]


class Boundary(msgspec.Struct, frozen=True):
    """边界 — what is no topic's: live data of an intent, a person's matter, or outside the subject."""

    label: str
    """``live:job_fair``, ``handover:complaint``, ``refusal:general`` …"""
    askings: tuple[Asking, ...]


class Knowledge(msgspec.Struct, frozen=True):
    """知识 — everything from which the bot learns and answers."""

    entries: tuple[Entry, ...]
    ambiguities: tuple[Ambiguity, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
