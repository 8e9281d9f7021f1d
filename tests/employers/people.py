"""用人单位的人 — members who speak to the service, and what they send."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.accounts import Consent, Purpose
from models.employers import Employer
from tests.factories.employers import make_employer, make_employer_member
from tests.factories.merchants import sample_credit_code
from tests.service import Answer, Client

CODE = sample_credit_code(800_001)
TERMS: dict[str, Any] = {
    "name": "高邮示例机械厂",
    "credit_code": CODE,
    "address": "工业园区 8 号",
    "contact_name": "木婉清",
    "contact_mobile": "180-1234-1999",
}


@dataclass(frozen=True, slots=True)
class Recruiter:
    """A member who speaks, and whom they act for."""

    client: Client
    employer: Employer
    member_id: UUID


def wrong_check_sign(code: str) -> str:
    """Return a credit code of the right form with another last sign."""
    return code[:-1] + ("1" if code[-1] != "1" else "2")


async def consent(client: Client) -> Client:
    """Record a person's consent to the purpose of jobs."""
    await Consent.create(account_id=client.account_id, purpose=Purpose.JOBS, version="2026-11")
    return client


async def register(person: Client, **overrides: Any) -> Answer:
    """Register an employer as a person."""
    return await person.post("/v1/employers", TERMS | overrides)


async def hire(service: Client, code: str, employer: Employer | None = None, **about: Any) -> Recruiter:
    """Make a person with consent a member of an employer, else of a new one."""
    client = await consent(await service.login(code))
    employer = employer or await make_employer(**about)
    member = await make_employer_member(employer=employer, account_id=client.account_id)
    return Recruiter(client, employer, member.id)


async def invite(client: Client, display_name: str = "人事部") -> Answer:
    """Invite a colleague as a member."""
    return await client.post("/v1/employer/invitations", {"display_name": display_name})


async def join(person: Client, code: str) -> Answer:
    """Join an employer by a code."""
    return await person.post("/v1/employer/memberships", {"invitation": code})
