"""投递的查看 — lists and single applications, for the seeker, the employer and staff, each only what is theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.applications import ApplicationState, JobApplicationEvent
from models.jobs import PostingState
from models.transactions import Row, as_instant, as_uuid, fetch_rows
from server.accounts.guards import EmployerMember, StaffMember
from server.jobs.applications.contact import masked_name_in
from server.jobs.applications.history import history_of
from server.jobs.applications.messages import next_step_of
from server.jobs.applications.steps import ApplicationNotFound
from server.jobs.postings.service import get_own_posting
from server.search.conditions import Conditions

_SELECT = (
    "SELECT a.id, a.created_at, a.updated_at, a.posting_id, p.title AS posting_title, p.state AS posting_state, "
    "a.employer_id, e.name AS employer_name, a.seeker_id, a.state, a.profile, a.message, a.contact_sealed, "
    "a.contact_shared_at, a.interview_at, a.interview_place FROM job_applications a "
    "JOIN job_postings p ON p.id = a.posting_id JOIN employers e ON e.id = a.employer_id"
)


@dataclass(frozen=True, slots=True)
class Application:
    """一份投递 — as it is stored; what of it leaves the server is up to who asks."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    posting_id: UUID
    posting_title: str
    posting_state: PostingState
    employer_id: UUID
    employer_name: str
    seeker_id: UUID
    state: ApplicationState
    profile: str
    """The stored snapshot; empty once its time of keeping is over."""
    message: str
    contact_sealed: str | None
    contact_shared_at: datetime | None
    interview_at: datetime | None
    interview_place: str

    @property
    def masked_name(self) -> str:
        return masked_name_in(self.contact_sealed)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the seeker took it back: then the employer reads neither the profile nor their words."""
        return self.state is ApplicationState.WITHDRAWN

    @property
    def is_contact_shared(self) -> bool:
        return self.contact_shared_at is not None

    @property
    def next_step(self) -> str:
        """What the seeker can expect or do now."""
        return next_step_of(
            self.state,
            is_contact_shared=self.is_contact_shared,
            interview_at=self.interview_at,
            interview_place=self.interview_place,
        )


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """投递列表的条件 — each one that is given narrows the list."""

    state: ApplicationState | None = None
    posting_id: UUID | None = None
    employer_id: UUID | None = None
    seeker_id: UUID | None = None


async def list_own_applications(
    *, account_id: UUID, state: ApplicationState | None = None, after: UUID | None = None, limit: int = 20
) -> list[Application]:
    """Return a person's applications, newest first; ``after`` is the last id of the page before."""
    found = Conditions()
    found.add(f"a.account_id = {found.value(account_id)}")
    return await _list(found, ApplicationFilter(state=state), after=after, limit=limit)


async def get_own_application(*, application_id: UUID, account_id: UUID) -> Application:
    """Return a person's application.

    Raises:
        ApplicationNotFound: this person has no such application.
    """
    found = Conditions()
    found.add(f"a.id = {found.value(application_id)}")
    found.add(f"a.account_id = {found.value(account_id)}")
    return await _get(found)


async def list_applicants(
    *, wanted: ApplicationFilter, member: EmployerMember, after: UUID | None = None, limit: int = 20
) -> list[Application]:
    """Return the applications at the asker's own employer, newest first.

    Raises:
        PostingNotFound: one posting is asked for and it is none of this employer's.
    """
    if wanted.posting_id is not None:
        await get_own_posting(posting_id=wanted.posting_id, member=member)
    found = Conditions()
    found.add(f"a.employer_id = {found.value(member.employer_id)}")
    return await _list(found, wanted, after=after, limit=limit)


async def get_applicant(*, application_id: UUID, member: EmployerMember) -> Application:
    """Return an application at the asker's own employer.

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
    """
    found = Conditions()
    found.add(f"a.id = {found.value(application_id)}")
    found.add(f"a.employer_id = {found.value(member.employer_id)}")
    return await _get(found)


async def list_applications(
    *, wanted: ApplicationFilter, staff: StaffMember, after: UUID | None = None, limit: int = 20
) -> list[Application]:
    """Return the applications at employers of the staff member's town and of none, newest first."""
    found = Conditions()
    if not staff.is_administrator:
        found.add(f"(e.town_id = {found.value(staff.town_code)} OR e.town_id IS NULL)")
    return await _list(found, wanted, after=after, limit=limit)


async def get_history(application: Application) -> list[JobApplicationEvent]:
    """Return the steps of an application, the first one first; both sides see the same."""
    return await history_of(application_id=application.id)


async def _list(found: Conditions, wanted: ApplicationFilter, *, after: UUID | None, limit: int) -> list[Application]:
    for column, value in (
        ("a.state", wanted.state and wanted.state.value),
        ("a.posting_id", wanted.posting_id),
        ("a.employer_id", wanted.employer_id),
        ("a.seeker_id", wanted.seeker_id),
    ):
        if value is not None:
            found.add(f"{column} = {found.value(value)}")
    if after is not None:
        found.add(f"a.id < {found.value(after)}")
    where = f" WHERE {found.text}" if found.parts else ""
    sql = f"{_SELECT}{where} ORDER BY a.id DESC LIMIT {found.value(limit)}"
    return [_application(row) for row in await fetch_rows(sql, *found.values)]


async def _get(found: Conditions) -> Application:
    rows = await fetch_rows(f"{_SELECT} WHERE {found.text}", *found.values)
    if not rows:
        raise ApplicationNotFound
    return _application(rows[0])


def _application(row: Row) -> Application:
    def instant(name: str) -> datetime | None:
        return as_instant(row[name]) if row[name] is not None else None

    return Application(
        id=as_uuid(row["id"]),
        created_at=as_instant(row["created_at"]),
        updated_at=as_instant(row["updated_at"]),
        posting_id=as_uuid(row["posting_id"]),
        posting_title=row["posting_title"],
        posting_state=PostingState(row["posting_state"]),
        employer_id=as_uuid(row["employer_id"]),
        employer_name=row["employer_name"],
        seeker_id=as_uuid(row["seeker_id"]),
        state=ApplicationState(row["state"]),
        profile=row["profile"],
        message=row["message"],
        contact_sealed=row["contact_sealed"],
        contact_shared_at=instant("contact_shared_at"),
        interview_at=instant("interview_at"),
        interview_place=row["interview_place"],
    )
