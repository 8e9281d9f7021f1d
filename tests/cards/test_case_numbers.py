"""核对件编号"""

from server.cards.cases import check_digit, make_case_number


def test_a_case_number_ends_in_a_check_digit() -> None:
    number = make_case_number()

    assert len(number) == 8
    assert check_digit(number[:7]) == number[7]
    assert check_digit("0794") == "5"  # the example of ISO 7064


def test_one_wrong_digit_of_a_case_number_is_noticed() -> None:
    number = make_case_number()

    for place in range(7):
        for digit in "0123456789":
            slipped = number[:place] + digit + number[place + 1 : 7]
            assert (check_digit(slipped) == number[7]) == (digit == number[place])
