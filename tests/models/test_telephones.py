"""联系电话"""

import pytest

from models.identifiers import Telephone


@pytest.mark.parametrize(
    ("text", "number", "masked"),
    [
        ("0514-84612345", "0514-84612345", "0514-****2345"),
        ("051484612345", "0514-84612345", "0514-****2345"),
        ("（0514）8461 2345", "0514-84612345", "0514-****2345"),
        ("0514—84612345转801", "0514-84612345-801", "0514-****2345"),
        ("+86-0514-84612345", "0514-84612345", "0514-****2345"),
        ("025-8461234", "025-8461234", "025-****1234"),
        ("400-123-4567", "400-1234567", "400-****4567"),
        ("180-1234-1999", "18012341999", "180****1999"),
        ("+86 18012341999", "18012341999", "180****1999"),
    ],
)
def test_a_mobile_and_a_landline_are_read_in_one_form(text: str, number: str, masked: str) -> None:
    telephone = Telephone.parse(text)

    assert (telephone, telephone.masked) == (number, masked)
    assert Telephone.parse(telephone) == telephone


@pytest.mark.parametrize(
    "text", ["", "86512349", "0514-865", "1801234199", "18012341999/0514-84612345", "0514-84612345-", "电话见公告"]
)
def test_what_is_no_single_telephone_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="请填一个电话") as refused:
        Telephone.parse(text)

    assert not text or text not in str(refused.value)
