"""对手 — two simple ways to find a topic by its title and answer: BM25 over pairs of signs, and TF-IDF of them."""

import math
from collections import Counter
from collections.abc import Sequence

from bot.knowledge.published import Topic
from bot.retrieval.normalising import clean

_K1, _B = 1.5, 0.75


class Rival:
    """对手 — topics ranked for a question by a score over pairs of signs."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._slugs = [topic.slug for topic in topics]
        self._counts = [Counter(_pairs(f"{topic.title} {topic.text}")) for topic in topics]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(self._lengths)
        found = Counter(pair for counts in self._counts for pair in counts)
        self._idf = {pair: math.log(1 + (len(topics) - n + 0.5) / (n + 0.5)) for pair, n in found.items()}
        self._norms = [
            math.sqrt(sum(((1 + math.log(n)) * self._idf[pair]) ** 2 for pair, n in counts.items()))
            for counts in self._counts
        ]

    def bm25(self, text: str) -> list[str]:
        """Return the topics by BM25, the best first."""
        asked = set(_pairs(text))
        return self._ranked([self._bm25(asked, place) for place in range(len(self._slugs))])

    def tf_idf(self, text: str) -> list[str]:
        """Return the topics by the cosine of TF-IDF vectors, the best first."""
        asked = Counter(_pairs(text))
        weights = {pair: (1 + math.log(n)) * self._idf[pair] for pair, n in asked.items() if pair in self._idf}
        return self._ranked(
            [
                sum(
                    weight * (1 + math.log(counts[pair])) * self._idf[pair]
                    for pair, weight in weights.items()
                    if pair in counts
                )
                / norm
                for counts, norm in zip(self._counts, self._norms, strict=True)
            ]
        )

    def _bm25(self, asked: set[str], place: int) -> float:
        counts, length = self._counts[place], self._lengths[place] / self._mean
        return sum(
            self._idf[pair] * counts[pair] * (_K1 + 1) / (counts[pair] + _K1 * (1 - _B + _B * length))
            for pair in asked
            if pair in counts
        )

    def _ranked(self, scores: list[float]) -> list[str]:
        return [slug for _, slug in sorted(zip(scores, self._slugs, strict=True), key=lambda one: (-one[0], one[1]))]


def _pairs(text: str) -> list[str]:
    plain = clean(text).replace(" ", "")
    return [plain[place : place + 2] for place in range(len(plain) - 1)]
