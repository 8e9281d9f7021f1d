"""招聘会日程 — the fairs that the public sees, and one of them with its booths and what they offer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from models.employers import EmployerState
from models.jobs import JobKind, PostingState
from models.transactions import Row, as_uuid, fetch_row, fetch_rows
from server.jobs.fairs.overview import COLUMNS, FairOverview
from server.jobs.fairs.service import FairNotFound
from server.jobs.pay import Pay, format_pay
from server.search.conditions import Conditions

POSTINGS_SHOWN = 30
"""How many of a booth's postings come with the fair; the rest is paged."""
_SHOWN = (PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED)
"""Others were changed or stopped after their review, so the public does not read them."""
_IS_SHOWN = "p.state IN ('live', 'filled', 'closed')"
_PUBLIC = "f.published_at IS NOT NULL"


class FairTime(StrEnum):
    """招聘会时间 — which fairs a list is of."""

    ALL = "all"
    UPCOMING = "upcoming"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class FairPosition:
    """Where a page ended; ``seen_at`` divides what is to come from what is past on every page of one walk."""

    seen_at: datetime
    is_past: bool
    starts_at: datetime
    fair_id: UUID


@dataclass(frozen=True, slots=True)
class FairPage:
    """One page; ``position`` None means that there is no more."""

    fairs: list[FairOverview]
    position: FairPosition | None


@dataclass(frozen=True, slots=True)
class PostingAtFair:
    """A posting as it stands at a booth; ``openings`` as they were when it was brought."""

    id: UUID
    title: str
    kind: JobKind
    openings: int
    pay: str
    town_code: str | None
    state: PostingState


@dataclass(frozen=True, slots=True)
class BoothAtFair:
    """A booth; ``openings`` and ``postings_count`` are of all that was brought, ``postings`` the first of them."""

    id: UUID
    number: str
    employer_id: UUID
    employer_name: str
    is_recruiting: bool
    openings: int
    postings_count: int
    postings: list[PostingAtFair]


async def list_public_fairs(
    *, at: datetime, when: FairTime = FairTime.ALL, town: str = "", after: FairPosition | None = None, limit: int = 20
) -> FairPage:
    """Return published fairs: running and upcoming ones by their start, then past ones, the latest first.

    ``town`` keeps the fairs of a town and of the whole city. A fair that was called off stays where its time puts it.
    """
    seen_at = after.seen_at if after else at
    found: list[tuple[bool, FairOverview]] = []
    if when is not FairTime.PAST and not (after and after.is_past):
        found += [(False, fair) for fair in await _part(False, seen_at, town, after, limit + 1)]
    if when is not FairTime.UPCOMING and len(found) <= limit:
        past = await _part(True, seen_at, town, after if after and after.is_past else None, limit + 1 - len(found))
        found += [(True, fair) for fair in past]
    shown = found[:limit]
    position = None
    if len(found) > limit:
        is_past, last = shown[-1]
        position = FairPosition(seen_at, is_past, last.starts_at, last.id)
    return FairPage([fair for _, fair in shown], position)


async def _part(
    is_past: bool, seen_at: datetime, town: str, after: FairPosition | None, limit: int
) -> list[FairOverview]:
    conditions = Conditions()
    conditions.add(_PUBLIC)
    conditions.add(f"f.ends_at {'<=' if is_past else '>'} {conditions.value(seen_at)}")
    if town:
        conditions.add(f"(f.town_id IS NULL OR f.town_id = {conditions.value(town)})")
    if after is not None:
        starts_at, fair_id = conditions.value(after.starts_at), conditions.value(after.fair_id)
        conditions.add(f"(f.starts_at, f.id) {'<' if is_past else '>'} ({starts_at}, {fair_id})")
    way = "DESC" if is_past else "ASC"
    rows = await fetch_rows(
        f"SELECT {COLUMNS} FROM job_fairs f WHERE {conditions.text} "
        f"ORDER BY f.starts_at {way}, f.id {way} LIMIT {conditions.value(limit)}",
        *conditions.values,
    )
    return [FairOverview.from_row(row) for row in rows]


async def get_public_fair(*, fair_id: UUID) -> FairOverview:
    """Return a fair that was published, also one that was called off since.

    Raises:
        FairNotFound: there is none, or it was never published.
    """
    row = await fetch_row(f"SELECT {COLUMNS} FROM job_fairs f WHERE f.id = $1 AND {_PUBLIC}", fair_id)
    if row is None:
        raise FairNotFound
    return FairOverview.from_row(row)


_POSTING = "p.title, p.kind, p.pay_min_fen, p.pay_max_fen, p.pay_months, p.pay_is_negotiable, p.town_id, p.state"


async def booths_of(*, fair_id: UUID) -> list[BoothAtFair]:
    """Return the booths of a fair, A2 before A10, each with the first ``POSTINGS_SHOWN`` of its postings; one query."""
    rows = await fetch_rows(
        "SELECT b.id AS booth_id, b.number, b.employer_id, e.name AS employer_name, e.state AS employer_state, x.* "
        "FROM job_fair_booths b JOIN employers e ON e.id = b.employer_id LEFT JOIN ("
        f"SELECT o.posting_id, o.openings, p.employer_id AS brought_by, {_POSTING}, "
        f"row_number() OVER (PARTITION BY p.employer_id, {_IS_SHOWN} ORDER BY o.posting_id) AS place, "
        "count(*) OVER (PARTITION BY p.employer_id) AS postings_count, "
        "sum(o.openings) OVER (PARTITION BY p.employer_id) AS openings_count "
        "FROM fair_postings o JOIN job_postings p ON p.id = o.posting_id WHERE o.fair_id = $1"
        ") x ON x.brought_by = b.employer_id AND x.place <= $2 "
        "WHERE b.fair_id = $1 ORDER BY length(b.number), b.number, x.posting_id",
        fair_id,
        POSTINGS_SHOWN,
    )
    return [_booth(list(group)) for _, group in groupby(rows, key=lambda row: row["booth_id"])]


def _booth(rows: list[Row]) -> BoothAtFair:
    first = rows[0]
    is_recruiting = first["employer_state"] == EmployerState.APPROVED
    return BoothAtFair(
        id=as_uuid(first["booth_id"]),
        number=first["number"],
        employer_id=as_uuid(first["employer_id"]),
        employer_name=first["employer_name"],
        is_recruiting=is_recruiting,
        openings=int(first["openings_count"] or 0),
        postings_count=first["postings_count"] or 0,
        postings=list(_shown(rows)) if is_recruiting else [],
    )


def _shown(rows: list[Row]) -> Iterator[PostingAtFair]:
    for row in rows:
        if row["state"] in _SHOWN:
            yield _posting(row)


async def list_postings_at_booth(
    *, fair_id: UUID, booth_id: UUID, after: UUID | None = None, limit: int = 20
) -> list[PostingAtFair]:
    """Return what the employer at a booth offers, the first made first; ``after`` is the last id of the page before.

    A booth that is not there, and one whose employer may not recruit now, offers nothing.
    """
    rows = await fetch_rows(
        f"SELECT o.posting_id, o.openings, {_POSTING} FROM job_fair_booths b "
        "JOIN employers e ON e.id = b.employer_id AND e.state = 'approved' "
        "JOIN fair_postings o ON o.fair_id = b.fair_id "
        "JOIN job_postings p ON p.id = o.posting_id AND p.employer_id = b.employer_id "
        f"WHERE b.fair_id = $1 AND b.id = $2 AND {_IS_SHOWN} "
        "AND ($3::uuid IS NULL OR o.posting_id > $3::uuid) ORDER BY o.posting_id LIMIT $4",
        fair_id,
        booth_id,
        after,
        limit,
    )
    return [_posting(row) for row in rows]


def _posting(row: Row) -> PostingAtFair:
    pay = Pay(row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
    return PostingAtFair(
        id=as_uuid(row["posting_id"]),
        title=row["title"],
        kind=JobKind(row["kind"]),
        openings=row["openings"],
        pay=format_pay(pay),
        town_code=row["town_id"],
        state=PostingState(row["state"]),
    )
