"""选择器 — an optional language model's part: to choose among topics that were found, never to write an answer."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Candidate(msgspec.Struct, frozen=True):
    """候选 — a topic that was found for a question, with its title and chance."""

    slug: str
    title: str
    chance: float


class Chooser(Protocol):
    """选择器 — chooses among candidates or finds that none is meant."""

    async def choose(self, question: str, history: Sequence[str], candidates: Sequence[Candidate]) -> str | None:
        """Return the slug that is meant, None for no opinion; it never raises and keeps to its time."""
