"""HTTP 测试夹具 — one standing service for many questions, and short-lived ones for special settings."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.http.standing import Standing, stand
from tests.service import Client, make_settings, serving

BRIEF_TIMEOUT_SECONDS = 0.4


@pytest.fixture(scope="session")
def standing(trained: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The service on SQLite with everybody logged in; it outlives the single test and must survive them all."""
    with stand(sqlite_template, tmp_path_factory.mktemp("standing")) as service:
        yield service


@pytest_asyncio.fixture
async def stranger(standing: Standing) -> AsyncIterator[Client]:
    """Somebody without a token, before the standing service."""
    async with aiohttp.ClientSession() as http:
        yield standing.client(http)


@pytest_asyncio.fixture
async def impatient(sqlite_address: str) -> AsyncIterator[Client]:
    """Somebody without a token, before a service that waits for nobody."""
    async with serving(make_settings(sqlite_address, request_timeout_seconds=BRIEF_TIMEOUT_SECONDS)) as client:
        yield client
