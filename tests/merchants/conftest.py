"""商户测试夹具 — people of the bureau who speak to the service."""

import pytest_asyncio

from models.accounts import StaffMember, StaffRole
from tests.factories.merchants import SOME_TOWN
from tests.service import Client


async def make_staff(service: Client, code: str, *, role: StaffRole, town_code: str | None = None) -> Client:
    """Return a client who speaks as a member of staff."""
    client = await service.login(code)
    await StaffMember.create(account_id=client.account_id, role=role, town_code=town_code, display_name=code)
    return client


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    """An administrator of the whole city."""
    return await make_staff(service, "an-administrator", role=StaffRole.ADMINISTRATOR)


@pytest_asyncio.fixture
async def town_staff(service: Client) -> Client:
    """A member of staff of the town that the factories choose."""
    return await make_staff(service, "somebody-of-the-town", role=StaffRole.STAFF, town_code=SOME_TOWN)


@pytest_asyncio.fixture
async def other_town_staff(service: Client) -> Client:
    """A member of staff of another town."""
    return await make_staff(service, "somebody-from-elsewhere", role=StaffRole.STAFF, town_code="321084101")
