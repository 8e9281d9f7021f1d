"""交叉验证 — what the model makes of ways of asking that it did not learn: a fifth in turn, or a whole style left out.

It needs scikit-learn, and runs for minutes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from bot.dialogue.deciding import Decision, Sorted, Thresholds, decide
from bot.evaluation.measuring import Share
from bot.knowledge.entries import Asking, Knowledge, Style
from bot.knowledge.published import Published
from bot.replies import Kind
from bot.retrieval.labels import AMBIGUOUS, HANDOVER, LIVE, REFUSAL, TOPIC
from bot.retrieval.model import Scored
from bot.retrieval.training import Example, Prepared, answers, examples, held_out_margins, prepare, sounds

_FOLDS = 5
_SEED = 7
Outcomes = list[tuple[Asking, str, Decision]]
"""Each way of asking with its label and what was decided without having learnt it."""
LabelledScore = tuple[Scored, Sequence[str]]


def cross_validate(
    knowledge: Knowledge, published: Published, *, sharpness: float, today: date, limits: Thresholds | None = None
) -> Outcomes:
    """Return what is decided of every way of asking by a model that learnt the other four fifths."""
    found: Outcomes = []
    for one, scored in scored_in_turn(knowledge, sharpness=sharpness):
        found.append((one.asking, one.label, _decide(scored, published, today, limits)))
    return found


def scored_in_turn(knowledge: Knowledge, *, sharpness: float) -> Iterator[tuple[Example, LabelledScore]]:
    """Yield every way of asking with the chances of a model that learnt the other four fifths."""
    asked, told, found = _prepared(knowledge)
    for chosen, held in StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(asked.read, asked.targets):
        yield from _scored(found, held, held_out_margins(asked, told, chosen, held), asked.labels, sharpness)


def leave_out(knowledge: Knowledge, published: Published, style: Style, *, sharpness: float, today: date) -> Outcomes:
    """Return what is decided of every way of asking in a style by a model that never saw that style."""
    asked, told, found = _prepared(knowledge)
    is_out = np.array([one.asking.style is style for one in found])
    chosen, held = np.flatnonzero(~is_out), np.flatnonzero(is_out)
    margins = held_out_margins(asked, told, chosen, held)
    return [
        (one.asking, one.label, _decide(scored, published, today, None))
        for one, scored in _scored(found, held, margins, asked.labels, sharpness)
    ]


def shares(outcomes: Outcomes) -> dict[str, Share]:
    """Return how much was right by what was expected: first place, in three, refusals, handovers, live, choices."""
    topics = [(label.partition(":")[2], decision) for _, label, decision in outcomes if label.startswith(TOPIC)]
    others = {
        "refusal": (REFUSAL, Kind.REFUSAL),
        "handover": (HANDOVER, Kind.HANDOVER),
        "clarify": (AMBIGUOUS, Kind.CLARIFY),
    }
    found = {
        "first": Share(sum(d.kind is Kind.ANSWER and d.slugs == (slug,) for slug, d in topics), len(topics)),
        "in_three": Share(sum(_is_offered(slug, d) for slug, d in topics), len(topics)),
    }
    for name, (prefix, kind) in others.items():
        expected = [decision for _, label, decision in outcomes if label.startswith(prefix)]
        found[name] = Share(sum(decision.kind is kind for decision in expected), len(expected))
    live = [(label.partition(":")[2], decision) for _, label, decision in outcomes if label.startswith(LIVE)]
    found["live"] = Share(sum(d.kind is Kind.LIVE and d.intent == intent for intent, d in live), len(live))
    return found


def _is_offered(slug: str, decision: Decision) -> bool:
    if decision.kind is Kind.ANSWER:
        return slug in {decision.slugs[0], *(one for one, _ in decision.ranked[1:3])}
    return decision.kind is Kind.CLARIFY and slug in decision.slugs[:3]


def _prepared(knowledge: Knowledge) -> tuple[Prepared, Prepared, list[Example]]:
    heard, found = sounds(), list(examples(knowledge))
    asked = prepare(found, heard)
    return asked, prepare(list(answers(knowledge)), heard, asked.labels), found


def _scored(
    found: Sequence[Example],
    held: npt.NDArray[np.intp],
    margins: npt.NDArray[np.float64],
    labels: Sequence[str],
    sharpness: float,
) -> Iterator[tuple[Example, LabelledScore]]:
    for place, row in zip(held, margins, strict=True):
        raised = np.exp((row - row.max()) * sharpness)
        yield found[int(place)], (Scored((raised / raised.sum()).astype(np.float32), 1.0), labels)


def _decide(scored: LabelledScore, published: Published, today: date, limits: Thresholds | None) -> Decision:
    chances, labels = scored
    return decide(chances, Sorted.of(labels, published), published, today=today, limits=limits)
