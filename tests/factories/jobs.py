"""岗位工厂 — postings, seekers, applications, fairs and intents that a test asks for by what matters to it."""

import hashlib
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import msgspec

from config.clock import utc_now
from models.applications import APPLICATION_CONTACT, ApplicationState, JobApplication
from models.cards import CardHolder
from models.employers import Employer
from models.fairs import (
    FairDocumentKind,
    FairPosting,
    FairRegistration,
    FairState,
    JobFair,
    JobFairBooth,
    JobFairDocument,
)
from models.fields import seal
from models.intents import Intent, IntentState
from models.jobs import POSTING_CONTACT_NAME, POSTING_CONTACT_TELEPHONE, JobKind, JobPosting, PostingState, SavedSearch
from models.schooling import Schooling
from models.seekers import SEEKER_MOBILE, SEEKER_NAME, Seeker, SeekerProfile
from server.jobs.catalogue.criteria import Criteria
from server.jobs.catalogue.saved_searches import encode_criteria
from server.jobs.fairs.numbers import write_number
from server.jobs.seekers.profile import AppliedProfile
from server.search.pairs import search_text
from tests.factories.cards import make_account
from tests.factories.employers import make_employer
from tests.factories.merchants import SOME_TOWN, make_town

_numbers = count(1)
_NOTHING_SAID = AppliedProfile(
    service_years=0,
    speciality="",
    skills=(),
    certificates=(),
    schooling=Schooling.ANY,
    birth_year=None,
    experience_years=0,
    wished_towns=(),
    wished_kinds=(),
    wished_pay_min_fen=None,
    introduction="",
)


async def make_posting(**overrides: Any) -> JobPosting:
    """Make a live posting in ``town_code`` (None for none) of ``employer`` (else a new approved one)."""
    number = next(_numbers)
    employer: Employer = overrides.pop("employer", None) or await make_employer()
    town_code: str | None = overrides.pop("town_code", SOME_TOWN)
    if town_code is not None:
        await make_town(town_code)
    title: str = overrides.get("title", "示例保安员")
    schooling = Schooling(overrides.get("schooling", Schooling.ANY))
    description: str = overrides.get("description", "负责厂区巡逻和门岗值守")
    now = utc_now()
    values: dict[str, Any] = {
        "employer_id": employer.id,
        "number": f"GW{number:05d}",
        "title": title,
        "kind": JobKind.ORDINARY,
        "openings": 2,
        "town_id": town_code,
        "address": "示例路 3 号",
        "pay_min_fen": 500_000,
        "pay_max_fen": 700_000,
        "pay_months": 12,
        "pay_is_negotiable": False,
        "schooling_rank": schooling.rank,
        "benefits": ("五险",),
        "description": description,
        "contact_name_sealed": seal(POSTING_CONTACT_NAME, "木婉清"),
        "contact_telephone_sealed": seal(POSTING_CONTACT_TELEPHONE, "18012341999"),
        "state": PostingState.LIVE,
        "published_at": now,
        "title_search_text": search_text(title),
        "search_text": search_text(title, employer.name, description),
        "updated_at": now,
    }
    posting = await JobPosting.create(**(values | overrides))
    posting.employer = employer
    return posting


async def make_saved_search(**overrides: Any) -> SavedSearch:
    """Make a search for ``criteria`` (else for 保安) of ``account_id`` (else of a new account)."""
    number = next(_numbers)
    if "account_id" not in overrides:
        overrides["account_id"] = (await make_account()).id
    criteria: Criteria = overrides.pop("criteria", Criteria(q="保安"))
    values: dict[str, Any] = {
        "name": f"示例订阅{number}",
        "criteria": encode_criteria(criteria),
        "slot": 1 + await SavedSearch.filter(account_id=overrides["account_id"]).count(),
        "updated_at": utc_now(),
    }
    return await SavedSearch.create(**(values | overrides))


async def make_seeker(**overrides: Any) -> Seeker:
    """Make a seeker with name and mobile for ``account_id`` (else a new account; None for none), without a profile."""
    number = next(_numbers)
    if "account_id" not in overrides:
        overrides["account_id"] = (await make_account()).id
    if overrides.get("holder_id"):
        overrides.setdefault("id_number_hash", (await CardHolder.get(id=overrides["holder_id"])).id_number_hash)
    values: dict[str, Any] = {
        "name_sealed": seal(SEEKER_NAME, overrides.pop("name", "段誉明")),
        "mobile_sealed": seal(SEEKER_MOBILE, overrides.pop("mobile", f"181{number:08d}")),
        "updated_at": utc_now(),
    }
    return await Seeker.create(**(values | overrides))


async def make_profile(**overrides: Any) -> SeekerProfile:
    """Make the profile of ``seeker`` (else of a new one)."""
    seeker: Seeker = overrides.pop("seeker", None) or await make_seeker()
    values: dict[str, Any] = {"seeker_id": seeker.id, "service_years": 5, "updated_at": utc_now()}
    profile = await SeekerProfile.create(**(values | overrides))
    profile.seeker = seeker
    return profile


async def make_application(**overrides: Any) -> JobApplication:
    """Make an application of ``seeker`` for ``posting`` (else new ones), with a profile that says nothing."""
    posting: JobPosting = overrides.pop("posting", None) or await make_posting()
    seeker: Seeker = overrides.pop("seeker", None) or await make_seeker()
    contact = msgspec.json.encode({"name": seeker.name, "mobile": str(seeker.mobile)}).decode()
    values: dict[str, Any] = {
        "posting_id": posting.id,
        "employer_id": posting.employer_id,
        "seeker_id": seeker.id,
        "account_id": seeker.account_id,
        "state": ApplicationState.SUBMITTED,
        "profile": msgspec.json.encode(_NOTHING_SAID).decode(),
        "contact_sealed": seal(APPLICATION_CONTACT, contact),
        "updated_at": utc_now(),
    }
    return await JobApplication.create(**(values | overrides))


async def make_fair(**overrides: Any) -> JobFair:
    """Make a published fair that began an hour ago and ends in three, in ``town_code`` (None for the whole city)."""
    number = next(_numbers)
    town_code: str | None = overrides.pop("town_code", SOME_TOWN)
    if town_code is not None:
        await make_town(town_code)
    now = utc_now()
    values: dict[str, Any] = {
        "number": f"示例-{number:03d}",
        "title": f"示例退役军人专场招聘会 {number}",
        "town_id": town_code,
        "place": "示例广场",
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=3),
        "state": FairState.PUBLISHED,
        "board_token": uuid4().hex,
        "published_at": now,
        "updated_at": now,
    }
    return await JobFair.create(**(values | overrides))


async def make_fair_document(*, fair: JobFair, kind: FairDocumentKind = FairDocumentKind.PLAN) -> JobFairDocument:
    """Attach a small document to a fair."""
    content = b"%PDF-1.7\n%%EOF\n"
    return await JobFairDocument.create(
        fair_id=fair.id,
        kind=kind,
        filename=f"{kind.label}.pdf",
        media_type="application/pdf",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


async def make_booth(*, fair: JobFair, employer: Employer, number: str = "") -> JobFairBooth:
    """Make an employer's booth at a fair."""
    return await JobFairBooth.create(
        fair_id=fair.id, employer_id=employer.id, number=number or f"A{next(_numbers):03d}"
    )


async def bring(posting: JobPosting, fair: JobFair) -> FairPosting:
    """Bring a posting to a fair with all its openings."""
    return await FairPosting.create(fair_id=fair.id, posting_id=posting.id, openings=posting.openings)


async def make_registration(**overrides: Any) -> FairRegistration:
    """Register ``seeker`` for ``fair`` (else new ones); ``checked_in_at`` makes them have come."""
    fair: JobFair = overrides.pop("fair", None) or await make_fair()
    seeker: Seeker = overrides.pop("seeker", None) or await make_seeker()
    values: dict[str, Any] = {"fair_id": fair.id, "seeker_id": seeker.id, "number": write_number(next(_numbers))}
    if overrides.get("cancelled_at") is None:
        fair.registered += 1
        await JobFair.filter(id=fair.id).update(registered=fair.registered)
    return await FairRegistration.create(**(values | overrides))


async def make_intent(**overrides: Any) -> Intent:
    """Make a draft of an intent between the employer of ``posting`` and ``seeker`` (else new ones)."""
    number = next(_numbers)
    posting: JobPosting = overrides.pop("posting", None) or await make_posting()
    seeker: Seeker = overrides.pop("seeker", None) or await make_seeker()
    now = utc_now()
    values: dict[str, Any] = {
        "number": f"YX-TEST-{number:05d}",
        "verification_code": uuid4().hex,
        "employer_id": posting.employer_id,
        "posting_id": posting.id,
        "seeker_id": seeker.id,
        "position_title": posting.title,
        "kind": posting.kind,
        "place": posting.address,
        "pay_min_fen": posting.pay_min_fen,
        "pay_max_fen": posting.pay_max_fen,
        "pay_months": posting.pay_months,
        "pay_is_negotiable": posting.pay_is_negotiable,
        "terms_digest": uuid4().hex * 2,
        "state": IntentState.DRAFT,
        "expires_at": now + timedelta(days=7),
        "updated_at": now,
    }
    return await Intent.create(**(values | overrides))
