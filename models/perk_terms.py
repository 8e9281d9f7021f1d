"""优惠条件 — when and to whom a perk is granted and how often, and the reasons why it is not to be had."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Self, cast
from uuid import UUID

from config.clock import beijing
from models.errors import Conflict, Forbidden, Refusal
from models.fields import decode_words
from models.perks import PerkState

EVERYBODY = "all"
"""The subject of the counters that bound all holders together."""


class PerkNotOpen(Conflict):
    message = "现在不在这项优惠的时间内"
    next_step = "请看优惠详情里的日期和时段"


class PerkNotStarted(PerkNotOpen):
    message = "这项优惠还没有开始"
    next_step = "请在开始日期之后再来"


class PerkEnded(PerkNotOpen):
    message = "这项优惠已经结束"
    next_step = "请在小程序里看看其他优惠"


class PerkClosedToday(PerkNotOpen):
    message = "这项优惠今天不开放"
    next_step = "请在优惠详情写明的星期再来"


class PerkClosedNow(PerkNotOpen):
    message = "现在不在这项优惠的时段内"
    next_step = "请在优惠详情写明的时段再来"


class PerkSuspended(PerkNotOpen):
    message = "这项优惠已暂停"
    next_step = "请改用其他优惠，或向退役军人服务站询问恢复时间"


class NotEligible(Forbidden):
    message = "不符合这项优惠的条件"
    next_step = "请看优惠详情里的适用对象"


class CardKindNotEligible(NotEligible):
    message = "这项优惠不适用于这一类优待证"
    next_step = "请看优惠详情里的适用证件，或换用其他优惠"


class HouseholdNotEligible(NotEligible):
    message = "这项优惠只限指定户籍的持证人"
    next_step = "如户籍已变更，请到退役军人服务站更新登记"


class LimitReached(Conflict):
    message = "这项优惠的次数已用完"
    next_step = "请看看其他优惠"


class DailyLimitReached(LimitReached):
    message = "这张优待证今天的次数已用完"
    next_step = "明天可以再用"


class MonthlyLimitReached(LimitReached):
    message = "这张优待证本月的次数已用完"
    next_step = "下个月可以再用"


class YearlyLimitReached(LimitReached):
    message = "这张优待证今年的次数已用完"
    next_step = "明年可以再用"


class PersonalLimitReached(LimitReached):
    message = "这张优待证的次数已全部用完"
    next_step = "请看看其他优惠"


class SoldOutToday(LimitReached):
    message = "今天的名额已发完"
    next_step = "请明天早些来"


class SoldOut(LimitReached):
    message = "这项优惠的名额已全部发完"
    next_step = "请看看其他优惠"


class Counter(NamedTuple):
    """计数 — one limit of a perk as it stands for one person at one instant."""

    subject: str
    period: str
    quota: int
    refusal: type[LimitReached]

    @property
    def key(self) -> str:
        return f"{self.subject}|{self.period}"


@dataclass(frozen=True, slots=True)
class PerkTerms:
    """优惠条件 — when and to whom a perk is granted and how often; pure rules over plain values."""

    state: str
    starts_on: date | None
    ends_on: date | None
    weekdays: int
    hours: tuple[str, ...]
    card_kinds: tuple[str, ...]
    households: tuple[str, ...]
    per_person_day: int | None
    per_person_month: int | None
    per_person_year: int | None
    per_person_ever: int | None
    total_day: int | None
    total_ever: int | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the terms in a row of ``perks`` as either database gives it; equal rows give one object."""
        return cast(Self, _terms(*(row[name] for name in _COLUMNS)))

    def refusal_at(self, at: datetime) -> type[Refusal] | None:
        """Return why the perk is not granted at an instant, None when it is."""
        if self.state == PerkState.ENDED:
            return PerkEnded
        if self.state != PerkState.LIVE:
            return PerkSuspended
        local = beijing(at)
        day, minute = local.date(), local.hour * 60 + local.minute
        # a range past midnight belongs to the day on which it began
        refusals = [self._refusal_on(begun) for begun in _days_of_ranges(self.hours, day=day, minute=minute)]
        if None in refusals:
            return None
        on_this_day = self._refusal_on(day)
        return on_this_day or (refusals[0] if refusals else PerkClosedNow)

    def _refusal_on(self, day: date) -> type[Refusal] | None:
        if self.starts_on and day < self.starts_on:
            return PerkNotStarted
        if self.ends_on and day > self.ends_on:
            return PerkEnded
        if not self.weekdays >> day.weekday() & 1:
            return PerkClosedToday
        return None

    def refusal_for(self, *, kind: str, town_code: str | None) -> type[Refusal] | None:
        """Return why a card's kind or its holder's household is outside the terms, None when inside."""
        if self.card_kinds and kind not in self.card_kinds:
            return CardKindNotEligible
        if self.households and town_code not in self.households:
            return HouseholdNotEligible
        return None

    def counters(self, *, holder_id: UUID, at: datetime) -> tuple[Counter, ...]:
        """Return the limits that one use at ``at`` takes from.

        The order is the same for every caller, personal ones first, so that two transactions never wait for each
        other in a circle, and a person's own limit is told before a total.
        """
        day, month, year, always = periods_at(at)
        person = holder_id.hex
        limits = (
            (person, day, self.per_person_day, DailyLimitReached),
            (person, month, self.per_person_month, MonthlyLimitReached),
            (person, year, self.per_person_year, YearlyLimitReached),
            (person, always, self.per_person_ever, PersonalLimitReached),
            (EVERYBODY, day, self.total_day, SoldOutToday),
            (EVERYBODY, always, self.total_ever, SoldOut),
        )
        return tuple(Counter(*limit) for limit in limits if limit[2])


_COLUMNS = (
    *("state", "starts_on", "ends_on", "weekdays", "hours", "card_kinds", "households", "per_person_day"),
    *("per_person_month", "per_person_year", "per_person_ever", "total_day", "total_ever"),
)


@lru_cache(maxsize=4096)
def _terms(
    state: str, starts_on: Any, ends_on: Any, weekdays: int, hours: Any, card_kinds: Any, households: Any, *limits: Any
) -> PerkTerms:
    return PerkTerms(
        state,
        _as_day(starts_on),
        _as_day(ends_on),
        weekdays,
        _as_words(hours),
        _as_words(card_kinds),
        _as_words(households),
        *limits,
    )


@lru_cache(maxsize=64)
def periods_at(at: datetime) -> tuple[str, str, str, str]:
    """Return the names of the counting periods that an instant lies in: Beijing day, month, year, and always."""
    day = beijing(at).date().isoformat()
    return day, day[:7], day[:4], "always"


_RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z")


@lru_cache(maxsize=1024)
def parse_hours(text: str) -> tuple[int, int]:
    """Return a range ``HH:MM-HH:MM`` as minutes of the day; an end before the start lies on the next day.

    Raises:
        ValueError: not such a range, or an empty one.
    """
    found = _RANGE.match(text)
    if not found:
        raise ValueError("时段应写成 09:00-21:00 的样子，多个时段用顿号隔开")
    start = int(found[1]) * 60 + int(found[2])
    end = 1440 if found[3] is None else int(found[3]) * 60 + int(found[4])
    if start == end:
        raise ValueError("时段的开始和结束不能相同；全天请留空")
    return start, end


def _days_of_ranges(hours: tuple[str, ...], *, day: date, minute: int) -> list[date]:
    """Return the days on which the ranges that contain an instant began."""
    if not hours:
        return [day]
    days = []
    for start, end in map(parse_hours, hours):
        if start <= minute and (minute < end or end < start):
            days.append(day)
        elif end < start and minute < end:
            days.append(day - timedelta(days=1))
    return days


def _as_day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_words(value: Any) -> tuple[str, ...]:
    return decode_words(value) if isinstance(value, str) else tuple(value)
