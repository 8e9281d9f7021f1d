"""替身推送 — five seconds and three attempts, every mode and format, and what becomes of each kind of answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import WeChatPushMode
from server.wechat.accounts import WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.crypto import Envelope, EnvelopeBroken, sign
from server.wechat.fake.server import FakeWeChat, SteppedClock
from server.wechat.pushes.envelope import PushKeys, check_url, keys_of, open_body
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.replying import seal, text_reply
from server.wechat.pushes.signing import PushQuery
from tests.wechat.fake.conftest import MINI, SERVICE, Asker

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


@dataclass
class Callback:
    """A callback that keeps what came and answers as a test tells it."""

    origin: str
    came: list[tuple[dict[str, str], bytes, str]]
    answer: Answer

    def says(self, *texts: str, status: int = 200) -> None:
        """Answer with these texts in turn, the last one for good."""
        left = list(texts)

        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            return web.Response(text=left.pop(0) if len(left) > 1 else left[0], status=status)

        self.answer = answer


@pytest_asyncio.fixture
async def callback(wechat: FakeWeChat) -> AsyncIterator[Callback]:
    async def receive(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        found.came.append((dict(request.query), body, request.content_type))
        return await found.answer(request, body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found = Callback(f"http://{host}:{port}", [], None)  # type: ignore[arg-type]
    found.says("success")
    wechat.push_to(found.origin)
    yield found
    await runner.cleanup()


def set_mode(wechat: FakeWeChat, account: WeChatAccount, mode: WeChatPushMode, *, is_json: bool) -> None:
    held = wechat.accounts[account]
    held.credentials = replace(held.credentials, push_mode=mode)
    wechat.phones.pushers[account].is_json = is_json


def query_of(params: dict[str, str]) -> PushQuery:
    names = ("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")
    return PushQuery(**{name: params.get(name, "") for name in names})


def opened(wechat: FakeWeChat, account: WeChatAccount, came: tuple[dict[str, str], bytes, str]) -> Push:
    """Open a push by the service's own code, which knows nothing of the fake's."""
    params, body, _ = came
    found = open_body(body, query_of(params), keys=keys_of(wechat.accounts[account].credentials))
    return parse_push(found.text)


@pytest.mark.parametrize("account", list(WeChatAccount))
@pytest.mark.parametrize("mode", list(WeChatPushMode))
@pytest.mark.parametrize("is_json", [False, True], ids=["xml", "json"])
async def test_the_service_opens_what_the_fake_pushes(
    wechat: FakeWeChat, callback: Callback, account: WeChatAccount, mode: WeChatPushMode, is_json: bool
) -> None:
    set_mode(wechat, account, mode, is_json=is_json)

    outcome = await wechat.push("o-zhang", messages.text("驿站在哪里？]]> <b>&"), account=account)

    assert outcome.was_taken
    push = opened(wechat, account, callback.came[0])
    assert (push.openid, push.name, push.fields["Content"]) == ("o-zhang", "text", "驿站在哪里？]]> <b>&")
    assert push.format is (PushFormat.JSON if is_json else PushFormat.XML)
    assert (b"Content" in callback.came[0][1]) is (mode is not WeChatPushMode.SAFE)


def test_the_signature_is_that_of_the_official_sample() -> None:
    assert sign("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_an_envelope_opens_for_its_own_account_only() -> None:
    key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
    sealed = Envelope(key=key, appid="wx49f0ab532d5d035a").seal("老兵")

    assert Envelope(key=key, appid="wx49f0ab532d5d035a").open(sealed) == "老兵"
    for broken in (Envelope(key=key, appid="wx-another"), Envelope(key=key[::-1], appid="wx49f0ab532d5d035a")):
        with pytest.raises(EnvelopeBroken):
            broken.open(sealed)


async def test_no_answer_in_time_is_pushed_three_times_unchanged(wechat: FakeWeChat, callback: Callback) -> None:
    async def sleep(request: web.Request, body: bytes) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    callback.answer = sleep
    wechat.phones.pushers[MINI].patience_seconds = 0.1

    outcome = await wechat.push("o-zhang", messages.text("在吗"))

    assert [attempt.status for attempt in outcome.attempts] == [0, 0, 0]
    assert "已推送 3 次" in outcome.fault
    assert len(callback.came) == 3
    assert callback.came[0] == callback.came[1] == callback.came[2]
    assert wechat.phones.pushers[SERVICE].patience_seconds == 5.0


async def test_the_second_attempt_may_be_taken(wechat: FakeWeChat, callback: Callback) -> None:
    answers = iter([500, 200])

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=next(answers), text="success")

    callback.answer = answer

    outcome = await wechat.push("o-zhang", messages.text("在吗"))

    assert [attempt.status for attempt in outcome.attempts] == [500, 200]
    assert outcome.was_taken


async def test_nobody_listening_is_told_to_the_phone(wechat: FakeWeChat) -> None:
    wechat.push_to("http://127.0.0.1:9")

    outcome = await wechat.push("o-zhang", messages.text("在吗"))

    assert "没有在 5 秒内答复" in outcome.fault
    [said, told] = wechat.phones.chats.of(MINI, "o-zhang")
    assert (said.side, told.side) == ("person", "system")


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


async def test_what_a_person_does_opens_its_window(wechat: FakeWeChat, callback: Callback) -> None:
    for fields, left in (
        (messages.follow(), 3),
        (messages.click("HELP"), 6),
        (messages.scan("station-7"), 9),
        (messages.text("你好"), 14),
        (messages.unfollow(), 0),
    ):
        await wechat.push("o-zhang", fields, account=SERVICE)
        assert wechat.service.customer_service.left("o-zhang") == left

    await wechat.push("o-li", messages.enter())
    assert wechat.mini.customer_service.left("o-li") == 2


async def test_the_back_office_checks_the_callback(wechat: FakeWeChat, callback: Callback) -> None:
    async def echo(request: web.Request, body: bytes) -> web.StreamResponse:
        keys = keys_of(wechat.service.credentials)
        return web.Response(text=check_url(query_of(dict(request.query)), request.query["echostr"], keys=keys))

    before = await wechat.phones.check_callback(SERVICE)
    callback.answer = echo

    assert (before, await wechat.phones.check_callback(SERVICE)) == (False, True)


@pytest.mark.parametrize("is_json", [False, True], ids=["xml", "json"])
@pytest.mark.parametrize("as_single", [False, True])
async def test_subscription_events_come_as_one_object_or_as_a_list(
    wechat: FakeWeChat, callback: Callback, is_json: bool, as_single: bool
) -> None:
    set_mode(wechat, MINI, WeChatPushMode.SAFE, is_json=is_json)

    await wechat.push("o-zhang", messages.answered_popup({"T1": "accept"}, as_single=as_single))
    await wechat.push("o-zhang", messages.rejected_in_settings("T1", "T2"))

    popup, change = (opened(wechat, MINI, came) for came in callback.came)
    assert [item["SubscribeStatusString"] for item in popup.items()] == ["accept"]
    assert [item["TemplateId"] for item in change.items()] == ["T1", "T2"]


async def test_what_became_of_a_subscribe_message_is_pushed(
    wechat: FakeWeChat, callback: Callback, mini: Asker
) -> None:
    wechat.add_template("T1", "thing1")
    wechat.grant_consent("o-zhang", "T1")
    wechat.phones.tells_sent = True
    body = {"touser": "o-zhang", "template_id": "T1", "data": {"thing1": {"value": "示例"}}}
    has_come = asyncio.Event()

    async def take(request: web.Request, body: bytes) -> web.StreamResponse:
        has_come.set()
        return web.Response(text="success")

    callback.answer = take

    assert await mini.errcode("/cgi-bin/message/subscribe/send", body) == 0
    await asyncio.wait_for(has_come.wait(), 5)

    push = opened(wechat, MINI, callback.came[0])
    assert push.name == "subscribe_msg_sent_event"
    assert [item["ErrorStatus"] for item in push.items()] == ["success"]


async def test_a_picture_is_judged_by_a_push(wechat: FakeWeChat, callback: Callback, mini: Asker) -> None:
    wechat.did("o-zhang")
    body = {"version": 2, "openid": "o-zhang", "scene": 2, "media_type": 2, "media_url": "https://example.org/a.png"}
    trace = (await mini.post("/wxa/media_check_async", body))["trace_id"]

    await wechat.phones.judge_media(trace, suggest="risky", label=20002)

    push = opened(wechat, MINI, callback.came[0])
    assert (push.name, push.fields["trace_id"]) == ("wxa_media_check", trace)
    with pytest.raises(KeyError):
        await wechat.phones.judge_media(trace)


async def test_a_privacy_event_names_its_person_apart(wechat: FakeWeChat, callback: Callback) -> None:
    fields = messages.privacy_event("user_authorization_revoke", openid="o-zhang", appid=wechat.appid)

    await wechat.push("o-platform", fields)

    assert opened(wechat, MINI, callback.came[0]).openid == "o-zhang"
