"""助手测试夹具 — a service whose model is made, once for all tests of this knowledge."""

import pytest
import pytest_asyncio

from server.assistant.current import ensure_trained
from tests.service import Client, make_settings


@pytest_asyncio.fixture
async def trained() -> None:
    """The model of today's knowledge is there."""
    await ensure_trained(make_settings("sqlite://:memory:"))


@pytest.fixture
def bot(service: Client, trained: None) -> Client:
    """A stranger who speaks to the bot."""
    return service
