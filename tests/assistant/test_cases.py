"""转人工"""

from datetime import timedelta
from typing import Any

import pytest_asyncio

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.conversations import HandoverCase
from models.notifications import Notification
from tests.factories.cards import make_staff
from tests.service import Answer, Client

CASES = "/v1/staff/assistant/cases"


@pytest_asyncio.fixture
async def desk(bot: Client) -> Client:
    desk = await bot.login("desk-of-the-bot")
    await make_staff(desk.account_id)
    return desk


async def ask(who: Client, text: str, **more: Any) -> Answer:
    return await who.post("/v1/assistant/messages", {"text": text} | more)


async def test_a_person_asked_for_comes_and_answers_in_the_conversation(bot: Client, desk: Client) -> None:
    person = await bot.login("wants-a-person")
    conversation = (await ask(person, "转人工")).json["conversation_id"]
    await ask(person, "转人工", conversation_id=conversation)
    [case] = (await desk.get(CASES)).json["items"]

    claimed = await desk.post(f"{CASES}/{case['id']}/claim")
    answered = await desk.post(f"{CASES}/{case['id']}/answer", {"text": "您好，请带身份证来服务站"})
    shown = await person.get(f"/v1/assistant/conversations/{conversation}/messages")
    closed = await desk.post(f"{CASES}/{case['id']}/closing")

    assert (case["reason"], case["state"]) == ("by_word", "open")
    assert [answer.json["case"]["state"] for answer in (claimed, answered, closed)] == ["claimed", "answered", "closed"]
    assert (shown.json["items"][-1]["kind"], shown.json["items"][-1]["reply"]) == ("staff", "您好，请带身份证来服务站")
    assert await Notification.filter(account_id=person.account_id, event="handover.answered").count() == 1
    actions = {entry.action for entry in await AuditEntry.filter(record_id=case["id"])}
    assert actions == {"handover.claimed", "handover.answered", "handover.closed"}
    assert (await desk.post(f"{CASES}/{case['id']}/closing")).code == "HandoverTaken"
    await ask(person, "转人工", conversation_id=conversation)
    assert await HandoverCase.all().count() == 2


async def test_a_crisis_is_first_in_the_list_and_told_to_administrators_at_once(bot: Client, desk: Client) -> None:
    chief = await bot.login("chief-of-the-bureau")
    await make_staff(chief.account_id, town_code=None)
    await ask(bot, "转人工")
    conversation = (await ask(bot, "我要投诉你们窗口的人态度恶劣")).json["conversation_id"]

    answer = await ask(bot, "我真的不想活了", conversation_id=conversation)
    first = await desk.get(f"{CASES}?limit=1")
    rest = await desk.get(f"{CASES}?cursor={first.json['next_cursor']}")

    assert "12356" in answer.json["text"]
    assert first.json["items"][0]["reason"] == "crisis"
    assert len(rest.json["items"]) == 1
    assert [item["id"] for item in (await desk.get(f"{CASES}?reason=crisis")).json["items"]] == [
        first.json["items"][0]["id"]
    ]
    assert await Notification.filter(account_id=chief.account_id, event="handover.crisis").count() == 1


async def test_what_somebody_has_is_not_taken_by_another(bot: Client, desk: Client) -> None:
    other = await bot.login("desk-two")
    await make_staff(other.account_id)
    await ask(bot, "转人工")
    [case] = (await desk.get(f"{CASES}?state=open")).json["items"]
    await desk.post(f"{CASES}/{case['id']}/claim")

    taken = await other.post(f"{CASES}/{case['id']}/claim")
    answered = await other.post(f"{CASES}/{case['id']}/answer", {"text": "我来"})

    assert (taken.code, answered.code) == ("HandoverTaken", "HandoverTaken")


async def test_twice_not_understood_brings_a_person(bot: Client) -> None:
    text = "夔魍魉饕餮囗囗鬯鬻"
    first = await ask(bot, text)

    second = await ask(bot, text, conversation_id=first.json["conversation_id"])

    assert first.json["kind"] == "refusal"
    assert "转人工" in [option["send"] for option in first.json["options"]]
    assert second.json["kind"] == "handover"


async def test_the_figures_say_what_was_asked_and_what_came_of_it(bot: Client, desk: Client) -> None:
    message = (await ask(bot, "优待证丢了怎么补办")).json["message_id"]
    await bot.post(f"/v1/assistant/messages/{message}/feedback", {"helpful": True})
    await ask(bot, "今天天气怎么样")
    await ask(bot, "转人工")
    today = beijing_day(utc_now())

    figures = (await desk.get(f"/v1/staff/assistant/figures?from={today}&to={today}")).json

    values = {figure["code"]: figure["value"] for figure in figures["figures"]}
    assert values == {
        "asked": 3,
        "answered": 1,
        "clarified": 0,
        "live": 0,
        "refused": 1,
        "unknown": 0,
        "handed_over": 1,
        "helpful": 1,
        "unhelpful": 0,
    }
    assert figures["topics"][0] == {
        "topic": "ydz-lost",
        "title": figures["topics"][0]["title"],
        "answered": 1,
        "helpful": 1,
        "unhelpful": 0,
    }
    assert figures["days"] == [{"day": today.isoformat(), "asked": 3, "answered": 1}]
    wrong = await desk.get(f"/v1/staff/assistant/figures?from={today}&to={today - timedelta(days=1)}")
    assert (wrong.status, wrong.code) == (422, "FiguresSpanInvalid")
