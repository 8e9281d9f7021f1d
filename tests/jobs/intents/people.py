"""展位上的人 — a recruiter with a posting at a fair, and a visitor who has checked in and holds a phone."""

from dataclasses import dataclass, field
from typing import Any

from config.clock import utc_now
from models.fairs import FairRegistration, JobFair
from models.jobs import JobPosting
from models.seekers import Seeker
from tests.employers.people import Recruiter, consent, hire
from tests.factories.jobs import make_booth, make_fair, make_posting, make_registration, make_seeker
from tests.service import Answer, Client


@dataclass(frozen=True, slots=True)
class Booth:
    """A recruiter at a fair, with one live posting."""

    recruiter: Recruiter
    fair: JobFair
    posting: JobPosting

    @property
    def hr(self) -> Client:
        return self.recruiter.client

    async def draft(self, visitor: "Visitor", **overrides: Any) -> Answer:
        """Draft an intent for a visitor, as the employer."""
        body = {
            "posting_id": str(self.posting.id),
            "fair_id": str(self.fair.id),
            "registration_number": visitor.registration.number,
        }
        return await self.hr.post("/v1/employer/intents", body | overrides)

    async def step(self, intent: dict[str, Any], step: str, body: Any = None) -> Answer:
        """Take a step of an intent, as the employer."""
        return await self.hr.post(f"/v1/employer/intents/{intent['id']}/{step}", body)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who came to the fair; ``client`` is their phone."""

    client: Client
    seeker: Seeker
    registration: FairRegistration = field(repr=False)

    async def sign(self, intent: dict[str, Any], **overrides: Any) -> Answer:
        """Sign what was shown."""
        body = {"terms_digest": intent["terms_digest"]} | overrides
        return await self.client.post(f"/v1/intents/{intent['id']}/signature", body)

    async def withdraw(self, intent: dict[str, Any], reason: str = "") -> Answer:
        """Take an intent back."""
        return await self.client.post(f"/v1/intents/{intent['id']}/withdrawal", {"reason": reason})

    async def inbox(self) -> list[tuple[str, str]]:
        """Return title and link of every message, the first one first."""
        return await inbox_of(self.client)


async def inbox_of(client: Client) -> list[tuple[str, str]]:
    """Return title and link of every message that somebody got, the first one first."""
    answer = await client.get("/v1/notifications")
    return [(item["title"], item["link"]) for item in reversed(answer.json["items"])]


async def open_booth(service: Client, code: str = "a-recruiter", fair: JobFair | None = None, **about: Any) -> Booth:
    """Seat a recruiter at ``fair``, else at a new one; ``about`` is of the posting."""
    recruiter = await hire(service, code)
    fair = fair or await make_fair()
    await make_booth(fair=fair, employer=recruiter.employer)
    return Booth(recruiter, fair, await make_posting(employer=recruiter.employer, **about))


async def come(service: Client, fair: JobFair, code: str = "a-visitor", **about: Any) -> Visitor:
    """Let somebody with a phone check in at a fair; ``about`` is of the seeker."""
    client = await consent(await service.login(code))
    seeker = await make_seeker(account_id=client.account_id, **about)
    registration = await make_registration(fair=fair, seeker=seeker, checked_in_at=utc_now())
    return Visitor(client, seeker, registration)
