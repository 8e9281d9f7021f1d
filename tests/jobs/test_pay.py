"""薪酬 — read from the way people write it, refused when doubtful, and written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs.pay import FEWEST_MONTHS, LEAST_FEN, MOST_FEN, MOST_MONTHS, Pay, format_pay, parse_pay


def yuan(least: int | None, most: int | None, months: int = 12, is_negotiable: bool = False) -> Pay:
    return Pay(None if least is None else least * 100, None if most is None else most * 100, months, is_negotiable)


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("10-20K·14薪", yuan(10_000, 20_000, 14)),
        ("10K-20K", yuan(10_000, 20_000)),
        ("10k~20k*13薪", yuan(10_000, 20_000, 13)),
        ("10-20K（14薪）", yuan(10_000, 20_000, 14)),
        ("13薪，8000-10000元/月", yuan(8_000, 10_000, 13)),
        ("8000 14薪", yuan(8_000, 8_000, 14)),
        ("30-50K", yuan(30_000, 50_000)),
        ("6000-8000元/月", yuan(6_000, 8_000)),
        ("6000元-8000元每月", yuan(6_000, 8_000)),
        ("6000元/月-8000元/月", yuan(6_000, 8_000)),
        ("每月6000至8000元", yuan(6_000, 8_000)),
        ("月薪：6000—8000", yuan(6_000, 8_000)),
        ("6000––8000", yuan(6_000, 8_000)),
        ("6000～8000", yuan(6_000, 8_000)),
        ("6000到8000块一个月", yuan(6_000, 8_000)),
        ("６０００－８０００元／月", yuan(6_000, 8_000)),
        ("6,000-8,000元/月", yuan(6_000, 8_000)),
        ("¥6,000 - ¥8,000", yuan(6_000, 8_000)),
        ("6千-8千", yuan(6_000, 8_000)),
        ("6-8千/月", yuan(6_000, 8_000)),
        ("8千-1.2万", yuan(8_000, 12_000)),
        ("8000-1.2万/月", yuan(8_000, 12_000)),
        ("0.8-1.2万/月", yuan(8_000, 12_000)),
        ("0.8-1.2万", yuan(8_000, 12_000)),
        ("1-1.5W", yuan(10_000, 15_000)),
        ("3-5万/月", yuan(30_000, 50_000)),
        ("12万/年", yuan(10_000, 10_000)),
        ("年薪12-18万", yuan(10_000, 15_000)),
        ("8-12万/年", yuan(6_666, 10_000)),
        ("10万元/年", yuan(8_333, 8_334)),
        ("14-28万/年·14薪", yuan(10_000, 20_000, 14)),
        ("6万以上/年", yuan(5_000, None)),
        ("5000以上", yuan(5_000, None)),
        ("5000元起", yuan(5_000, None)),
        ("5000元/月起", yuan(5_000, None)),
        ("5000元以上/月", yuan(5_000, None)),
        ("5000+", yuan(5_000, None)),
        ("不低于5000", yuan(5_000, None)),
        ("月薪不低于5000元", yuan(5_000, None)),
        ("底薪3000+提成", yuan(3_000, None)),
        ("3000+绩效+五险一金", yuan(3_000, None)),
        ("4000-6000+提成", yuan(4_000, 6_000)),
        ("6000", yuan(6_000, 6_000)),
        ("月薪3-5万", yuan(30_000, 50_000)),
        ("6000.5元", Pay(600_050, 600_050)),
        ("面议", yuan(None, None, 12, True)),
        ("薪资面议", yuan(None, None, 12, True)),
        ("面议·13薪", yuan(None, None, 13, True)),
        ("面议（5000以上）", yuan(5_000, None, 12, True)),
        ("面议(5000-8000元/月)", yuan(5_000, 8_000, 12, True)),
        ("6000-8000元/月，可面议", yuan(6_000, 8_000, 12, True)),
    ],
)
def test_pay_is_read_as_people_write_it(text: str, pay: Pay) -> None:
    assert parse_pay(text) == pay


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("200元/天", "请写一个月的工资"),
        ("日结200", "请写一个月的工资"),
        ("25元/小时", "请写一个月的工资"),
        ("计件，3元/件", "请写一个月的工资"),
        ("8000以下", "请写明最低工资"),
        ("不超过8000元", "请写明最低工资"),
        ("8-12万", "请在后面写上 /月 或 /年"),
        ("3-5万", "请在后面写上 /月 或 /年"),
        ("60000-80000", "请在后面写上 /月 或 /年"),
        ("8000-6000", "最低工资高于最高工资"),
        ("6-8", "500 元到 500000 元"),
        ("300元/月", "500 元到 500000 元"),
        ("600000元/月", "500 元到 500000 元"),
        ("3000元/年", "500 元到 500000 元"),
        ("8000·11薪", "12 到 24 个月"),
        ("8000·25薪", "12 到 24 个月"),
        ("8000·13-14薪", "请写成"),
        ("5000-8000以上", "请写成"),
        ("5000.005元", "请写成"),
        ("月薪5000元/年", "请只写一个月的工资"),
        ("每月5000元/年", "请只写一个月的工资"),
        ("待遇优厚", "请写成"),
        ("五千", "请写成"),
        ("5000左右", "请写成"),
        ("6000-8000-9000", "请写成"),
        ("电话 13800000000", "请写成"),
        ("", "请写成"),
        ("6000" * 30, "写得太长"),
    ],
)
def test_doubtful_pay_is_refused_with_what_to_write_instead(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_pay(text)


def test_a_years_pay_is_rounded_outwards_so_that_what_was_written_lies_inside() -> None:
    pay = parse_pay("10-11万/年·13薪")

    assert pay.min_fen is not None
    assert pay.max_fen is not None
    assert pay.min_fen * 13 <= 10_000_000 < (pay.min_fen + 100) * 13
    assert (pay.max_fen - 100) * 13 < 11_000_000 <= pay.max_fen * 13


def test_pay_with_only_an_upper_bound_or_with_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="请写明最低工资"):
        Pay(None, 800_000)
    with pytest.raises(ValueError, match="没有写工资"):
        Pay(None, None)


@pytest.mark.parametrize(
    ("pay", "text"),
    [
        (yuan(6_000, 8_000, 14), "6000-8000元/月·14薪"),
        (yuan(6_000, 6_000), "6000元/月"),
        (yuan(5_000, None), "5000元/月以上"),
        (yuan(None, None, 12, True), "面议"),
        (yuan(5_000, None, 13, True), "面议（5000元/月以上）·13薪"),
        (Pay(600_050, 800_001), "6000.5-8000.01元/月"),
    ],
)
def test_pay_is_written_in_one_way(pay: Pay, text: str) -> None:
    assert format_pay(pay) == text


amounts = st.integers(LEAST_FEN, MOST_FEN)
pays = st.one_of(
    st.builds(
        lambda bounds, months, negotiable: Pay(min(bounds), max(bounds), months, negotiable),
        st.tuples(amounts, amounts),
        st.integers(FEWEST_MONTHS, MOST_MONTHS),
        st.booleans(),
    ),
    st.builds(Pay, amounts, st.none(), st.integers(FEWEST_MONTHS, MOST_MONTHS), st.booleans()),
    st.builds(Pay, st.none(), st.none(), st.integers(FEWEST_MONTHS, MOST_MONTHS), st.just(True)),
)


@given(pays)
def test_what_is_written_reads_back_as_the_same_pay(pay: Pay) -> None:
    assert parse_pay(format_pay(pay)) == pay


@given(st.text(alphabet="0123456789.-~至KW千万元/月年天面议以上起薪·+()，, ", max_size=24))
def test_any_text_gives_sane_pay_or_a_refusal_with_a_next_step(text: str) -> None:
    told = outcome(text)

    assert "请" in told if isinstance(told, str) else parse_pay(format_pay(told)) == told


def outcome(text: str) -> Pay | str:
    try:
        return parse_pay(text)
    except ValueError as refusal:
        return str(refusal)
