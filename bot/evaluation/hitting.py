"""命中测试 — what questions find before and after a draft, in a process of its own:

``python -m bot.evaluation.hitting BEFORE AFTER.json TRIAL.json RESULT.json``; BEFORE is the folder of the model in use.
"""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from bot.assistant import Assistant
from bot.dialogue.deciding import Decision
from bot.knowledge.entries import Asking, Knowledge
from bot.knowledge.loading import load_categories
from bot.knowledge.published import Published, publish
from bot.replies import Kind, Turn
from bot.retrieval.model import load_model
from bot.skills import Question
from config.clock import utc_now

MOST_ASTRAY = 100


class Outcome(msgspec.Struct, frozen=True):
    """命中结果 — what is done with a question; ``topic`` is the first that is meant, if any."""

    kind: Kind
    topic: str
    confidence: float


class Hit(msgspec.Struct, frozen=True):
    """一个问题的命中 — before and after the draft."""

    question: str
    before: Outcome
    after: Outcome


class Astray(msgspec.Struct, frozen=True):
    """走偏的问法 — a way of asking of another topic that found it before and does not after."""

    topic: str
    question: str
    after: Outcome


class Trial(msgspec.Struct, frozen=True):
    """命中测试的题目 — the topic of the draft, and what is asked."""

    slug: str
    questions: tuple[str, ...]


class HitResult(msgspec.Struct, frozen=True):
    """命中测试的结果 — the first hundred of those that go astray."""

    hits: tuple[Hit, ...]
    astray: tuple[Astray, ...]


def try_out(trial: Trial, knowledge: Knowledge, *, before: Assistant, after: Assistant) -> HitResult:
    """Return what becomes of questions, and which known ways of asking other topics find theirs no more."""
    hits = tuple(Hit(text, _outcome(before, Asking(text)), _outcome(after, Asking(text))) for text in trial.questions)
    astray: list[Astray] = []
    for entry in knowledge.entries:
        if entry.slug == trial.slug:
            continue
        for asking in entry.askings:
            now = _outcome(after, asking)
            if now.topic != entry.slug and _outcome(before, asking).topic == entry.slug:
                astray.append(Astray(entry.slug, asking.text, now))
    return HitResult(hits, tuple(astray[:MOST_ASTRAY]))


def _outcome(assistant: Assistant, asking: Asking) -> Outcome:
    at = utc_now()
    ages = range(len(asking.history), 0, -1)
    turns = [
        Turn(text, at - timedelta(minutes=age), Kind.CLARIFY) for text, age in zip(asking.history, ages, strict=True)
    ]
    decision: Decision = assistant.understand(Question(asking.text, at), turns)
    return Outcome(decision.kind, decision.slugs[0] if decision.slugs else "", round(decision.confidence, 4))


def main(arguments: Sequence[str]) -> None:
    """Learn from the second file, try both models with the third, write the result to the fourth."""
    from bot.retrieval.training import train  # scikit-learn: only where something is learnt

    folder, source, asked, result = map(Path, arguments)
    knowledge = msgspec.json.decode(source.read_bytes(), type=Knowledge)
    trial = msgspec.json.decode(asked.read_bytes(), type=Trial)
    said = msgspec.json.decode((folder / "published.json").read_bytes(), type=Published)
    model, _ = train(knowledge)
    before = Assistant(load_model(folder), said)
    after = Assistant(model, publish(knowledge, load_categories()))
    result.write_bytes(msgspec.json.encode(try_out(trial, knowledge, before=before, after=after)))


if __name__ == "__main__":
    main(sys.argv[1:])
