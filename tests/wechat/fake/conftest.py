"""Asks the fake as a bare HTTP client would: what it answers is judged without any code of the service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.server import FakeWeChat
from tests.wechat.fake.callbacks import Callback, listening_to

Ask = Callable[..., Awaitable[Any]]

MINI, SERVICE = WeChatAccount.MINI, WeChatAccount.SERVICE


class Asker:
    """Speaks for one account; ``post`` and ``get`` return the decoded answer, ``raw`` the response's parts."""

    def __init__(self, wechat: FakeWeChat, http: aiohttp.ClientSession, account: WeChatAccount) -> None:
        self.wechat, self.http, self.account = wechat, http, wechat.accounts[account]

    async def token(self) -> str:
        request = {"grant_type": "client_credential", "appid": self.account.appid, "secret": self.account.secret}
        async with self.http.post(f"{self.wechat.origin}/cgi-bin/stable_token", json=request) as response:
            return str((await response.json(content_type=None))["access_token"])

    async def raw(self, method: str, path: str, **kwargs: Any) -> tuple[int, str, bytes]:
        params = {"access_token": await self.token()} | kwargs.pop("params", {})
        async with self.http.request(method, self.wechat.origin + path, params=params, **kwargs) as response:
            return response.status, response.content_type, await response.read()

    async def post(self, path: str, body: Any) -> Any:
        params = {"access_token": await self.token()}
        async with self.http.post(self.wechat.origin + path, params=params, json=body) as response:
            return await response.json(content_type=None)

    async def get(self, path: str, **params: str) -> Any:
        query = {"access_token": await self.token()} | params
        async with self.http.get(self.wechat.origin + path, params=query) as response:
            return await response.json(content_type=None)

    async def errcode(self, path: str, body: Any) -> int:
        return int((await self.post(path, body)).get("errcode", 0))


@pytest_asyncio.fixture
async def callback(wechat: FakeWeChat) -> AsyncIterator[Callback]:
    async with listening_to(wechat) as found:
        yield found


@pytest.fixture
def mini(wechat: FakeWeChat, http: aiohttp.ClientSession) -> Asker:
    return Asker(wechat, http, MINI)


@pytest.fixture
def service_account(wechat: FakeWeChat, http: aiohttp.ClientSession) -> Asker:
    return Asker(wechat, http, SERVICE)


@pytest.fixture
def control(wechat: FakeWeChat, http: aiohttp.ClientSession) -> Ask:
    async def ask(path: str, body: Any = None, **params: str) -> Any:
        method = "GET" if body is None else "POST"
        async with http.request(method, f"{wechat.origin}/fake/{path}", params=params, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    return ask
