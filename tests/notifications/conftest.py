"""消息测试夹具 — the service beside a WeChat of its own, on a clock that the test moves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from server.notifications.tasks import deliver_due
from server.wechat.fake.sent import Sent
from server.wechat.fake.server import FakeWeChat
from tests.factories.notifications import TEMPLATE_ID
from tests.service import Client, make_settings, serving

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten o'clock in Beijing."""
PER_SECOND = 10


class House:
    """The service, its WeChat, and the worker's run, called when the test wants it."""

    def __init__(self, client: Client, wechat: FakeWeChat) -> None:
        self.client, self.wechat, self.now = client, wechat, MORNING

    def clock(self) -> datetime:
        return self.now

    async def run(self) -> int:
        """Let the worker do what is due at this second."""
        return await deliver_due(now=self.clock)

    async def let_pass(self, duration: timedelta, *, step: timedelta = timedelta(seconds=1)) -> int:
        """Let so much time pass, with a run at each step; return how many were tried."""
        until, tried = self.now + duration, 0
        while self.now < until:
            tried += await self.run()
            self.now += step
        return tried

    def agree(self, openid: str, *, times: int = 1) -> None:
        """Let WeChat, too, know of a person's consents."""
        self.wechat.grant_consent(openid, TEMPLATE_ID, times=times)

    def sent(self) -> list[Sent]:
        return self.wechat.sent


@pytest_asyncio.fixture
async def house(database_address: str) -> AsyncIterator[House]:
    async with FakeWeChat() as wechat:
        wechat.add_template(TEMPLATE_ID, "thing1", "thing2", "time3")
        settings = make_settings(
            database_address,
            wechat_origin=wechat.origin,
            sandbox_wechat=True,
            notifications_per_second=PER_SECOND,
        )
        async with serving(settings) as client:
            yield House(client, wechat)
