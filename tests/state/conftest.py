"""共享状态测试夹具 — a private Redis, and each kind of state by its name."""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from time import monotonic, sleep
from uuid import uuid4

import pytest
import pytest_asyncio

from config.database import close_database, open_database
from models import MODEL_MODULES
from server.state.database import DatabaseState
from server.state.memory import MemoryState
from server.state.protocol import SharedState
from server.state.redis import RedisState

START_SECONDS = 10


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis of this run alone; without the program the tests that need it are skipped, not in CI."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "没有 Redis：请安装 redis-server 软件包"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    directory = tmp_path_factory.mktemp("redis")
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(directory)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _await_port(port: int) -> None:
    deadline = monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return


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
