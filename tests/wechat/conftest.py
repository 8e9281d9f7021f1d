"""A fake WeChat, its clock, and clients that speak to it as several worker processes would."""

from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from server.state.memory import MemoryState
from server.wechat.client import AsyncWeChatClient
from server.wechat.fake.server import FakeWeChat, SteppedClock

MakeClient = Callable[..., AsyncWeChatClient]


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def state(clock: SteppedClock) -> MemoryState:
    return MemoryState(clock=lambda: clock().timestamp())


@pytest_asyncio.fixture
async def wechat(clock: SteppedClock) -> AsyncIterator[FakeWeChat]:
    async with FakeWeChat(now=clock) as fake:
        yield fake


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def make_client(wechat: FakeWeChat, http: aiohttp.ClientSession, state: MemoryState) -> MakeClient:
    """Return a maker of clients that share one state, as the workers of an installation do."""

    def make(**overrides: object) -> AsyncWeChatClient:
        settings: dict[str, object] = {
            "appid": wechat.appid,
            "secret": wechat.secret,
            "http": http,
            "state": state,
            "origin": wechat.origin,
            "timeout_seconds": 5.0,
            "retry_seconds": (0.0, 0.0),
        }
        return AsyncWeChatClient(**(settings | overrides))  # type: ignore[arg-type]

    return make


@pytest.fixture
def client(make_client: MakeClient) -> AsyncWeChatClient:
    return make_client()


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """Return the lines logged from here on, at whatever level an earlier test's service was set to."""
    structlog.reset_defaults()
    with capture_logs() as lines:
        yield lines
