"""归一 — one writing for what people type and dictate: simplified, half-width, without fillers and synonyms."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import opencc
import yaml

LONGEST = 500
"""Characters of a question that are read; the beginning of a long story and its end say what it is about."""
_FOLDER = Path(__file__).parent
_FILLERS = re.compile(
    r"嗯+|呃+|额(?=[，, ])|哎+|唉+|啊(?=[，, 。])|那个啥|那什么|就是说|就是讲|怎么说呢|"
    r"我想问一下|我想问下|想问一下|想问下|我问一下|问一下|问下|请问一下|请问|"
    r"你好|您好|麻烦|谢谢|同志|帮我看看|帮忙|咨询一下|咨询下|我来问问|打听一下|打听下|跟你说|我跟你讲"
)
_SPACES = re.compile(r"[^\w]+|_+")
_KEPT = re.compile(r"[^\u4e00-\u9fffa-z0-9 ]+")


def normalise(text: str) -> str:
    """Return a question as the index writes it: blanks instead of signs, fillers gone, synonyms as one word."""
    return substitute(clean(text))


def clean(text: str) -> str:
    """Return a question in simplified characters, lower case and half width, without signs and fillers."""
    plain = _simplifier().convert(unicodedata.normalize("NFKC", shorten(text))).lower()
    plain = _FILLERS.sub(" ", plain)
    return _KEPT.sub("", _SPACES.sub(" ", plain)).strip()


def shorten(text: str) -> str:
    """Return the beginning and the end of a text that is too long to read."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} {text[-half:]}"


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def substitute(text: str) -> str:
    """Return a cleaned question with its synonyms as one word."""
    pattern, words = _synonyms()
    return pattern.sub(lambda found: words[found[0]], text)


@lru_cache(maxsize=1)
def _synonyms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what to look for, the longest first, and what to write for it."""
    written: dict[str, list[str]] = yaml.load((_FOLDER / "synonyms.yaml").read_text(), Loader=yaml.CSafeLoader)
    words = {clean(other): word for word, others in written.items() for other in others}
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered))), words
