"""投递的办理 — every step that an employer takes: a guarded change of state with its event and its message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.applications import APPLICATION_TRANSITIONS, ApplicationState
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.jobs import JobActor
from models.transactions import execute, fetch_row, transaction
from server.accounts.guards import EmployerMember
from server.jobs.applications.history import Step, last_note, write_step
from server.jobs.applications.messages import Subject, appointment, tell_seeker, tell_seeker_of_new_time

SUBJECT = (
    "SELECT a.id, a.account_id, a.posting_id, p.title AS posting_title, a.employer_id, e.name AS employer_name, "
    "a.state, p.openings FROM job_applications a JOIN job_postings p ON p.id = a.posting_id "
    "JOIN employers e ON e.id = a.employer_id"
)
_VERBS = {
    ApplicationState.INTERVIEW: "安排面试",
    ApplicationState.OFFERED: "拟录用",
    ApplicationState.HIRED: "录用",
    ApplicationState.REFUSED: "不予录用",
    ApplicationState.WITHDRAWN: "撤回",
}


class ApplicationNotFound(NotFound):
    message = "没有找到这份投递"
    next_step = "请返回投递列表刷新后再试"


class ApplicationChanged(Conflict):
    message = "这份投递刚才有了变化"
    next_step = "请刷新看过最新状态，再决定下一步"


class ApplicationStateForbids(Conflict):
    message = "这份投递现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class InterviewInThePast(Invalid):
    message = "面试时间已经过去"
    next_step = "请填写将来的时间"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("interview_at", "应晚于现在"),))


@dataclass(frozen=True, slots=True)
class Interview:
    """面试安排 — when, where, and what else the person should know."""

    at: datetime
    place: str
    note: str = ""

    @property
    def told(self) -> str:
        """The appointment as the history has it."""
        return appointment(self.at, place=self.place) + (f"。{self.note}" if self.note else "")


@dataclass(frozen=True, slots=True)
class Hired:
    """录用人数 — how many a posting has hired by applications, of how many openings."""

    hired: int
    openings: int

    @property
    def is_enough(self) -> bool:
        """Whether the employer had better mark the posting as filled; that stays their own act."""
        return self.hired >= self.openings


async def view_application(*, application_id: UUID, member: EmployerMember, at: datetime) -> None:
    """Mark an application as seen by the employer; seen once, it stays as it is. 查看。

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
    """
    async with transaction():
        subject, _ = await _standing(application_id, member)
        step = Step(ApplicationState.SUBMITTED, ApplicationState.VIEWED)
        if await move(application_id, step, at=at):
            await write_step(application_id, step, actor=JobActor.EMPLOYER, account_id=member.account_id, at=at)
            await tell_seeker(subject, step.after, note="", at=at)


async def arrange_interview(
    *, application_id: UUID, seen_state: ApplicationState, interview: Interview, member: EmployerMember, at: datetime
) -> None:
    """Ask a person to an interview, or give one who was asked another time or place. 约面试。

    The same time, place and note again change nothing.

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
        InterviewInThePast: the time is not ahead.
        ApplicationChanged: the application is no longer in the state that the asker saw.
        ApplicationStateForbids: nobody is interviewed in that state.
    """
    step = Step(seen_state, ApplicationState.INTERVIEW, note=interview.told)
    set_too = {"interview_at": interview.at, "interview_place": interview.place}
    async with transaction():
        subject, state = await _standing(application_id, member)
        if interview.at <= at:
            raise InterviewInThePast
        if seen_state is not ApplicationState.INTERVIEW:
            await _take(subject, step, member, found=state, at=at, set_too=set_too)
        elif state is not seen_state:
            raise changed(state)
        elif await last_note(application_id) != step.note:
            if not await move(application_id, step, at=at, set_too=set_too):
                raise changed(await _state_now(application_id))
            event_id = await write_step(
                application_id, step, actor=JobActor.EMPLOYER, account_id=member.account_id, at=at
            )
            await tell_seeker_of_new_time(subject, note=step.note, event_id=event_id, at=at)


async def offer(
    *, application_id: UUID, seen_state: ApplicationState, note: str, member: EmployerMember, at: datetime
) -> None:
    """Offer a person the work. 拟录用。

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
        ApplicationChanged: it is no longer in the state that the asker saw.
        ApplicationStateForbids: no offer is made in that state.
    """
    await _decide(application_id, Step(seen_state, ApplicationState.OFFERED, note=note), member, at=at)


async def refuse(
    *, application_id: UUID, seen_state: ApplicationState, reason: str, member: EmployerMember, at: datetime
) -> None:
    """Refuse a person, who reads the reason; an offer may be taken back so. 不予录用。

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
        ApplicationChanged: it is no longer in the state that the asker saw.
        ApplicationStateForbids: it has come to an end already.
    """
    await _decide(application_id, Step(seen_state, ApplicationState.REFUSED, note=reason), member, at=at)


async def hire(
    *, application_id: UUID, seen_state: ApplicationState, note: str, member: EmployerMember, at: datetime
) -> Hired:
    """Hire a person who was offered the work; return how many the posting has hired. 录用。

    The posting stays as it is: whether it is filled is the employer's to say.

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
        ApplicationChanged: it is no longer in the state that the asker saw.
        ApplicationStateForbids: nothing was offered.
    """
    subject = await _decide(application_id, Step(seen_state, ApplicationState.HIRED, note=note), member, at=at)
    row = await fetch_row(
        "SELECT p.openings, (SELECT count(*) FROM job_applications a WHERE a.posting_id = p.id AND a.state = 'hired') "
        "AS hired FROM job_postings p WHERE p.id = $1",
        subject.posting_id,
    )
    assert row is not None
    return Hired(hired=row["hired"], openings=row["openings"])


async def move(application_id: UUID, step: Step, *, at: datetime, set_too: Mapping[str, object] | None = None) -> bool:
    """Change an application's state if it is still the one before the step; return whether it was."""
    more = set_too or {}
    columns = "".join(f", {name} = ${number}" for number, name in enumerate(more, start=5))
    assert step.before is not None
    return bool(
        await execute(
            f"UPDATE job_applications SET state = $1, updated_at = $2{columns} WHERE id = $3 AND state = $4",
            step.after.value,
            at,
            application_id,
            step.before.value,
            *more.values(),
        )
    )


def changed(state: ApplicationState) -> ApplicationChanged:
    """Return the refusal for somebody who decides on a state that is no more."""
    return ApplicationChanged(f"这份投递刚才有了变化，现在是「{state.label}」状态")


def forbidden(state: ApplicationState, after: ApplicationState, *, next_step: str | None = None) -> Conflict:
    """Return the refusal of a step that does not begin in a state."""
    return ApplicationStateForbids(f"这份投递是「{state.label}」状态，不能{_VERBS[after]}", next_step=next_step)


async def _decide(application_id: UUID, step: Step, member: EmployerMember, *, at: datetime) -> Subject:
    async with transaction():
        subject, state = await _standing(application_id, member)
        await _take(subject, step, member, found=state, at=at)
    return subject


async def _take(
    subject: Subject,
    step: Step,
    member: EmployerMember,
    *,
    found: ApplicationState,
    at: datetime,
    set_too: Mapping[str, object] | None = None,
) -> None:
    if found is not step.before:
        raise changed(found)
    if step.after not in APPLICATION_TRANSITIONS[found]:
        raise forbidden(found, step.after)
    if not await move(subject.application_id, step, at=at, set_too=set_too):
        raise changed(await _state_now(subject.application_id))
    await write_step(subject.application_id, step, actor=JobActor.EMPLOYER, account_id=member.account_id, at=at)
    await tell_seeker(subject, step.after, note=step.note, at=at)


async def _standing(application_id: UUID, member: EmployerMember) -> tuple[Subject, ApplicationState]:
    row = await fetch_row(f"{SUBJECT} WHERE a.id = $1 AND a.employer_id = $2", application_id, member.employer_id)
    if row is None:
        raise ApplicationNotFound
    return Subject.from_row(row), ApplicationState(row["state"])


async def _state_now(application_id: UUID) -> ApplicationState:
    row = await fetch_row("SELECT state FROM job_applications WHERE id = $1", application_id)
    assert row is not None
    return ApplicationState(row["state"])
