"""手机页面 — opened in a real browser at a phone's width: people choose, talk, tap, and read what came back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, expect

from config.clock import utc_now
from server.seed.template_samples import seed_template_ids
from server.wechat.sandbox import sandbox_openid, sandbox_service_openid
from tests.jobs.fairs.test_board_page import browser_at
from tests.jobs.fairs.test_board_page import chromium as needs_chromium  # noqa: F401
from tests.wechat.fake.conftest import MINI, SERVICE
from tests.wechat.fake.desks import Desk, desk

PHONE = {"width": 390, "height": 844}


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

        await expect(page.locator(".system")).to_contain_text("同意了提醒：包裹进度提醒、")
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
