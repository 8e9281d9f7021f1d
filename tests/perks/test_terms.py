"""优惠条件 — time, kind, household and limits, as pure rules."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from config.clock import BEIJING
from models.perk_terms import (
    CardKindNotEligible,
    DailyLimitReached,
    HouseholdNotEligible,
    MonthlyLimitReached,
    PerkClosedNow,
    PerkClosedToday,
    PerkEnded,
    PerkNotStarted,
    PerkSuspended,
    PerkTerms,
    SoldOut,
    parse_hours,
)

HOLDER = UUID(int=7)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING)


def terms(**overrides: Any) -> PerkTerms:
    values: dict[str, Any] = {
        "state": "live",
        "starts_on": None,
        "ends_on": None,
        "weekdays": 127,
        "hours": (),
        "card_kinds": (),
        "households": (),
        "per_person_day": None,
        "per_person_month": None,
        "per_person_year": None,
        "per_person_ever": None,
        "total_day": None,
        "total_ever": None,
    }
    return PerkTerms(**(values | overrides))


def test_a_perk_without_terms_is_always_open() -> None:
    assert terms().refusal_at(MONDAY) is None


@pytest.mark.parametrize(
    ("overrides", "refusal"),
    [
        ({"state": "suspended"}, PerkSuspended),
        ({"state": "ended"}, PerkEnded),
        ({"starts_on": date(2026, 11, 24)}, PerkNotStarted),
        ({"ends_on": date(2026, 11, 22)}, PerkEnded),
        ({"weekdays": 0b1111110}, PerkClosedToday),
        ({"hours": ("11:00-14:00",)}, PerkClosedNow),
    ],
)
def test_each_way_of_being_closed_has_its_own_reason(overrides: dict[str, Any], refusal: type[Exception]) -> None:
    assert terms(**overrides).refusal_at(MONDAY) is refusal


def test_the_first_and_the_last_day_are_inside_the_period() -> None:
    one_day = terms(starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 23))

    assert one_day.refusal_at(MONDAY.replace(hour=0, minute=0)) is None
    assert one_day.refusal_at(MONDAY.replace(hour=23, minute=59)) is None


def test_days_are_reckoned_in_beijing_and_not_in_utc() -> None:
    begins = terms(starts_on=date(2026, 11, 23))
    before_dawn = datetime(2026, 11, 23, 0, 30, tzinfo=BEIJING)  # still the 22nd in UTC

    assert begins.refusal_at(before_dawn) is None


@pytest.mark.parametrize(("hour", "minute", "is_open"), [(8, 59, False), (9, 0, True), (20, 59, True), (21, 0, False)])
def test_a_range_begins_on_its_minute_and_ends_before_its_last(hour: int, minute: int, is_open: bool) -> None:
    found = terms(hours=("09:00-21:00",)).refusal_at(MONDAY.replace(hour=hour, minute=minute))

    assert (found is None) is is_open


def test_a_range_past_midnight_belongs_to_the_day_it_began() -> None:
    night = terms(hours=("18:00-02:00",), weekdays=0b0000001)  # Mondays only
    tuesday = MONDAY.replace(day=24)

    assert night.refusal_at(MONDAY.replace(hour=23)) is None
    assert night.refusal_at(tuesday.replace(hour=1, minute=59)) is None
    assert night.refusal_at(tuesday.replace(hour=2)) is PerkClosedToday
    assert night.refusal_at(tuesday.replace(hour=19)) is PerkClosedToday
    assert night.refusal_at(MONDAY.replace(hour=1)) is PerkClosedToday  # began on a Sunday


def test_kind_and_household_are_separate_conditions() -> None:
    narrow = terms(card_kinds=("veteran",), households=("321084112",))

    assert narrow.refusal_for(kind="bereaved_family", town_code="321084112") is CardKindNotEligible
    assert narrow.refusal_for(kind="veteran", town_code="321084001") is HouseholdNotEligible
    assert narrow.refusal_for(kind="veteran", town_code=None) is HouseholdNotEligible
    assert narrow.refusal_for(kind="veteran", town_code="321084112") is None


def test_limits_become_counters_of_the_beijing_day_personal_ones_first() -> None:
    limited = terms(total_ever=100, per_person_day=1, per_person_month=3)

    counters = limited.counters(holder_id=HOLDER, at=datetime(2026, 11, 30, 23, 30, tzinfo=BEIJING))

    assert [(counter.subject, counter.period, counter.quota, counter.refusal) for counter in counters] == [
        (HOLDER.hex, "2026-11-30", 1, DailyLimitReached),
        (HOLDER.hex, "2026-11", 3, MonthlyLimitReached),
        ("all", "always", 100, SoldOut),
    ]


@pytest.mark.parametrize("text", ["9:00-21:00", "09:00", "09:00-25:00", "09:00-09:00", "09:00-21:60", "全天"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="时段"):
        parse_hours(text)


def test_a_range_may_end_at_midnight() -> None:
    assert parse_hours("09:00-24:00") == (540, 1440)
