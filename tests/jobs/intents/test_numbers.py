"""意向书编号"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tortoise.context import TortoiseContext

from models.errors import Refusal
from models.transactions import transaction
from server.jobs.intents.numbers import (
    IntentNumberMistyped,
    check_sign,
    next_number,
    read_number,
    similar_numbers,
    write_number,
)

NOON = datetime(2025, 3, 22, 4, tzinfo=UTC)
numbers = st.builds(
    write_number,
    day=st.dates(min_value=date(2024, 1, 1), max_value=date(2049, 12, 31)),
    serial=st.integers(min_value=1, max_value=99_999),
)


def test_a_number_is_yx_the_day_the_serial_and_a_check_sign() -> None:
    # by hand: the weights 2^12 … 2^1 over 202503220017 sum to 7 mod 11, and 7 + 5 = 1 mod 11
    assert write_number(day=date(2025, 3, 22), serial=17) == "YX2025032200175"


@pytest.mark.parametrize(("digits", "sign"), [("0794", "0"), ("079", "X"), ("32108419700101001", "1")])
def test_the_check_sign_is_that_of_iso_7064_mod_11_2(digits: str, sign: str) -> None:
    assert check_sign(digits) == sign


@given(numbers)
def test_every_number_reads_back(number: str) -> None:
    assert read_number(number) == number


@given(numbers, st.data())
def test_every_single_wrong_sign_is_noticed(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=2, max_value=len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789X"))
    assume(wrong != number[place])

    with pytest.raises(IntentNumberMistyped):
        read_number(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.data())
def test_every_swap_of_neighbours_is_noticed(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=2, max_value=len(number) - 2))
    assume(number[place] != number[place + 1])

    with pytest.raises(IntentNumberMistyped):
        read_number(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@given(numbers, st.data())
def test_the_right_number_is_among_those_like_a_slip_of_it(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=2, max_value=len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    replaced = number[:place] + data.draw(st.sampled_from("0123456789")) + number[place + 1 :]

    for slip in {swapped, replaced} - {number}:
        similar = similar_numbers(slip)

        assert number in similar
        assert all(read_number(other) == other for other in similar)


@pytest.mark.parametrize(
    "typed",
    [
        *("yx2025032200175", " YX 20250322-0017-5 ", "2025032200175", "ＹＸ２０２５０３２２００１７５"),
        *("YX2O25O32200175", "YX20250322OO175", "YX2025032200l75", "YX20250322-00I7-5", "YX20250322·0017·5"),
    ],
)
def test_case_blanks_dashes_and_letters_for_digits_are_forgiven(typed: str) -> None:
    assert read_number(typed) == "YX2025032200175"


@pytest.mark.parametrize(
    "typed", ["", "YX", "12345678", "YX202503220017", "YX20250322001758888", "YX2025133200175", "意向书", "X" * 500]
)
def test_what_has_another_form_is_refused_and_nothing_is_like_it(typed: str) -> None:
    with pytest.raises(IntentNumberMistyped):
        read_number(typed)


def test_a_day_that_does_not_exist_is_refused_although_its_check_sign_is_right() -> None:
    with pytest.raises(IntentNumberMistyped):
        read_number("YX" + "202502300001" + "6")


def test_a_mistyped_number_names_those_like_it() -> None:
    with pytest.raises(IntentNumberMistyped) as refused:
        raise IntentNumberMistyped(("YX2025032200175",))

    assert "YX2025032200175" in refused.value.detail


async def test_serials_begin_anew_each_beijing_day(database: TortoiseContext) -> None:
    evening = datetime(2025, 3, 22, 15, 59, tzinfo=UTC)
    async with transaction():
        given_out = [await next_number(at=at) for at in (NOON, evening, evening + timedelta(minutes=1), NOON)]

    assert [(number[:10], number[10:14]) for number in given_out] == [
        *(("YX20250322", "0001"), ("YX20250322", "0002"), ("YX20250323", "0001"), ("YX20250322", "0003")),
    ]


async def test_a_number_of_a_deed_that_failed_is_given_again(database: TortoiseContext) -> None:
    async def fail() -> None:
        async with transaction():
            await next_number(at=NOON)
            raise Refusal("没有办成")

    with pytest.raises(Refusal):
        await fail()
    async with transaction():
        assert (await next_number(at=NOON))[10:14] == "0001"
