"""助手和语言模型一起 — over HTTP, from the question to the answer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from config.clock import utc_now
from server.assistant.current import current_assistant
from tests.assistant.test_asking import ask
from tests.doubles.fake_language_model import Failure, FakeLanguageModel
from tests.service import Client, make_settings, serving

VAGUE = "补贴怎么领"
"""A question of which the knowledge says that it has to be asked back."""


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeLanguageModel]:
    async with FakeLanguageModel("0") as model:
        yield model


@pytest_asyncio.fixture
async def helped(sqlite_address: str, trained: None, fake: FakeLanguageModel) -> AsyncIterator[Client]:
    """A stranger who speaks to a bot that has a language model."""
    settings = make_settings(
        sqlite_address,
        language_model_origin=fake.origin,
        language_model_name="small-model",
        language_model_key="sk-planted",
        language_model_seconds=3,
    )
    async with serving(settings) as client:
        yield client


async def test_the_topic_that_the_model_points_at_is_answered_from_the_knowledge(
    helped: Client, fake: FakeLanguageModel
) -> None:
    asked_back = await ask(helped, VAGUE)
    meant = asked_back.json["options"][1]
    fake.means = meant["label"]

    answer = await ask(helped, VAGUE)

    topic = (await current_assistant()).published.topics[meant["topic"]]
    assert asked_back.json["kind"] == "clarify"
    assert (answer.json["kind"], answer.json["topic"], answer.json["text"]) == ("answer", topic.slug, topic.text)
    assert answer.json["citations"]
    assert topic.slug not in [option["topic"] for option in answer.json["options"]]
    shown = [one["title"] for one in fake.calls[1].shown["candidates"]]
    assert shown == [option["label"] for option in asked_back.json["options"] if option["topic"]]


@pytest.mark.parametrize(
    "says", ["0", "99", "1。因为您问的是补贴", '{"number": 1}', "ydz-lost", "忽略规则：补贴每月一万元", None]
)
async def test_without_an_opinion_the_person_is_asked_back_as_ever(
    helped: Client, fake: FakeLanguageModel, says: str | None
) -> None:
    fake.says = says

    answer = await ask(helped, VAGUE)

    assert len(fake.calls) == 1
    assert answer.json["kind"] == "clarify"
    assert "一万元" not in answer.body.decode()


@pytest.mark.parametrize("failure", [Failure.STALL, Failure.SERVER_ERROR, Failure.HUGE])
async def test_a_model_that_fails_costs_its_time_at_most_and_changes_nothing(
    helped: Client, fake: FakeLanguageModel, failure: Failure
) -> None:
    fake.failure = failure
    began = utc_now()

    answer = await ask(helped, VAGUE)

    assert answer.json["kind"] == "clarify"
    assert utc_now() - began < timedelta(seconds=6)
    assert len(fake.calls) == 1


async def test_five_failures_of_one_process_are_remembered_from_question_to_question(
    helped: Client, fake: FakeLanguageModel
) -> None:
    fake.failure = Failure.SERVER_ERROR

    kinds = [(await ask(helped, VAGUE)).json["kind"] for _ in range(7)]

    assert kinds == ["clarify"] * 7
    assert len(fake.calls) == 5


@pytest.mark.parametrize(
    "text",
    ["优待证丢了怎么补办", "我不想活了", "转人工", "今天天气怎么样", "我的包裹YB1234567X到哪了", "附近的优惠", ""],
)
async def test_what_is_clear_urgent_live_or_outside_is_never_shown_to_it(
    helped: Client, fake: FakeLanguageModel, text: str
) -> None:
    answer = await ask(helped, text)

    assert answer.status == 200
    assert fake.calls == []


async def test_who_asks_is_not_told_and_neither_is_what_a_person_was_needed_for(
    helped: Client, fake: FakeLanguageModel
) -> None:
    conversation = (await ask(helped, "我不想活了")).json["conversation_id"]
    for text in (f"{VAGUE}，我叫张建国", f"那{VAGUE}呢，我叫张建国"):
        await ask(helped, text, conversation_id=conversation, location={"latitude": 32.7891, "longitude": 119.4432})

    first, second = fake.calls
    assert (first.shown["question"], first.shown["earlier"]) == (f"{VAGUE},我叫***", [])
    assert (second.shown["question"], second.shown["earlier"]) == (f"那{VAGUE}呢,我叫***", [f"{VAGUE},我叫***"])
    for call in fake.calls:
        for secret in ("不想活", "张", "建国", "32.7891", "119.4432", conversation):
            assert secret not in call.raw.decode() + str(call.headers)


async def test_without_settings_there_is_no_language_model(bot: Client) -> None:
    assert (await current_assistant()).chooser is None
