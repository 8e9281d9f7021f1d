"""知识检查"""

import subprocess
import sys
from datetime import date
from typing import Any

import msgspec
import pytest

from bot.knowledge.checking import Problem, article_number, check
from bot.knowledge.entries import Asking, Confidence, Fact, Knowledge, Source
from bot.knowledge.loading import load_categories, load_knowledge, load_laws
from config.clock import beijing_day, utc_now
from tests.factories.knowledge import (
    ANSWER,
    VETERANS_LAW,
    make_ambiguity,
    make_boundary,
    make_entry,
    make_knowledge,
)

TODAY = date(2026, 11, 25)
ALL_TOPICS = 180


def problems_of(knowledge: Knowledge, **more: Any) -> list[Problem]:
    return check(knowledge, load_laws(), load_categories(), today=TODAY, **more)


def test_every_topic_that_is_shipped_obeys_every_rule() -> None:
    knowledge = load_knowledge()

    problems = check(knowledge, load_laws(), load_categories(), today=beijing_day(utc_now()))

    assert len(knowledge.entries) == ALL_TOPICS
    assert problems == []


def test_a_sound_entry_has_no_problem() -> None:
    assert problems_of(make_knowledge()) == []


@pytest.mark.parametrize(
    ("overrides", "field", "words"),
    [
        ({"slug": "有汉字"}, "slug", "小写字母"),
        ({"title": ""}, "title", "标题"),
        ({"category": "没有这类"}, "category", "没有这类"),
        ({"related": ("nowhere",)}, "related", "nowhere 不存在"),
        ({"related": ("sample-topic",)}, "related", "它自己"),
        ({"answer": "身份证，不收钱，短。"}, "answer", "现在 10 个"),
        ({"answer": ANSWER * 5}, "answer", "60 到 300"),
        ({"sources": (Source("没有的法", "第一条"),)}, "sources[0]", "不认识"),
        ({"sources": (Source("退役军人保障法", "第十五条"),)}, "sources[0]", "请用全称"),
        ({"sources": (Source(VETERANS_LAW, "第八十六条"),)}, "sources[0]", "共 85 条"),
        ({"sources": (Source(VETERANS_LAW, "15"),)}, "sources[0]", "第二十四条"),
        ({"sources": (Source(" ", confidence=Confidence.BUREAU),)}, "sources[0]", "名称"),
        ({"sources": (Source("某文件", confidence=Confidence.MID),)}, "sources[0]", "网址"),
        ({"facts": (Fact(("免费",), (0,)),)}, "facts[0]", "答案里没有「免费」"),
        ({"facts": (Fact((), (0,)),)}, "facts[0]", "要点"),
        ({"facts": (Fact(("身份证",), (1,)),)}, "facts[0]", "没有第 1 个出处"),
        ({"askings": (Asking("只有一种"),)}, "askings", "至少 20 条，现在 1 条"),
        ({"askings": (*make_entry().askings, Asking("？！"))}, "askings", "要有字"),
        ({"askings": (*make_entry().askings, Asking("长" * 301))}, "askings", "不超过 300"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}, "valid_to", "早于"),
        ({"reviewed_on": date(2026, 11, 26)}, "reviewed_on", "还没有到"),
    ],
)
def test_every_fault_of_an_entry_is_told_at_its_field(overrides: dict[str, Any], field: str, words: str) -> None:
    [problem] = problems_of(make_knowledge(make_entry(**overrides)))

    assert problem.field == field
    assert words in problem.sentence


def test_a_source_that_is_not_well_vouched_for_is_told_in_the_answer() -> None:
    source = (Source("某通知", url="https://example.org/1", confidence=Confidence.LOW),)

    [problem] = problems_of(make_knowledge(make_entry(sources=source)))
    sound = problems_of(make_knowledge(make_entry(sources=source, answer=ANSWER + "以当地服务站答复为准。")))

    assert (problem.field, sound) == ("answer", [])


def test_staffs_own_topic_needs_five_ways_of_asking() -> None:
    entry = make_entry(askings=make_entry().askings[:5])

    assert problems_of(make_knowledge(entry), of_staff={entry.slug}) == []
    assert len(problems_of(make_knowledge(entry))) == 1


@pytest.mark.parametrize("twin", ["示例one第0種問法！", "嗯，示例one第0种问法", "示例ＯＮＥ第0种问法"])
def test_a_question_stands_in_one_topic_however_it_is_written(twin: str) -> None:
    one = make_entry("one")
    two = make_entry("two", askings=(*make_entry("two").askings, Asking(twin)))

    [problem] = problems_of(make_knowledge(one, two))

    assert (problem.slug, problem.field) == ("two", "askings")
    assert "one 里" in problem.sentence


def test_the_same_words_after_another_turn_are_another_question() -> None:
    one = make_entry("one", askings=(*make_entry("one").askings, Asking("要带什么", history=("办证",))))
    two = make_entry("two", askings=(*make_entry("two").askings, Asking("要带什么", history=("打官司",))))

    assert problems_of(make_knowledge(one, two)) == []


def test_a_question_is_not_at_once_a_topics_and_outside() -> None:
    knowledge = make_knowledge(make_entry("one"), boundaries=(make_boundary("refusal:outside", "示例one第3种问法"),))

    [problem] = problems_of(knowledge)

    assert (problem.slug, problem.field) == ("refusal:outside", "askings")


@pytest.mark.parametrize(
    ("options", "overrides", "field"),
    [
        (("one", "nowhere"), {}, "options"),
        (("one",), {}, "options"),
        (("one", "one"), {}, "options"),
        (("one", "two"), {"question": ""}, "question"),
        (("one", "two"), {"askings": ()}, "question"),
    ],
)
def test_a_choice_is_between_topics_that_exist(options: tuple[str, ...], overrides: dict[str, Any], field: str) -> None:
    topics = (make_entry("one"), make_entry("two"))

    problems = problems_of(make_knowledge(*topics, ambiguities=(make_ambiguity(*options, **overrides),)))

    assert [(problem.slug, problem.field) for problem in problems] == [("sample-choice", field)]


@pytest.mark.parametrize("label", ["topic:one", "live", "elsewhere:x", "refusal:"])
def test_a_boundary_is_live_a_handover_or_a_refusal(label: str) -> None:
    [problem] = problems_of(make_knowledge(boundaries=(make_boundary(label),)))

    assert (problem.slug, problem.field) == (label, "label")


def test_a_boundary_without_questions_is_none() -> None:
    empty = msgspec.structs.replace(make_boundary(), askings=())

    assert [problem.field for problem in problems_of(make_knowledge(boundaries=(empty,)))] == ["askings"]


def test_a_name_is_used_once() -> None:
    problems = problems_of(make_knowledge(make_entry("one"), make_entry("one")))

    assert [(problem.slug, problem.field) for problem in problems] == [("one", "slug")]


@pytest.mark.parametrize(
    ("article", "number"),
    [
        ("第一条", 1),
        ("第十条", 10),
        ("第十五条", 15),
        ("第二十条", 20),
        ("第八十七条", 87),
        ("第一百零三条", 103),
        ("第一百二十条", 120),
        ("第四十条之一", 40),
        ("第15条", 0),
        ("第十五条第二款和别的", 0),
        ("", 0),
    ],
)
def test_articles_are_read_as_they_are_written(article: str, number: int) -> None:
    assert article_number(article) == number


def test_the_command_prints_how_much_there_is_and_ends_by_what_it_found() -> None:
    command = [sys.executable, "-m", "bot.knowledge"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    last = done.stdout.splitlines()[-1]
    assert f"{len(load_knowledge().entries)} 个条目" in last
    assert done.returncode == (0 if last.endswith("，0 个问题") else 1)
