"""岗位发布的测试夹具 — an approved employer's member, the staff who review, and towns to work in."""

import pytest_asyncio

from tests.employers.conftest import administrator, other_town_staff, recruiter, town_staff
from tests.factories.merchants import make_town
from tests.service import Client

__all__ = ["administrator", "other_town_staff", "recruiter", "town_staff"]


@pytest_asyncio.fixture
async def towns(service: Client) -> None:
    """Some of the towns, by their names."""
    for code, name in (("321084001", "高邮街道"), ("321084107", "三垛镇"), ("321084112", "界首镇")):
        await make_town(code, name)
