"""特征 — what of a question is compared: its signs in runs, its words, and how it sounds."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import rjieba

from bot.retrieval.normalising import clean, normalise

_FOLDER = Path(__file__).parent
_LONGEST_RUN = 3
_ACCENT = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""What the people of the lower 江淮 do not tell apart, nor do those who type by ear."""


def features(text: str, sounds: Mapping[str, str]) -> list[str]:
    """Return the features of a question, repeated as often as they occur.

    ``sounds`` gives the sound of a sign as ``sound`` writes it; a sign without one counts as itself.
    """
    cleaned = clean(text)
    found: list[str] = []
    for part in cleaned.split():
        _add_runs(found, part)
        _add_sounds(found, part, sounds)
    found += [f"w{word}" for word in words(normalise(text))]
    return found


def words(text: str) -> list[str]:
    """Return the words of a normalised text."""
    return [word for word in _segmenter().cut(text) if word.strip()]


def sound(pinyin: str) -> str:
    """Return a syllable as people with our accent hear it: z for zh, l for n, in for ing."""
    heard = pinyin
    for sign, other in _ACCENT:
        if heard.startswith(sign):
            heard = other + heard[2:]
    if heard.startswith("n"):
        heard = "l" + heard[1:]
    return heard[:-1] if heard.endswith("ng") else heard


def _add_runs(found: list[str], part: str) -> None:
    end = len(part)
    for start in range(end):
        for length in range(1, min(_LONGEST_RUN, end - start) + 1):
            found.append(part[start : start + length])


def _add_sounds(found: list[str], part: str, sounds: Mapping[str, str]) -> None:
    heard = [sounds.get(sign, sign) for sign in part]
    for place, syllable in enumerate(heard[:-1]):
        pair = f"{syllable}'{heard[place + 1]}"
        found.append("s" + pair)
        if place + 2 < len(heard):
            found.append(f"s{pair}'{heard[place + 2]}")


@cache
def _segmenter() -> rjieba.Jieba:
    """Return the dictionary of jieba with the words of our subject."""
    segmenter = rjieba.Jieba()
    for word in (_FOLDER / "dictionary.txt").read_text().split():
        segmenter.add_word(word, None, None)
    return segmenter
