"""竞争测试夹具 — one service of two processes for each database, shared by the races of this package."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from models.merchants import Merchant
from models.perks import Perk, PerkState
from tests import databases
from tests.perks.till import Shop, open_shop
from tests.races.processes import TwoWorkers, opened, two_workers

TILLS = 50


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def shared_address(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the database that the races share; all of them run once on each kind."""
    if request.param == "sqlite":
        yield databases.copy_sqlite(sqlite_template, tmp_path_factory.mktemp("races"))
        return
    with databases.postgres_or_skip():
        address = databases.make_postgres()
    yield address
    databases.drop_postgres(address)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def service_of_two(shared_address: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TwoWorkers]:
    """The service, started once for each database."""
    async with two_workers(tmp_path_factory.mktemp("service"), shared_address) as service:
        yield service


@pytest_asyncio.fixture(loop_scope="package")
async def house(service_of_two: TwoWorkers, shared_address: str) -> AsyncIterator[TwoWorkers]:
    """The service, with its database open in the test's own process for as long as the test takes."""
    async with opened(shared_address):
        yield service_of_two


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def tills(service_of_two: TwoWorkers, shared_address: str) -> Shop:
    """A shop with fifty clerks, each at a till of their own."""
    async with opened(shared_address):
        shop = await open_shop(service_of_two.stranger)
        shop.clerks += await asyncio.gather(*(shop.clerk() for _ in range(TILLS)))
        assert await Merchant.exists(id=shop.merchant.id)
    return shop


@pytest_asyncio.fixture(loop_scope="package")
async def shop(tills: Shop, house: TwoWorkers) -> AsyncIterator[Shop]:
    """The shop; what earlier races offered there has ended."""
    assert house
    await Perk.filter(merchant_id=tills.merchant.id).update(state=PerkState.ENDED)
    yield tills
