"""大屏页面 — opened in a real browser: the code is asked for once, the figures are shown, old ones are called old."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from models.fairs import JobFair
from tests.factories.cards import make_staff
from tests.factories.jobs import make_fair
from tests.jobs.fairs.test_board import code_of, fill
from tests.service import Client, make_settings, serving

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
FULL_HD = {"width": 1920, "height": 1080}


@pytest.fixture(autouse=True)
def chromium() -> None:
    """Skip where there is no browser; in CI that is a failure."""
    if CHROMIUM.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {CHROMIUM}", pytrace=False)
    pytest.skip(f"no {CHROMIUM}")


@asynccontextmanager
async def browser_at(address: str, *, view: dict[str, int]) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open a page in an empty profile; yield it with what the browser blocked or threw."""
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = await browser.new_page(viewport=view)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda message: faults.append(message.text) if "Policy" in message.text else None)
        await page.goto(address)
        yield page, faults
        await browser.close()


@asynccontextmanager
async def open_fair(address: str) -> AsyncIterator[tuple[Client, Client, JobFair]]:
    """Run the service with one fair in full swing; yield it with its staff."""
    async with serving(make_settings(address)) as service:
        staff = await service.login("staff")
        await make_staff(staff.account_id)
        fair = await make_fair(title="示例退役军人专场招聘会", place="示例人力资源市场二楼")
        await fill(fair)
        yield service, staff, fair


async def figures_on(page: Page) -> dict[str, str]:
    names = ("openings", "employers", "checked_in", "intents")
    return {name: await page.inner_text(f"#{name}") for name in names}


async def test_a_screen_is_opened_with_the_code_and_shows_the_figures(sqlite_address: str) -> None:
    async with (
        open_fair(sqlite_address) as (service, staff, fair),
        browser_at(f"{service.base}/board", view=FULL_HD) as (page, faults),
    ):
        await expect(page.locator("#fair option")).to_have_count(1, timeout=10_000)
        await page.fill("#code", "4F7KQ-2M9XD")
        await page.click("button")
        await expect(page.locator("#fault")).to_contain_text("大屏码不对", timeout=10_000)

        await page.fill("#code", await code_of(staff, fair))
        await page.click("button")
        await expect(page.locator("#state")).to_contain_text("更新于", timeout=10_000)

        assert await figures_on(page) == {"openings": "12", "employers": "2", "checked_in": "2", "intents": "3"}
        assert await page.inner_text("#registered") == "已报名 4 人"
        assert await page.inner_text("#withdrawn") == "另有 1 份已撤回"
        assert await page.inner_text("#place") == "示例人力资源市场二楼"
        assert await page.is_hidden("#door")
        assert await page.evaluate("document.documentElement.scrollHeight") <= FULL_HD["height"]
        sizes = await page.evaluate(
            "['openings', 'state'].map(id => parseFloat(getComputedStyle(document.getElementById(id)).fontSize))"
        )
        assert sizes[0] >= 180
        assert sizes[1] >= 40
        assert faults == []


async def test_a_screen_that_is_cut_off_says_how_old_its_figures_are_and_recovers(sqlite_address: str) -> None:
    async with (
        open_fair(sqlite_address) as (service, staff, fair),
        browser_at(f"{service.base}/board#{fair.id}", view=FULL_HD) as (page, faults),
    ):
        await expect(page.locator("#fair option")).to_have_count(1, timeout=10_000)
        await page.fill("#code", await code_of(staff, fair))
        await page.click("button")
        await expect(page.locator("#state")).to_contain_text("更新于", timeout=10_000)
        shown = (await page.inner_text("#state")).removeprefix("更新于 ")

        await page.context.set_offline(True)
        await page.evaluate("refresh()")
        await expect(page.locator("#state")).to_have_text(f"连接中断，显示的是 {shown} 的数字", timeout=15_000)
        assert await page.inner_text("#openings") == "12"

        await page.context.set_offline(False)
        await page.reload()  # what was typed is kept for the session
        await expect(page.locator("#state")).to_contain_text("更新于", timeout=10_000)
        assert await page.inner_text("#openings") == "12"
        assert faults == []


async def test_a_code_that_was_renewed_leads_back_to_the_door_and_leaves_nothing_behind(sqlite_address: str) -> None:
    async with (
        open_fair(sqlite_address) as (service, staff, fair),
        browser_at(f"{service.base}/board", view={"width": 390, "height": 844}) as (page, faults),
    ):
        await expect(page.locator("#fair option")).to_have_count(1, timeout=10_000)
        await page.fill("#code", await code_of(staff, fair))
        await page.click("button")
        await expect(page.locator("#state")).to_contain_text("更新于", timeout=10_000)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390

        await code_of(staff, fair)
        await page.evaluate("refresh()")
        await expect(page.locator("#fault")).to_contain_text("大屏码不对", timeout=10_000)

        assert await page.evaluate("sessionStorage.length") == 0
        assert await page.is_hidden("#board")
        assert (await page.evaluate("location.href")).endswith("/board")
        assert faults == []
