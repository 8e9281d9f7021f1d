"""共享状态测试夹具 — each kind of state by its name."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from config.database import close_database, open_database
from models import MODEL_MODULES
from server.state.database import DatabaseState
from server.state.memory import MemoryState
from server.state.protocol import SharedState
from server.state.redis import RedisState


@pytest.fixture(params=["memory", "sqlite", "postgres", "redis"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the state is kept: the address of a database or of Redis, or memory."""
    if request.param == "memory":
        return "memory"
    address: str = request.getfixturevalue("redis_url" if request.param == "redis" else f"{request.param}_address")
    return address


@pytest_asyncio.fixture
async def state(place: str) -> AsyncIterator[SharedState]:
    """A state that no other test's keys are in; the test runs once on each kind."""
    if place == "memory":
        yield MemoryState()
    elif place.startswith("redis"):
        kept = RedisState(place)
        yield kept
        await kept.close()
    else:
        context = await open_database(place, model_modules=MODEL_MODULES, pool=10)
        yield DatabaseState()
        await close_database(context)


@pytest.fixture
def key() -> str:
    """A key that no other test uses: all share one Redis."""
    return f"test:{uuid4().hex}"
