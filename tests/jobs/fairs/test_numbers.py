"""报名号 — every slip of one sign or two is told, and what was meant is among the suggestions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs.fairs.numbers import read_number, similar_numbers, write_number
from server.numbering.numbers import ALPHABET

serials = st.integers(min_value=1, max_value=999_999)


@given(serials)
def test_a_number_reads_back_and_no_two_serials_share_one(serial: int) -> None:
    number = write_number(serial)

    assert read_number(number) == number
    assert int(number[:-1]) == serial
    assert len(number) <= 12


@pytest.mark.parametrize("serial", [1, 17, 99, 1234, 9999, 10_000, 123_456])
def test_every_wrong_sign_and_every_swap_is_told_and_the_right_number_suggested(serial: int) -> None:
    number = write_number(serial)
    wrong = {number[:place] + sign + number[place + 1 :] for place in range(len(number)) for sign in ALPHABET}
    swapped = set()
    for one in range(len(number)):
        for other in range(one + 1, len(number)):
            signs = list(number)
            signs[one], signs[other] = signs[other], signs[one]
            swapped.add("".join(signs))

    for text in (wrong | swapped) - {number}:
        assert read_number(text) is None, text
        assert number in similar_numbers(text), text


@pytest.mark.parametrize("slip", ["left out", "doubled"])
def test_a_sign_too_few_or_too_many_leads_back_to_the_number(slip: str) -> None:
    number = write_number(5678)

    for place in range(len(number)):
        twice = "" if slip == "left out" else number[place] * 2
        text = number[:place] + twice + number[place + 1 :]
        assert read_number(text) != number
        assert number in similar_numbers(text), text


def test_blanks_case_dashes_leading_zeros_and_lookalikes_are_forgiven() -> None:
    number = write_number(105)

    written = (f" {number[:2]}-{number[2:]} ".lower(), number.lstrip("0"), f"00{number}", f"O{number[1:]}")

    assert {read_number(text) for text in written[:2]} == {number}
    assert read_number(written[3]) == number
    assert read_number("０" + number[1:]) == number


def test_a_serial_without_its_check_sign_suggests_the_whole_number() -> None:
    assert write_number(17) in similar_numbers("17")
    assert read_number("17") is None


@pytest.mark.parametrize("text", ["", " ", "-", "0000", write_number(1)[:-1] + "?", "报名号", "9" * 30, "١٢٣٤٥"])
def test_what_is_no_number_is_none_and_harmless(text: str) -> None:
    assert read_number(text) is None
    assert len(similar_numbers(text)) < 40


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_not_and_never_a_fault(text: str) -> None:
    number = read_number(text)

    assert number is None or read_number(number) == number
    assert all(read_number(other) == other for other in similar_numbers(text))
