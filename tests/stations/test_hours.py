"""营业时间规则"""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import BEIJING, beijing
from server.stations.hours import (
    HORIZON_DAYS,
    Calendar,
    Span,
    SpecialDay,
    in_order,
    opening,
    parse_spans,
    week_in_words,
)

MONDAY = date(2026, 11, 23)
OFFICE = parse_spans(("08:30-11:30", "14:00-17:30"))
WORKDAYS = Calendar(weekly=dict.fromkeys(range(1, 6), OFFICE), special={})


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BEIJING)


def told(calendar: Calendar, day: date, clock: str) -> str:
    return opening(calendar, at=at(day, clock)).sentence


@pytest.mark.parametrize(
    ("clock", "sentence"),
    [
        ("08:29", "还没有开门，今天 08:30 开门"),
        ("08:30", "正在营业，11:30 休息，14:00 再开门"),
        ("11:29", "正在营业，11:30 休息，14:00 再开门"),
        ("11:30", "正在休息，今天 14:00 开门"),
        ("14:00", "正在营业，今天 17:30 关门"),
        ("17:29", "正在营业，今天 17:30 关门"),
        ("17:30", "今天已经关门，明天 08:30 开门"),
    ],
)
def test_a_workday_is_told_from_before_it_opens_until_after_it_closes(clock: str, sentence: str) -> None:
    assert told(WORKDAYS, MONDAY, clock) == sentence


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [
        (4, "今天已经关门，11月30日（周一） 08:30 开门"),
        (5, "今天不上班，后天 08:30 开门"),
        (6, "今天不上班，明天 08:30 开门"),
    ],
)
def test_the_next_opening_after_a_weekend_is_named_by_day(ahead: int, sentence: str) -> None:
    assert told(WORKDAYS, MONDAY + timedelta(days=ahead), "18:00") == sentence


def test_a_holiday_is_named_and_the_next_opening_is_after_it() -> None:
    closed = SpecialDay((), "元旦放假")
    calendar = Calendar(WORKDAYS.weekly, {date(2027, 1, 1): closed, date(2027, 1, 4): closed})

    assert told(calendar, date(2027, 1, 1), "09:00") == "今天不上班（元旦放假），1月5日（周二） 08:30 开门"


def test_a_working_sunday_has_hours_and_says_why() -> None:
    sunday = MONDAY - timedelta(days=1)
    calendar = Calendar(WORKDAYS.weekly, {sunday: SpecialDay((Span("09:00", "12:00"),), "调休上班")})

    assert told(calendar, sunday, "09:00") == "正在营业，今天 12:00 关门（调休上班）"
    assert told(calendar, sunday, "12:00") == "今天已经关门（调休上班），明天 08:30 开门"


def test_a_station_without_hours_says_to_telephone_first() -> None:
    nothing = opening(Calendar({}, {}), at=at(MONDAY, "09:00"))

    assert (nothing.is_open, nothing.closes_at, nothing.opens_at) == (False, None, None)
    assert nothing.sentence == "营业时间还没有登记，去之前请先打电话问一问"


def test_a_station_closed_for_months_says_to_telephone_first() -> None:
    closed = {MONDAY + timedelta(days=ahead): SpecialDay((), "装修") for ahead in range(HORIZON_DAYS + 1)}

    sentence = told(Calendar(WORKDAYS.weekly, closed), MONDAY, "09:00")

    assert sentence == "今天不上班（装修），近期没有安排开门，去之前请先打电话问一问"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("8:30-11:30",), "「8:30-11:30」不是能认出的时间段"),
        (("08:30-24:00",), "不是能认出的时间段"),
        (("08:60-11:30",), "不是能认出的时间段"),
        (("11:30-08:30",), "关门时间不晚于开门时间"),
        (("08:30-08:30",), "关门时间不晚于开门时间"),
        (("08:30-11:30", "11:00-12:00"), "08:30-11:30 和 11:00-12:00 重叠"),
    ],
)
def test_a_span_that_cannot_be_is_told_in_words(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_spans(words)


def test_spans_come_in_order_and_those_that_touch_become_one() -> None:
    assert parse_spans(("14:00-17:30", "08:30-11:30", "11:30-12:00")) == (
        Span("08:30", "12:00"),
        Span("14:00", "17:30"),
    )


def test_a_week_is_written_in_runs_of_equal_days() -> None:
    weekly = dict.fromkeys(range(1, 6), OFFICE) | {6: (Span("09:00", "12:00"),)}

    assert week_in_words(weekly) == "周一至周五 08:30-11:30、14:00-17:30；周六 09:00-12:00"
    assert week_in_words({}) == ""


CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}")


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """A day's spans: pairs of clocks, of which none overlap."""
    clocks = sorted(draw(st.sets(CLOCKS, max_size=6)))
    return in_order(Span(*clocks[place : place + 2]) for place in range(0, len(clocks) - 1, 2))


SPECIAL = st.builds(SpecialDay, spans(), st.sampled_from(("", "国庆节")))
CALENDARS = st.builds(
    Calendar,
    weekly=st.dictionaries(st.integers(1, 7), spans()),
    special=st.dictionaries(st.integers(0, 20).map(lambda ahead: MONDAY + timedelta(days=ahead)), SPECIAL),
)
INSTANTS = st.integers(0, 10 * 24 * 60).map(lambda minutes: at(MONDAY, "00:00") + timedelta(minutes=minutes))


def is_open_at(calendar: Calendar, instant: datetime) -> bool:
    """The plain meaning: some span of that day holds that minute."""
    clock = f"{beijing(instant):%H:%M}"
    return any(span.opens <= clock < span.closes for span in calendar.spans_on(beijing(instant).date()))


@given(CALENDARS, INSTANTS)
def test_open_means_that_a_span_of_the_day_holds_the_minute(calendar: Calendar, instant: datetime) -> None:
    assert opening(calendar, at=instant).is_open is is_open_at(calendar, instant)


@given(CALENDARS, INSTANTS)
def test_an_open_station_is_open_until_it_closes_and_not_then(calendar: Calendar, instant: datetime) -> None:
    found = opening(calendar, at=instant)

    if found.closes_at is not None:
        assert found.closes_at > instant
        assert is_open_at(calendar, found.closes_at - timedelta(minutes=1))
        assert not is_open_at(calendar, found.closes_at)
    assert (found.closes_at is not None) is found.is_open


@given(CALENDARS, INSTANTS)
def test_a_closed_station_opens_when_it_says_and_at_no_minute_before(calendar: Calendar, instant: datetime) -> None:
    found = opening(calendar, at=instant)

    if found.is_open or found.opens_at is None:
        return
    days = (beijing(found.opens_at).date() - beijing(instant).date()).days
    starts = [
        at(day, span.opens)
        for day in (beijing(instant).date() + timedelta(days=ahead) for ahead in range(days + 1))
        for span in calendar.spans_on(day)
    ]
    assert not is_open_at(calendar, instant)
    assert found.opens_at == min(start for start in starts if start > instant)


@given(CALENDARS, INSTANTS)
def test_a_station_that_opens_within_the_week_always_says_when(calendar: Calendar, instant: datetime) -> None:
    found = opening(calendar, at=instant)

    soon = any(calendar.spans_on(beijing(instant).date() + timedelta(days=ahead)) for ahead in range(1, 8))
    assert found.is_open or found.opens_at is not None or not soon
