"""交叉验证 — what the model makes of ways of asking that it did not learn: a fifth in turn, or a whole style left out.

It needs scikit-learn, and runs for minutes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from bot.dialogue.deciding import Decision, Thresholds, decide
from bot.evaluation.measuring import Share
from bot.knowledge.entries import Asking, Knowledge, Style
from bot.knowledge.published import Published
from bot.replies import Kind
from bot.retrieval.labels import AMBIGUOUS, HANDOVER, LIVE, REFUSAL, TOPIC
from bot.retrieval.model import Scored
from bot.retrieval.training import examples, held_out_margins, read_pairs, sounds

_FOLDS = 5
_SEED = 7
Outcomes = list[tuple[Asking, str, Decision]]
"""Each way of asking with its label and what was decided without having learnt it."""


def cross_validate(
    knowledge: Knowledge, published: Published, *, sharpness: float, today: date, limits: Thresholds | None = None
) -> Outcomes:
    """Return what is decided of every way of asking by a model that learnt the other four fifths."""
    pairs = list(examples(knowledge))
    labels = sorted({name for _, name in pairs})
    places = {name: place for place, name in enumerate(labels)}
    answers = np.array([places[name] for _, name in pairs])
    read = read_pairs(pairs, sounds())
    found: Outcomes = []
    for learn, hold in StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(read, answers):
        margins = held_out_margins(read, answers, learn, hold)
        found += _decided(pairs, hold, margins, labels, published, sharpness, today, limits)
    return found


def leave_out(knowledge: Knowledge, published: Published, style: Style, *, sharpness: float, today: date) -> Outcomes:
    """Return what is decided of every way of asking in a style by a model that never saw that style."""
    pairs = list(examples(knowledge))
    labels = sorted({name for _, name in pairs})
    places = {name: place for place, name in enumerate(labels)}
    answers = np.array([places[name] for _, name in pairs])
    is_out = np.array([one.style is style for one, _ in pairs])
    read = read_pairs(pairs, sounds())
    learn, hold = np.flatnonzero(~is_out), np.flatnonzero(is_out)
    margins = held_out_margins(read, answers, learn, hold)
    return list(_decided(pairs, hold, margins, labels, published, sharpness, today, None))


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


def _decided(
    pairs: Sequence[tuple[Asking, str]],
    hold: npt.NDArray[np.intp],
    margins: npt.NDArray[np.float64],
    labels: Sequence[str],
    published: Published,
    sharpness: float,
    today: date,
    limits: Thresholds | None,
) -> Iterator[tuple[Asking, str, Decision]]:
    for place, row in zip(hold, margins, strict=True):
        raised = np.exp((row - row.max()) * sharpness)
        scored = Scored((raised / raised.sum()).astype(np.float32), 1.0)
        asking, label = pairs[int(place)]
        yield asking, label, decide(scored, labels, published, today=today, limits=limits)
