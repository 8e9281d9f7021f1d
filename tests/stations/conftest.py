"""服务站测试夹具 — people of the bureau who speak to the service."""

import pytest_asyncio

from tests.factories.cards import make_staff
from tests.factories.merchants import SOME_TOWN
from tests.service import Client

OTHER_TOWN = "321084112"


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    """An administrator of the whole city."""
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


@pytest_asyncio.fixture
async def town_staff(service: Client) -> Client:
    """A member of staff of the town that the factories choose."""
    client = await service.login("somebody-of-the-town")
    await make_staff(client.account_id, town_code=SOME_TOWN)
    return client


@pytest_asyncio.fixture
async def other_town_staff(service: Client) -> Client:
    """A member of staff of another town."""
    client = await service.login("somebody-from-elsewhere")
    await make_staff(client.account_id, town_code=OTHER_TOWN)
    return client
