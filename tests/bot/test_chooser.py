"""选择器 — its word counts where topics are to choose from, and only about them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import cast

import numpy as np

from bot.assistant import Assistant
from bot.dialogue.chooser import Candidate
from bot.dialogue.deciding import Thresholds
from bot.knowledge.loading import load_categories
from bot.knowledge.published import publish
from bot.replies import Kind, Reply, Turn
from bot.retrieval.model import Model, Scored
from bot.skills import Question
from tests.factories.knowledge import make_ambiguity, make_entry, make_knowledge

AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
LIMITS = Thresholds(answer=0.35, lead=1.6, sure=0.5)
BETWEEN = {"topic:first": 0.4, "topic:second": 0.35, "topic:third": 0.2, "topic:over": 0.05}
"""Too near to each other to answer."""
WRITTEN = {"ambiguous:sample-choice": 0.9, "topic:first": 0.06, "topic:second": 0.04}


class _Scorer:
    """A model of which every question has the same chances."""

    def __init__(self, chances: Mapping[str, float]) -> None:
        self.labels = list(chances)
        self._chances = np.array(list(chances.values()), np.float32)

    def score(self, text: str, history: str = "") -> Scored:
        return Scored(self._chances, 1.0)


class _Told:
    """A chooser that says what it was told and remembers what it was shown."""

    def __init__(self, says: str | None) -> None:
        self.says = says
        self.asked: list[tuple[str, list[str], list[Candidate]]] = []

    async def choose(self, question: str, history: Sequence[str], candidates: Sequence[Candidate]) -> str | None:
        self.asked.append((question, list(history), list(candidates)))
        return self.says


def make_assistant(chances: Mapping[str, float], chooser: _Told | None) -> Assistant:
    knowledge = make_knowledge(
        *(make_entry(slug) for slug in ("first", "second", "third")),
        make_entry("over", valid_to=date(2026, 10, 31)),
        ambiguities=(make_ambiguity("third", "over", "second"),),
    )
    published = publish(knowledge, load_categories())
    return Assistant(cast(Model, _Scorer(chances)), published, chooser=chooser, limits=LIMITS)


async def reply_of(chances: Mapping[str, float], chooser: _Told | None, turns: Sequence[Turn] = ()) -> Reply:
    return await make_assistant(chances, chooser).reply(Question("那要带什么", AT), turns)


def topics_of(reply: Reply) -> list[str | None]:
    return [option.topic for option in reply.options if option.topic]


async def test_the_chosen_topic_is_answered_and_the_others_stand_beside_it() -> None:
    reply = await reply_of(BETWEEN, _Told("second"))

    assert (reply.kind, reply.topic) == (Kind.ANSWER, "second")
    assert topics_of(reply) == ["first", "third"]


async def test_it_is_shown_what_would_be_offered_with_titles_and_chances() -> None:
    told = _Told(None)

    reply = await reply_of(BETWEEN, told)

    [(question, history, candidates)] = told.asked
    assert (question, history) == ("那要带什么", [])
    assert [(one.slug, one.title, round(one.chance, 2)) for one in candidates] == [
        ("first", "示例条目first", 0.4),
        ("second", "示例条目second", 0.35),
        ("third", "示例条目third", 0.2),
    ]
    assert (reply.kind, topics_of(reply)) == (Kind.CLARIFY, ["first", "second", "third"])


async def test_of_a_written_choice_it_is_shown_the_written_topics_that_are_still_valid() -> None:
    told = _Told("third")

    reply = await reply_of(WRITTEN, told)

    assert [one.slug for one in told.asked[0][2]] == ["third", "second"]
    assert (reply.kind, reply.topic) == (Kind.ANSWER, "third")


async def test_what_was_not_offered_is_not_answered() -> None:
    asked_back = await reply_of(WRITTEN, None)

    for says in ("first", "over", "no-such-topic", "", None):
        assert await reply_of(WRITTEN, _Told(says)) == asked_back, says
    assert asked_back.kind is Kind.CLARIFY


async def test_it_is_not_asked_where_there_is_nothing_to_choose() -> None:
    for chances in (
        {"topic:first": 0.9, "topic:second": 0.1},
        {"refusal:outside": 0.9, "topic:second": 0.1},
        {"handover:own_case": 0.9, "topic:second": 0.1},
        {"live:parcel_status": 0.9, "topic:second": 0.1},
    ):
        told = _Told("second")

        assert await reply_of(chances, told) == await reply_of(chances, None)
        assert told.asked == []


async def test_of_earlier_questions_it_is_shown_those_that_still_count() -> None:
    told = _Told(None)
    turns = [
        Turn("很久以前", AT - timedelta(minutes=31), Kind.ANSWER),
        Turn("要找人的话", AT - timedelta(minutes=3), Kind.HANDOVER),
        Turn("题外话", AT - timedelta(minutes=2), Kind.REFUSAL),
        Turn("优待证丢了", AT - timedelta(minutes=1), Kind.ANSWER),
    ]

    await reply_of(BETWEEN, told, turns)

    assert told.asked[0][1] == ["优待证丢了"]
