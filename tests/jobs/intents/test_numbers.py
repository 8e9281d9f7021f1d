"""意向书编号"""

from datetime import date

import pytest

from models.errors import Invalid
from server.jobs.intents.numbers import INTENT_NUMBERS, IntentNumberMistyped


def test_a_number_is_yx_the_day_the_serial_and_a_check_sign() -> None:
    # by hand: 3 × the digits weighted by powers of 3 from the right is 19 mod 31, and 19 + 12 = 31; sign 12 is C
    assert INTENT_NUMBERS.write(day=date(2025, 3, 22), serial=17) == "YX2503220017C"


def test_a_mistyped_number_names_those_like_it() -> None:
    with pytest.raises(Invalid) as refused:
        raise IntentNumberMistyped(("YX2503220017C",))

    assert "YX2503220017C" in refused.value.detail
    assert [error.field for error in refused.value.errors] == ["number"]


def test_the_example_in_the_next_step_is_a_number() -> None:
    assert INTENT_NUMBERS.read("YX2503220017C") == "YX2503220017C"
    assert "YX2503220017C" in IntentNumberMistyped.next_step
