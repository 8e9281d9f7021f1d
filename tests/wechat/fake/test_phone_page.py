"""手机页面 — opened in a real browser at a phone's width: people choose, talk, tap, and read what came back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from config.clock import utc_now
from config.settings import Settings
from server.seed.template_samples import seed_template_ids
from server.wechat.accounts import OFFICIAL_ORIGIN, WeChatAccount
from server.wechat.fake.sandbox import near_origin, needs_fake, settle
from server.wechat.fake.server import FakeWeChat
from server.wechat.sandbox import sandbox_openid, sandbox_service_openid
from tests.jobs.fairs.test_board_page import browser_at
from tests.jobs.fairs.test_board_page import chromium as needs_chromium  # noqa: F401
from tests.service import Client, make_settings, serving
from tests.wechat.fake.conftest import MINI, SERVICE, Asker

PHONE = {"width": 390, "height": 844}


@dataclass
class Desk:
    """A service under test, the fake it uses, and a bot that answers by customer service."""

    client: Client
    wechat: FakeWeChat
    asker: dict[WeChatAccount, Asker]

    async def say(self, account: WeChatAccount, body: dict[str, object]) -> None:
        openid = sandbox_service_openid("demo-veteran") if account is SERVICE else sandbox_openid("demo-veteran")
        answer = await self.asker[account].post("/cgi-bin/message/custom/send", {"touser": openid} | body)
        assert answer["errcode"] == 0, answer


@asynccontextmanager
async def listening() -> AsyncIterator[str]:
    """Take every push."""

    async def take(request: web.Request) -> web.Response:
        return web.Response(text="success")

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@asynccontextmanager
async def desk(address: str) -> AsyncIterator[Desk]:
    async with (
        FakeWeChat() as wechat,
        listening() as callback,
        serving(make_settings(address, wechat_origin=wechat.origin)) as client,
        aiohttp.ClientSession() as http,
    ):
        settle(wechat, host="127.0.0.1", port=1)
        wechat.push_to(callback)
        yield Desk(client, wechat, {account: Asker(wechat, http, account) for account in WeChatAccount})


@asynccontextmanager
async def open_page(found: Desk) -> AsyncIterator[Page]:
    async with browser_at(f"{found.client.base}/sandbox/phone", view=PHONE) as (page, faults):
        await expect(page.locator("#person option")).to_have_count(7, timeout=10_000)
        yield page
        assert faults == []
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_person_follows_asks_and_reads_the_answer(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#follow")
        await expect(page.locator("#lines")).to_contain_text("关注了服务号")
        await page.fill("#words", "驿站在哪里")
        await page.press("#words", "Enter")
        await expect(page.locator(".person .bubble")).to_have_text("驿站在哪里")
        await expect(page.locator("#state")).to_contain_text("还可以回复 8 条")

        await found.say(SERVICE, {"msgtype": "text", "text": {"content": "示例驿站 <b>8:30</b> 开门"}})

        answer = page.locator(".account .bubble")
        await expect(answer).to_have_text("示例驿站 <b>8:30</b> 开门")
        await expect(page.locator("#state")).to_contain_text("还可以回复 7 条")


async def test_typing_is_shown_and_links_are_buttons(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#follow")
        await page.fill("#words", "怎么办证")
        await page.click("#send")
        await expect(page.locator(".person .bubble")).to_have_count(1)
        openid = sandbox_service_openid("demo-veteran")
        typing = {"touser": openid, "command": "Typing"}
        await found.asker[SERVICE].post("/cgi-bin/message/custom/typing", typing)
        await expect(page.locator("#state")).to_have_text("对方正在输入…")
        words = '看这里 <a href="https://example.org/a">办事指南</a> 或 <a href="weixin://bizmsgmenu?msgmenucontent=转人工&msgmenuid=7">找人</a>'

        await found.say(SERVICE, {"msgtype": "text", "text": {"content": words}})

        link = page.locator(".account .bubble a")
        await expect(link).to_have_text("办事指南")
        assert await link.get_attribute("href") == "https://example.org/a"
        box = await link.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        await page.click(".account .bubble .go")
        await expect(page.locator(".person .bubble").last).to_have_text("转人工")


async def test_the_menu_of_the_file_is_at_the_bottom_and_its_taps_are_pushed(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#follow")
        await expect(page.locator("#menu button")).to_have_count(3)

        await page.click("#menu button >> text=服务")
        await page.click("#submenu button >> text=我的包裹到哪了")

        await expect(page.locator("#lines")).to_contain_text("点了菜单「我的包裹到哪了」")
        assert found.wechat.service.customer_service.left(sandbox_service_openid("demo-veteran")) == 6


async def test_the_other_account_is_another_conversation(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#accounts button >> text=小程序客服")
        await page.fill("#words", "在吗")
        await page.click("#send")
        await expect(page.locator(".person .bubble")).to_have_text("在吗")
        await page.select_option("#person", "demo-family")
        await expect(page.locator(".bubble")).to_have_count(0)

        await page.select_option("#person", "demo-veteran")

        await expect(page.locator(".person .bubble")).to_have_text("在吗")
        assert found.wechat.mini.customer_service.left(sandbox_openid("demo-veteran")) == 5
        assert found.wechat.mini.customer_service.left(sandbox_openid("demo-family")) == 0


async def test_a_subscribe_message_is_a_card(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#accounts button >> text=小程序客服")
        openid = sandbox_openid("demo-veteran")
        found.wechat.grant_consent(openid, "T1")
        message = {
            "touser": openid,
            "template_id": "T1",
            "page": "pages/parcel/index",
            "data": {"thing1": {"value": "示例包裹已签收"}},
        }

        assert await found.asker[MINI].errcode("/cgi-bin/message/subscribe/send", message) == 0

        await expect(page.locator(".card dd")).to_have_text("示例包裹已签收")
        await expect(page.locator(".card .go")).to_contain_text("查看详情")


async def test_reminders_are_taken_as_the_mini_program_takes_them(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#accounts button >> text=小程序客服")
        await page.click("#more")
        await page.click("#deeds button >> text=订阅提醒")
        await expect(page.locator("#fault")).to_contain_text("还没有填微信模板编号")
        await seed_template_ids(at=utc_now())
        await page.click("#more")

        async with page.expect_response(lambda response: response.request.method == "POST" and "subs" in response.url):
            await page.click("#deeds button >> text=订阅提醒")

        veteran = await found.client.login("demo-veteran")
        told = (await veteran.get("/v1/subscriptions")).json["items"]
        left = [item["left"] for item in told]
        assert left == [1] * 5 + [0] * (len(left) - 5), "a pop-up has room for five"
        taken = found.wechat.mini.subscriptions.consents
        assert taken == {(sandbox_openid("demo-veteran"), item["template_id"]): 1 for item in told[:5]}


async def test_a_code_that_leads_nowhere_is_said(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#accounts button >> text=小程序客服")
        await page.click("#more")
        await page.click("#deeds button >> text=扫小程序码")
        await page.fill("#asking-words", "no-such-scene")

        await page.click("#asking [type=submit]")

        await expect(page.locator(".system")).to_contain_text("这个码没有用")


async def test_the_newest_answer_is_in_sight_also_behind_pictures(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        await page.click("#follow")
        for number in range(3):
            await page.click("#more")
            await page.click("#deeds button >> text=发图片")
            await expect(page.locator(".person img")).to_have_count(number + 1)

        await found.say(SERVICE, {"msgtype": "text", "text": {"content": "看到了"}})

        await expect(page.locator(".account .bubble")).to_be_in_viewport(ratio=1)


async def test_what_went_wrong_is_said(sqlite_address: str) -> None:
    async with desk(sqlite_address) as found, open_page(found) as page:
        found.wechat.push_to("http://127.0.0.1:9")
        for pusher in found.wechat.phones.pushers.values():
            pusher.pause_seconds = 0.0

        await page.click("#follow")

        await expect(page.locator(".system.bad")).to_contain_text("服务没有正常回应")


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
