"""断行"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.printing.lines import NEVER_FIRST, NEVER_LAST, break_lines


def lines(text: str, width: float) -> list[str]:
    """Break text of which a Chinese sign is one wide and a Latin one half."""
    return break_lines(text, width=width, measure=measure)


def measure(sign: str) -> float:
    return 0.5 if sign.isascii() else 1


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("退役军人就业意向", 4, ["退役军人", "就业意向"]),
        ("愿意到岗，立即上班", 4, ["愿意到", "岗，立即", "上班"]),
        ("地点（高邮）", 3, ["地点", "（高", "邮）"]),
        ("请打电话138****1234联系", 6, ["请打电话", "138****1234", "联系"]),
        ("月薪 6,000–8,000 元", 7, ["月薪", "6,000–8,000", "元"]),
        ("welcome to Gaoyou", 4, ["welcome", "to", "Gaoyou"]),
        ("甲\n\n乙", 4, ["甲", "", "乙"]),
        ("", 4, [""]),
        ("好的……", 3, ["好", "的……"]),
        ("名录〔U+20BB7〕", 6, ["名录", "〔U+20BB7〕"]),
    ],
)
def test_lines_end_where_chinese_allows_it(text: str, width: float, broken: list[str]) -> None:
    assert lines(text, width) == broken


@pytest.mark.parametrize("text", ["示" * 300, "x" * 300, "。" * 300, "（" * 300, "1" * 40 + "。" * 40 + "字" * 40])
def test_unbroken_text_is_broken_and_nothing_is_lost(text: str) -> None:
    broken = lines(text, 7)

    assert "".join(broken) == text
    assert max(sum(map(measure, line)) for line in broken) <= 7


@given(st.text(st.sampled_from("甲乙丙，。（）“” ab1.-—…\n"), max_size=80), st.floats(2, 12))
def test_lines_never_pass_the_width_and_keep_every_sign_but_blanks_at_their_ends(text: str, width: float) -> None:
    broken = lines(text, width)

    assert "".join(broken).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(sum(map(measure, line)) <= width for line in broken)


@given(st.lists(st.from_regex(r"[（“《]?[甲乙丙]{1,5}[，。）”》]?", fullmatch=True), max_size=20), st.integers(3, 9))
def test_no_line_begins_with_a_closing_or_ends_with_an_opening_sign(phrases: list[str], width: int) -> None:
    broken = lines("".join(phrases), width)

    assert not any(line[0] in NEVER_FIRST for line in broken if line)
    assert not any(line[-1] in NEVER_LAST for line in broken if line)
