"""替身推送 — five seconds and three attempts, every mode and format, and what each deed is pushed as."""

import asyncio

import pytest
from aiohttp import web

from config.settings import WeChatPushMode
from server.wechat.accounts import WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.crypto import Envelope, EnvelopeBroken, sign
from server.wechat.fake.server import FakeWeChat
from server.wechat.pushes.envelope import check_url, keys_of
from server.wechat.pushes.reading import PushFormat
from tests.wechat.fake.callbacks import Callback, opened, query_of, set_mode
from tests.wechat.fake.conftest import MINI, SERVICE, Asker


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
