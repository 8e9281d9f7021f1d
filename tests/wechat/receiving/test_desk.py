"""微信来往（工作人员）"""

from uuid import UUID

import pytest_asyncio

from models.audit import AuditEntry
from models.outbox import OutboxMessage
from models.wechat import WeChatMessage, WeChatMessageState, WeChatPush, WeChatPushState
from server.wechat.fake import messages
from tests.factories.cards import make_staff
from tests.service import Client
from tests.wechat.receiving.conftest import Chat

PUSHES, MESSAGES = "/v1/staff/wechat/pushes", "/v1/staff/wechat/messages"
QUESTION = "优待证丢了怎么补办"


@pytest_asyncio.fixture
async def admin(chat: Chat) -> Client:
    client = await chat.service.login("wechat-admin")
    await make_staff(client.account_id, town_code=None)
    return client


async def test_unknown_pushes_are_listed_by_pages_without_their_words(chat: Chat, admin: Client) -> None:
    for number in range(3):
        await chat.push("o-x", {"MsgType": "event", "Event": f"new_{number}", "Secret": "张三"})
    await chat.work()

    first = await admin.get(f"{PUSHES}?limit=2")
    second = await admin.get(f"{PUSHES}?limit=2&cursor={first.json['next_cursor']}")
    others = await admin.get(f"{PUSHES}?account=service")

    assert [one["name"] for one in first.json["items"] + second.json["items"]] == ["new_2", "new_1", "new_0"]
    assert first.json["items"][0]["state_label"] == "不认识的推送"
    assert "张三" not in first.body.decode()
    assert "o-x" not in first.body.decode()
    assert others.json["items"] == []


async def test_an_unknown_push_is_worked_on_again(chat: Chat, admin: Client) -> None:
    await chat.push("o-x", {"MsgType": "event", "Event": "something"})
    await chat.work()
    push = await WeChatPush.get()

    answer = await admin.post(f"{PUSHES}/{push.id}/repetition")
    again = await admin.post(f"{PUSHES}/{push.id}/repetition")
    await chat.work()

    assert (answer.status, answer.json["state"]) == (200, "waiting")
    assert (again.status, again.code) == (409, "WeChatPushNotRepeatable")
    assert (await WeChatPush.get()).state is WeChatPushState.UNKNOWN
    assert await AuditEntry.filter(action="wechat_push.repeated").count() == 1


async def test_a_message_that_may_not_have_arrived_is_sent_once_more_by_hand(chat: Chat, admin: Client) -> None:
    await chat.ask("o-veteran", QUESTION)
    await WeChatMessage.all().update(state=WeChatMessageState.UNSURE, errcode=45047)
    message = await WeChatMessage.get()

    listed = await admin.get(MESSAGES)
    answer = await admin.post(f"{MESSAGES}/{message.id}/resending")
    again = await admin.post(f"{MESSAGES}/{message.id}/resending")
    await chat.work()

    [one] = listed.json["items"]
    assert (one["state_label"], one["fault"]) == ("不知道发到没有", "回复的条数已到上限，要等用户再说话")
    assert (answer.status, again.code) == (200, "WeChatMessageNotSendable")
    assert len(chat.texts("o-veteran")) == 2
    assert (await WeChatMessage.get()).state is WeChatMessageState.SENT
    assert not await OutboxMessage.exists()


async def test_what_is_none_is_not_found(chat: Chat, admin: Client) -> None:
    push = await admin.post(f"{PUSHES}/{UUID(int=1)}/repetition")
    message = await admin.post(f"{MESSAGES}/{UUID(int=1)}/resending")

    assert (push.code, message.code) == ("WeChatPushNotFound", "WeChatMessageNotFound")


async def test_a_push_that_fails_again_and_again_is_set_aside_and_holds_up_nothing(
    chat: Chat, admin: Client, monkeypatch: object
) -> None:
    await chat.push("o-veteran", messages.text(QUESTION))
    await WeChatPush.all().update(attempts=6)
    await chat.ask("o-veteran", "军人优待证怎么申请")

    first, second = await WeChatPush.all().order_by("id")
    assert (first.state, second.state) == (WeChatPushState.FAILED, WeChatPushState.DONE)
    assert [one["id"] for one in (await admin.get(f"{PUSHES}?state=failed")).json["items"]] == [str(first.id)]
