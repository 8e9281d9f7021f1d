"""求职的人 — people who speak to the service and look for work."""

from typing import Any

from models.accounts import Consent, Purpose
from tests.factories.merchants import make_town
from tests.service import Answer, Client

JIESHOU, LINZE = "321084112", "321084115"
PROFILE: dict[str, Any] = {
    "name": "段誉明",
    "mobile": "180-1234-1999",
    "service_years": 8,
    "skills": ["汽修", "电焊"],
    "certificates": ["汽车维修工四级"],
    "schooling": "college",
    "birth_year": 1990,
    "experience_years": 3,
    "wished_towns": [JIESHOU],
    "wished_kinds": ["veterans_only"],
    "wished_pay_min_fen": 500_000,
    "latitude": 33.00456,
    "longitude": 119.43821,
    "introduction": "服役期间负责车辆维修，电话 18012341999",
}


async def come(service: Client, code: str = "a-seeker") -> Client:
    """Log somebody in who agreed to the purpose of jobs."""
    client = await service.login(code)
    await Consent.create(account_id=client.account_id, purpose=Purpose.JOBS, version="2026-11")
    return client


async def fill_in(client: Client, **overrides: Any) -> Answer:
    """Fill in the whole profile, with what matters to the test."""
    for code, name in ((JIESHOU, "界首镇"), (LINZE, "临泽镇")):
        await make_town(code, name)
    return await client.patch("/v1/job-profile", PROFILE | overrides)
