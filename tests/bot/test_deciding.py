"""决定 — chances become one outcome, the same for live use, hit test and evaluation."""

from datetime import date

import numpy as np
import pytest

from bot.dialogue.deciding import Decision, Sorted, decide
from bot.evaluation.items import Expected, Item, is_first, is_in_three
from bot.evaluation.measuring import Share, measure
from bot.evaluation.rivals import Rival
from bot.knowledge.published import Choice, Published, Topic
from bot.replies import Kind, Option, RefusalReason, Reply
from bot.retrieval.model import Scored

TODAY = date(2026, 11, 25)
LABELS = ["ambiguous:card", "handover:crisis", "live:job_fair", "refusal:outside", "topic:a", "topic:b", "topic:c"]


def topic(slug: str, valid_to: date | None = None) -> Topic:
    return Topic(
        slug=slug,
        title=f"主题{slug}",
        category="优待证",
        text=f"答案{slug}",
        as_of=TODAY,
        citations=(),
        related=(),
        valid_from=None,
        valid_to=valid_to,
    )


PUBLISHED = Published(
    topics={"a": topic("a"), "b": topic("b"), "c": topic("c", valid_to=date(2026, 11, 24))},
    choices={"card": Choice("哪件事？", ("a", "b"))},
)


def decided(known: float = 1.0, **chances: float) -> Decision:
    """Decide by the chances of labels, named by what stands behind the colon; the rest is shared out."""
    rest = (1 - sum(chances.values())) / (len(LABELS) - len(chances))
    found = [chances.get(label.partition(":")[2], rest) for label in LABELS]
    scored = Scored(np.array(found, np.float32), known)
    return decide(scored, Sorted.of(LABELS, PUBLISHED), PUBLISHED, today=TODAY)


@pytest.mark.parametrize(
    ("chances", "kind", "slugs"),
    [
        ({"a": 0.9}, Kind.ANSWER, ("a",)),
        ({"a": 0.3, "b": 0.2, "outside": 0.1, "crisis": 0.1}, Kind.ANSWER, ("a",)),
        ({"a": 0.3, "b": 0.295, "outside": 0.1, "crisis": 0.1, "job_fair": 0.1}, Kind.CLARIFY, ("a", "b")),
        ({"card": 0.8, "a": 0.1, "b": 0.05}, Kind.CLARIFY, ("a", "b")),
    ],
)
def test_a_topic_is_answered_where_it_leads_and_offered_where_it_does_not(
    chances: dict[str, float], kind: Kind, slugs: tuple[str, ...]
) -> None:
    decision = decided(**chances)

    assert (decision.kind, decision.slugs) == (kind, slugs)
    assert 0 <= decision.confidence <= 1


def test_a_choice_is_the_one_that_was_prepared_where_the_question_is_known_to_be_ambiguous() -> None:
    assert decided(card=0.8, a=0.1, b=0.05).choice == "card"
    assert decided(a=0.3, b=0.295, card=0.1, outside=0.1, crisis=0.1).choice == ""


def test_a_person_comes_before_everything_else() -> None:
    decision = decided(crisis=0.4, a=0.35, outside=0.2)

    assert (decision.kind, decision.reason) == (Kind.HANDOVER, "crisis")


def test_live_data_and_refusals_have_their_turn() -> None:
    live, refused = decided(job_fair=0.5, a=0.4), decided(outside=0.5, a=0.4)

    assert (live.kind, live.intent) == (Kind.LIVE, "job_fair")
    assert (refused.kind, refused.reason) == (Kind.REFUSAL, "outside")


def test_what_was_never_seen_is_not_guessed_at() -> None:
    decision = decided(known=0.1, a=0.9)

    assert (decision.kind, decision.reason) == (Kind.REFUSAL, RefusalReason.UNKNOWN)


def test_a_topic_that_is_no_longer_valid_is_passed_over() -> None:
    decision = decided(c=0.6, a=0.3)

    assert "c" not in decision.slugs
    assert decision.slugs[0] == "a"


def item(kind: str, *slugs: str, intent: str = "", also: tuple[Expected, ...] = ()) -> Item:
    return Item("1", "问", Expected(kind, slugs, intent), style="colloquial", also=also)


def reply(kind: Kind, topic: str | None = None, *offered: str, intent: str | None = None) -> Reply:
    options = tuple(Option(slug, slug, slug) for slug in offered)
    return Reply(kind=kind, text="", topic=topic, intent=intent, options=options)


@pytest.mark.parametrize(
    ("asked", "given", "first", "in_three"),
    [
        (item("topic", "a"), reply(Kind.ANSWER, "a"), True, True),
        (item("topic", "a", "b"), reply(Kind.ANSWER, "b"), True, True),
        (item("topic", "a"), reply(Kind.ANSWER, "b", "c", "a"), False, True),
        (item("topic", "a"), reply(Kind.ANSWER, "b", "c", "d", "a"), False, False),
        (item("topic", "a"), reply(Kind.CLARIFY, None, "b", "a"), False, True),
        (item("clarify", "a", "b"), reply(Kind.CLARIFY, None, "c", "b"), True, True),
        (item("clarify", "a"), reply(Kind.ANSWER, "a"), False, True),
        (item("live", intent="job_fair"), reply(Kind.LIVE, intent="job_fair"), True, True),
        (item("live", intent="job_fair"), reply(Kind.LIVE, intent="lodging"), False, False),
        (item("handoff"), reply(Kind.HANDOVER), True, True),
        (item("topic", "a", also=(Expected("handoff"),)), reply(Kind.HANDOVER), True, True),
    ],
)
def test_what_counts_as_right(asked: Item, given: Reply, first: bool, in_three: bool) -> None:
    assert (is_first(asked, given), is_in_three(asked, given)) == (first, in_three)


def test_refusals_are_measured_by_precision_and_recall() -> None:
    items = [item("out_of_scope"), item("out_of_scope"), item("topic", "a"), item("topic", "a")]
    replies = [reply(Kind.REFUSAL), reply(Kind.ANSWER, "a"), reply(Kind.REFUSAL), reply(Kind.ANSWER, "b")]

    measured = measure(items, replies)

    assert (measured.refusal_precision, measured.refusal_recall) == (Share(1, 2), Share(1, 2))
    assert measured.refusal_f1 == 0.5
    assert measured.first == Share(0, 2)
    assert ("a", "b", 1) in measured.confusions
    assert measured.by_style == {"colloquial": Share(1, 4)}


def test_the_rivals_find_a_topic_by_the_words_of_its_answer() -> None:
    rival = Rival([topic("a"), topic("b")])

    assert rival.bm25("主题b是什么")[0] == "b"
    assert rival.tf_idf("答案a")[0] == "a"
