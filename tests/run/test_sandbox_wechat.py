"""沙箱微信 — what anybody gets from one command: a phone that talks to the bot, through pushes and back."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.run.installation import Installation, running


class Phone:
    """One person's phone at one account, over the addresses of the page."""

    def __init__(self, http: aiohttp.ClientSession, installation: Installation, account: str) -> None:
        self.http, self.base = http, f"{installation.base}/sandbox/phone"
        self.mine = {"account": account, "person": "demo-veteran"}

    async def do(self, **deed: str) -> None:
        async with self.http.post(f"{self.base}/deeds", json=self.mine | deed) as response:
            assert response.status == 200, await response.text()
            outcome = await response.json()
            assert outcome["fault"] == ""
            assert [attempt["status"] for attempt in outcome["attempts"]] in ([200], [])

    async def chat(self) -> dict[str, Any]:
        async with self.http.get(f"{self.base}/chat", params=self.mine) as response:
            assert response.status == 200
            found: dict[str, Any] = await response.json()
            return found

    async def said(self) -> list[str]:
        """What the account has said so far."""
        lines = (await self.chat())["lines"]
        return [line["body"]["text"]["content"] for line in lines if line["side"] == "account"]

    async def hears(self, words: str) -> None:
        async with asyncio.timeout(60):
            while not any(words in said for said in await self.said()):  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.2)


async def test_a_person_talks_to_the_bot_at_both_accounts_and_is_answered_once(tmp_path: Path) -> None:
    async with running(tmp_path) as installation, aiohttp.ClientSession() as http:
        service, mini = (Phone(http, installation, account) for account in ("service", "mini"))

        await service.do(kind="follow")
        await service.do(kind="text", words="我的包裹到哪了")
        await service.hears("没有预约过包裹")
        await mini.do(kind="enter")
        await mini.do(kind="text", words="我的包裹到哪了")
        await mini.hears("没有预约过包裹")
        await service.do(kind="click", key="say:附近的服务站")
        await service.hears("服务站")
        await service.do(kind="text", words="转人工")
        await service.hears("工作人员")
        await service.do(kind="text", words="您好")
        chat = await service.chat()

        assert chat["is_with_human"]
        for phone in (service, mini):
            said = await phone.said()
            assert len(said) == len(set(said)), "nothing is said twice"
        assert await installation.stop() == 0
    log = (tmp_path / "log").read_text()
    assert '"level":"error"' not in log
    assert "没有预约过包裹" not in log
