"""内容检测的测试夹具 — the service with a fake WeChat behind it, and people of an employer and a station."""

import pytest_asyncio

from tests.employers.conftest import recruiter, town_staff
from tests.service import Client

__all__ = ["recruiter", "town_staff"]


@pytest_asyncio.fixture
async def service(connected: Client) -> Client:
    """The service that the people of an employer speak to calls the fake."""
    return connected
