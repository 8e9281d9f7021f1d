"""示例岗位 — labelled postings of the sample employer and two fairs, so that a sandbox has something to find."""

import hashlib
from datetime import datetime, timedelta

import msgspec

from models.employers import Employer
from models.fairs import FairDocumentKind, FairPosting, FairState, JobFair, JobFairBooth, JobFairDocument
from models.jobs import JobKind, JobPosting, PostingState
from models.schooling import Schooling
from server.jobs.fairs.service import no_board_code
from server.jobs.pay import parse_pay
from server.jobs.postings.terms import ALL_FIELDS, PostingTerms, columns_of
from server.seed.files import DIRECTORY, load

_DOCUMENT = "samples/fair_document.pdf"


class SeedPosting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """岗位"""

    number: str
    title: str
    kind: JobKind
    openings: int
    town: str
    address: str
    latitude: float
    longitude: float
    pay: str
    experience_years: int
    schooling: Schooling
    benefits: tuple[str, ...]
    description: str
    age_min: int | None = None
    age_max: int | None = None


class SeedFair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """招聘会 — its time counts from the seeding, so that one is running when the sandbox is first tried."""

    number: str
    title: str
    place: str
    town: str | None
    begins_after_hours: int
    lasts_hours: int
    capacity: int
    booth: str
    postings: tuple[str, ...]


class Jobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例岗位和招聘会"""

    source: str
    postings: tuple[SeedPosting, ...]
    fairs: tuple[SeedFair, ...]


async def seed_job_samples(employer: Employer, *, contact: tuple[str, str], at: datetime) -> None:
    """Store the sample employer's postings and the fairs to which it brings some; ``contact`` is name and telephone."""
    jobs = load("samples/jobs", Jobs)
    postings = {item.number: await _posting(item, employer, contact=contact, at=at) for item in jobs.postings}
    for item in jobs.fairs:
        fair = await _fair(item, at=at)
        await JobFairBooth.create(fair_id=fair.id, employer_id=employer.id, number=item.booth, created_at=at)
        for number in item.postings:
            posting = postings[number]
            await FairPosting.create(fair_id=fair.id, posting_id=posting.id, openings=posting.openings, created_at=at)


async def _posting(item: SeedPosting, employer: Employer, *, contact: tuple[str, str], at: datetime) -> JobPosting:
    terms = PostingTerms(
        title=item.title,
        kind=item.kind,
        openings=item.openings,
        town_code=item.town,
        address=item.address,
        latitude=item.latitude,
        longitude=item.longitude,
        pay=parse_pay(item.pay),
        experience_years=item.experience_years,
        schooling=item.schooling,
        age_min=item.age_min,
        age_max=item.age_max,
        benefits=item.benefits,
        description=item.description,
        contact_name=contact[0],
        contact_telephone=contact[1],
    )
    return await JobPosting.create(
        employer_id=employer.id,
        number=item.number,
        state=PostingState.LIVE,
        published_at=at,
        is_sample=True,
        created_at=at,
        updated_at=at,
        **columns_of(terms, names=ALL_FIELDS, employer_name=employer.name),
    )


async def _fair(item: SeedFair, *, at: datetime) -> JobFair:
    begins = at + timedelta(hours=item.begins_after_hours)
    fair = await JobFair.create(
        number=item.number,
        title=item.title,
        town_id=item.town,
        place=item.place,
        starts_at=begins,
        ends_at=begins + timedelta(hours=item.lasts_hours),
        capacity=item.capacity,
        state=FairState.PUBLISHED,
        board_token=no_board_code(),
        published_at=at,
        is_sample=True,
        created_at=at,
        updated_at=at,
    )
    content = (DIRECTORY / _DOCUMENT).read_bytes()
    for kind in FairDocumentKind:
        await JobFairDocument.create(
            fair_id=fair.id,
            kind=kind,
            filename=f"示例{kind.label}.pdf",
            media_type="application/pdf",
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            created_at=at,
        )
    return fair
