"""手机页面的地址 — what the page may ask of the fake, and that there is nothing of it where WeChat is set up."""

from typing import Any

import pytest

from config.settings import Settings
from server.wechat.accounts import OFFICIAL_ORIGIN
from server.wechat.fake.sandbox import near_origin, needs_fake
from tests.service import Client, make_settings, serving
from tests.wechat.fake.conftest import MINI
from tests.wechat.fake.desks import desk


async def ask(client: Client, method: str, name: str, **kwargs: Any) -> tuple[int, Any]:
    answer = await client.call(method, f"/sandbox/phone/{name}", **kwargs)
    return answer.status, answer.json


async def test_the_page_reaches_its_own_addresses_of_the_fake_alone(sqlite_address: str) -> None:
    mine = {"account": "mini", "person": "demo-veteran"}
    async with desk(sqlite_address) as found:
        client = found.client
        answers = [
            await ask(client, "GET", "sent"),
            await ask(client, "POST", "failures", json={"down_seconds": 60}),
            await ask(client, "GET", "deeds"),
            await ask(client, "POST", "deeds", data="account=mini", headers={"Content-Type": "text/plain"}),
            await ask(client, "POST", "deeds", json=mine | {"kind": "text", "words": " "}),
            await ask(client, "POST", "deeds", json=mine | {"kind": "location", "latitude": 32.7, "longitude": 119.4}),
            await ask(client, "POST", "deeds", json=mine | {"kind": "fly"}),
            await ask(client, "POST", "deeds", json=mine | {"person": "somebody", "kind": "text", "words": "a"}),
            await ask(client, "POST", "deeds", json=[]),
            await ask(client, "POST", "deeds", json=mine | {"kind": "accept", "templates": []}),
            await ask(client, "GET", "chat?account=mini&person=nobody"),
        ]

    assert [status for status, _ in answers] == [404, 404, 404, 415, 422, 422, 422, 422, 422, 422, 422]
    assert all(body["message"] for _, body in answers)


async def test_a_place_a_picture_and_a_scan_are_pushed_as_wechat_pushes_them(sqlite_address: str) -> None:
    mine = {"account": "service", "person": "demo-veteran"}
    async with desk(sqlite_address) as found:
        for deed in (
            {"kind": "scan", "scene": "station-7"},
            {"kind": "scan", "scene": "station-8"},
            {"kind": "location", "latitude": 32.781, "longitude": 119.462, "label": "高邮城区"},
            {"kind": "image"},
            {"kind": "voice", "words": "我的包裹呢"},
            {"kind": "unfollow"},
        ):
            assert await ask(found.client, "POST", "deeds", json=mine | deed) == (
                200,
                {"fault": "", "attempts": [{"status": 200, "seconds": pytest.approx(0, abs=2)}]},
            )
        _, chat = await ask(found.client, "GET", "chat?account=service&person=demo-veteran")

    kinds = [(line["kind"], line["body"].get("EventKey", "")) for line in chat["lines"]]
    assert kinds == [
        ("subscribe", "qrscene_station-7"),
        ("SCAN", "station-8"),
        ("location", ""),
        ("image", ""),
        ("voice", ""),
        ("unsubscribe", ""),
    ]
    assert (chat["is_following"], chat["answers_left"]) == (False, 0)


async def test_the_number_button_and_the_face_have_their_place(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found:
        mobile = {"person": "demo-veteran", "mobile": "18000001999"}
        status, code = await ask(found.client, "POST", "number-codes", json=mobile)
        told = await found.asker[MINI].post("/wxa/business/getuserphonenumber", code)
        unknown = await ask(found.client, "POST", "faces", json={"verify_id": "x"})

    assert status == 200
    assert told["phone_info"]["phoneNumber"] == "18000001999"
    assert unknown[0] == 404


async def test_without_the_fake_the_page_says_how_to_start_it(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address)) as client:
        status, body = await ask(client, "GET", "people")

    assert (status, body["message"]) == (503, "沙箱微信没有运行：请用 make run 启动")


async def test_a_fake_that_is_gone_is_said(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address, wechat_origin="http://127.0.0.1:9")) as client:
        status, _ = await ask(client, "GET", "people")

    assert status == 503


async def test_there_is_no_page_where_wechat_is_set_up(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address, sandbox_wechat=False)) as client:
        found = [(await client.get(path)).status for path in ("/sandbox/phone", "/sandbox/phone/people")]

    assert found == [404, 404]


async def test_the_page_may_load_nothing_from_elsewhere(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address)) as client:
        page = await client.get("/sandbox/phone")

    policy = page.headers["Content-Security-Policy"]  # type: ignore[index]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert b"http" not in page.body


@pytest.mark.parametrize(
    ("overrides", "needed"),
    [
        ({}, True),
        ({"wechat_origin": "http://127.0.0.1:9"}, False),
        ({"wechat_mini_appid": "wx1", "wechat_mini_secret": "s"}, False),
        ({"sandbox_wechat": False}, False),
        ({"mode": "production"}, False),
    ],
)
def test_the_fake_runs_where_nothing_is_set_up(overrides: dict[str, Any], needed: bool) -> None:
    settings: Settings = make_settings("sqlite://unused", **overrides)

    assert needs_fake(settings) is needed
    assert OFFICIAL_ORIGIN == "https://api.weixin.qq.com"


@pytest.mark.parametrize(
    ("host", "origin"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_the_fake_pushes_on_its_own_machine(host: str, origin: str) -> None:
    assert near_origin(host, 80) == origin


async def test_media_are_judged_by_themselves_in_the_sandbox(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found:
        body = {"version": 2, "openid": "o-1", "scene": 2, "media_type": 2, "media_url": "https://example.org/a.png"}
        await found.asker[MINI].post("/wxa/media_check_async", body)
        await found.wechat.phones.finish()

    [outcome] = found.wechat.phones.outcomes
    assert (outcome.openid, outcome.was_taken) == ("o-1", True)
    assert found.wechat.mini.checks.pending == {}
