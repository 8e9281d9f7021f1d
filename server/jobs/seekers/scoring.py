"""推荐评分 — how well a posting fits a person: points for each reason, each reason a sentence that the person reads.

Nothing else counts: no clicks, no payment by employers, no other people's behaviour. The table of points is in
``grounds``; docs/architecture.md prints it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from config.clock import beijing_day
from models.employers import EmployerNature
from models.jobs import JobKind, PostingCondition
from models.schooling import Schooling
from server.jobs.conditions import may_be_relaxed
from server.jobs.pay import Pay
from server.jobs.seekers.grounds import Ground, Reason
from server.search.places import Place

MOST_SKILLS = 3
MOST_CERTIFICATES = 2
NEAR_METRES, CLOSE_METRES, FAR_METRES = 3_500, 10_500, 20_500
"""3, 10 and 20 kilometres as they are told, rounded: a person's place is known to about one."""
NEW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Score:
    """推荐分 — the sum of the reasons' points, the heaviest first."""

    total: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """求职者所填 — what is weighed of a person. Words are plain (see ``plain``) beside what they typed."""

    is_veteran: bool = False
    speciality: str = ""
    speciality_words: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    schooling: Schooling = Schooling.ANY
    birth_year: int | None = None
    experience_years: int = 0
    wished_towns: frozenset[str] = frozenset()
    wished_kinds: frozenset[str] = frozenset()
    wished_pay_min_fen: int | None = None
    place: Place | None = None

    def ages_at(self, at: datetime) -> tuple[int, int] | None:
        """Return the ages that the person may have, before and after the birthday; None if not known."""
        if self.birth_year is None:
            return None
        oldest = beijing_day(at).year - self.birth_year
        return oldest - 1, oldest


class Offer(NamedTuple):
    """待评岗位 — what is weighed of a posting; title and text are plain."""

    id: UUID
    title: str
    text: str
    kind: JobKind
    published_at: datetime
    town_code: str | None = None
    town_name: str = ""
    pay: Pay | None = None
    schooling: Schooling = Schooling.ANY
    experience_years: int = 0
    age_min: int | None = None
    age_max: int | None = None
    nature: EmployerNature = EmployerNature.OTHER
    latitude: float | None = None
    longitude: float | None = None


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """Return a text as words are looked for in it."""
    return unicodedata.normalize("NFKC", text).lower()


def score(person: Person, offer: Offer, *, at: datetime) -> Score:
    """Return the points of a posting for a person and why. 评分。"""
    reasons = sorted(_reasons(person, offer, at=at), key=lambda reason: -reason.points)
    return Score(sum(reason.points for reason in reasons), tuple(reasons))


def excludes_by_age(person: Person, offer: Offer, *, at: datetime) -> bool:
    """Return whether the age that a posting asks for shuts a person out, and its employer may not relax it."""
    return _is_outside(person, offer, at=at) and not _may_relax(PostingCondition.AGE, person, offer)


def _reasons(person: Person, offer: Offer, *, at: datetime) -> Iterator[Reason]:
    yield from _by_words(person, offer)
    if offer.town_code in person.wished_towns:
        yield Reason(Ground.WISHED_TOWN, (offer.town_name,))
    if offer.kind in person.wished_kinds:
        yield Reason(Ground.WISHED_KIND, (offer.kind.label,))
    if person.is_veteran and offer.kind is JobKind.VETERANS_ONLY:
        yield Reason(Ground.VETERANS_ONLY)
    if person.is_veteran and offer.nature is not EmployerNature.OTHER:
        yield Reason(Ground.PREFERS_VETERANS, (offer.nature.label,))
    yield from _by_place(person, offer)
    yield from _by_pay(person, offer)
    yield from _by_conditions(person, offer, at=at)
    if timedelta() <= at - offer.published_at <= NEW:
        yield Reason(Ground.NEW)


def _by_words(person: Person, offer: Offer) -> Iterator[Reason]:
    if word := _first(person.speciality_words, offer.title):
        yield Reason(Ground.SPECIALITY_IN_TITLE, (person.speciality, word))
    elif word := _first(person.speciality_words, offer.text):
        yield Reason(Ground.SPECIALITY_IN_TEXT, (person.speciality, word))
    skills = [skill for skill in person.skills if len(skill) > 1]
    in_title = [skill for skill in skills if plain(skill) in offer.title]
    in_text = [skill for skill in skills if skill not in in_title and plain(skill) in offer.text]
    for skill in in_title[:MOST_SKILLS]:
        yield Reason(Ground.SKILL_IN_TITLE, (skill,))
    for skill in in_text[: max(0, MOST_SKILLS - len(in_title))]:
        yield Reason(Ground.SKILL_IN_TEXT, (skill,))
    names = [name for name in person.certificates if len(name) > 1]
    held = [name for name in names if plain(name) in offer.text or plain(name) in offer.title]
    for certificate in held[:MOST_CERTIFICATES]:
        yield Reason(Ground.CERTIFICATE, (certificate,))


def _first(words: Iterable[str], text: str) -> str:
    return next((word for word in words if word in text), "")


def _by_place(person: Person, offer: Offer) -> Iterator[Reason]:
    if person.place is None or offer.latitude is None or offer.longitude is None:
        return
    metres = person.place.metres_to(offer.latitude, offer.longitude)
    for ground, reach in ((Ground.NEAR, NEAR_METRES), (Ground.CLOSE, CLOSE_METRES), (Ground.FAR, FAR_METRES)):
        if metres < reach:
            yield Reason(ground, (max(1, round(metres / 1000)),))
            return


def _by_pay(person: Person, offer: Offer) -> Iterator[Reason]:
    wished, pay = person.wished_pay_min_fen, offer.pay
    if wished is None or pay is None or pay.min_fen is None:
        return
    if pay.min_fen >= wished:
        ground = Ground.PAY_REACHED
    elif pay.max_fen is None:
        ground = Ground.PAY_OPEN
    else:
        ground = Ground.PAY_UP_TO if pay.max_fen >= wished else Ground.PAY_BELOW
    yield Reason(ground, (pay, wished // 100))


def _by_conditions(person: Person, offer: Offer, *, at: datetime) -> Iterator[Reason]:
    if offer.schooling is not Schooling.ANY and person.schooling is not Schooling.ANY:
        if person.schooling >= offer.schooling:
            ground = Ground.SCHOOLING_MET
        else:
            is_open = _may_relax(PostingCondition.SCHOOLING, person, offer)
            ground = Ground.SCHOOLING_RELAXABLE if is_open else Ground.SCHOOLING_UNMET
        yield Reason(ground, (offer.schooling.label, person.schooling.label))
    if offer.experience_years:
        met = person.experience_years >= offer.experience_years
        ground = Ground.EXPERIENCE_MET if met else Ground.EXPERIENCE_UNMET
        yield Reason(ground, (offer.experience_years, person.experience_years))
    ages = person.ages_at(at)
    if ages is None or (offer.age_min is None and offer.age_max is None):
        return
    if _is_outside(person, offer, at=at):
        yield Reason(Ground.AGE_RELAXABLE, (_ages_asked(offer),))
    elif (offer.age_min or 0) <= ages[0] and ages[1] <= (offer.age_max or 200):
        yield Reason(Ground.AGE_MET, (_ages_asked(offer),))


def _is_outside(person: Person, offer: Offer, *, at: datetime) -> bool:
    ages = person.ages_at(at)
    if ages is None:
        return False
    return (offer.age_max is not None and ages[0] > offer.age_max) or (
        offer.age_min is not None and ages[1] < offer.age_min
    )


def _may_relax(condition: PostingCondition, person: Person, offer: Offer) -> bool:
    return may_be_relaxed(condition, nature=offer.nature, is_veteran=person.is_veteran)


def _ages_asked(offer: Offer) -> str:
    if offer.age_min is None:
        return f"{offer.age_max} 岁以下"
    return f"{offer.age_min} 岁以上" if offer.age_max is None else f"{offer.age_min}-{offer.age_max} 岁"
