"""归组的尺度 — ``python -m bot.evaluation.alike`` shows what groups are made of questions that nobody learnt.

A model learns half of the ways of asking; those of the other half are put into groups. It needs scikit-learn.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.knowledge.entries import Asking, Boundary, Entry, Knowledge
from bot.knowledge.loading import load_knowledge
from bot.retrieval.grouping import group
from bot.retrieval.model import load_model

_SEED, _QUESTIONS = 3, 2000
_TRIED = (0.4, 0.45, 0.5, 0.55, 0.6)


def main() -> None:
    """Print, for each bound, how many questions found company and how many of those are of one topic."""
    chance = random.Random(_SEED)  # for a repeatable sample
    knowledge = load_knowledge()
    learnt, asked = _halves(knowledge, chance)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / "knowledge.json"
        source.write_bytes(msgspec.json.encode(learnt))
        subprocess.run([sys.executable, "-m", "bot.retrieval.training", str(source), made], check=True)
        model = load_model(folder)
    chance.shuffle(asked)
    asked = asked[:_QUESTIONS]
    found = [model.likeness(text) for _, text in asked]
    for alike in _TRIED:
        numbers = group(found, alike=alike)
        in_company, of_one = _measured([slug for slug, _ in asked], numbers)
        sys.stdout.write(
            f"{alike}: {len(set(numbers))} groups of {len(asked)} questions, {in_company} in company, "
            f"of one topic {of_one / max(in_company, 1):.3f}\n"
        )


def _halves(knowledge: Knowledge, chance: random.Random) -> tuple[Knowledge, list[tuple[str, str]]]:
    asked: list[tuple[str, str]] = []
    entries: list[Entry] = []
    for entry in knowledge.entries:
        kept, out = _parted(entry.askings, chance)
        entries.append(msgspec.structs.replace(entry, askings=kept))
        asked += [(entry.slug, asking.text) for asking in out if not asking.history]
    boundaries: tuple[Boundary, ...] = tuple(
        msgspec.structs.replace(one, askings=_parted(one.askings, chance)[0]) for one in knowledge.boundaries
    )
    return msgspec.structs.replace(knowledge, entries=tuple(entries), boundaries=boundaries), asked


def _parted(askings: Sequence[Asking], chance: random.Random) -> tuple[tuple[Asking, ...], tuple[Asking, ...]]:
    mixed = list(askings)
    chance.shuffle(mixed)
    middle = len(mixed) // 2
    return tuple(mixed[:middle]), tuple(mixed[middle:])


def _measured(slugs: Sequence[str], numbers: Sequence[int]) -> tuple[int, int]:
    """Return how many questions are in groups of two and more, and how many of those are of their group's topic."""
    groups: dict[int, Counter[str]] = defaultdict(Counter)
    for slug, number in zip(slugs, numbers, strict=True):
        groups[number][slug] += 1
    shared = [found for found in groups.values() if found.total() > 1]
    return sum(found.total() for found in shared), sum(max(found.values()) for found in shared)


if __name__ == "__main__":
    main()
