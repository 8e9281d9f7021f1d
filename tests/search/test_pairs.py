"""检索 — what is found by which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.pairs import MAX_TERMS, postgres_query, query_terms, search_text, sqlite_query


def test_text_is_indexed_as_pairs_and_the_last_character_of_each_run() -> None:
    assert search_text("理发店，VIP卡") == "理发 发店 店 vip 卡"


def test_full_width_and_case_make_no_difference() -> None:
    assert search_text("ＶＩＰ８８折") == search_text("vip88折")


@pytest.mark.parametrize(
    ("asked", "terms"),
    [
        ("理发", ["理发"]),
        ("理发店", ["理发", "发店"]),
        ("理", ["理*"]),
        ("vip", ["vip*"]),
        ("77号", ["77"]),
        ("理发 店", ["理发"]),
        ("理 发", ["理*", "发*"]),
        ("！！ ", []),
        ("", []),
    ],
)
def test_a_question_demands_pairs_or_beginnings(asked: str, terms: list[str]) -> None:
    assert query_terms(asked) == terms


def test_a_long_question_is_cut_to_a_bounded_number_of_terms() -> None:
    assert len(query_terms("".join(chr(0x4E00 + number) for number in range(200)))) == MAX_TERMS


@given(st.text(max_size=60))
def test_no_text_can_leave_the_query_language(text: str) -> None:
    terms = query_terms(text)

    for term in terms:
        assert term.removesuffix("*").isalnum()
    assert postgres_query(terms).count("'") == 2 * len(terms)
    assert sqlite_query(terms).count('"') == 2 * len(terms)
