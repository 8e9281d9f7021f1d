"""训练 — learns from the ways of asking, apart: ``python -m bot.retrieval.training KNOWLEDGE FOLDER``.

The same knowledge gives the same model to the byte. It needs scikit-learn and pypinyin, which no other process loads.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from pypinyin import lazy_pinyin
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.knowledge.entries import Asking, Knowledge
from bot.retrieval.features import BLOCKS, features, sound
from bot.retrieval.labels import AMBIGUOUS, TOPIC, label
from bot.retrieval.model import Model, Words

BLOCK_WEIGHTS = (1.0, 1.0, 0.7)
"""Of runs of signs, of words, of sounds: found by cross-validation."""

_SOFTNESS = 1.0
_FOLDS = 5
_SEED = 20261125
_CHINESE = range(0x4E00, 0xA000)


def sounds() -> dict[str, str]:
    """Return the sound of every sign, as people with our accent hear it."""
    return {chr(code): sound(lazy_pinyin(chr(code))[0]) for code in _CHINESE}


def examples(knowledge: Knowledge) -> Iterator[tuple[Asking, str]]:
    """Yield every way of asking with its label; a topic's title is one."""
    for entry in knowledge.entries:
        yield Asking(entry.title), label(TOPIC, entry.slug)
        for asking in entry.askings:
            yield asking, label(TOPIC, entry.slug)
    for ambiguity in knowledge.ambiguities:
        for asking in ambiguity.askings:
            yield asking, label(AMBIGUOUS, ambiguity.name)
    for boundary in knowledge.boundaries:
        for asking in boundary.askings:
            yield asking, boundary.label


def train(pairs: Sequence[tuple[Asking, str]], *, calibrate: bool = True) -> tuple[Model, Words]:
    """Return a model learnt from ways of asking with their labels, and its vocabulary."""
    heard = sounds()
    labels = sorted({name for _, name in pairs})
    places = {name: place for place, name in enumerate(labels)}
    answers = np.array([places[name] for _, name in pairs])
    read = read_pairs(pairs, heard)
    sharpness = _calibrated(read, answers) if calibrate else 4.0
    vectorizers = _vocabulary(read)
    learnt = _learn(_matrix(vectorizers, read), answers)
    words = Words(labels, [list(one.get_feature_names_out()) for one in vectorizers], heard)
    model = Model(
        words,
        idf=np.concatenate([one.idf_ for one in vectorizers]).astype(np.float32),
        block_weights=np.array(BLOCK_WEIGHTS, np.float32),
        weights=np.ascontiguousarray(learnt.coef_.T.astype(np.float16)),
        bias=learnt.intercept_.astype(np.float32),
        sharpness=sharpness,
    )
    return model, words


def read_pairs(pairs: Sequence[tuple[Asking, str]], heard: dict[str, str]) -> list[Any]:
    """Return the features of every way of asking and of what was said before it."""
    return [(features(one.text, heard), features(" ".join(one.history), heard)) for one, _ in pairs]


def _vocabulary(read: Sequence[Any]) -> list[TfidfVectorizer]:
    return [
        TfidfVectorizer(analyzer=_itself, sublinear_tf=True).fit([question[block] for question, _ in read])
        for block in range(len(BLOCKS))
    ]


def _matrix(vectorizers: Sequence[TfidfVectorizer], read: Sequence[Any]) -> sparse.csr_matrix:
    """Return the vectors as ``Model`` makes them: a question, with half the weight of what was said before it."""
    question, history = (
        sparse.hstack(
            [
                one.transform([pair[side][block] for pair in read]) * weight
                for block, (one, weight) in enumerate(zip(vectorizers, BLOCK_WEIGHTS, strict=True))
            ]
        ).tocsr()
        for side in (0, 1)
    )
    has_history = np.array([bool(pair[1][0]) for pair in read])
    scale = np.where(has_history, 1 / np.sqrt(1.25), 1.0)
    return sparse.diags(scale) @ (question + 0.5 * history)


def _learn(matrix: Any, answers: npt.NDArray[Any]) -> LinearSVC:
    return LinearSVC(C=_SOFTNESS, random_state=_SEED).fit(matrix, answers)


def _calibrated(read: Sequence[Any], answers: npt.NDArray[Any]) -> float:
    """Return how sharp margins have to be raised so that chances come true, on a fifth that was held out."""
    learn, hold = next(StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(read, answers))
    margins = held_out_margins(read, answers, learn, hold)
    found = minimize_scalar(
        lambda raised: _surprise(margins * raised, answers[hold]), bounds=(0.5, 20), method="bounded"
    )
    return round(float(found.x), 3)


def held_out_margins(
    read: Sequence[Any], answers: npt.NDArray[Any], learn: npt.NDArray[Any], hold: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the margins of the held-out examples under a model of the others; a label that it never saw has none."""
    seen = [read[place] for place in learn]
    vectorizers = _vocabulary(seen)
    learnt = _learn(_matrix(vectorizers, seen), answers[learn])
    margins = np.full((len(hold), int(answers.max()) + 1), -3.0)
    margins[:, learnt.classes_] = learnt.decision_function(_matrix(vectorizers, [read[place] for place in hold]))
    return margins


def _surprise(margins: npt.NDArray[Any], answers: npt.NDArray[Any]) -> float:
    highest = margins.max(axis=1, keepdims=True)
    sums = np.log(np.exp(margins - highest).sum(axis=1)) + highest[:, 0]
    return float((sums - margins[np.arange(len(answers)), answers]).mean())


def _itself(found: list[str]) -> list[str]:
    return found


def main(arguments: Sequence[str]) -> None:
    """Read knowledge from the first file, write the model to the second's folder."""
    knowledge = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Knowledge)
    folder = Path(arguments[1])
    model, words = train(list(examples(knowledge)))
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder, words=words)


if __name__ == "__main__":
    main(sys.argv[1:])
