"""号码"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.identifiers import CreditCode, CreditCodeCheckFailed, IdNumber, Mobile, mask_name
from tests.factories.cards import sample_id_number
from tests.factories.merchants import CREDIT_ALPHABET, sample_credit_code

people = some.builds(sample_id_number, some.integers(0, 19_999_999), born=some.just(date(1930, 1, 1)))
codes = some.builds(sample_credit_code, some.integers(0, 999_999_999))


@pytest.mark.parametrize("number", ["11010519491231002X", "321084197001010011"])
def test_genuine_id_numbers_are_accepted_also_older_ones_of_gaoyou(number: str) -> None:
    assert IdNumber.parse(number) == number


@given(people)
def test_an_id_number_reads_back_however_it_is_spaced_and_cased(number: str) -> None:
    assert IdNumber.parse(number) == number
    assert IdNumber.parse(f" {number[:6]} {number[6:14]}-{number[14:].lower()} ") == number


@given(people, some.integers(0, 17), some.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_id_number_is_noticed(number: str, place: int, digit: str) -> None:
    slipped = number[:place] + digit + number[place + 1 :]

    if slipped != number:
        with pytest.raises(ValueError, match="身份证号") as fault:
            IdNumber.parse(slipped)
        assert slipped not in str(fault.value)


@given(people, some.integers(0, 16))
def test_two_digits_of_an_id_number_that_changed_places_are_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if swapped != number:
        with pytest.raises(ValueError, match="身份证号"):
            IdNumber.parse(swapped)


@pytest.mark.parametrize(
    ("number", "said"),
    [("32108419700101001", "18 位"), ("321084197002300019", "出生日期"), ("32108418990101001X", "年份过早")],
)
def test_a_fault_of_an_id_number_is_named(number: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        IdNumber.parse(number)


@given(some.text(max_size=30), some.sampled_from([IdNumber, Mobile, CreditCode]))
def test_any_text_is_a_number_that_reads_back_or_a_value_error(
    text: str, kind: type[IdNumber] | type[Mobile] | type[CreditCode]
) -> None:
    try:
        number = kind.parse(text)
    except ValueError:
        return

    assert kind.parse(number) == number


def test_masks_show_only_what_is_agreed() -> None:
    assert IdNumber("32108419700101001X").masked == "3***************1X"
    assert Mobile("18012341999").masked == "180****1999"
    assert [mask_name(name) for name in ("段誉", "段誉明", "段", "")] == ["段*", "段**", "段*", ""]


@pytest.mark.parametrize("text", ["18012341999", "+86 180 1234 1999", "8618012341999", "１８０１２３４１９９９"])
def test_a_mobile_is_read_in_the_ways_people_write_it(text: str) -> None:
    assert Mobile.parse(text) == "18012341999"


@pytest.mark.parametrize("text", ["1801234199", "12012341999", "0514-84600000", ""])
def test_what_is_no_mobile_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="手机号"):
        Mobile.parse(text)


@given(codes)
def test_a_credit_code_with_its_check_character_is_accepted(code: str) -> None:
    assert CreditCode.parse(code.lower()) == code


@given(codes, some.integers(0, 17), some.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_sign_of_a_credit_code_is_noticed_and_may_be_overridden(code: str, place: int, sign: str) -> None:
    slipped = code[:place] + sign + code[place + 1 :]

    if slipped != code:
        with pytest.raises(CreditCodeCheckFailed):
            CreditCode.parse(slipped)
        assert CreditCode.shaped(slipped) == slipped


@pytest.mark.parametrize("text", ["9132108400000000", "I1321084000000001X", "91321084000000001甲"])
def test_what_has_not_the_form_of_a_credit_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="18 位"):
        CreditCode.parse(text)
