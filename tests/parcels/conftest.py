"""包裹测试夹具 — a family that speaks to the service, and a stranger to it."""

import pytest_asyncio

from models.accounts import Purpose
from tests.factories.cards import give_consent
from tests.service import Client


@pytest_asyncio.fixture
async def mother(service: Client) -> Client:
    """A mother who agreed to what sending parcels needs."""
    client = await service.login("a-mother")
    await give_consent(client.account_id, purpose=Purpose.PARCELS)
    return client


@pytest_asyncio.fixture
async def neighbour(service: Client) -> Client:
    """Somebody else, who agreed as well."""
    client = await service.login("a-neighbour")
    await give_consent(client.account_id, purpose=Purpose.PARCELS)
    return client
