"""替身的总规矩 — tokens that are not good, methods, bodies, quotas, menus, files, and failures."""

import asyncio
from typing import Any

import aiohttp
import pytest

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.server import Failure, FakeWeChat, SteppedClock
from tests.wechat.fake.conftest import Ask, Asker

IPS = "/cgi-bin/getcallbackip"
MENU = "/cgi-bin/menu/create"


async def errcode_with(wechat: FakeWeChat, http: aiohttp.ClientSession, **params: str) -> int:
    async with http.get(wechat.origin + IPS, params=params) as response:
        return int((await response.json(content_type=None)).get("errcode", 0))


async def test_a_token_that_was_never_issued_is_told_from_a_dead_and_an_old_one(
    wechat: FakeWeChat, http: aiohttp.ClientSession, mini: Asker, clock: SteppedClock
) -> None:
    dead = await mini.token()
    wechat.kill_token()
    old = await mini.token()
    clock.advance(seconds=7200)

    errcodes = [await errcode_with(wechat, http, access_token=token) for token in ("x" * 512, dead, old)]

    assert errcodes == [40014, 40001, 42001]
    assert await errcode_with(wechat, http) == 41001


async def test_the_wrong_method_and_a_broken_body_are_refused(mini: Asker) -> None:
    answers = [
        await mini.raw("POST", IPS, data=b""),
        await mini.raw("GET", "/cgi-bin/message/custom/send"),
        await mini.raw("POST", "/cgi-bin/message/custom/send", data=b"{'touser'"),
        await mini.raw("POST", "/cgi-bin/message/custom/send", data=b"[1]"),
        await mini.raw("GET", "/cgi-bin/no-such-address"),
    ]

    assert [body.split(b'"errcode": ')[1][:5] for _, _, body in answers] == [
        b"43001",
        b"43002",
        b"47001",
        b"47001",
        b"40066",
    ]


MEMBERS = (
    *("touser", "openid", "msgtype", "text", "template_id", "page", "data", "command", "action", "cgi_path", "appid"),
    *("scene", "width", "env_version", "path", "query", "expire_type", "expire_interval", "content", "version"),
    *("button", "tag", "tagid", "openid_list", "out_seq_no", "cert_info", "verify_id", "action_name", "action_info"),
)


@pytest.mark.parametrize("account", list(WeChatAccount))
@pytest.mark.parametrize("value", [None, 7, 1.5, True, "x", [], ["x"], {"a": {"b": 1}}], ids=repr)
async def test_members_of_another_kind_get_an_errcode_at_every_address(
    wechat: FakeWeChat, http: aiohttp.ClientSession, account: WeChatAccount, value: object
) -> None:
    asker = Asker(wechat, http, account)
    body = dict.fromkeys(MEMBERS, value)
    for path, operation in asker.account.operations.items():
        if operation.needs_token and operation.method == "POST":
            status, _, raw = await asker.raw("POST", path, json=body)
            assert status == 200, (path, raw)
            assert raw.startswith(b"{"), path


async def test_a_chunked_body_is_answered_412(mini: Asker) -> None:
    async def pieces() -> Any:
        yield b"{}"

    status, _, _ = await mini.raw("POST", "/cgi-bin/message/custom/send", data=pieces())

    assert status == 412


async def test_a_server_that_is_not_on_the_list_is_told_its_address(wechat: FakeWeChat, mini: Asker) -> None:
    token = await mini.token()
    wechat.allows_address = False

    async with mini.http.get(wechat.origin + IPS, params={"access_token": token}) as response:
        answer = await response.json(content_type=None)

    assert answer["errcode"] == 40164
    assert "127.0.0.1" in answer["errmsg"]


async def test_a_days_quota_ends_and_is_cleared_ten_times_a_month(
    wechat: FakeWeChat, mini: Asker, clock: SteppedClock
) -> None:
    wechat.mini.quotas.limits[IPS] = 2
    first = [(await mini.get(IPS)).get("errcode", 0) for _ in range(3)]
    quota = await mini.post("/cgi-bin/openapi/quota/get", {"cgi_path": IPS})

    cleared = [await mini.errcode("/cgi-bin/clear_quota", {"appid": wechat.appid}) for _ in range(11)]
    again = (await mini.get(IPS)).get("errcode", 0)

    assert first == [0, 0, 45009]
    assert quota["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    assert cleared == [0] * 10 + [48006]
    assert again == 0
    assert await mini.errcode("/cgi-bin/openapi/quota/get", {"cgi_path": "x"}) == 76021


async def test_a_minutes_quota_is_another_errcode(wechat: FakeWeChat, mini: Asker, clock: SteppedClock) -> None:
    wechat.mini.quotas.per_minute[IPS] = 1
    errcodes = [(await mini.get(IPS)).get("errcode", 0) for _ in range(2)]
    clock.advance(seconds=60)

    assert [*errcodes, (await mini.get(IPS)).get("errcode", 0)] == [0, 45011, 0]


def button(**change: object) -> dict[str, object]:
    return {"type": "click", "name": "服务", "key": "SERVICES"} | change


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([button(name="字" * 5)], 0),
        ([button()] * 3, 0),
        ([button()] * 4, 40016),
        ([], 40016),
        ([button(name="字" * 6)], 40018),
        ([button(type="tap")], 40017),
        ([button(key="")], 40019),
        ([button(key="k" * 129)], 40019),
        ([button(type="view", url="")], 40020),
        ([{"name": "更多", "sub_button": [button()] * 5}], 0),
        ([{"name": "更多", "sub_button": [button()] * 6}], 40023),
        ([{"name": "更多", "sub_button": [button(name="字" * 21)]}], 40025),
        ([{"name": "更多", "sub_button": [button(sub_button=[button()])]}], 40022),
        ([button(type="miniprogram", url="https://example.org", appid="wx1")], 40017),
    ],
)
async def test_a_menu_has_three_buttons_of_five(
    service_account: Asker, buttons: list[dict[str, object]], errcode: int
) -> None:
    assert await service_account.errcode(MENU, {"button": buttons}) == errcode


async def test_a_menu_is_read_and_removed(service_account: Asker, mini: Asker) -> None:
    await service_account.post(MENU, {"button": [button()]})
    shown = await service_account.get("/cgi-bin/menu/get")
    await service_account.get("/cgi-bin/menu/delete")

    assert shown["menu"]["button"] == [button() | {"sub_button": []}]
    assert (await service_account.get("/cgi-bin/menu/get"))["errcode"] == 46003
    assert await mini.errcode(MENU, {"button": [button()]}) == 48001


async def test_tags_are_named_once_and_the_systems_own_stay(service_account: Asker) -> None:
    first = await service_account.post("/cgi-bin/tags/create", {"tag": {"name": "老兵"}})

    assert first["tag"]["name"] == "老兵"
    assert await service_account.errcode("/cgi-bin/tags/create", {"tag": {"name": "老兵"}}) == 45157
    assert await service_account.errcode("/cgi-bin/tags/create", {"tag": {"name": "字" * 31}}) == 45158
    assert await service_account.errcode("/cgi-bin/tags/delete", {"tag": {"id": 2}}) == 45058
    assert [tag["name"] for tag in (await service_account.get("/cgi-bin/tags/get"))["tags"]] == ["星标组", "老兵"]


def upload(filename: str, data: bytes = b"\xff\xd8 picture") -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("media", data, filename=filename, content_type="application/octet-stream")
    return form


@pytest.mark.parametrize(
    ("filename", "kind", "errcode"),
    [
        ("media.jpg", "image", 0),
        ("图片.jpg", "image", 41005),
        ("media", "image", 41005),
        ("media.exe", "image", 40005),
        ("media.jpg", "picture", 40004),
    ],
)
async def test_a_file_wants_a_plain_name_with_its_ending(mini: Asker, filename: str, kind: str, errcode: int) -> None:
    _, _, body = await mini.raw("POST", "/cgi-bin/media/upload", data=upload(filename), params={"type": kind})

    assert (f'"errcode": {errcode}'.encode() in body) is (errcode != 0)
    assert (b"media_id" in body) is (errcode == 0)


async def test_an_uploaded_picture_can_be_sent(wechat: FakeWeChat, mini: Asker) -> None:
    import json

    wechat.did("o-zhang")
    _, _, body = await mini.raw("POST", "/cgi-bin/media/upload", data=upload("media.jpg"), params={"type": "image"})
    media_id = json.loads(body)["media_id"]

    sent = {"touser": "o-zhang", "msgtype": "image", "image": {"media_id": media_id}}
    assert await mini.errcode("/cgi-bin/message/custom/send", sent) == 0
    assert await mini.raw("GET", "/cgi-bin/media/get", params={"media_id": media_id}) == (
        200,
        "image/jpeg",
        b"\xff\xd8 picture",
    )


async def test_a_deed_may_be_done_and_never_told(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")
    wechat.fail_next(Failure.DONE_UNTOLD, path="/cgi-bin/message/custom/send")
    body = {"touser": "o-zhang", "msgtype": "text", "text": {"content": "您好"}}

    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(mini.post("/cgi-bin/message/custom/send", body), 0.3)

    assert [one.text for one in wechat.sent_to("o-zhang")] == ["您好"]


async def test_it_is_down_for_a_while(wechat: FakeWeChat, mini: Asker, clock: SteppedClock) -> None:
    await mini.token()
    wechat.failures.be_down(seconds=600)
    clock.advance(seconds=599)
    with pytest.raises(aiohttp.ClientError):
        await mini.get(IPS)

    clock.advance(seconds=1)

    assert "ip_list" in await mini.get(IPS)


async def test_other_processes_set_and_read_it_over_http(wechat: FakeWeChat, mini: Asker, control: Ask) -> None:
    code = (await control("codes", {"openid": "o-zhang"}))["code"]
    await control("deeds", {"openid": "o-zhang"})
    await control("consents", {"openid": "o-zhang", "template": "T1"})
    await control("failures", {"errcode": -1, "times": 1, "path": "/cgi-bin/message"})
    body = {"touser": "o-zhang", "msgtype": "text", "text": {"content": "您好"}}
    errcodes = [await mini.errcode("/cgi-bin/message/custom/send", body) for _ in range(3)]
    await control("clock", {"seconds": 48 * 3600})

    sent = await control("sent", openid="o-zhang")
    counts = await control("counts")

    assert errcodes == [-1, 0, 0]
    assert [item["text"] for item in sent["items"]] == ["您好", "您好"]
    assert sent["duplicates"] == 1
    assert (await control("sent", openid="o-wang"))["items"] == []
    assert counts["calls"]["/cgi-bin/message/custom/send"] == 3
    assert counts["errcodes"] == {"-1": 1}
    assert wechat.mini.subscriptions.consents["o-zhang", "T1"] == 1
    assert len(code) == 32
    assert await mini.errcode("/cgi-bin/message/custom/send", body) == 45015


async def test_the_people_of_one_account_are_strangers_to_the_other(
    wechat: FakeWeChat, mini: Asker, service_account: Asker
) -> None:
    wechat.did("o-mini")

    body = {"touser": "o-mini", "msgtype": "text", "text": {"content": "您好"}}

    assert await service_account.errcode("/cgi-bin/message/custom/send", body) == 40003
