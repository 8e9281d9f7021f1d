"""就业意向测试夹具 — a booth, a visitor, and staff of the fair's town."""

import pytest_asyncio

from tests.factories.cards import make_staff
from tests.factories.merchants import SOME_TOWN
from tests.jobs.intents.people import Booth, Visitor, come, open_booth
from tests.service import Client


@pytest_asyncio.fixture
async def booth(service: Client) -> Booth:
    """A recruiter at a fair of the town that the factories choose, with one live posting."""
    return await open_booth(service)


@pytest_asyncio.fixture
async def visitor(service: Client, booth: Booth) -> Visitor:
    """Somebody who checked in at the booth's fair."""
    return await come(service, booth.fair)


@pytest_asyncio.fixture
async def town_staff(service: Client) -> Client:
    """Staff of the fair's town."""
    client = await service.login("staff-of-the-town")
    await make_staff(client.account_id, town_code=SOME_TOWN)
    return client


@pytest_asyncio.fixture
async def other_town_staff(service: Client) -> Client:
    """Staff of another town."""
    client = await service.login("staff-from-elsewhere")
    await make_staff(client.account_id, town_code="321084101")
    return client
