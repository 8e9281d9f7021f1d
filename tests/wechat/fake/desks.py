"""A service under test with a fake WeChat set up as in the sandbox, and a callback that takes every push."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.sandbox import settle
from server.wechat.fake.server import FakeWeChat
from server.wechat.sandbox import sandbox_openid, sandbox_service_openid
from tests.service import Client, make_settings, serving
from tests.wechat.fake.callbacks import listening_to
from tests.wechat.fake.conftest import SERVICE, Asker


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
async def desk(address: str) -> AsyncIterator[Desk]:
    """Run a service on a database with a fake as the sandbox has it, but for the pushes: a callback takes them."""
    async with (
        FakeWeChat() as wechat,
        serving(make_settings(address, wechat_origin=wechat.origin)) as client,
        aiohttp.ClientSession() as http,
    ):
        settle(wechat, host="127.0.0.1", port=1)
        async with listening_to(wechat):
            yield Desk(client, wechat, {account: Asker(wechat, http, account) for account in WeChatAccount})
