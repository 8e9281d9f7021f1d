"""特征 — what of a question is compared: its signs in runs, its words, and how it sounds."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import rjieba

from bot.retrieval.normalising import clean, substitute

BLOCKS = ("runs", "words", "sounds")
_FOLDER = Path(__file__).parent
_LONGEST_RUN = 3
_ACCENT = {"zh": "z", "ch": "c", "sh": "s"}
"""What the people of the lower 江淮 do not tell apart, nor do those who type by ear."""


def features(text: str, sounds: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Return the features of a question by block, each as often as it occurs.

    ``sounds`` gives the sound of a sign as ``sound`` writes it; a sign without one counts as itself.
    """
    cleaned = clean(text)
    parts = cleaned.split()
    runs = [run for part in parts for run in _runs(part)]
    heard = [pair for part in parts for pair in _pairs([sounds.get(sign, sign) for sign in part])]
    return runs, words(substitute(cleaned)), heard


def words(text: str) -> list[str]:
    """Return the words of a normalised text, and the pairs of neighbours."""
    found = [word for word in _cut()(text) if word.strip()]
    return found + [f"{one} {other}" for one, other in pairwise(found)]


def sound(pinyin: str) -> str:
    """Return a syllable as people with our accent hear it: z for zh, l for n, in for ing."""
    heard = _ACCENT[pinyin[:2]] + pinyin[2:] if pinyin[:2] in _ACCENT else pinyin
    if heard.startswith("n"):
        heard = "l" + heard[1:]
    return heard[:-1] if heard.endswith("ng") else heard


def _runs(part: str) -> list[str]:
    end = len(part)
    return [
        part[start : start + length] for start in range(end) for length in range(1, min(_LONGEST_RUN, end - start) + 1)
    ]


def _pairs(heard: list[str]) -> list[str]:
    pairs = [f"{one}'{other}" for one, other in pairwise(heard)]
    return pairs + [f"{pair}'{third}" for pair, third in zip(pairs, heard[2:], strict=False)]


@cache
def _cut() -> Callable[[str], list[str]]:
    """Return jieba's way of parting words, taught those of our subject; one dictionary serves the process."""
    for word in (_FOLDER / "dictionary.txt").read_text().split():
        rjieba.add_word(word, None, None)
    return rjieba.cut
