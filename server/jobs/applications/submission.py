"""投递与撤回 — applying for a posting, once a person and posting, and taking the application back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.clock import beijing_day
from models.applications import APPLICATION_CONTACT, APPLICATION_TRANSITIONS, ApplicationState
from models.base import new_id
from models.employers import EmployerState
from models.errors import Conflict, FieldError
from models.fields import seal
from models.jobs import JobActor, PostingState
from models.seekers import Seeker, SeekerProfile
from models.transactions import Row, as_instant, execute, fetch_row, transaction
from server.jobs.applications.contact import note_sharing
from server.jobs.applications.history import Step, write_step
from server.jobs.applications.messages import (
    Subject,
    chinese_day,
    tell_employer_of_applications,
    tell_employer_of_withdrawal,
)
from server.jobs.applications.steps import SUBJECT, ApplicationNotFound, forbidden, move
from server.jobs.postings.service import PostingNotFound
from server.jobs.seekers.identity import contact_of, seeker_of_account
from server.jobs.seekers.profile import NoProfile, Snapshot, take_snapshot

WITHDRAWN_FOR_GOOD = "撤回后不能再次投递同一岗位；仍想应聘的，请直接联系用人单位或退役军人服务站"


class AlreadyApplied(Conflict):
    message = "您已经投递过这个岗位，每个岗位只能投递一次"
    next_step = "请在「我的投递」中查看进展"


class PostingNotOpen(Conflict):
    message = "这个岗位现在不接受投递"
    next_step = "可以看看其他岗位"


class EmployerNotRecruiting(Conflict):
    message = "这个用人单位现在不能招聘"
    next_step = "可以看看其他单位的岗位；有疑问请联系退役军人服务站"


class EmployerIsOwn(Conflict):
    message = "这是您自己单位的岗位，不能投递"
    next_step = "如已离开这个单位，请先在「我的单位」中退出"


class EmployerIsBlocked(Conflict):
    message = "您已把这个用人单位列为「不看的单位」"
    next_step = "想投递的话，请先在「不看的单位」中移除它"


class ProfileIncomplete(Conflict):
    message = "求职资料还没有填全，不能投递"
    next_step = "请在「求职资料」中补上列出的各项，再来投递"


_NOT_OPEN = {
    PostingState.SUSPENDED: (
        "这个岗位已被暂停，工作人员正在核实",
        "可以先收藏，恢复后再投递；也可以看看其他岗位",
    ),
    PostingState.FILLED: ("这个岗位已经招满", "可以看看这个单位的其他岗位或同类岗位"),
    PostingState.CLOSED: ("这个岗位已经截止", "可以看看这个单位的其他岗位或同类岗位"),
    PostingState.WITHDRAWN: ("用人单位已经撤回这个岗位", "可以看看其他岗位"),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """投递的内容 — what a person adds to the profile: words of their own, and whether the contact is shown at once."""

    message: str = ""
    shares_contact: bool = False


async def apply(*, posting_id: UUID, applied: Applied, account_id: UUID, at: datetime) -> UUID:
    """Apply for a posting with the profile as it is now; return the application's id. 投递。

    Of many at once one is stored: the insertion itself asks whether the posting is open, and a UNIQUE constraint
    stands behind "once".

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        PostingNotFound: there is none, or it is not public.
        AlreadyApplied: this person has; it names the day and the state.
        PostingNotOpen: it is suspended, filled, closed, withdrawn or past its last day (which, the message tells).
        EmployerNotRecruiting: its employer is not approved, or is suspended.
        EmployerIsOwn: the person acts for the employer.
        EmployerIsBlocked: the person does not want to see the employer.
        ProfileIncomplete: no profile, or no name or mobile in it; every one is named.
    """
    seeker = await seeker_of_account(account_id=account_id, at=at)
    facts = await _facts(posting_id, seeker.id, account_id, at=at)
    _refuse(facts)
    snapshot = await _snapshot(seeker)
    subject = Subject.from_row({**facts, "id": new_id(), "account_id": account_id})
    async with transaction():
        if not await _insert(subject, applied, seeker_id=seeker.id, snapshot=snapshot, at=at):
            _refuse(await _facts(posting_id, seeker.id, account_id, at=at))
            raise PostingNotOpen
        step = Step(None, ApplicationState.SUBMITTED)
        await write_step(subject.application_id, step, actor=JobActor.SEEKER, account_id=account_id, at=at)
        if applied.shares_contact:
            await note_sharing(subject.application_id, account_id=account_id)
        await tell_employer_of_applications(subject, at=at)
    return subject.application_id


async def _facts(posting_id: UUID, seeker_id: UUID, account_id: UUID, *, at: datetime) -> Row:
    """Return everything that decides, in one row."""
    row = await fetch_row(
        "SELECT p.id AS posting_id, p.title AS posting_title, p.state, p.employer_id, e.name AS employer_name, "
        "e.state AS employer_state, a.created_at AS applied_at, a.state AS applied_state, "
        "(p.closes_on IS NOT NULL AND p.closes_on < $4) AS is_past, "
        "EXISTS (SELECT 1 FROM employer_members m WHERE m.account_id = $3 AND m.employer_id = p.employer_id "
        "AND m.removed_at IS NULL) AS is_own, "
        "EXISTS (SELECT 1 FROM blocked_employers b WHERE b.account_id = $3 AND b.employer_id = p.employer_id) "
        "AS is_blocked FROM job_postings p JOIN employers e ON e.id = p.employer_id "
        "LEFT JOIN job_applications a ON a.posting_id = p.id AND a.seeker_id = $2 "
        "WHERE p.id = $1 AND p.state NOT IN ('draft', 'submitted')",
        posting_id,
        seeker_id,
        account_id,
        beijing_day(at),
    )
    if row is None:
        raise PostingNotFound
    return row


def _refuse(facts: Row) -> None:
    if facts["applied_at"] is not None:
        raise _already(as_instant(facts["applied_at"]), ApplicationState(facts["applied_state"]))
    state = PostingState(facts["state"])
    if state is PostingState.LIVE and facts["is_past"]:
        state = PostingState.CLOSED
    if state is not PostingState.LIVE:
        message, next_step = _NOT_OPEN[state]
        raise PostingNotOpen(message, next_step=next_step)
    if facts["employer_state"] != EmployerState.APPROVED:
        raise EmployerNotRecruiting
    if facts["is_own"]:
        raise EmployerIsOwn
    if facts["is_blocked"]:
        raise EmployerIsBlocked


def _already(applied_at: datetime, state: ApplicationState) -> AlreadyApplied:
    message = f"您在{chinese_day(applied_at)}已经投递过这个岗位，现在是「{state.label}」状态，每个岗位只能投递一次"
    return AlreadyApplied(message, next_step=WITHDRAWN_FOR_GOOD if state is ApplicationState.WITHDRAWN else None)


async def _snapshot(seeker: Seeker) -> Snapshot:
    """Return the profile and the contact as they are now; what is wanting is named field by field."""
    try:
        return await take_snapshot(seeker=seeker)
    except NoProfile:
        contact = await contact_of(seeker)
        missing = (
            ("profile", "请填写求职资料", await SeekerProfile.exists(seeker_id=seeker.id)),
            ("name", "请填写姓名", bool(contact.name)),
            ("mobile", "请填写手机号", contact.mobile is not None),
        )
        errors = tuple(FieldError(field, message) for field, message, is_there in missing if not is_there)
        raise ProfileIncomplete(errors=errors) from None


async def _insert(subject: Subject, applied: Applied, *, seeker_id: UUID, snapshot: Snapshot, at: datetime) -> int:
    """Store the application if the posting and its employer are still open and there is none of this person."""
    return await execute(
        "INSERT INTO job_applications (id, created_at, posting_id, employer_id, seeker_id, account_id, state, profile, "
        "contact_sealed, contact_shared_at, message, interview_place, updated_at) "
        "SELECT $1::uuid, $2::timestamptz, p.id, p.employer_id, $3::uuid, $4::uuid, 'submitted', $5::text, $6::text, "
        "$7::timestamptz, $8::text, '', $2::timestamptz FROM job_postings p JOIN employers e ON e.id = p.employer_id "
        "WHERE p.id = $9 AND p.state = 'live' AND (p.closes_on IS NULL OR p.closes_on >= $10) "
        "AND e.state = 'approved' ON CONFLICT (posting_id, seeker_id) DO NOTHING",
        subject.application_id,
        at,
        seeker_id,
        subject.account_id,
        snapshot.profile,
        seal(APPLICATION_CONTACT, snapshot.contact),
        at if applied.shares_contact else None,
        applied.message,
        subject.posting_id,
        beijing_day(at),
    )


async def withdraw(*, application_id: UUID, reason: str, account_id: UUID, at: datetime) -> None:
    """Take an application back; the employer reads it no longer. Withdrawing again changes nothing. 撤回投递。

    Whatever the employer does at the same moment: either its step comes first and the application is withdrawn from
    there, or it finds the application withdrawn; of a hiring and a withdrawal one wins.

    Raises:
        ApplicationNotFound: this person has no such application.
        ApplicationStateForbids: the person was hired or refused.
    """
    async with transaction():
        while True:
            row = await fetch_row(f"{SUBJECT} WHERE a.id = $1 AND a.account_id = $2", application_id, account_id)
            if row is None:
                raise ApplicationNotFound
            state, subject = ApplicationState(row["state"]), Subject.from_row(row)
            if state is ApplicationState.WITHDRAWN:
                return
            step = Step(state, ApplicationState.WITHDRAWN, note=reason)
            if step.after not in APPLICATION_TRANSITIONS[state]:
                raise forbidden(state, step.after, next_step=_TOO_LATE[state])
            if await move(application_id, step, at=at, set_too={"contact_shared_at": None}):
                break
        await write_step(application_id, step, actor=JobActor.SEEKER, account_id=account_id, at=at)
        if state in (ApplicationState.INTERVIEW, ApplicationState.OFFERED):
            await tell_employer_of_withdrawal(subject, before=state, at=at)


_TOO_LATE = {
    ApplicationState.HIRED: "不能到岗的，请直接告诉用人单位",
    ApplicationState.REFUSED: "这份投递已经结束，不用再撤回；可以看看其他岗位",
}
