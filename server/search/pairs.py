"""检索 — Chinese full text as overlapping character pairs, the same on both databases."""

import re
import unicodedata

from models.errors import FieldError, Invalid

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[0-9a-z]+")
MAX_TERMS = 24
"""Enough for any question; the rest of a longer text is not looked at."""


class NothingToSearch(Invalid):
    message = "搜索内容中没有可以查找的字"
    next_step = "请输入名称或内容中的汉字、字母或数字"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("q", "请输入汉字、字母或数字"),))


def search_text(*parts: str) -> str:
    """Return the index form of texts: every pair of neighbouring characters and the last character of each run.

    Pairs find any word of two characters and more without a dictionary, so a new shop's name is found the moment
    it is stored; a single character is found as the beginning of a pair.
    """
    terms: dict[str, None] = {}
    for run in _runs(" ".join(parts)):
        if run.isascii():
            terms[run] = None
            continue
        terms.update(dict.fromkeys(run[place : place + 2] for place in range(len(run) - 1)))
        terms[run[-1]] = None
    return " ".join(terms)


def query_terms(text: str) -> list[str]:
    """Return what a question demands: pairs and numbers as they are, single characters and words as beginnings."""
    terms: dict[str, None] = {}
    for run in _runs(text):
        if run.isascii() and any(sign.isdigit() for sign in run):
            terms[run] = None
        elif run.isascii() or len(run) == 1:
            terms[run + "*"] = None
        else:
            terms.update(dict.fromkeys(run[place : place + 2] for place in range(len(run) - 1)))
    if any(not term.endswith("*") for term in terms):
        # beside a whole word, one character more finds hardly anything else and costs a walk over all its pairs
        terms = {term: None for term in terms if len(term) > 2 or not term.endswith("*")}
    return list(terms)[:MAX_TERMS]


def postgres_query(terms: list[str]) -> str:
    """Return the terms as the text of a ``tsquery`` that demands all of them."""
    return " & ".join(f"'{term[:-1]}':*" if term.endswith("*") else f"'{term}'" for term in terms)


def sqlite_query(terms: list[str]) -> str:
    """Return the terms as an FTS5 query that demands all of them."""
    return " AND ".join(f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"' for term in terms)


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())
