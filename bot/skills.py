"""技能 — what a domain fulfils so that the bot can speak of it; the bot knows no domain and no HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Question:
    """问题 — what somebody asks, who and where they are as far as that is known.

    ``account_id`` None is somebody who is not logged in; ``latitude`` and ``longitude`` are GCJ-02 degrees.
    """

    text: str
    at: datetime
    account_id: UUID | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class SkillCard:
    """答复卡片 — one thing of an answer: a title, a few lines, and the API path of the whole; empty for none."""

    title: str
    lines: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class SkillAnswer:
    """技能的答复 — a sentence and the things it speaks of; ``needs_login`` asks the client to offer the log-in."""

    text: str
    cards: tuple[SkillCard, ...] = ()
    needs_login: bool = False


class Skill(Protocol):
    """技能 — answers what concerns one domain from its records, never from imagination."""

    @property
    def name(self) -> str:
        """The domain's word, such as ``jobs``."""

    def recognise(self, text: str) -> str | None:
        """Return the intent of a sentence that is this domain's, else None; a policy question is no skill's."""

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        """Return the answer to a question of one of its intents; a personal one without an account asks to log in."""
