"""训练 — learns from the ways of asking, apart: ``python -m bot.retrieval.training KNOWLEDGE FOLDER``.

The same knowledge gives the same model to the byte. It needs scikit-learn and pypinyin, which no other process loads.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
from bot.retrieval.features import features, sound
from bot.retrieval.labels import AMBIGUOUS, TOPIC, label
from bot.retrieval.model import HISTORY_SHARE, Model, Words

_FEWEST = (6, 4, 6)
"""In how many texts a feature of each block must stand, fewer where there are few texts. Seldom ones cost memory and
make nothing surer."""
BLOCK_WEIGHTS = (1.0, 0.85, 0.7)
"""Of runs of signs, of words, of sounds: this and the shares below were found by cross-validation."""
FAMILY_SHARE, CENTRE_SHARE = 0.4, 1.0
"""What counts beside a label's own margin: that of its family, and the likeness to the mean of its examples."""
ANSWER_WEIGHT = 0.5
"""What a sentence of an answer weighs beside a way of asking."""

_SOFTNESS = 0.7
_FOLDS = 5
_SEED = 20261125
_LARGEST_BYTE = 127
_NEVER = -3.0
_CHINESE = range(0x4E00, 0xA000)
_SENTENCE = re.compile(r"[。；\n]")
_SHORTEST_SENTENCE = 6


def sounds() -> dict[str, str]:
    """Return the sound of every sign, as people with our accent hear it."""
    return {chr(code): sound(lazy_pinyin(chr(code))[0]) for code in _CHINESE}


class Example(NamedTuple):
    """样本 — a way of asking with its label and the label's family, and how much it weighs."""

    asking: Asking
    label: str
    family: str
    weight: float = 1.0


def examples(knowledge: Knowledge) -> Iterator[Example]:
    """Yield every way of asking; a topic's title is one."""
    for entry in knowledge.entries:
        name = label(TOPIC, entry.slug)
        yield Example(Asking(entry.title), name, entry.category)
        for asking in entry.askings:
            yield Example(asking, name, entry.category)
    for ambiguity in knowledge.ambiguities:
        for asking in ambiguity.askings:
            yield Example(asking, label(AMBIGUOUS, ambiguity.name), AMBIGUOUS)
    for boundary in knowledge.boundaries:
        for asking in boundary.askings:
            yield Example(asking, boundary.label, boundary.label.partition(":")[0])


def answers(knowledge: Knowledge) -> Iterator[Example]:
    """Yield the sentences of every answer, which weigh less: nobody asks so, but the words belong to the topic."""
    for entry in knowledge.entries:
        for sentence in _SENTENCE.split(entry.answer):
            if len(sentence) > _SHORTEST_SENTENCE:
                yield Example(Asking(sentence), label(TOPIC, entry.slug), entry.category, ANSWER_WEIGHT)


class Prepared(NamedTuple):
    """备好的样本 — features, the place of each label and family, weights; ``families`` is the family of each label."""

    read: list[Any]
    labels: list[str]
    targets: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]
    families: npt.NDArray[np.intp]


class Learnt(NamedTuple):
    """学到的 — a matrix with a column for each label, its bias, and the vocabularies of its rows."""

    vectorizers: list[TfidfVectorizer]
    matrix: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


def prepare(found: Sequence[Example], heard: dict[str, str], labels: Sequence[str] = ()) -> Prepared:
    """Return examples as they are learnt from; ``labels`` in another order than their own."""
    names = list(labels) or sorted({one.label for one in found})
    places = {name: place for place, name in enumerate(names)}
    kin = {one.label: one.family for one in found}
    clans = sorted(set(kin.values()))
    return Prepared(
        read=[(features(one.asking.text, heard), features(" ".join(one.asking.history), heard)) for one in found],
        labels=names,
        targets=np.array([places[one.label] for one in found], dtype=np.intp),
        weights=np.array([one.weight for one in found]),
        families=np.array([clans.index(kin.get(name, clans[0])) for name in names], dtype=np.intp),
    )


def train(knowledge: Knowledge) -> tuple[Model, Words]:
    """Return a model of some knowledge, and its vocabulary."""
    heard = sounds()
    asked = prepare(list(examples(knowledge)), heard)
    told = prepare(list(answers(knowledge)), heard, asked.labels)
    sharpness = _calibrated(asked, told)
    learnt = learn(asked, told, np.arange(len(asked.read)))
    scales = (np.maximum(np.abs(learnt.matrix).max(axis=1), 1e-9) / _LARGEST_BYTE).astype(np.float32)
    words = Words(asked.labels, [list(one.get_feature_names_out()) for one in learnt.vectorizers], heard)
    model = Model(
        words,
        idf=np.concatenate([one.idf_ for one in learnt.vectorizers]).astype(np.float32),
        block_weights=np.array(BLOCK_WEIGHTS, np.float32),
        scales=scales,
        weights=np.rint(learnt.matrix / scales[:, None]).astype(np.int8),
        bias=learnt.bias.astype(np.float32),
        sharpness=sharpness,
    )
    return model, words


def learn(asked: Prepared, told: Prepared, chosen: npt.NDArray[np.intp]) -> Learnt:
    """Return what is learnt from some of the ways of asking and from all sentences of answers.

    Three linear views are added up into one: the label itself, its family, and the centre of its examples.
    """
    read = [asked.read[place] for place in chosen] + told.read
    targets = np.concatenate([asked.targets[chosen], told.targets])
    weights = np.concatenate([asked.weights[chosen], told.weights])
    vectorizers = [
        TfidfVectorizer(analyzer=_itself, sublinear_tf=True, min_df=min(fewest, 1 + len(read) // 1000)).fit(
            [pair[0][block] for pair in read]
        )
        for block, fewest in enumerate(_FEWEST)
    ]
    vectors = vectors_of(vectorizers, read)
    matrix, bias = _margins(vectors, targets, weights, len(asked.labels))
    kin, kin_bias = _margins(vectors, asked.families[targets], weights, int(asked.families.max()) + 1)
    matrix += FAMILY_SHARE * kin[:, asked.families] + CENTRE_SHARE * _centres(vectors, targets, len(asked.labels))
    return Learnt(vectorizers, matrix, bias + FAMILY_SHARE * kin_bias[asked.families])


def vectors_of(vectorizers: Sequence[TfidfVectorizer], read: Sequence[Any]) -> Any:
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
    scale = np.where(has_history, 1 / np.sqrt(1 + HISTORY_SHARE**2), 1.0)
    return (sparse.diags(scale) @ (question + HISTORY_SHARE * history)).tocsr()


def _margins(
    vectors: Any, targets: npt.NDArray[np.intp], weights: npt.NDArray[np.float64], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return weights and bias of a linear classifier for each target; one without examples is never chosen."""
    found = LinearSVC(C=_SOFTNESS, random_state=_SEED).fit(vectors, targets, sample_weight=weights)
    matrix, bias = np.zeros((vectors.shape[1], count)), np.full(count, _NEVER)
    matrix[:, found.classes_], bias[found.classes_] = found.coef_.T, found.intercept_
    return matrix, bias


def _centres(vectors: Any, targets: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.float64]:
    """Return the direction of the mean of each target's examples."""
    members = sparse.csr_matrix((np.ones(len(targets)), (targets, np.arange(len(targets)))), (count, len(targets)))
    sums = members @ vectors
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
    return np.asarray((sparse.diags(1 / np.maximum(lengths, 1e-9)) @ sums).todense()).T


def _calibrated(asked: Prepared, told: Prepared) -> float:
    """Return how sharp margins have to be raised so that chances come true, on a fifth that was held out."""
    splits = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(asked.read, asked.targets)
    chosen, held = next(splits)
    margins = held_out_margins(asked, told, chosen, held)
    right = asked.targets[held]
    found = minimize_scalar(lambda raised: _surprise(margins * raised, right), bounds=(0.5, 20), method="bounded")
    return round(float(found.x), 3)


def held_out_margins(
    asked: Prepared, told: Prepared, chosen: npt.NDArray[np.intp], held: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the margins of held-out ways of asking under what is learnt from the chosen ones."""
    learnt = learn(asked, told, chosen)
    return np.asarray(
        vectors_of(learnt.vectorizers, [asked.read[place] for place in held]) @ learnt.matrix + learnt.bias
    )


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
    model, words = train(knowledge)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder, words=words)


if __name__ == "__main__":
    main(sys.argv[1:])
