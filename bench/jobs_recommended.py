"""推荐基准 — what recommending costs for one veteran, beside the searches of the same catalogue."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from bench.jobs_data import TOWNS
from models.accounts import Account, Consent, Purpose
from models.schooling import Schooling
from models.seekers import Seeker, SeekerProfile
from models.transactions import one_connection
from server.accounts.service import CONSENT_VERSIONS
from server.jobs.seekers.recommendation import recommend
from server.seed.reference import seed_specialities

PROFILES: dict[str, dict[str, Any]] = {
    "推荐：资料齐全的汽修兵": {
        "speciality": "vehicle_repair",
        "skills": ("电焊", "叉车"),
        "certificates": ("电工证",),
        "schooling": Schooling.COLLEGE,
        "birth_year": 1990,
        "wished_towns": tuple(TOWNS[:2]),
        "wished_kinds": ("village_staff",),
        "wished_pay_min_fen": 500_000,
        "latitude": 32.78,
        "longitude": 119.46,
    },
    "推荐：词常见，13 个乡镇": {"speciality": "guarding", "skills": ("驾驶",), "wished_towns": tuple(TOWNS)},
    "推荐：词少见": {"speciality": "drones"},
    "推荐：资料几乎空白": {},
}


async def make_cases() -> dict[str, Callable[[], Awaitable[Any]]]:
    """Make the veterans and return the recommendation of each by name."""
    await seed_specialities(at=datetime.now(UTC))
    return {name: await _case(name, profile) for name, profile in PROFILES.items()}


async def _case(name: str, profile: dict[str, Any]) -> Callable[[], Awaitable[Any]]:
    at = datetime.now(UTC)
    account = await Account.create(openid=f"bench-{name}")
    await Consent.create(account_id=account.id, purpose=Purpose.JOBS, version=CONSENT_VERSIONS[Purpose.JOBS])
    seeker = await Seeker.create(account_id=account.id, is_sample=True, updated_at=at)
    await SeekerProfile.create(seeker_id=seeker.id, service_years=8, updated_at=at, **profile)

    async def ask() -> None:
        async with one_connection():
            await recommend(account_id=account.id, at=datetime.now(UTC))

    return ask
