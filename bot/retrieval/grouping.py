"""归组 — puts questions of one meaning together, each with the first that it resembles."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

ALIKE = 0.5
"""From this product on, two questions are one: ``python -m bot.evaluation.alike`` shows what it parts and joins."""

Likeness = Mapping[int, float]
"""What ``Model.likeness`` gives of a question."""


class Grouping:
    """归组 — the groups so far, each known by its first question."""

    def __init__(self, alike: float = ALIKE) -> None:
        self._alike = alike
        self._held: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._size = 0

    def add(self, likeness: Likeness) -> int:
        """Begin a group with a question; return its number, counted from 0."""
        number, self._size = self._size, self._size + 1
        for place, value in likeness.items():
            self._held[place].append((number, value))
        return number

    def find(self, likeness: Likeness) -> int | None:
        """Return the number of the group that a question resembles most, the earlier of two; None if it is new."""
        products: dict[int, float] = defaultdict(float)
        for place, value in likeness.items():
            for number, held in self._held.get(place, ()):
                products[number] += value * held
        alike = [(-product, number) for number, product in products.items() if product >= self._alike]
        return min(alike)[1] if alike else None


def group(questions: Sequence[Likeness], *, alike: float = ALIKE) -> list[int]:
    """Return for each question the number of its group; a group's first question has the next number."""
    grouping = Grouping(alike)
    found: list[int] = []
    for likeness in questions:
        number = grouping.find(likeness)
        found.append(grouping.add(likeness) if number is None else number)
    return found
