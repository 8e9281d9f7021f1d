"""可打印的文字"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.printing.wording import spelled, visible


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("王\x00大\x07力\x1b", "王大力"),
        ("王\u200b大\ufeff力\u202e", "王大力"),
        ("祎\U000e0100示\ufe0f", "祎示"),
        ("一\r\n二\r三\u2028四\x0b五", "一\n二\n三\n四\n五"),
        ("姓名\t张\u00a0三\u2003四", "姓名 张 三 四"),
        ("年\u3000月", "年\u3000月"),
        ("Cafe\u0301", "Café"),
        ("甲⸺乙⸻丙", "甲——乙———丙"),
        ("<b>&amp;]]></b>\\(x) Tj %", "<b>&amp;]]></b>\\(x) Tj %"),
        ("", ""),
    ],
)
def test_controls_and_invisible_signs_go_and_everything_else_stays(typed: str, printed: str) -> None:
    assert visible(typed) == printed


@given(st.text())
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_signs_that_the_typeface_lacks_are_spelled_as_code_points() -> None:
    text = spelled("张𠮷\n\ue863😀\ud83d", typeface=set("张"))

    assert text == "张〔U+20BB7〕\n〔U+E863〕〔U+1F600〕〔U+D83D〕"
