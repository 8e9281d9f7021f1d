"""推荐评分 — how well a posting fits a person: points for each reason, each reason a sentence that the person reads.

Nothing else counts: no clicks, no payment by employers, no other people's behaviour. The table of points is
``POINTS``; docs/architecture.md prints it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from config.clock import beijing_day
from models.employers import EmployerNature
from models.jobs import JobKind, PostingCondition
from models.schooling import Schooling
from server.jobs.conditions import may_be_relaxed
from server.jobs.pay import Pay, format_pay
from server.search.places import Place

MOST_SKILLS = 3
MOST_CERTIFICATES = 2
NEAR_METRES, CLOSE_METRES, FAR_METRES = 3_500, 10_500, 20_500
"""3, 10 and 20 kilometres as they are told, rounded: a person's place is known to about one."""
NEW = timedelta(days=7)

_RELAXED = "依《退役军人保障法》第四十二条，该类单位可以适当放宽，请先询问"


class Ground(StrEnum):
    """推荐理由的种类"""

    SPECIALITY_IN_TITLE = "speciality_in_title"
    SPECIALITY_IN_TEXT = "speciality_in_text"
    SKILL_IN_TITLE = "skill_in_title"
    SKILL_IN_TEXT = "skill_in_text"
    CERTIFICATE = "certificate"
    WISHED_TOWN = "wished_town"
    WISHED_KIND = "wished_kind"
    VETERANS_ONLY = "veterans_only"
    PREFERS_VETERANS = "prefers_veterans"
    NEAR = "near"
    CLOSE = "close"
    FAR = "far"
    PAY_REACHED = "pay_reached"
    PAY_UP_TO = "pay_up_to"
    PAY_OPEN = "pay_open"
    PAY_BELOW = "pay_below"
    SCHOOLING_MET = "schooling_met"
    SCHOOLING_RELAXABLE = "schooling_relaxable"
    SCHOOLING_UNMET = "schooling_unmet"
    EXPERIENCE_MET = "experience_met"
    EXPERIENCE_UNMET = "experience_unmet"
    AGE_MET = "age_met"
    AGE_RELAXABLE = "age_relaxable"
    NEW = "new"


POINTS: dict[Ground, int] = {
    Ground.SPECIALITY_IN_TITLE: 40,
    Ground.SPECIALITY_IN_TEXT: 20,
    Ground.SKILL_IN_TITLE: 15,
    Ground.SKILL_IN_TEXT: 8,
    Ground.CERTIFICATE: 10,
    Ground.WISHED_TOWN: 25,
    Ground.WISHED_KIND: 15,
    Ground.VETERANS_ONLY: 25,
    Ground.PREFERS_VETERANS: 6,
    Ground.NEAR: 20,
    Ground.CLOSE: 12,
    Ground.FAR: 5,
    Ground.PAY_REACHED: 20,
    Ground.PAY_UP_TO: 12,
    Ground.PAY_OPEN: 8,
    Ground.PAY_BELOW: -15,
    Ground.SCHOOLING_MET: 8,
    Ground.SCHOOLING_RELAXABLE: -4,
    Ground.SCHOOLING_UNMET: -20,
    Ground.EXPERIENCE_MET: 6,
    Ground.EXPERIENCE_UNMET: -10,
    Ground.AGE_MET: 5,
    Ground.AGE_RELAXABLE: -5,
    Ground.NEW: 4,
}
"""What each reason weighs. At most three skills and two certificates count, the heaviest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """推荐理由 — a sentence for the person, and its points; below zero it is a caution."""

    ground: Ground
    text: str

    @property
    def points(self) -> int:
        return POINTS[self.ground]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """待评岗位 — what is weighed of a posting; title and text are plain."""

    id: UUID
    title: str
    text: str
    kind: JobKind
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
    published_at: datetime


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
        yield Reason(Ground.WISHED_TOWN, f"工作地点在您期望的{offer.town_name}")
    if offer.kind in person.wished_kinds:
        yield Reason(Ground.WISHED_KIND, f"您期望的岗位类别：{offer.kind.label}")
    if person.is_veteran and offer.kind is JobKind.VETERANS_ONLY:
        yield Reason(Ground.VETERANS_ONLY, JobKind.VETERANS_ONLY.label)
    if person.is_veteran and offer.nature is not EmployerNature.OTHER:
        law = "依《退役军人保障法》第四十二条，同等条件下优先招录、招聘退役军人"
        yield Reason(Ground.PREFERS_VETERANS, f"用人单位是{offer.nature.label}：{law}")
    yield from _by_place(person, offer)
    yield from _by_pay(person, offer)
    yield from _by_conditions(person, offer, at=at)
    if timedelta() <= at - offer.published_at <= NEW:
        yield Reason(Ground.NEW, "一周内新发布")


def _by_words(person: Person, offer: Offer) -> Iterator[Reason]:
    did = f"您在部队做过{person.speciality}，"
    if word := _first(person.speciality_words, offer.title):
        yield Reason(Ground.SPECIALITY_IN_TITLE, f"{did}岗位名称有「{word}」")
    elif word := _first(person.speciality_words, offer.text):
        yield Reason(Ground.SPECIALITY_IN_TEXT, f"{did}岗位内容提到「{word}」")
    skills = [skill for skill in person.skills if len(skill) > 1]
    in_title = [skill for skill in skills if plain(skill) in offer.title]
    in_text = [skill for skill in skills if skill not in in_title and plain(skill) in offer.text]
    for skill in in_title[:MOST_SKILLS]:
        yield Reason(Ground.SKILL_IN_TITLE, f"您的技能「{skill}」，岗位名称里有")
    for skill in in_text[: max(0, MOST_SKILLS - len(in_title))]:
        yield Reason(Ground.SKILL_IN_TEXT, f"您的技能「{skill}」，岗位内容里提到")
    whole = f"{offer.title}\n{offer.text}"
    held = [name for name in person.certificates if len(name) > 1 and plain(name) in whole]
    for certificate in held[:MOST_CERTIFICATES]:
        yield Reason(Ground.CERTIFICATE, f"岗位提到「{certificate}」，您有这个证书")


def _first(words: Iterable[str], text: str) -> str:
    return next((word for word in words if word in text), "")


def _by_place(person: Person, offer: Offer) -> Iterator[Reason]:
    if person.place is None or offer.latitude is None or offer.longitude is None:
        return
    metres = person.place.metres_to(offer.latitude, offer.longitude)
    told = f"距您约 {max(1, round(metres / 1000))} 公里"
    for ground, reach in ((Ground.NEAR, NEAR_METRES), (Ground.CLOSE, CLOSE_METRES), (Ground.FAR, FAR_METRES)):
        if metres < reach:
            yield Reason(ground, told)
            return


def _by_pay(person: Person, offer: Offer) -> Iterator[Reason]:
    wished, pay = person.wished_pay_min_fen, offer.pay
    if wished is None or pay is None or pay.min_fen is None:
        return
    told, hoped = f"工资 {format_pay(pay)}", f"您期望的 {wished // 100} 元"
    if pay.min_fen >= wished:
        yield Reason(Ground.PAY_REACHED, f"{told}，达到{hoped}")
    elif pay.max_fen is None:
        yield Reason(Ground.PAY_OPEN, f"{told}，能否达到{hoped}，请先询问")
    elif pay.max_fen >= wished:
        yield Reason(Ground.PAY_UP_TO, f"{told}，最高能达到{hoped}")
    else:
        yield Reason(Ground.PAY_BELOW, f"{told}，低于{hoped}")


def _by_conditions(person: Person, offer: Offer, *, at: datetime) -> Iterator[Reason]:
    if offer.schooling is not Schooling.ANY and person.schooling is not Schooling.ANY:
        told = f"学历要求{offer.schooling.label}，您是{person.schooling.label}"
        if person.schooling >= offer.schooling:
            yield Reason(Ground.SCHOOLING_MET, told)
        elif _may_relax(PostingCondition.SCHOOLING, person, offer):
            yield Reason(Ground.SCHOOLING_RELAXABLE, f"{told}：{_RELAXED}")
        else:
            yield Reason(Ground.SCHOOLING_UNMET, told)
    if offer.experience_years:
        met = person.experience_years >= offer.experience_years
        told = f"要求 {offer.experience_years} 年工作经验，您填写的是 {person.experience_years} 年"
        yield Reason(Ground.EXPERIENCE_MET if met else Ground.EXPERIENCE_UNMET, told)
    ages = person.ages_at(at)
    if ages is None or (offer.age_min is None and offer.age_max is None):
        return
    if _is_outside(person, offer, at=at):
        yield Reason(Ground.AGE_RELAXABLE, f"{_ages_asked(offer)}，您不在范围内：{_RELAXED}")
    elif (offer.age_min or 0) <= ages[0] and ages[1] <= (offer.age_max or 200):
        yield Reason(Ground.AGE_MET, f"{_ages_asked(offer)}，您在范围内")


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
        return f"年龄要求 {offer.age_max} 岁以下"
    return (
        f"年龄要求 {offer.age_min} 岁以上" if offer.age_max is None else f"年龄要求 {offer.age_min}-{offer.age_max} 岁"
    )
