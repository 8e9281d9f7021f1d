"""The real service behind the fake WeChat: what people do in the chat arrives as signed pushes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from config.clock import utc_now
from server.outbox.worker import do_due
from server.wechat.accounts import WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.messages import Fields
from server.wechat.fake.pushing import PushOutcome
from server.wechat.fake.server import FakeWeChat
from server.worker import TASKS
from tests.service import Client, make_settings, serving

MINI, SERVICE = WeChatAccount.MINI, WeChatAccount.SERVICE


@dataclass(frozen=True, slots=True)
class Chat:
    """People, WeChat and the service."""

    wechat: FakeWeChat
    service: Client

    async def push(self, openid: str, fields: Fields, *, account: WeChatAccount = MINI) -> PushOutcome:
        return await self.wechat.push(openid, fields, account=account)

    async def work(self) -> None:
        """Do what the outbox holds, until nothing is due."""
        while await do_due(TASKS, at=utc_now()):
            pass

    async def ask(self, openid: str, words: str, *, account: WeChatAccount = MINI) -> list[str]:
        """Push a text, do the work, return what the person read for it."""
        before = len(self.wechat.sent_to(openid))
        await self.push(openid, messages.text(words), account=account)
        await self.work()
        return self.texts(openid)[before:]

    def texts(self, openid: str) -> list[str]:
        return [one.text for one in self.wechat.sent_to(openid)]


@pytest_asyncio.fixture
async def chat(database_address: str, trained: None) -> AsyncIterator[Chat]:
    async with FakeWeChat() as wechat:
        settings = make_settings(database_address, wechat_origin=wechat.origin, sandbox_wechat=True)
        async with serving(settings) as client:
            wechat.push_to(client.base)
            yield Chat(wechat, client)
