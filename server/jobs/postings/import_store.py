"""岗位入库 — stores planned postings hundreds at a time, with their events, their audit and what follows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.sqlite_engine import instant_text
from models.base import new_id
from models.batches import CHUNK, Progress, insert_many, store_many
from models.fields import encode_words
from models.jobs import JobActor, PostingState
from server.audit.service import record_many
from server.jobs.postings.checking import request_posting_checks
from server.jobs.postings.import_plan import Plan, PostingPlan
from server.jobs.postings.import_rules import moves
from server.jobs.postings.steps import PUBLISHED
from server.jobs.postings.terms import ALL_FIELDS, columns_of
from server.outbox.service import enqueue_many

IMPORTED = "表格导入"

_COLUMNS = {
    "id": "uuid",
    "employer_id": "uuid",
    "number": "text",
    "title": "text",
    "kind": "text",
    "openings": "int",
    "town_id": "text",
    "address": "text",
    "latitude": "float8",
    "longitude": "float8",
    "pay_min_fen": "bigint",
    "pay_max_fen": "bigint",
    "pay_months": "smallint",
    "pay_is_negotiable": "boolean",
    "experience_years": "smallint",
    "schooling": "text",
    "schooling_rank": "smallint",
    "age_min": "smallint",
    "age_max": "smallint",
    "benefits": "text",
    "description": "text",
    "contact_name_sealed": "text",
    "contact_telephone_sealed": "text",
    "closes_on": "date",
    "state": "text",
    "published_at": "timestamptz",
    "is_sample": "boolean",
    "title_search_text": "text",
    "search_text": "text",
}
_KEPT = {"id", "employer_id", "number", "is_sample", "published_at"}
_NEVER_LIVE = frozenset({PostingState.DRAFT, PostingState.SUBMITTED, PostingState.WITHDRAWN})
# the ids of known postings are planned; a number that somebody took meanwhile is an IntegrityError
_POSTINGS = insert_many(
    "job_postings",
    _COLUMNS,
    fixed={"state_reason": "''", "created_at": "$2", "updated_at": "$2"},
    conflict="ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
    + ", state_reason = CASE WHEN job_postings.state = excluded.state THEN job_postings.state_reason ELSE '' END"
    + ", published_at = COALESCE(job_postings.published_at, excluded.published_at), updated_at = excluded.updated_at",
)
_EVENTS = insert_many(
    "job_posting_events",
    {"id": "uuid", "posting_id": "uuid", "from_state": "text", "to_state": "text"},
    fixed={"created_at": "$2", "actor": "$3", "account_id": "$4", "reason": "$5"},
)
_BOOTHS = insert_many(
    "job_fair_booths",
    {"id": "uuid", "fair_id": "uuid", "employer_id": "uuid", "number": "text"},
    fixed={"created_at": "$2"},
    conflict="ON CONFLICT (fair_id, employer_id) DO UPDATE SET number = excluded.number",
)
_BROUGHT = insert_many(
    "fair_postings",
    {"id": "uuid", "fair_id": "uuid", "posting_id": "uuid", "openings": "int"},
    fixed={"created_at": "$2"},
    conflict="ON CONFLICT (fair_id, posting_id) DO UPDATE SET openings = excluded.openings",
)


@dataclass(frozen=True, slots=True)
class ImportedBy:
    """Who imports, for events and audit; no account is the command line."""

    actor: JobActor
    account_id: UUID | None
    role: str


async def store_plan(plan: Plan, *, by: ImportedBy, digest: str, at: datetime, progress: Progress | None) -> None:
    """Store a plan in the current transaction, in the order of the rows.

    Raises:
        IntegrityError: a number, a booth or a fair came or went since the plan was made.
    """
    total = len(plan.postings)
    for start in range(0, total, CHUNK):
        chunk = plan.postings[start : start + CHUNK]
        await store_many(_POSTINGS, await asyncio.to_thread(_rows, chunk, at), at)
        events = [event for one in chunk for event in _events(one)]
        await store_many(_EVENTS, events, at, by.actor.value, by.account_id, IMPORTED)
        await record_many(
            account_id=by.account_id,
            role=by.role,
            action="job_posting.changed",
            record_type="job_posting",
            details=[(one.id, _detail(one, digest)) for one in chunk if one.stored is not None],
        )
        live = [one.id for one in chunk if one.state is PostingState.LIVE is not one.stored]
        await enqueue_many(PUBLISHED, [{"posting_id": str(identifier)} for identifier in live])
        await _request_checks(chunk, by=by, at=at)
        if progress is not None:
            progress(start + len(chunk), total)
    booths = [{"fair_id": one.fair_id, "employer_id": one.employer_id, "number": one.number} for one in plan.booths]
    brought = [{"fair_id": one.fair_id, "posting_id": one.posting_id, "openings": one.openings} for one in plan.brought]
    await store_many(_BOOTHS, [{"id": new_id(), **one} for one in booths], at)
    await store_many(_BROUGHT, [{"id": new_id(), **one} for one in brought], at)


async def _request_checks(chunk: Sequence[PostingPlan], *, by: ImportedBy, at: datetime) -> None:
    """Leave what an employer submits by a file to be checked; what staff enter is their own word."""
    submitted = [(one.id, one.terms) for one in chunk if one.state is PostingState.SUBMITTED]
    if submitted and by.actor is JobActor.EMPLOYER and by.account_id is not None:
        await request_posting_checks(submitted, account_id=by.account_id, at=at)


def _rows(plans: Sequence[PostingPlan], at: datetime) -> list[dict[str, object]]:
    return [
        {
            "id": plan.id,
            "employer_id": plan.employer.id,
            "number": plan.number,
            "state": plan.state,
            "published_at": None if plan.state in _NEVER_LIVE else instant_text(at),
            "is_sample": plan.employer.is_sample,
            **{
                name: _stored(value)
                for name, value in columns_of(plan.terms, names=ALL_FIELDS, employer_name=plan.employer.name).items()
            },
        }
        for plan in plans
    ]


def _stored(value: object) -> object:
    return encode_words(value) if isinstance(value, tuple) else value


def _events(plan: PostingPlan) -> list[dict[str, object]]:
    return [
        {"id": new_id(), "posting_id": plan.id, "from_state": origin, "to_state": target}
        for origin, target in moves(plan.stored, plan.state)
    ]


def _detail(plan: PostingPlan, digest: str) -> dict[str, object]:
    return {"fields": sorted(plan.changed), "state": plan.state.value, "import": digest}
