"""用人单位的招聘会 — the fairs at which an employer has a booth, or could have one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.transactions import Row, fetch_row, fetch_rows
from server.accounts.guards import EmployerMember
from server.jobs.fairs.overview import COLUMNS, FairOverview
from server.jobs.fairs.service import FairNotFound


@dataclass(frozen=True, slots=True)
class FairOfEmployer:
    """A fair as an employer sees it; ``booth_number`` None means that it has no booth there."""

    fair: FairOverview
    booth_number: str | None


_SELECT = (
    f"SELECT {COLUMNS}, m.number AS booth_number FROM job_fairs f "
    "LEFT JOIN job_fair_booths m ON m.fair_id = f.id AND m.employer_id = $1 "
    "WHERE f.published_at IS NOT NULL AND (m.id IS NOT NULL OR (f.state = 'published' AND f.ends_at > $2))"
)


async def list_fairs_of_employer(
    *, member: EmployerMember, at: datetime, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[FairOfEmployer]:
    """Return the fairs at which the asker's employer has a booth and those still to end, the latest first."""
    starts_at, fair_id = after or (None, None)
    rows = await fetch_rows(
        f"{_SELECT} AND ($3::timestamptz IS NULL OR (f.starts_at, f.id) < ($3::timestamptz, $4::uuid)) "
        "ORDER BY f.starts_at DESC, f.id DESC LIMIT $5",
        member.employer_id,
        at,
        starts_at,
        fair_id,
        limit,
    )
    return [_fair(row) for row in rows]


async def get_fair_of_employer(*, fair_id: UUID, member: EmployerMember, at: datetime) -> FairOfEmployer:
    """Return one of those fairs.

    Raises:
        FairNotFound: there is none, or it is over and the employer had no booth.
    """
    row = await fetch_row(f"{_SELECT} AND f.id = $3", member.employer_id, at, fair_id)
    if row is None:
        raise FairNotFound
    return _fair(row)


def _fair(row: Row) -> FairOfEmployer:
    return FairOfEmployer(FairOverview.from_row(row), row["booth_number"])
