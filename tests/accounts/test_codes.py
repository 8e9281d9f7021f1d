"""邀请码"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.codes import ALPHABET, InvitationMistyped, make_code, read_code


def test_a_code_reads_back_however_it_is_typed() -> None:
    code = make_code()
    signs = code.replace("-", "")

    assert read_code(code) == read_code(f" {code.lower()} ") == read_code(signs) == signs
    assert read_code(code.replace("0", "O").replace("1", "l")) == signs


@given(place=st.integers(0, 9), sign=st.sampled_from(ALPHABET))
def test_every_single_wrong_sign_is_noticed(place: int, sign: str) -> None:
    code = make_code().replace("-", "")
    wrong = code[:place] + sign + code[place + 1 :]

    if wrong == code:
        assert read_code(wrong) == code
    else:
        with pytest.raises(InvitationMistyped):
            read_code(wrong)


def test_every_swap_of_neighbours_is_noticed() -> None:
    code = next(code for code in iter(make_code, None) if all(a != b for a, b in pairwise(code.replace("-", ""))))
    code = code.replace("-", "")

    for place in range(9):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        with pytest.raises(InvitationMistyped):
            read_code(swapped)


@pytest.mark.parametrize("text", ["", "4F7KQ", "4F7KQ-2M9XD-1", "4F7KQ-2M9X_", "邀请码邀请码邀请码邀"])
def test_what_is_no_code_is_mistyped(text: str) -> None:
    with pytest.raises(InvitationMistyped):
        read_code(text)
