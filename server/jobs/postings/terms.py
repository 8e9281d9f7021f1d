"""岗位内容 — what is entered of a posting, what can be wrong with it, and the columns that it becomes."""

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import UNSET, UnsetType

from models.errors import FieldError, Invalid
from models.fields import seal
from models.identifiers import Telephone
from models.jobs import POSTING_CONTACT_NAME, POSTING_CONTACT_TELEPHONE, JobKind, JobPosting
from models.schooling import Schooling
from server.jobs.conditions import UnlawfulCondition, find_unlawful
from server.jobs.pay import Pay, parse_pay
from server.search.pairs import search_text

YOUNGEST, OLDEST = 16, 70
"""Below 16 nobody is hired (劳动法 15)."""

LABELS = {
    "title": "岗位名称",
    "kind": "岗位类别",
    "openings": "招聘人数",
    "town_code": "工作地点",
    "address": "详细地址",
    "latitude": "纬度",
    "longitude": "经度",
    "pay": "薪资",
    "experience_years": "经验要求",
    "schooling": "学历要求",
    "age_min": "最小年龄",
    "age_max": "最大年龄",
    "benefits": "福利待遇",
    "description": "岗位职责",
    "contact_name": "联系人",
    "contact_telephone": "联系电话",
    "closes_on": "截止日期",
}
UNREVIEWED = frozenset({"openings", "contact_name", "contact_telephone", "closes_on"})
"""What an employer changes of a live posting without a new review: how many, whom to call and until when.

Everything else says what the work is, where, for what pay and for whom; changed after the review it is reviewed
again, or the review could be dodged.
"""
_SEARCHED = frozenset({"title", "address", "description"})

Fault = tuple[str, str]
"""A field's name and what is wrong with it, in Chinese."""


class PostingTermsInvalid(Invalid):
    message = "岗位的内容有误"


class PostingIncomplete(Invalid):
    message = "岗位的内容还没有填全，不能提交审核"
    next_step = "请补上列出的各项（人力资源市场暂行条例第二十四条）后再提交"


class UnlawfulConditions(Invalid):
    title = "招聘条件违法"
    message = "岗位里有法律不允许的招聘条件"
    next_step = "请按提示删改后再保存"

    def __init__(self, found: Collection[UnlawfulCondition]) -> None:
        super().__init__(errors=tuple(FieldError(one.field, explain(one)) for one in found))


def explain(found: UnlawfulCondition) -> str:
    """Return the words of an unlawful condition and the article that forbids them as a person reads it."""
    return f"「{found.excerpt}」：{found.message}（《{found.law}》{found.article}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingTerms:
    """岗位内容 — everything that an employer says of a posting; ``town_code`` None is a place outside 高邮."""

    title: str = ""
    kind: JobKind = JobKind.ORDINARY
    openings: int = 1
    town_code: str | None = None
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    pay: Pay | None = None
    experience_years: int = 0
    schooling: Schooling = Schooling.ANY
    age_min: int | None = None
    age_max: int | None = None
    benefits: tuple[str, ...] = ()
    description: str = ""
    contact_name: str = ""
    contact_telephone: str = ""
    closes_on: date | None = None

    def unlawful(self) -> list[UnlawfulCondition]:
        """Return the conditions that a law forbids, and those that staff must judge."""
        benefits = "、".join(self.benefits)
        return find_unlawful({"title": self.title, "description": self.description, "benefits": benefits})

    def changed_from(self, before: "PostingTerms") -> frozenset[str]:
        """Return the names of the fields that differ."""
        return frozenset(
            field.name for field in dataclasses.fields(self) if getattr(self, field.name) != getattr(before, field.name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingChanges:
    """What is entered of a posting, new or known; what is UNSET stays. Pay is text as people write it."""

    title: str | UnsetType = UNSET
    kind: JobKind | UnsetType = UNSET
    openings: int | UnsetType = UNSET
    town_code: str | UnsetType | None = UNSET
    address: str | UnsetType = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    pay: str | UnsetType = UNSET
    experience_years: int | UnsetType = UNSET
    schooling: Schooling | UnsetType = UNSET
    age_min: int | UnsetType | None = UNSET
    age_max: int | UnsetType | None = UNSET
    benefits: tuple[str, ...] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    contact_name: str | UnsetType = UNSET
    contact_telephone: str | UnsetType = UNSET
    closes_on: date | UnsetType | None = UNSET

    def applied_to(self, before: PostingTerms) -> PostingTerms:
        """Return the terms with the changes in them.

        Raises:
            PostingTermsInvalid: the pay or the telephone cannot be read.
        """
        values: dict[str, Any] = {
            field.name: value.strip() if type(value) is str else value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) is not UNSET
        }
        faults: list[FieldError] = []
        for name, parse, blank in (("pay", parse_pay, None), ("contact_telephone", Telephone.parse, "")):
            try:
                values |= {name: parse(values[name]) if values[name] else blank} if name in values else {}
            except ValueError as fault:
                faults.append(FieldError(name, str(fault)))
        if faults:
            raise PostingTermsInvalid(errors=tuple(faults))
        if "benefits" in values:
            values["benefits"] = tuple(dict.fromkeys(word for text in values["benefits"] if (word := text.strip())))
        return dataclasses.replace(before, **values)


def check_terms(terms: PostingTerms, *, changed: Collection[str], today: date) -> None:
    """Check what is saved of a posting, finished or not; a day that was set before may have passed.

    Raises:
        PostingTermsInvalid: something does not hold; it carries every fault.
        UnlawfulConditions: a condition that a law forbids for certain, with the article.
    """
    faults = [FieldError(field, message) for field, message in faults_of(terms, changed=changed, today=today)]
    if faults:
        raise PostingTermsInvalid(errors=tuple(faults))
    certain = [one for one in terms.unlawful() if one.is_certain]
    if certain:
        raise UnlawfulConditions(certain)


def check_complete(terms: PostingTerms, *, today: date) -> None:
    """Check that a posting states what it must: openings, conditions, work, place and pay (人力资源市场暂行条例 24).

    Raises:
        PostingIncomplete: something is missing, or its closing day has passed; it carries every fault.
    """
    missing = [FieldError(field, message) for field, message in gaps_of(terms)]
    if terms.closes_on is not None and terms.closes_on < today:
        missing.append(FieldError("closes_on", "截止日期已过，请改成今天或以后"))
    if missing:
        raise PostingIncomplete(errors=tuple(missing))


def faults_of(terms: PostingTerms, *, changed: Collection[str], today: date) -> Iterator[Fault]:
    """Yield everything that is wrong with the terms by themselves."""
    if not terms.title:
        yield "title", "请写岗位名称"
    if (terms.latitude is None) != (terms.longitude is None):
        yield "latitude", "经度和纬度要一起填，或一起留空"
    if terms.age_min is not None and terms.age_max is not None and terms.age_min > terms.age_max:
        yield "age_max", "最大年龄不能小于最小年龄"
    if terms.closes_on is not None and "closes_on" in changed and terms.closes_on < today:
        yield "closes_on", "截止日期不能早于今天"


def gaps_of(terms: PostingTerms) -> Iterator[Fault]:
    """Yield what a posting must state and does not. The employer is known, openings and conditions always stated."""
    if not terms.description:
        yield "description", "请写工作内容"
    if not terms.address:
        yield "address", "请写工作地点的详细地址"
    if terms.pay is None:
        yield "pay", "请写薪资，如 5000-7000元/月；可以写 面议"


def terms_of(posting: JobPosting) -> PostingTerms:
    """Return the terms of a stored posting."""
    same = {field.name for field in dataclasses.fields(PostingTerms)} - {"town_code", "pay"}
    values = {name: getattr(posting, name) for name in same}
    return PostingTerms(**values, town_code=posting.town_id, pay=pay_of(posting))


def pay_of(posting: JobPosting) -> Pay | None:
    """Return what a stored posting pays; None for a draft that does not say."""
    if posting.pay_min_fen is None and not posting.pay_is_negotiable:
        return None
    return Pay(posting.pay_min_fen, posting.pay_max_fen, posting.pay_months, posting.pay_is_negotiable)


def columns_of(terms: PostingTerms, *, names: Collection[str], employer_name: str) -> dict[str, Any]:
    """Return the columns under which the named fields are stored, contacts sealed, with the words for searching."""
    values = {name: getattr(terms, name) for name in names if name in _PLAIN}
    if "town_code" in names:
        values["town_id"] = terms.town_code
    if "schooling" in names:
        values["schooling_rank"] = terms.schooling.rank
    if "pay" in names:
        values |= _pay_columns(terms.pay)
    if "contact_name" in names:
        values["contact_name_sealed"] = seal(POSTING_CONTACT_NAME, terms.contact_name) if terms.contact_name else None
    if "contact_telephone" in names:
        number = terms.contact_telephone
        values["contact_telephone_sealed"] = seal(POSTING_CONTACT_TELEPHONE, number) if number else None
    if _SEARCHED & set(names):
        values["title_search_text"] = search_text(terms.title)
        values["search_text"] = search_text(terms.title, employer_name, terms.address, terms.description)
    return values


ALL_FIELDS = frozenset(LABELS)
_PLAIN = ALL_FIELDS - {"town_code", "pay", "contact_name", "contact_telephone"}


def _pay_columns(pay: Pay | None) -> dict[str, Any]:
    stored = pay or Pay(None, None, is_negotiable=True)
    return {
        "pay_min_fen": stored.min_fen,
        "pay_max_fen": stored.max_fen,
        "pay_months": stored.months,
        "pay_is_negotiable": stored.is_negotiable and pay is not None,
    }
