"""编号 — what is mistyped is told, never taken for another number; serials have no gap and no double."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.transactions import transaction
from server.numbering.numbers import ALPHABET, Numbering, check_sign

PARCELS = Numbering("YB")
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

numbers = st.builds(
    lambda day, serial: PARCELS.write(day=day, serial=serial),
    day=st.dates(date(2025, 1, 1), date(2060, 12, 31)),
    serial=st.integers(1, 999_999),
)


@given(numbers)
def test_a_number_reads_back_as_itself(number: str) -> None:
    assert PARCELS.read(number) == number


@given(numbers, st.data())
def test_one_wrong_sign_is_never_another_number_and_the_right_one_is_proposed(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(number) - 1))
    wrong = data.draw(st.sampled_from([sign for sign in ALPHABET if sign != number[place]]))

    typed = number[:place] + wrong + number[place + 1 :]

    assert PARCELS.read(typed) is None
    assert number in PARCELS.similar(typed)


@given(numbers, st.data())
def test_any_two_swapped_signs_are_never_another_number(number: str, data: st.DataObject) -> None:
    one = data.draw(st.integers(2, len(number) - 2))
    other = data.draw(st.integers(one + 1, len(number) - 1))
    assume(number[one] != number[other])

    signs = list(number)
    signs[one], signs[other] = signs[other], signs[one]

    assert PARCELS.read("".join(signs)) is None
    assert number in PARCELS.similar("".join(signs))


@pytest.mark.parametrize(
    "typed", ["yb 261102 0017 {}", "YB-261102-0017-{}", "2611020017{}", "ＹＢ２６１１０２００１７{}", "YB26IIO2OOI7{}"]
)
def test_it_is_read_as_people_type_it(typed: str) -> None:
    number = PARCELS.write(day=date(2026, 11, 2), serial=17)

    assert PARCELS.read(typed.format(number[-1])) == number


@pytest.mark.parametrize("typed", ["", "YB", "YB2611020017", "YB2613020017A", "YX" * 30, "'; DROP", "寄件"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert PARCELS.read(typed) is None


def test_a_serial_of_nought_and_a_day_that_is_none_are_no_numbers() -> None:
    for digits in ("2611020000", "2602300001"):
        assert PARCELS.read(digits + check_sign(digits)) is None


def test_a_number_in_a_chat_is_recognised_also_when_mistyped() -> None:
    number = PARCELS.write(day=date(2026, 11, 2), serial=17)

    assert PARCELS.looks_like(number)
    assert PARCELS.looks_like(number[:-1] + ("A" if number[-1] != "A" else "B"))
    assert not PARCELS.looks_like("我的包裹")


async def test_numbers_of_a_day_follow_each_other_and_a_rolled_back_one_is_given_again(database: object) -> None:
    async def give_and_fail() -> None:
        async with transaction():
            await PARCELS.give(at=AT)
            raise RuntimeError("fails")

    first = await PARCELS.give(at=AT)
    with pytest.raises(RuntimeError, match="fails"):
        await give_and_fail()
    second, third = [await PARCELS.give(at=AT) for _ in range(2)]

    assert [number[8:12] for number in (first, second, third)] == ["0001", "0002", "0003"]


async def test_the_day_is_the_beijing_day_and_each_series_counts_for_itself(database: object) -> None:
    late = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)

    assert (await PARCELS.give(at=late)).startswith("YB2611030001")
    assert (await Numbering("SH").give(at=late)).startswith("SH2611030001")


async def test_fifty_at_once_get_fifty_numbers_without_a_gap(database: object) -> None:
    async def give() -> str:
        async with transaction():
            return await PARCELS.give(at=AT)

    given_numbers = await asyncio.gather(*(give() for _ in range(50)))

    assert sorted(number[8:12] for number in given_numbers) == [f"{serial:04d}" for serial in range(1, 51)]
