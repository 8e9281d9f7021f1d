"""坏推送 — forged, altered, cut off, repeated or unreadable: refused or answered ``success``, and no work is done."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from config.clock import utc_now
from models.outbox import OutboxMessage
from models.transactions import is_postgres
from models.wechat import WeChatPush
from server.wechat.fake import messages
from server.wechat.fake.crypto import sign
from server.wechat.fake.pushing import PushRequest
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.receiving.keeping import keep_push
from server.wechat.receiving.measures import WECHAT_PUSHES
from tests.service import Answer, make_settings, serving
from tests.wechat.receiving.conftest import MINI, SERVICE, Chat

PATH = "/v1/wechat/mini/messages"
QUESTION = "优待证丢了怎么补办"


def composed(chat: Chat) -> PushRequest:
    return chat.wechat.phones.pushers[MINI].compose("o-veteran", messages.text(QUESTION))


async def sent(chat: Chat, request: PushRequest, path: str = PATH) -> Answer:
    return await chat.service.call(
        "POST", path, params=dict(request.params), data=request.body, headers={"Content-Type": request.content_type}
    )


def forged(request: PushRequest) -> PushRequest:
    return replace(request, params={**request.params, "msg_signature": "0" * 40})


def later(request: PushRequest) -> PushRequest:
    return replace(request, params={**request.params, "timestamp": "1"})


def altered(request: PushRequest) -> PushRequest:
    return replace(request, body=request.body.replace(b"a", b"b", 1).replace(b"Encrypt", b"Encrypt"))


def cut(request: PushRequest) -> PushRequest:
    return replace(request, body=request.body[: len(request.body) // 2])


def unsigned(request: PushRequest) -> PushRequest:
    return replace(request, params={})


def plain(request: PushRequest) -> PushRequest:
    body = b"<xml><FromUserName>o</FromUserName><MsgType>text</MsgType><Content>x</Content></xml>"
    return replace(request, body=body)


def doctype(request: PushRequest) -> PushRequest:
    return replace(request, body=b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>')


def nothing(request: PushRequest) -> PushRequest:
    return replace(request, body=b"")


def oversized(request: PushRequest) -> PushRequest:
    return replace(request, body=b"<xml><Encrypt>" + b"A" * 200_000 + b"</Encrypt></xml>")


@pytest.mark.parametrize("spoil", [forged, later, altered, cut, unsigned, plain, doctype, nothing, oversized])
async def test_what_wechat_did_not_send_is_refused_and_noted_and_nothing_is_done(
    chat: Chat, logs: list[EventDict], spoil: Callable[[PushRequest], PushRequest]
) -> None:
    answer = await sent(chat, spoil(composed(chat)))

    assert (answer.status, answer.code) == (403, "WeChatPushRefused")
    assert "Traceback" not in answer.body.decode()
    [noted] = [entry for entry in logs if entry["event"] == "wechat.push_refused"]
    assert noted["reason"]
    assert "o-veteran" not in json.dumps(noted, default=str)
    assert not await WeChatPush.exists()
    assert not await OutboxMessage.exists()


async def test_refusals_are_counted_by_their_reason(chat: Chat) -> None:
    counter = WECHAT_PUSHES.labels("mini", "signature")
    before = counter._value.get()

    await sent(chat, forged(composed(chat)))

    assert counter._value.get() == before + 1


async def test_a_repetition_is_answered_success_and_is_one_piece_of_work(chat: Chat) -> None:
    request = composed(chat)

    answers = [await sent(chat, request) for _ in range(3)]

    assert {(answer.status, answer.body) for answer in answers} == {(200, b"success")}
    assert await WeChatPush.all().count() == await OutboxMessage.all().count() == 1


async def test_a_push_of_the_other_account_is_refused(chat: Chat) -> None:
    answer = await sent(chat, composed(chat), "/v1/wechat/service/messages")

    assert answer.status == 403


async def test_an_account_that_is_none_is_not_found(chat: Chat) -> None:
    assert (await sent(chat, composed(chat), "/v1/wechat/other/messages")).status == 404


async def test_the_address_is_verified_with_our_token(chat: Chat) -> None:
    token = chat.wechat.accounts[SERVICE].credentials.push_token
    query = {"timestamp": "1700000000", "nonce": "n", "echostr": "4375120948345356249"}
    good = query | {"signature": sign(token, "1700000000", "n")}

    answer = await chat.service.get("/v1/wechat/service/messages", params=good)
    bad = await chat.service.get("/v1/wechat/service/messages", params=query | {"signature": "0" * 40})

    assert (answer.status, answer.body) == (200, b"4375120948345356249")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert bad.status == 403


async def test_without_a_token_nothing_is_accepted(database_address: str) -> None:
    settings = make_settings(
        database_address, wechat_mini_appid="wx1", wechat_mini_secret="s", sandbox_wechat=False, sandbox_login=True
    )
    async with serving(settings) as client:
        signed = {"timestamp": "1", "nonce": "n", "signature": sign("", "1", "n"), "echostr": "x"}
        answer = await client.get(PATH, params=signed)

    assert (answer.status, answer.code) == (403, "WeChatPushRefused")


async def test_one_push_that_cannot_be_stored_takes_no_other_with_it(chat: Chat) -> None:
    at, good = utc_now(), [compose_push(f"o-{number}") for number in range(5)]
    bad = replace(good[0], openid="x" * 2_000) if is_postgres() else replace(good[0], openid=None)  # type: ignore[arg-type]

    outcomes = await asyncio.gather(
        *(keep_push(account=MINI, push=push, text="示例", at=at) for push in (*good[:3], bad, *good[3:])),
        return_exceptions=True,
    )

    assert [isinstance(one, Exception) for one in outcomes] == [False, False, False, True, False, False]
    assert await WeChatPush.all().count() == await OutboxMessage.all().count() == len(good)


def compose_push(openid: str) -> Push:
    return parse_push(messages.as_xml({"FromUserName": openid, "CreateTime": 1, **messages.text(QUESTION)}))
