"""优惠草稿 — the terms of a perk as staff write them, and what can be wrong with them by themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from models.cards import CardKind
from models.perk_terms import parse_hours
from models.perks import ALL_WEEKDAYS
from server.search.pairs import search_text

LIMIT_WORDS: Mapping[str, str] = {
    "per_person_day": "每人每日",
    "per_person_month": "每人每月",
    "per_person_year": "每人每年",
    "per_person_ever": "每人总计",
    "total_day": "每日总量",
    "total_ever": "总量",
}
_NESTED = (
    ("per_person_day", "per_person_month", "per_person_year", "per_person_ever"),
    ("total_day", "total_ever"),
)
MOST_HOURS = 6

Fault = tuple[str, str]
"""A field's name and what is wrong with it, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerkDraft:
    """优惠条件 — everything that staff decide about a perk; names as in ``models.perks.Perk``."""

    number: str
    category_code: str
    title: str
    description: str
    merchant_id: UUID | None = None
    provider: str = ""
    branch_ids: tuple[UUID, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    weekdays: int = ALL_WEEKDAYS
    hours: tuple[str, ...] = ()
    card_kinds: tuple[str, ...] = ()
    households: tuple[str, ...] = ()
    documents: str = ""
    per_person_day: int | None = None
    per_person_month: int | None = None
    per_person_year: int | None = None
    per_person_ever: int | None = None
    total_day: int | None = None
    total_ever: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerkChanges:
    """What staff change of a perk; what is UNSET stays. The number and the merchant never change."""

    category_code: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    branch_ids: tuple[UUID, ...] | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    weekdays: int | UnsetType = UNSET
    hours: tuple[str, ...] | UnsetType = UNSET
    card_kinds: tuple[str, ...] | UnsetType = UNSET
    households: tuple[str, ...] | UnsetType = UNSET
    documents: str | UnsetType = UNSET
    per_person_day: int | UnsetType | None = UNSET
    per_person_month: int | UnsetType | None = UNSET
    per_person_year: int | UnsetType | None = UNSET
    per_person_ever: int | UnsetType | None = UNSET
    total_day: int | UnsetType | None = UNSET
    total_ever: int | UnsetType | None = UNSET
    source: str | UnsetType = UNSET

    def wanted(self) -> dict[str, Any]:
        """Return what is to be changed, by name."""
        return {item.name: value for item in fields(self) if (value := getattr(self, item.name)) is not UNSET}


def faults_of(draft: PerkDraft) -> Iterator[Fault]:
    """Yield everything that is wrong with a draft, whatever the database holds."""
    if not draft.title.strip():
        yield "title", "请写明优惠名称"
    if not draft.description.strip():
        yield "description", "请写明优惠内容"
    if draft.merchant_id is None and not draft.provider.strip():
        yield "provider", "没有商户的优惠请写明提供单位"
    if draft.merchant_id is None and draft.branch_ids:
        yield "branch_ids", "没有商户的优惠不能选门店"
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        yield "ends_on", "结束日期不能早于开始日期"
    if not 0 < draft.weekdays <= ALL_WEEKDAYS:
        yield "weekdays", "请至少选一个星期几"
    if not set(draft.card_kinds) <= set(CardKind):
        yield "card_kinds", "没有这类优待证"
    yield from _hours_faults(draft.hours)
    yield from _limit_faults(draft)


def _hours_faults(hours: tuple[str, ...]) -> Iterator[Fault]:
    if len(hours) > MOST_HOURS:
        yield "hours", f"时段最多 {MOST_HOURS} 个，请合并"
    for text in hours:
        try:
            parse_hours(text)
        except ValueError as fault:
            yield "hours", str(fault)
            return


def _limit_faults(draft: PerkDraft) -> Iterator[Fault]:
    """Yield the limits that could never be reached because a wider one is smaller."""
    for chain in _NESTED:
        set_here = [(name, value) for name in chain if (value := getattr(draft, name)) is not None]
        for (narrow, less), (wide, more) in pairwise(set_here):
            if less > more:
                yield wide, f"{LIMIT_WORDS[wide]}不能少于{LIMIT_WORDS[narrow]}"


def columns_of(draft: PerkDraft) -> dict[str, Any]:
    """Return the columns of ``perks`` that a draft decides, in one canonical form."""
    values = {item.name: getattr(draft, item.name) for item in fields(draft) if item.name != "branch_ids"}
    values["category_id"] = values.pop("category_code")
    values["card_kinds"] = tuple(kind.value for kind in CardKind if kind in draft.card_kinds)
    if len(values["card_kinds"]) == len(CardKind):
        values["card_kinds"] = ()  # every kind is no condition
    values["households"] = tuple(sorted(set(draft.households)))
    values["search_text"] = search_text(draft.title, draft.provider, draft.description)
    return values
