"""服务站表格里的写法"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stations import StationService
from server.stations.hours import Span, in_order, week_in_words
from server.stations.import_columns import parse_coordinates, parse_services, parse_week

OFFICE = (Span("08:30", "11:30"), Span("14:00", "17:30"))
WORKDAYS = dict.fromkeys(range(1, 6), OFFICE)
SATURDAY = {6: (Span("09:00", "12:00"),)}


@pytest.mark.parametrize(
    ("words", "week"),
    [
        ("周一至周五 08:30-11:30、14:00-17:30", WORKDAYS),
        ("周一至周五08:30-11:30,14:00-17:30", WORKDAYS),
        ("工作日 8:30～11:30，14：00—17：30", WORKDAYS),
        ("星期一到星期五：8:30至11:30、14:00至17:30。", WORKDAYS),
        ("周一至周五 14:00-17:30；周一至周五 08:30-11:30", WORKDAYS),
        ("周一、周二、周三、周四、周五 08:30-11:30 14:00-17:30", WORKDAYS),
        ("周一至周五 08:30-11:30、14:00-17:30；周六 09:00-12:00", WORKDAYS | SATURDAY),
        ("周一至周五 08:30-11:30、14:00-17:30\n周六 09:00-12:00；周日休息", WORKDAYS | SATURDAY),
        ("周一至周五 08:30-11:30、14:00-17:30 周六 09:00-12:00", WORKDAYS | SATURDAY),
        ("周末 09:00-12:00", SATURDAY | {7: SATURDAY[6]}),
        ("周六日 09:00-12:00", SATURDAY | {7: SATURDAY[6]}),
        ("每天 09:00-12:00", dict.fromkeys(range(1, 8), SATURDAY[6])),
        ("每天 休息", {}),
    ],
)
def test_hours_are_read_as_people_write_them(words: str, week: dict[int, tuple[Span, ...]]) -> None:
    assert parse_week(words) == week


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("上午", "不是能认出的营业时间"),
        ("08:30-17:30", "不是能认出的营业时间"),
        ("周一至周五", "不是能认出的营业时间"),
        ("周五至周一 08:30-17:30", "写反了"),
        ("逢集 08:30-17:30", "「逢集」不是能认出的星期"),
        ("周一 17:30-08:30", "关门时间不晚于开门时间"),
        ("周一 08:30-11:30、11:00-12:00", "重叠"),
        ("周一 08:30-25:00", "不是能认出的时间段"),
        ("周一 08:30-17:30 全年无休", "不是能认出的营业时间"),
    ],
)
def test_hours_that_cannot_be_read_are_told_how_to_write(words: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_week(words)


CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}")


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """A day's spans, at least one."""
    clocks = sorted(draw(st.sets(CLOCKS, min_size=2, max_size=6)))
    return in_order(Span(*clocks[place : place + 2]) for place in range(0, len(clocks) - 1, 2))


@given(st.dictionaries(st.integers(1, 7), spans(), min_size=1))
def test_what_we_write_of_a_week_we_read_again(week: dict[int, tuple[Span, ...]]) -> None:
    assert parse_week(week_in_words(week)) == dict(sorted(week.items()))


@pytest.mark.parametrize(
    "words", ["119.448,32.993", "32.993，119.448", " 32.993 119.448 ", "119.448、32.993", "119.448；32.993"]
)
def test_a_place_is_read_in_either_order(words: str) -> None:
    assert parse_coordinates(words) == (32.993, 119.448)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("119.448", "不是能认出的"),
        ("高邮", "不是能认出的"),
        ("32.9,200", "不在中国境内"),
        ("nan,119.4", "不在中国境内"),
    ],
)
def test_a_place_that_cannot_be_is_told(words: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_coordinates(words)


def test_services_are_read_by_name_or_by_a_part_that_is_theirs_alone() -> None:
    assert parse_services("拥军包裹寄递、优待证办理") == (StationService.PARCEL, StationService.CARD)
    assert parse_services("包裹，法律咨询；包裹") == (StationService.PARCEL, StationService.LEGAL)
    assert parse_services("、".join(service.label for service in StationService)) == tuple(StationService)


@pytest.mark.parametrize("words", ["理发", "服务", "就业和法律"])
def test_a_service_that_no_name_or_several_names_have_is_told_with_the_names(words: str) -> None:
    with pytest.raises(ValueError, match=f"没有「{words}」这个服务项目，可写：拥军包裹寄递、优待证办理"):
        parse_services(words)
