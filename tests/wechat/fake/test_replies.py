"""替身被动回复 — what comes back from a push and reaches the person, and what WeChat would show nobody."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from config.settings import WeChatPushMode
from server.wechat.fake import messages
from server.wechat.fake.server import FakeWeChat, SteppedClock
from server.wechat.pushes.envelope import PushKeys, keys_of
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.replying import seal, text_reply
from tests.wechat.fake.callbacks import Callback, opened, set_mode
from tests.wechat.fake.conftest import MINI, SERVICE, Asker


@pytest.mark.parametrize("mode", list(WeChatPushMode))
async def test_a_passive_reply_reaches_the_person(wechat: FakeWeChat, callback: Callback, mode: WeChatPushMode) -> None:
    set_mode(wechat, SERVICE, mode, is_json=False)
    keys = keys_of(wechat.service.credentials)

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        push = opened(wechat, SERVICE, callback.came[-1])
        plain = text_reply(push, "驿站在文游中路", format_=PushFormat.XML, at=datetime(2026, 3, 2, tzinfo=UTC))
        return web.Response(text=plain if mode is WeChatPushMode.PLAIN else sealed_reply(plain, keys, PushFormat.XML))

    callback.answer = answer

    outcome = await wechat.push("o-zhang", messages.text("驿站在哪里"), account=SERVICE)

    assert outcome.was_taken, outcome.fault
    assert [(one.channel, one.text) for one in wechat.sent_to("o-zhang")] == [("passive", "驿站在文游中路")]


def sealed_reply(plain: str, keys: PushKeys, format_: PushFormat) -> str:
    return seal(plain, keys=keys, format_=format_, timestamp=1772412000, nonce="7")


async def test_an_answer_that_came_both_ways_is_a_duplicate(
    wechat: FakeWeChat, callback: Callback, service_account: Asker
) -> None:
    set_mode(wechat, SERVICE, WeChatPushMode.PLAIN, is_json=False)

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        push = opened(wechat, SERVICE, callback.came[-1])
        return web.Response(text=text_reply(push, "同一句", format_=PushFormat.XML, at=datetime.now(UTC)))

    callback.answer = answer
    await wechat.push("o-zhang", messages.text("问"), account=SERVICE)

    body = {"touser": "o-zhang", "msgtype": "text", "text": {"content": "同一句"}}
    await service_account.post("/cgi-bin/message/custom/send", body)

    assert [one.channel for one in wechat.duplicates()] == ["custom"]


REPLY = {"ToUserName": "o-zhang", "FromUserName": "gh_service00000", "CreateTime": 1772412000, "MsgType": "text"}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("", ""),
        ("success", ""),
        ("SUCCESS", "读不懂"),
        ("<html>", "读不懂"),
        (json.dumps(REPLY | {"Content": "好"}), "格式和推送的格式不一样"),
        (messages.as_xml(REPLY | {"Content": "好"}), ""),
        (messages.as_xml(REPLY | {"Content": ""}), "空的"),
        (messages.as_xml(REPLY | {"Content": "字" * 683}), "2048"),
        (messages.as_xml(REPLY | {"Content": "好", "ToUserName": "o-wang"}), "收发双方"),
        (messages.as_xml(REPLY | {"Content": "好", "MsgType": "sticker"}), "类型不对"),
        (messages.as_xml(REPLY | {"Content": "好", "CreateTime": ""}), "没有时间"),
    ],
)
async def test_what_wechat_would_show_nobody_is_called_a_fault(
    wechat: FakeWeChat, callback: Callback, answer: str, fault: str
) -> None:
    set_mode(wechat, SERVICE, WeChatPushMode.PLAIN, is_json=False)
    callback.says(answer)

    outcome = await wechat.push("o-zhang", messages.text("问"), account=SERVICE)

    assert fault in outcome.fault
    assert bool(outcome.fault) is bool(fault)
    assert len(callback.came) == 1, "an answer with status 200 is not asked for again"


async def test_safe_mode_takes_no_plain_and_no_forged_reply(wechat: FakeWeChat, callback: Callback) -> None:
    keys = keys_of(wechat.service.credentials)
    plain = messages.as_xml(REPLY | {"Content": "好"})
    sealed = sealed_reply(plain, keys, PushFormat.XML)
    callback.says(plain, sealed.replace("<Nonce><![CDATA[7]]>", "<Nonce><![CDATA[8]]>"), sealed)

    faults = [(await wechat.push("o-zhang", messages.text("问"), account=SERVICE)).fault for _ in range(3)]

    assert faults == ["安全模式的回复必须加密", "回复的签名不对", ""]


async def test_the_mini_program_transfers_and_answers_nothing_else(wechat: FakeWeChat, callback: Callback) -> None:
    set_mode(wechat, MINI, WeChatPushMode.SAFE, is_json=True)
    keys = keys_of(wechat.mini.credentials)

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        push = opened(wechat, MINI, callback.came[-1])
        is_answer = push.fields.get("Content") == "你好"
        kind = {"MsgType": "text", "Content": "好"} if is_answer else {"MsgType": "transfer_customer_service"}
        plain = json.dumps(REPLY | {"FromUserName": wechat.mini.original_id} | kind)
        return web.Response(text=sealed_reply(plain, keys, PushFormat.JSON))

    callback.answer = answer

    faults = [
        (await wechat.push("o-zhang", fields)).fault
        for fields in (messages.text("你好"), messages.enter(), messages.text("转人工"))
    ]

    assert faults == ["小程序客服不能被动回复，只能转人工", "事件不能转人工，只有用户的消息可以", ""]
    assert wechat.phones.is_with_human(MINI, "o-zhang")


async def test_messages_do_not_come_while_a_human_answers_and_come_again_after_half_an_hour(
    wechat: FakeWeChat, callback: Callback, clock: SteppedClock
) -> None:
    set_mode(wechat, SERVICE, WeChatPushMode.PLAIN, is_json=False)
    callback.says(messages.as_xml(REPLY | {"MsgType": "transfer_customer_service"}), "success")
    await wechat.push("o-zhang", messages.text("转人工"), account=SERVICE)

    await wechat.push("o-zhang", messages.text("您好"), account=SERVICE)
    await wechat.push("o-zhang", messages.click("HELP"), account=SERVICE)
    clock.advance(seconds=1800)
    await wechat.push("o-zhang", messages.text("还在吗"), account=SERVICE)

    came = [opened(wechat, SERVICE, one) for one in callback.came]
    assert [push.fields.get("Content", push.name) for push in came] == ["转人工", "CLICK", "还在吗"]
