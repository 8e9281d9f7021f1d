"""The calls that wechatpy lacks: each asks as WeChat's document says, and its answer is read as types."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from server.wechat import calls
from server.wechat.accounts import WeChatAccount
from server.wechat.answers import (
    AppVersion,
    CallbackReach,
    FaceCheckStart,
    MediaKind,
    PhoneNumber,
    Pinged,
    Quota,
    Resolved,
    Suggestion,
    TextScene,
    TextVerdict,
)
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import NoConsent
from server.wechat.refusals import WeChatBusy
from tests.wechat.recorder import TOKEN, Recorder

OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
PICTURE = b"\x89PNG\r\n\x1a\n"
Call = Callable[[AsyncWeChatClient], Awaitable[Any]]


@pytest_asyncio.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as started:
        yield started


REQUESTS: dict[str, tuple[Call, Any, str, Any, Any]] = {
    "a text to a person": (
        lambda client: calls.send_text(client, openid=OPENID, text="您好，邮兵"),
        {"errcode": 0, "errmsg": "ok"},
        "/cgi-bin/message/custom/send",
        {"touser": OPENID, "msgtype": "text", "text": {"content": "您好，邮兵"}},
        None,
    ),
    "a picture to a person": (
        lambda client: calls.send_customer_message(client, openid=OPENID, kind="image", content={"media_id": "m1"}),
        {"errcode": 0, "errmsg": "ok"},
        "/cgi-bin/message/custom/send",
        {"touser": OPENID, "msgtype": "image", "image": {"media_id": "m1"}},
        None,
    ),
    "a subscribe message": (
        lambda client: calls.send_subscribe_message(
            client,
            openid=OPENID,
            template_id="tmpl",
            fields={"thing1": "招聘会", "time2": "2026年3月2日 09:00"},
            page="pages/fair?id=1",
            version=AppVersion.DEVELOP,
        ),
        {"errcode": 0, "errmsg": "ok", "msgid": 1},
        "/cgi-bin/message/subscribe/send",
        {
            "touser": OPENID,
            "template_id": "tmpl",
            "data": {"thing1": {"value": "招聘会"}, "time2": {"value": "2026年3月2日 09:00"}},
            "miniprogram_state": "developer",
            "lang": "zh_CN",
            "page": "pages/fair?id=1",
        },
        "1",
    ),
    "a subscribe message that leads nowhere": (
        lambda client: calls.send_subscribe_message(client, openid=OPENID, template_id="tmpl", fields={}),
        {"errcode": 0, "errmsg": "ok"},
        "/cgi-bin/message/subscribe/send",
        {"touser": OPENID, "template_id": "tmpl", "data": {}, "miniprogram_state": "formal", "lang": "zh_CN"},
        "",
    ),
    "a text to be checked": (
        lambda client: calls.check_text(
            client, openid=OPENID, content="招普工", scene=TextScene.FORUM, title="招聘", nickname="老张"
        ),
        {"errcode": 0, "errmsg": "ok", "trace_id": "t", "result": {"suggest": "risky", "label": 20001}, "detail": []},
        "/wxa/msg_sec_check",
        {"version": 2, "openid": OPENID, "scene": 3, "content": "招普工", "title": "招聘", "nickname": "老张"},
        TextVerdict(Suggestion.RISKY, 20001),
    ),
    "a picture to be checked": (
        lambda client: calls.check_media(
            client, openid=OPENID, url="https://example.org/1.png", kind=MediaKind.PICTURE, scene=TextScene.PROFILE
        ),
        {"errcode": 0, "errmsg": "ok", "trace_id": "60ae120f-371d5872-7941a05b"},
        "/wxa/media_check_async",
        {
            "version": 2,
            "openid": OPENID,
            "scene": 1,
            "media_type": 2,
            "media_url": "https://example.org/1.png",
        },
        "60ae120f-371d5872-7941a05b",
    ),
    "a code": (
        lambda client: calls.draw_code(
            client, scene="s=7f3k", page="pages/start", width=280, version=AppVersion.TRIAL, is_page_checked=False
        ),
        PICTURE,
        "/wxa/getwxacodeunlimit",
        {"scene": "s=7f3k", "width": 280, "check_path": False, "env_version": "trial", "page": "pages/start"},
        PICTURE,
    ),
    "a link": (
        lambda client: calls.make_link(client, path="pages/start", query="s=7f3k", days=7),
        {"errcode": 0, "errmsg": "ok", "url_link": "https://wxaurl.cn/abc"},
        "/wxa/generate_urllink",
        {
            "path": "pages/start",
            "query": "s=7f3k",
            "expire_type": 1,
            "expire_interval": 7,
            "env_version": "release",
        },
        "https://wxaurl.cn/abc",
    ),
    "a phone number": (
        lambda client: calls.read_phone_number(
            client, code="e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144", openid=OPENID
        ),
        {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": "+86 13800001234",
                "purePhoneNumber": "13800001234",
                "countryCode": "86",
                "watermark": {"timestamp": 1, "appid": "wx"},
            },
        },
        "/wxa/business/getuserphonenumber",
        {"code": "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144", "openid": OPENID},
        PhoneNumber("13800001234", "86"),
    ),
    "a quota": (
        lambda client: calls.read_quota(client, path="/cgi-bin/message/custom/send"),
        {"errcode": 0, "errmsg": "ok", "quota": {"daily_limit": 500000, "used": 12, "remain": 499988}},
        "/cgi-bin/openapi/quota/get",
        {"cgi_path": "/cgi-bin/message/custom/send"},
        Quota(500000, 12, 499988),
    ),
    "all quotas back": (
        calls.clear_quota,
        {"errcode": 0, "errmsg": "ok"},
        "/cgi-bin/clear_quota",
        {"appid": "wx0123456789abcdef"},
        None,
    ),
    "where pushes come from": (
        calls.list_callback_addresses,
        {"ip_list": ["101.226.62.77", "101.226.62.78"]},
        "/cgi-bin/getcallbackip",
        None,
        ["101.226.62.77", "101.226.62.78"],
    ),
    "whether the callback is reached": (
        calls.check_callback,
        {
            "dns": [{"ip": "203.0.113.7", "real_operator": "UNICOM"}],
            "ping": [{"ip": "203.0.113.7", "from_operator": "UNICOM", "package_loss": "0%", "time": "23.079ms"}],
        },
        "/cgi-bin/callback/check",
        {"action": "all", "check_operator": "DEFAULT"},
        CallbackReach(dns=[Resolved("203.0.113.7")], ping=[Pinged("203.0.113.7", "0%")]),
    ),
    "the start of a face check": (
        lambda client: calls.begin_face_check(
            client, openid=OPENID, number="20260302-0001", name="张三", id_number="110101199003072316"
        ),
        {"errcode": 0, "errmsg": "ok", "verify_id": "v1", "expires_in": 3600},
        "/cityservice/face/identify/getverifyid",
        {
            "out_seq_no": "20260302-0001",
            "cert_info": {"cert_type": "IDENTITY_CARD", "cert_name": "张三", "cert_no": "110101199003072316"},
            "openid": OPENID,
        },
        FaceCheckStart("v1", 3600),
    ),
    "the outcome of a face check": (
        lambda client: calls.read_face_check(
            client, openid=OPENID, number="20260302-0001", verify_id="v1", cert_hash="h"
        ),
        {"errcode": 0, "errmsg": "ok", "verify_ret": 10000},
        "/cityservice/face/identify/queryverifyinfo",
        {"verify_id": "v1", "out_seq_no": "20260302-0001", "cert_hash": "h", "openid": OPENID},
        10000,
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_call_asks_as_the_document_says_and_reads_the_answer(recorder: Recorder, name: str) -> None:
    call, answer, path, body, expected = REQUESTS[name]
    recorder.answer = answer

    result = await call(recorder.client())

    heard = recorder.only()
    assert (heard.path, heard.query) == (path, {"access_token": TOKEN})
    assert (heard.method, heard.body) == ("GET" if body is None else "POST", body)
    assert result == expected


@pytest.mark.parametrize("name", [name for name, parts in REQUESTS.items() if parts[4] not in (None, "", "1")])
async def test_an_answer_of_another_shape_is_an_unknown_outcome(recorder: Recorder, name: str) -> None:
    recorder.answer = {"errcode": 0, "errmsg": "ok", "dns": 1}

    with pytest.raises(WeChatBusy):
        await REQUESTS[name][0](recorder.client())


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_refusal_is_raised_by_every_call(recorder: Recorder, name: str) -> None:
    recorder.answer = {"errcode": 43101, "errmsg": "user refuse to accept the msg rid: 1-2-3"}

    with pytest.raises(NoConsent) as refusal:
        await REQUESTS[name][0](recorder.client())

    assert (refusal.value.errcode, refusal.value.endpoint) == (43101, REQUESTS[name][2])


@pytest.mark.parametrize(
    ("account", "path"),
    [
        (WeChatAccount.MINI, "/cgi-bin/message/custom/business/typing"),
        (WeChatAccount.SERVICE, "/cgi-bin/message/custom/typing"),
    ],
)
@pytest.mark.parametrize(("is_typing", "command"), [(True, "Typing"), (False, "CancelTyping")])
async def test_each_account_shows_typing_at_an_endpoint_of_its_own(
    recorder: Recorder, account: WeChatAccount, path: str, is_typing: bool, command: str
) -> None:
    await calls.show_typing(recorder.client(account), openid=OPENID, is_typing=is_typing)

    heard = recorder.only()
    assert (heard.path, heard.body) == (path, {"touser": OPENID, "command": command})


async def test_a_phone_number_says_nothing_in_its_repr() -> None:
    assert "138" not in repr(PhoneNumber("13800001234", "86"))


@pytest.mark.parametrize("country", [86, "86"])
async def test_a_country_is_read_as_the_documents_example_and_as_its_table_have_it(
    recorder: Recorder, country: int | str
) -> None:
    recorder.answer = {"errcode": 0, "phone_info": {"purePhoneNumber": "13800001234", "countryCode": country}}

    told = await calls.read_phone_number(recorder.client(), code="c")

    assert (told.pure_phone_number, str(told.country_code)) == ("13800001234", "86")


@pytest.mark.parametrize("label", [20001, "20001"])
async def test_a_label_is_read_as_a_number_and_as_a_text(recorder: Recorder, label: int | str) -> None:
    recorder.answer = {"errcode": 0, "result": {"suggest": "risky", "label": label}}

    verdict = await calls.check_text(recorder.client(), openid=OPENID, content="文", scene=TextScene.FORUM)

    assert (verdict.suggest, str(verdict.label)) == (Suggestion.RISKY, "20001")
