"""模型 — weights learnt from the ways of asking, and how a question is scored with them; nothing here learns."""

import math
from collections import Counter
from dataclasses import dataclass
from operator import mul
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from bot.retrieval.features import features
from bot.retrieval.normalising import LONGEST

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
_WEIGHTS, _NUMBERS, _WORDS = "weights.npy", "numbers.npz", "words.json"
_GROWTH = [0.0, *(1 + math.log(count) for count in range(1, LONGEST * 3))]
"""What a feature counts that occurs so often."""
_HALF, _COMPARED = math.sqrt(0.5), 10
HISTORY_SHARE = 0.5
"""What earlier turns count beside the question itself."""


class Words(msgspec.Struct, frozen=True):
    """模型的词表 — labels, features by block, and the sound of every sign."""

    labels: list[str]
    blocks: list[list[str]]
    sounds: dict[str, str]


@dataclass(frozen=True, slots=True)
class Scored:
    """评分 — the chance of each label for one question, in the order of the model's labels; they add up to one.

    ``known`` is the share of the question's runs of signs that were ever seen: low for other languages and rubbish.
    """

    chances: Floats
    known: float


class Model:
    """检索模型 — a linear classifier over weighted features with calibrated chances.

    ``weights`` has a row for each feature and a column for each label, in bytes that ``scales`` stretch row by row; its
    file is mapped, so that all processes of a machine share it.
    """

    def __init__(
        self,
        words: Words,
        *,
        idf: Floats,
        scales: Floats,
        block_weights: Floats,
        weights: Bytes,
        bias: Floats,
        sharpness: float,
    ) -> None:
        self.labels = words.labels
        self._sounds = words.sounds
        self._places: list[dict[str, int]] = []
        start = 0
        for block in words.blocks:
            self._places.append({feature: start + place for place, feature in enumerate(block)})
            start += len(block)
        self._idf, self._block_weights = idf.tolist(), block_weights.tolist()
        self._scales = scales
        self._weights, self._bias, self.sharpness = weights, bias, sharpness

    def score(self, text: str, history: str = "") -> Scored:
        """Return the chances of a question; ``history`` are earlier turns, which count less."""
        places, values, known = self._vector(text)
        if history:
            more, their, _ = self._vector(history)
            places, values = places + more, values + [value * HISTORY_SHARE for value in their]
            length = math.sqrt(1 + HISTORY_SHARE**2)
            values = [value / length for value in values]
        rows = np.array(places, np.intp)
        scaled = np.array(values, np.float32) * self._scales.take(rows)
        margins = self._bias + scaled @ self._weights.take(rows, axis=0).astype(np.float32)
        raised = np.exp((margins - margins.max()) * self.sharpness)
        return Scored(raised / raised.sum(), known)

    def likeness(self, text: str) -> dict[int, float]:
        """Return what of a question is compared with another: the sum of the products tells how alike they are.

        Half of it are its features, half the first labels by their chances; from 0 to 1, and 1 for the same.
        """
        places, values, _ = self._vector(text)
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        shares = {place: value / length * _HALF for place, value in zip(places, values, strict=True)}
        chances = self.score(text).chances
        first = np.argsort(-chances, kind="stable")[:_COMPARED]
        total = float(chances[first].sum())
        return shares | {len(self._idf) + int(label): math.sqrt(chances[label] / total) * _HALF for label in first}

    def _vector(self, text: str) -> tuple[list[int], list[float], float]:
        """Return the places and values of a text's features, each block of length one times its weight."""
        places: list[int] = []
        values: list[float] = []
        known = 0.0
        blocks = zip(features(text, self._sounds), self._places, self._block_weights, strict=True)
        for number, (found, known_places, block_weight) in enumerate(blocks):
            counts = Counter(found)
            inside = [place for place in map(known_places.get, counts) if place is not None]
            if number == 0:
                known = len(inside) / len(counts) if counts else 0.0
            if len(counts) == len(found):
                raw = [self._idf[place] for place in inside]
            else:
                times = [count for feature, count in counts.items() if feature in known_places]
                raw = [_GROWTH[count] * self._idf[place] for place, count in zip(inside, times, strict=True)]
            length = math.sqrt(sum(map(mul, raw, raw)))
            if not length:
                continue
            weight = block_weight / length
            places += inside
            values += [value * weight for value in raw]
        return places, values, known

    def save(self, folder: Path, *, words: Words) -> None:
        """Write the model to a folder."""
        np.save(folder / _WEIGHTS, self._weights)
        np.savez(
            folder / _NUMBERS,
            idf=np.asarray(self._idf, np.float32),
            scales=self._scales,
            blocks=np.asarray(self._block_weights, np.float32),
            bias=self._bias,
            sharpness=np.float64(self.sharpness),
        )
        (folder / _WORDS).write_bytes(msgspec.json.encode(words))


def load_model(folder: Path) -> Model:
    """Return the model of a folder; its weights stay on the disk and are read as they are needed.

    Raises:
        OSError: a file is missing.
    """
    words = msgspec.json.decode((folder / _WORDS).read_bytes(), type=Words)
    numbers = np.load(folder / _NUMBERS)
    return Model(
        words,
        idf=numbers["idf"],
        scales=numbers["scales"],
        block_weights=numbers["blocks"],
        weights=np.asarray(np.load(folder / _WEIGHTS, mmap_mode="r")),  # still mapped, without the cost of its class
        bias=numbers["bias"],
        sharpness=float(numbers["sharpness"]),
    )
