"""岗位详情 — one posting as a person may see it, and what it has to do with them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.clock import beijing_day
from models.applications import ApplicationState
from models.errors import NotFound
from models.jobs import PostingState
from models.transactions import Row, as_uuid, fetch_row, fetch_rows
from server.jobs.catalogue.ways import COLUMNS

PUBLIC = frozenset({PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED})


class JobNotFound(NotFound):
    message = "没有找到这个岗位，可能已经撤下"
    next_step = "请返回岗位列表看看其他岗位"


@dataclass(frozen=True, slots=True)
class Job:
    """岗位详情 — the row of a posting, the state in which it is to be seen, and the asker's part in it."""

    row: Row
    state: PostingState
    is_saved: bool
    application: tuple[UUID, ApplicationState] | None
    fairs: list[Row]

    @property
    def is_open(self) -> bool:
        """Whether one may apply now."""
        return self.state is PostingState.LIVE

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it; otherwise its text waits for the employer or for staff."""
        return self.state in PUBLIC

    @property
    def shows_contact(self) -> bool:
        """Whether the contact is of use: to ask about an open posting, or about one's own application."""
        return self.is_open or (self.is_public and self.application is not None)


async def get_job(*, posting_id: UUID, account_id: UUID | None, at: datetime) -> Job:
    """Return a posting with what it has to do with the asker; ``account_id`` None is a stranger.

    Everybody may read what is live, filled or closed; whoever saved it or applied reads on whatever became of it.

    Raises:
        JobNotFound: there is none, or it is not public and the asker has no part in it.
    """
    row = await fetch_row(
        f"SELECT {COLUMNS}, p.state, p.age_min, p.age_max, p.benefits, p.description, p.contact_name_sealed, "
        "p.contact_telephone_sealed, e.state AS employer_state, e.address AS employer_address, "
        "e.introduction AS employer_introduction, s.id AS saved_id, a.id AS application_id, "
        "a.state AS application_state FROM job_postings p JOIN employers e ON e.id = p.employer_id "
        "LEFT JOIN saved_jobs s ON s.posting_id = p.id AND s.account_id = $2 "
        "LEFT JOIN job_applications a ON a.posting_id = p.id AND a.account_id = $2 "
        "WHERE p.id = $1 ORDER BY a.id DESC LIMIT 1",
        posting_id,
        account_id,
    )
    if row is None:
        raise JobNotFound
    state = state_of(row, at=at)
    applied = row["application_id"]
    if state not in PUBLIC and row["saved_id"] is None and applied is None:
        raise JobNotFound
    return Job(
        row=row,
        state=state,
        is_saved=row["saved_id"] is not None,
        application=(as_uuid(applied), ApplicationState(row["application_state"])) if applied else None,
        fairs=await _fairs(posting_id, as_uuid(row["employer_id"]), at=at),
    )


def state_of(row: Row, *, at: datetime) -> PostingState:
    """Return the state in which a posting is to be seen: suspended with its employer, closed after its last day."""
    state = PostingState(row["state"])
    if row["employer_state"] != "approved" and state in PUBLIC:
        return PostingState.SUSPENDED
    if state is PostingState.LIVE and (closes_on := _day(row["closes_on"])) and closes_on < beijing_day(at):
        return PostingState.CLOSED
    return state


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


async def _fairs(posting_id: UUID, employer_id: UUID, *, at: datetime) -> list[Row]:
    """Return the fairs to come, and the one going on, at which the posting is offered, the next first."""
    return await fetch_rows(
        "SELECT f.id, f.title, f.place, f.starts_at, f.ends_at, b.number AS booth FROM fair_postings x "
        "JOIN job_fairs f ON f.id = x.fair_id LEFT JOIN job_fair_booths b ON b.fair_id = f.id AND b.employer_id = $2 "
        "WHERE x.posting_id = $1 AND f.state = 'published' AND f.ends_at >= $3 ORDER BY f.starts_at, f.id",
        posting_id,
        employer_id,
        at,
    )
