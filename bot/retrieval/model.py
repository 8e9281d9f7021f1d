"""模型 — weights learnt from the ways of asking, and how a question is scored with them; nothing here learns."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.retrieval.features import features

Floats = npt.NDArray[np.float32]
_WEIGHTS, _FACTS = "weights.npy", "facts.json"


@dataclass(frozen=True, slots=True)
class Scored:
    """评分 — the chance of each label for one question, in the order of the model's labels; they add up to one.

    ``known`` is the share of the question's weight that the model has ever seen: low for other subjects and languages.
    """

    chances: Floats
    known: float


class Model:
    """检索模型 — a linear classifier over weighted features.

    ``weights`` has a row for each feature and a column for each label; the file is mapped, so that all processes of a
    machine share it.
    """

    def __init__(
        self,
        *,
        labels: list[str],
        vocabulary: list[str],
        idf: Floats,
        weights: npt.NDArray[np.float16],
        bias: Floats,
        sharpness: float,
        sounds: dict[str, str],
    ) -> None:
        self.labels = labels
        self._places = {feature: place for place, feature in enumerate(vocabulary)}
        self._idf, self._weights, self._bias, self._sharpness, self._sounds = idf, weights, bias, sharpness, sounds
        self._unseen_idf = float(idf.max()) if len(idf) else 1.0

    def score(self, text: str, history: str = "") -> Scored:
        """Return the chances of a question; ``history`` are earlier turns, which count less."""
        raise NotImplementedError
