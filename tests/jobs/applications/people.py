"""投递的人 — seekers and recruiters who speak to the service, and what they send."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from config.clock import beijing, utc_now
from models.applications import ApplicationState, JobApplication, JobApplicationEvent
from models.jobs import JobPosting
from models.seekers import Seeker
from tests.employers.people import Recruiter, consent
from tests.factories.jobs import make_posting, make_profile, make_seeker
from tests.service import Answer, Client

NAME, MOBILE = "段誉明", "18112345678"
ENTRANCE = "人事部（厂区北门）"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person with consent and a profile, who speaks."""

    client: Client
    seeker: Seeker

    async def apply(self, posting: JobPosting, **body: Any) -> Answer:
        return await self.client.post(f"/v1/jobs/{posting.id}/applications", body)


async def seek(service: Client, code: str, **about: Any) -> Applicant:
    """Log a person in who has agreed and filled everything in."""
    client = await consent(await service.login(code))
    seeker = await make_seeker(account_id=client.account_id, **({"name": NAME, "mobile": MOBILE} | about))
    await make_profile(seeker=seeker, skills=("驾驶",), introduction="服役五年，开过重型车")
    return Applicant(client, seeker)


@dataclass(frozen=True, slots=True)
class Case:
    """An application and its two sides."""

    id: str
    posting: JobPosting
    applicant: Applicant
    recruiter: Recruiter

    async def mine(self, deed: str = "", body: Any = None) -> Answer:
        """Ask or do something as the seeker."""
        path = f"/v1/applications/{self.id}"
        return await (self.applicant.client.post(f"{path}/{deed}", body) if deed else self.applicant.client.get(path))

    async def theirs(self, deed: str = "", body: Any = None, *, by: Recruiter | None = None) -> Answer:
        """Ask or do something as the employer."""
        client, path = (by or self.recruiter).client, f"/v1/employer/applications/{self.id}"
        return await (client.post(f"{path}/{deed}", body) if deed else client.get(path))

    async def state(self) -> ApplicationState:
        return (await JobApplication.get(id=self.id)).state

    async def steps(self) -> list[tuple[str | None, str, str]]:
        """Return the history as it is stored: from, to, by whom."""
        events = await JobApplicationEvent.filter(application_id=self.id).order_by("id")
        return [(event.from_state and event.from_state.value, event.to_state.value, event.actor) for event in events]


async def open_case(applicant: Applicant, recruiter: Recruiter, **body: Any) -> Case:
    """Apply for a new posting of an employer."""
    posting = await make_posting(employer=recruiter.employer)
    answer = await applicant.apply(posting, **body)
    assert answer.status == 201, answer
    return Case(answer.json["id"], posting, applicant, recruiter)


async def put(case: Case, state: ApplicationState) -> Case:
    """Put a case into a state as if by earlier steps."""
    await JobApplication.filter(id=case.id).update(state=state)
    return case


def soon(days: int = 3) -> str:
    """Return a time some days ahead, to the minute, as a client sends it."""
    return beijing(utc_now() + timedelta(days=days)).replace(second=0, microsecond=0).isoformat()


def interview(seen: str = "viewed", **overrides: Any) -> dict[str, Any]:
    """Return the body that asks a person to an interview."""
    return {"seen_state": seen, "interview_at": soon(), "place": ENTRANCE} | overrides


def sent(seen: str, deed: str) -> dict[str, Any]:
    """Return a good body for a deed of the employer."""
    if deed == "interview":
        return interview(seen)
    return {"seen_state": seen} | ({"reason": "岗位要求有叉车证"} if deed == "refusal" else {})
