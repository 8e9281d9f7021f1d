"""决定 — from the chances of all labels to one outcome; the one scorer of live use, hit test and evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt

from bot.knowledge.published import Published
from bot.replies import Kind, RefusalReason
from bot.retrieval.labels import AMBIGUOUS, HANDOVER, LIVE, REFUSAL, TOPIC
from bot.retrieval.model import Floats, Scored

MOST_OPTIONS = 4
FEWEST_OPTIONS = 2
_RANKED = 8
_SORTS = (TOPIC, AMBIGUOUS, LIVE, HANDOVER, REFUSAL)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """阈值 — chances in [0, 1] from which something is done; found by cross-validation, see docs/decisions/0016."""

    answer: float = 0.15
    """From here on the first topic is answered, with others offered beside it."""
    lead: float = 1.05
    """Below ``sure`` it must have so many times the chance of the next one."""
    sure: float = 0.5
    """From here on an answer is given without asking whether it was meant."""
    ambiguous: float = 1.2
    """So many times the chance of meaning several topics an answer needs; else a choice is offered."""
    clarify: float = 0.1
    """From here on the topics together are worth a choice."""
    handover: float = 0.22
    live: float = 0.3
    refuse: float = 0.25
    option: float = 0.03
    """Below this chance a topic is no option."""
    known: float = 0.3
    """Below this share of signs that were ever seen, nothing was understood."""


@dataclass(frozen=True, slots=True)
class Decision:
    """决定 — ``slugs`` are the topic of an answer or the options of a choice, the most probable first.

    ``ranked`` are the first topics with their chances, whatever was decided.
    """

    kind: Kind
    confidence: float
    slugs: tuple[str, ...] = ()
    intent: str = ""
    choice: str = ""
    reason: str = ""
    ranked: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """分好的标签 — the places and names of a model's labels by sort; topics that are not published are left out."""

    names: dict[str, list[str]]
    places: dict[str, npt.NDArray[np.intp]]

    @classmethod
    def of(cls, labels: Sequence[str], published: Published) -> Self:
        """Sort a model's labels."""
        names: dict[str, list[str]] = {sort: [] for sort in _SORTS}
        places: dict[str, list[int]] = {sort: [] for sort in _SORTS}
        for place, label in enumerate(labels):
            sort, _, name = label.partition(":")
            if sort != TOPIC or name in published.topics:
                names[sort].append(name)
                places[sort].append(place)
        return cls(names, {sort: np.array(found, dtype=np.intp) for sort, found in places.items()})

    def total(self, sort: str, chances: Floats) -> float:
        """Return the chances of a whole sort together."""
        return float(chances[self.places[sort]].sum())

    def first(self, sort: str, chances: Floats) -> str:
        """Return the most probable name of a sort that has any."""
        return self.names[sort][int(chances[self.places[sort]].argmax())]

    def group(self, sort: str, chances: Floats, *, most: int = 1) -> "_Group":
        """Return the first of a sort with their chances, and the chances of all of it together."""
        found = chances[self.places[sort]]
        if not len(found):
            return _Group([], 0.0)
        first = [int(found.argmax())] if most == 1 else np.argsort(-found, kind="stable")[:most].tolist()
        names = self.names[sort]
        return _Group([(names[place], float(found[place])) for place in first], float(found.sum()))


@dataclass(frozen=True, slots=True)
class _Group:
    """The labels of one sort, the most probable first, and their chances together."""

    ranked: list[tuple[str, float]]
    total: float

    @property
    def first(self) -> str:
        return self.ranked[0][0] if self.ranked else ""

    @property
    def chance(self) -> float:
        return self.ranked[0][1] if self.ranked else 0.0


def decide(
    scored: Scored, labels: Sorted, published: Published, *, today: date, limits: Thresholds | None = None
) -> Decision:
    """Return what to do with a question that is scored; a topic that may not be answered today is passed over."""
    limits = limits or Thresholds()
    chances = scored.chances
    handover, live, refusal = (labels.total(sort, chances) for sort in (HANDOVER, LIVE, REFUSAL))
    topics = _valid(labels.group(TOPIC, chances, most=_RANKED), published, today)
    ranked = tuple(topics.ranked)
    if scored.known < limits.known:
        return Decision(Kind.REFUSAL, 1 - scored.known, reason=RefusalReason.UNKNOWN, ranked=ranked)
    if handover >= limits.handover and handover >= max(live, refusal):
        return Decision(Kind.HANDOVER, handover, reason=labels.first(HANDOVER, chances), ranked=ranked)
    if live >= limits.live and live >= refusal:
        return Decision(Kind.LIVE, live, intent=labels.first(LIVE, chances), ranked=ranked)
    if refusal >= limits.refuse:
        return Decision(Kind.REFUSAL, refusal, reason=labels.first(REFUSAL, chances), ranked=ranked)
    return _about_topics(topics, labels.group(AMBIGUOUS, chances), ranked, limits)


def _valid(topics: _Group, published: Published, today: date) -> _Group:
    return _Group([one for one in topics.ranked if published.topics[one[0]].is_valid(today)], topics.total)


def _about_topics(
    topics: _Group, ambiguous: _Group, ranked: tuple[tuple[str, float], ...], limits: Thresholds
) -> Decision:
    second = topics.ranked[1][1] if len(topics.ranked) > 1 else 0.0
    is_clear = topics.chance >= limits.sure or topics.chance >= limits.lead * second
    if topics.chance >= limits.answer and topics.chance > limits.ambiguous * ambiguous.total and is_clear:
        return Decision(Kind.ANSWER, topics.chance, (topics.first,), ranked=ranked)
    total = topics.total + ambiguous.total
    if total >= limits.clarify and topics.ranked:
        name = ambiguous.first if ambiguous.total >= topics.chance else ""
        return Decision(Kind.CLARIFY, total, _options(topics, limits), choice=name, ranked=ranked)
    return Decision(Kind.REFUSAL, 1 - total, reason=RefusalReason.UNKNOWN, ranked=ranked)


def _options(topics: _Group, limits: Thresholds) -> tuple[str, ...]:
    worthy = [slug for slug, chance in topics.ranked[:MOST_OPTIONS] if chance >= limits.option]
    return tuple(worthy) if len(worthy) >= FEWEST_OPTIONS else tuple(slug for slug, _ in topics.ranked[:FEWEST_OPTIONS])
