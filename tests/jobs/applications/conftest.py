"""投递测试夹具 — a seeker, two employers and staff who speak to the service."""

import pytest_asyncio

from tests.employers.people import Recruiter, hire
from tests.factories.cards import make_staff
from tests.factories.merchants import SOME_TOWN
from tests.jobs.applications.people import Applicant, Case, open_case, seek
from tests.service import Client


@pytest_asyncio.fixture
async def applicant(service: Client) -> Applicant:
    """A person who looks for work."""
    return await seek(service, "a-seeker")


@pytest_asyncio.fixture
async def recruiter(service: Client) -> Recruiter:
    """The one member of an approved employer."""
    return await hire(service, "a-recruiter")


@pytest_asyncio.fixture
async def rival(service: Client) -> Recruiter:
    """The one member of another approved employer in the same town."""
    return await hire(service, "a-rival")


@pytest_asyncio.fixture
async def case(applicant: Applicant, recruiter: Recruiter) -> Case:
    """An application that nobody has looked at."""
    return await open_case(applicant, recruiter)


@pytest_asyncio.fixture
async def town_staff(service: Client) -> Client:
    """A member of staff of the town that the factories choose."""
    client = await service.login("somebody-of-the-town")
    await make_staff(client.account_id, town_code=SOME_TOWN)
    return client
