"""招聘条件 — what a posting may not ask of sex, people, faith and the like, and by which law."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.employers import EmployerNature
from models.jobs import PostingCondition
from server.jobs.condition_words import EXCEPTIONS, HARMLESS, RULES, Rule

LONGEST_EXCERPT = 40

_BLANKS = re.compile(r"[^\S\n]+|[\u00ad\u200b-\u200f\u2060\ufeff]+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff])\s*[.·•*_]\s*(?=[\u4e00-\u9fff])")
_CLAUSE_ENDS = ",;。!?\n"


@dataclass(frozen=True, slots=True)
class UnlawfulCondition:
    """违法招聘条件 — words of a posting that a law forbids; an uncertain one is for staff to decide."""

    field: str
    excerpt: str
    law: str
    article: str
    message: str
    is_certain: bool


def find_unlawful(texts: Mapping[str, str]) -> list[UnlawfulCondition]:
    """Return the unlawful conditions in a posting's texts by field, in the order of the fields and of the words.

    A certain one is refused. An uncertain one goes to review: the words may be lawful for this post (a trade that
    the State declares unfit for women, 就业促进法 27; work barred to carriers of a disease, 30), which no list of
    words can know. At most one for each ground and clause, the certain one first. The texts of all fields together
    tell whether an exception may apply.
    """
    plain = {field: _plain(text) for field, text in texts.items()}
    whole = "\n".join(plain.values())
    excepted = frozenset(name for name, words in EXCEPTIONS.items() if words.search(whole))
    return [
        UnlawfulCondition(field, hit.excerpt, hit.rule.law, hit.rule.article, _message(hit), hit.is_certain)
        for field, text in plain.items()
        for hit in _find(text, excepted)
    ]


def may_be_relaxed(condition: PostingCondition, *, nature: EmployerNature, is_veteran: bool) -> bool:
    """Return whether an employer may relax a condition for a person 可以适当放宽.

    Age and schooling, for veterans, by state organs, mass organisations, public institutions and state enterprises
    (退役军人保障法 42). It is the employer's choice, so a person outside the condition is shown the posting with a
    note, never promised it.
    """
    is_named = condition in (PostingCondition.AGE, PostingCondition.SCHOOLING)
    return is_named and is_veteran and nature is not EmployerNature.OTHER


def _plain(text: str) -> str:
    """Return text with one form of every sign and without the blanks and marks by which words are pulled apart."""
    return _BETWEEN_CHINESE.sub("", _BLANKS.sub("", unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True, slots=True)
class _Hit:
    begin: int
    excerpt: str
    rule: Rule
    is_certain: bool


def _message(hit: _Hit) -> str:
    return hit.rule.message if hit.is_certain else f"{hit.rule.message}；如依法可以这样要求，请写明依据，由工作人员审核"


@lru_cache(maxsize=1024)  # in a sheet of thousands of postings titles and benefits are the same few
def _find(text: str, excepted: frozenset[str]) -> tuple[_Hit, ...]:
    ends = [place for place, sign in enumerate(text) if sign in _CLAUSE_ENDS]
    bare = HARMLESS.sub(_blot, text)
    hits: dict[tuple[str, int], _Hit] = {}
    for rule in RULES:
        for found in rule.pattern.finditer(bare):
            # a pattern may begin with the sign that ends the clause before
            begin, excerpt = _clause(text, ends, found.start() + (text[found.start()] in _CLAUSE_ENDS))
            key = (rule.ground, begin)
            is_certain = rule.is_certain and rule.exception not in excepted
            if key not in hits or (is_certain and not hits[key].is_certain):
                hits[key] = _Hit(begin, excerpt, rule, is_certain)
        if rule.takes_words:
            bare = rule.pattern.sub(_blot, bare)
    return tuple(sorted(hits.values(), key=lambda hit: hit.begin))


def _blot(found: re.Match[str]) -> str:
    """Return as many blots as signs, so that the places in the text stay."""
    return "□" * len(found[0])


def _clause(text: str, ends: list[int], words: int) -> tuple[int, str]:
    """Return where the clause around some words begins, and the clause, of a long one the part with the words."""
    place = bisect_left(ends, words)
    begin = ends[place - 1] + 1 if place else 0
    end = ends[place] if place < len(ends) else len(text)
    cut = max(begin, min(words - LONGEST_EXCERPT // 4, end - LONGEST_EXCERPT))
    return begin, text[cut : min(end, cut + LONGEST_EXCERPT)].strip()
