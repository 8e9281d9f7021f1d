"""测试夹具 — databases for the tests of every domain."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from tortoise.context import TortoiseContext

from config.database import close_database, open_database
from models import MODEL_MODULES
from models.migrations.runner import migrate
from server.assistant.training import ensure_trained
from server.wechat.fake.server import FakeWeChat
from tests import databases
from tests.redis_server import NoRedis, running_redis
from tests.service import Client, make_settings, serving


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.begin_run()
        os.environ.setdefault("MODEL_DIR", str(Path(tempfile.gettempdir()) / f"youbing-models-{os.getuid()}"))
        # made before anything runs: a worker that trains beside the tests takes the cores that they are timed by
        databases.in_a_loop_of_its_own(ensure_trained(make_settings("sqlite://:memory:")))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.end_run()


@pytest.fixture(scope="session")
def trained() -> None:
    """The assistant's model of today's knowledge is there: made once a machine, half a minute."""
    databases.in_a_loop_of_its_own(ensure_trained(make_settings("sqlite://:memory:")))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that the tests copy."""
    path = tmp_path_factory.mktemp("template") / "youbing.sqlite3"
    databases.in_a_loop_of_its_own(migrate(f"sqlite://{path}"))
    return path


@pytest.fixture
def sqlite_address(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database of this test alone."""
    return databases.copy_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def postgres_address() -> Iterator[str]:
    """The address of a fresh PostgreSQL database of this test alone."""
    with databases.postgres_or_skip():
        address = databases.make_postgres()
    yield address
    databases.drop_postgres(address)


@pytest.fixture
def empty_postgres_address() -> Iterator[str]:
    """The address of a PostgreSQL database that was never migrated."""
    with databases.postgres_or_skip():
        address = databases.make_empty_postgres()
    yield address
    databases.drop_postgres(address)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis of this run alone; without the program the tests that need it are skipped, not in CI."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_redis(tmp_path_factory.mktemp("redis")))
        except NoRedis as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(str(reason), pytrace=False)
            pytest.skip(str(reason))
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_address(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; the test runs once on each kind."""
    address: str = request.getfixturevalue(f"{request.param}_address")
    return address


@pytest_asyncio.fixture
async def database(database_address: str) -> AsyncIterator[TortoiseContext]:
    """A fresh database, open in the test's own loop; the test runs once on each kind.

    A test that starts the server takes ``database_address`` instead: the server opens it for the whole process.
    """
    context = await open_database(database_address, model_modules=MODEL_MODULES, pool=10)
    yield context
    await close_database(context)


@pytest_asyncio.fixture
async def service(database_address: str) -> AsyncIterator[Client]:
    """The running service on a fresh database, spoken to by a stranger; the test runs once on each kind."""
    async with serving(make_settings(database_address)) as client:
        yield client


@pytest_asyncio.fixture
async def platform() -> AsyncIterator[FakeWeChat]:
    """WeChat's fake, with both accounts of the sandbox."""
    async with FakeWeChat() as fake:
        yield fake


@pytest_asyncio.fixture
async def connected(database_address: str, platform: FakeWeChat, tmp_path: Path) -> AsyncIterator[Client]:
    """The running service that calls ``platform``; the test runs once on each kind of database."""
    async with serving(make_settings(database_address, wechat_origin=platform.origin, data_dir=tmp_path)) as client:
        yield client
