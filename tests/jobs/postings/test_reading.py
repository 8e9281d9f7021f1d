"""岗位表格的写法"""

from collections.abc import Callable

import pytest

from models.towns import Town, TownNames
from server.jobs.postings.reading import parse_age, parse_benefits, parse_experience, parse_openings

TOWNS = TownNames.of(
    [
        Town(code="321084001", name="高邮街道", position=1),
        Town(code="321084107", name="三垛镇", position=2),
        Town(code="321084200", name="菱塘回族乡", position=3),
        Town(code="321084401", name="城南经济新区（车逻镇）", position=4),
        Town(code="321084406", name="经济开发区（马棚街道）", position=5),
    ]
)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        *(("不限", 0), ("经验不限", 0), ("无", 0), ("无经验要求", 0), ("不要求经验", 0)),
        *(("应届", 0), ("应届毕业生", 0), ("接受应届毕业生", 0), ("1年以下", 0)),
        *(("3年", 3), ("3年以上", 3), ("３年及以上", 3), ("三年以上", 3), ("两年以上从业经验", 2), ("十年以上", 10)),
        *(("1-3年", 1), ("1至3年", 1), ("3-5年工作经验", 3), ("有3年以上相关工作经验", 3), ("至少5年", 5)),
    ],
)
def test_experience_is_the_least_years(text: str, years: int) -> None:
    assert parse_experience(text) == years


@pytest.mark.parametrize("text", ["有经验优先", "熟练工", "半年以上", "十五年", "60年", "3个月"])
def test_what_is_no_experience_in_whole_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="经验要求"):
        parse_experience(text)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        *(("不限", (None, None)), ("年龄不限", (None, None)), ("无", (None, None))),
        *(("18-45周岁", (18, 45)), ("18-45", (18, 45)), ("18至45岁", (18, 45)), ("16—60 周岁", (16, 60))),
        *(("18周岁以上45周岁以下", (18, 45)), ("18周岁以上、60周岁以下", (18, 60)), ("20岁到40岁之间", (20, 40))),
        *(
            ("45周岁以下", (None, 45)),
            ("45岁以内", (None, 45)),
            ("不超过50周岁", (None, 50)),
            ("35岁及以下", (None, 35)),
        ),
        *(("18周岁以上", (18, None)), ("年满18周岁", (18, None)), ("不低于20周岁", (20, None))),
    ],
)
def test_ages_are_read_as_people_write_them(text: str, ages: tuple[int | None, int | None]) -> None:
    assert parse_age(text) == ages


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("45", "18-45周岁"),
        ("1845", "18-45周岁"),
        ("法定退休年龄以内", "18-45周岁"),
        ("15-40周岁", "16 到 70"),
        ("18-99", "16 到 70"),
        ("50-20", "最小年龄大于最大年龄"),
        ("男18-60女18-55", "第二十七条"),
    ],
)
def test_what_is_no_range_of_ages_is_refused_with_how_to_write_it(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_age(text)


@pytest.mark.parametrize(("text", "number"), [("5", 5), ("5人", 5), ("12 名", 12), ("１０", 10)])
def test_openings_are_a_number_of_people(text: str, number: int) -> None:
    assert parse_openings(text) == number


@pytest.mark.parametrize("text", ["若干", "0", "-3", "10001", "3-5人"])
def test_openings_that_say_no_number_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="请写"):
        parse_openings(text)


def test_benefits_are_words_with_anything_between() -> None:
    assert parse_benefits("五险一金、包吃住，节日福利 五险一金/双休") == ("五险一金", "包吃住", "节日福利", "双休")
    assert parse_benefits("无") == ()


@pytest.mark.parametrize("text", ["、".join(str(n) for n in range(21)), "提供" * 11])
def test_too_many_or_too_long_benefits_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="最多"):
        parse_benefits(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("三垛镇", "321084107"), ("三垛", "321084107"), ("高邮市三垛镇", "321084107"), ("321084107", "321084107")),
        *(("高邮街道", "321084001"), ("江苏省扬州市高邮市高邮街道", "321084001"), ("菱塘", "321084200")),
        *(("城南经济新区", "321084401"), ("车逻镇", "321084401"), ("城南经济新区(车逻镇)", "321084401")),
        *(("外地", None), ("市外", None)),
    ],
)
def test_a_town_is_known_by_every_name(text: str, code: str | None) -> None:
    assert TOWNS.read(text) == code


@pytest.mark.parametrize("text", ["南京", "三垛镇北路", ""])
def test_what_names_no_town_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="没有这个乡镇"):
        TOWNS.read(text)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("高邮市三垛镇工业园 8 号", "321084107"),
        ("三垛镇工业园", "321084107"),
        ("高邮市经济开发区波司登大道", "321084406"),
        ("扬州经济开发区", None),
        ("三垛路 3 号", None),
        ("南京市三垛镇路", None),
    ],
)
def test_an_address_tells_its_town_only_where_it_begins_with_it(address: str, code: str | None) -> None:
    assert TOWNS.read_address(address) == code


@pytest.mark.parametrize("parse", [parse_age, parse_benefits, parse_experience, parse_openings])
def test_faults_are_told_in_chinese(parse: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="请"):
        parse("x" * 30)
