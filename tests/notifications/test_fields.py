"""模板字段 — whatever the text, what is sent is what WeChat takes; and what does not fit is not bent until it does."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.notifications.fields import LONGEST, FieldKind, clean, fit, is_valid, moment
from server.notifications.templates import Field, Told, templates
from server.wechat.fake.fields import field_fault

KINDS = st.sampled_from(FieldKind)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="招聘会包裹年月日 0123456789:-~.元¥￥$/ABCabc", max_size=40),
    st.from_regex(
        r"(?:20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日 ?)?[0-9]{2}:[0-9]{2}(?:~[0-9]{2}:[0-9]{2})?", fullmatch=True
    ),
    st.from_regex(r"[¥￥]?[0-9]{1,12}(?:\.[0-9]{1,3})?元?", fullmatch=True),
)


@given(KINDS, TEXTS)
def test_whatever_is_made_to_fit_is_taken_by_an_independent_reading_of_the_rules(kind: FieldKind, text: str) -> None:
    found = fit(kind, text)

    if found is not None:
        assert is_valid(kind, found)
        assert field_fault(f"{kind}1", found) == ""


@given(KINDS, TEXTS)
def test_what_is_valid_is_taken_by_an_independent_reading_of_the_rules(kind: FieldKind, text: str) -> None:
    if is_valid(kind, text):
        assert field_fault(f"{kind}1", text) == ""
        assert fit(kind, text) == text


@given(KINDS, TEXTS)
def test_what_fits_is_left_as_it_is_when_it_is_fitted_again(kind: FieldKind, text: str) -> None:
    found = fit(kind, text)

    assert found is None or fit(kind, found) == found


@given(st.text(min_size=1, max_size=400))
def test_every_text_that_can_be_seen_fits_a_thing(text: str) -> None:
    found = fit(FieldKind.THING, text)

    assert (found is None) == (clean(text) == "")


@given(st.text(max_size=400), st.text(max_size=400), st.dictionaries(st.sampled_from(("number", "state")), st.text()))
def test_no_template_ever_sends_a_field_that_is_refused(title: str, text: str, values: dict[str, str]) -> None:
    told = Told(title=title, text=text, at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC), values=values)

    for template in templates().values():
        rendered = template.render(told, {})
        assert [(name, field_fault(name, value)) for name, value in rendered.items() if field_fault(name, value)] == []


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (FieldKind.THING, "示例单位约您于本周五上午九点到人事部面试", "示例单位约您于本周五上午九点到人事部面试"),
        (FieldKind.THING, "示例单位约您于本周五上午九点到人事部面试。", "示例单位约您于本周五上午九点到人事部面…"),
        (FieldKind.THING, " 两行\n文字\u200b ", "两行 文字"),
        (FieldKind.THING, "", None),
        (FieldKind.THING, "\u200b\n", None),
        (FieldKind.NUMBER, "12.5", "12.5"),
        (FieldKind.NUMBER, "12人", None),
        (FieldKind.NUMBER, "1" * 33, None),
        (FieldKind.LETTER, "ABC", "ABC"),
        (FieldKind.LETTER, "AB1", None),
        (FieldKind.SYMBOL, "!?", "!?"),
        (FieldKind.SYMBOL, "!a", None),
        (FieldKind.CHARACTER_STRING, "GY-2026 0001", "GY-20260001"),
        (FieldKind.CHARACTER_STRING, "ＧＹ０１", "GY01"),
        (FieldKind.CHARACTER_STRING, "包裹1", None),
        (FieldKind.CHARACTER_STRING, "A" * 40, "A" * 32),
        (FieldKind.TIME, "15:01", "15:01"),
        (FieldKind.TIME, "2019年10月1日 15:01", "2019年10月1日 15:01"),
        (FieldKind.TIME, "09:00~11:30", "09:00~11:30"),
        (FieldKind.TIME, "2019年10月1日", None),
        (FieldKind.TIME, "25:01", None),
        (FieldKind.DATE, "2019年10月1日", "2019年10月1日"),
        (FieldKind.DATE, "2019年10月1日~2019年10月3日", "2019年10月1日~2019年10月3日"),
        (FieldKind.DATE, "15:01", None),
        (FieldKind.DATE, "2019年2月30日", None),
        (FieldKind.AMOUNT, "12.50元", "¥12.50"),
        (FieldKind.AMOUNT, "￥1,200", "￥1200"),
        (FieldKind.AMOUNT, "12345678901", None),
        (FieldKind.AMOUNT, "面议", None),
        (FieldKind.PHONE_NUMBER, "+86-0766-66888866", "+86-0766-66888866"),
        (FieldKind.PHONE_NUMBER, "0514 8466 0000", "051484660000"),
        (FieldKind.PHONE_NUMBER, "1" * 18, None),
        (FieldKind.CAR_NUMBER, "粤A8Z888挂", "粤A8Z888挂"),
        (FieldKind.CAR_NUMBER, "粤A8Z8889挂", None),
        (FieldKind.NAME, "段誉明", "段誉明"),
        (FieldKind.NAME, "高邮市某某某某某某退役军人服务站", "高邮市某某某某某某退"),
        (FieldKind.NAME, "John Smith", "John Smith"),
        (FieldKind.NAME, "张3", None),
        (FieldKind.PHRASE, "配送中", "配送中"),
        (FieldKind.PHRASE, "正在配送途中", None),
        (FieldKind.PHRASE, "OK", None),
    ],
)
def test_each_kind_is_cut_or_refused_by_its_own_rule(kind: FieldKind, text: str, expected: str | None) -> None:
    assert fit(kind, text) == expected


def test_a_sign_beyond_the_basic_plane_counts_as_two_and_is_never_halved() -> None:
    found = fit(FieldKind.THING, "🎖" * 12)

    assert found == "🎖" * 9 + "…"


def test_an_instant_is_shown_on_a_beijing_clock_to_the_minute_or_to_the_day() -> None:
    at = datetime(2026, 3, 1, 17, 5, 59, tzinfo=UTC)

    assert moment(FieldKind.TIME, at) == "2026年3月2日 01:05"
    assert moment(FieldKind.DATE, at) == "2026年3月2日"


def test_every_kind_with_a_length_of_wechats_has_that_length() -> None:
    stated = {"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phone_number": 17}

    assert {kind.value: LONGEST[kind] for kind in FieldKind if kind.value in stated} == stated
    assert (LONGEST[FieldKind.CAR_NUMBER], LONGEST[FieldKind.NAME], LONGEST[FieldKind.PHRASE]) == (8, 10, 5)


def test_a_field_whose_text_does_not_fit_sends_what_stands_in_for_it() -> None:
    field = Field(name="phrase2", label="状态", source="state", otherwise="有新进展")
    at = datetime(2026, 3, 2, tzinfo=UTC)

    texts = [
        field.render(Told(title="", text="", at=at, values={"state": state})) for state in ("已揽收", "已到达扬州市")
    ]

    assert texts == ["已揽收", "有新进展"]
