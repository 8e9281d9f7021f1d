"""优惠表样"""

import pytest

from server.perks.import_columns import parse_ranges, parse_weekdays, perk_shape

TOWNS = {"高邮街道": "321084001", "城南经济新区（车逻镇）": "321084401"}


@pytest.mark.parametrize(
    ("written", "bits"),
    [
        ("一三五", 0b0010101),
        ("周一至周五", 0b0011111),
        ("星期六、星期天", 0b1100000),
        ("工作日，周六", 0b0111111),
        ("周末", 0b1100000),
        ("每天", 0b1111111),
    ],
)
def test_weekdays_are_read_as_people_write_them(written: str, bits: int) -> None:
    assert parse_weekdays(written) == bits


@pytest.mark.parametrize("written", ["星期八", "周五至周一", "、", "1-5"])
def test_what_is_no_weekday_is_refused_in_chinese(written: str) -> None:
    with pytest.raises(ValueError, match="请"):
        parse_weekdays(written)


@pytest.mark.parametrize(
    ("written", "ranges"),
    [
        ("9:00-21:00", ("09:00-21:00",)),
        ("08:30至11:30、13:00 ～ 24:00", ("08:30-11:30", "13:00-24:00")),
        ("全天", ()),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, ranges: tuple[str, ...]) -> None:
    assert parse_ranges(written) == ranges


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("不限", ()),
        ("高邮", ("321084001", "321084401")),
        ("城南经济新区(车逻镇)", ("321084401",)),
        ("321084001、高邮街道", ("321084001",)),
    ],
)
def test_households_are_read_as_people_write_them(written: str, codes: tuple[str, ...]) -> None:
    shape = perk_shape(categories={"生活服务": "life_services"}, towns=TOWNS)
    households = next(column for column in shape.columns if column.key == "households")

    assert households.parse(written) == codes
