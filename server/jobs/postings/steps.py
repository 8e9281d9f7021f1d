"""岗位的状态变动 — every step of a posting, by one guarded UPDATE with its event and its audit entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.clock import beijing_day
from models.employers import Employer, EmployerState
from models.errors import Conflict
from models.jobs import JobActor, JobPosting, JobPostingEvent, PostingState
from models.transactions import execute
from server.accounts.guards import EmployerMember, StaffMember
from server.audit.service import record
from server.outbox.service import enqueue
from server.tables.cells import mask_digits

PUBLISHED = "jobs.posting_published"
"""Outbox: a posting went live; ``{posting_id}``."""


class PostingStateForbids(Conflict):
    message = "这个岗位现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class PostingChangedMeanwhile(Conflict):
    message = "您看过之后，用人单位改动了这个岗位"
    next_step = "请刷新后按现在的内容重新审核"


class PostingOverdue(Conflict):
    message = "这个岗位的截止日期已过，不能再招聘"
    next_step = "请用人单位先改截止日期"


class PostingEmployerNotApproved(Conflict):
    message = "这个岗位的用人单位没有通过审核，或已被暂停"
    next_step = "请先处理用人单位的审核，再处理它的岗位"


@dataclass(frozen=True, slots=True)
class PostingStep:
    """岗位的一步 — from which states to which; ``name`` is the audit's word, ``verb`` the person's."""

    name: str
    verb: str
    origins: frozenset[PostingState]
    target: PostingState


def _step(name: str, verb: str, target: PostingState, *origins: PostingState) -> PostingStep:
    return PostingStep(name, verb, frozenset(origins), target)


_DRAFT, _SUBMITTED, _LIVE = PostingState.DRAFT, PostingState.SUBMITTED, PostingState.LIVE
_SUSPENDED, _FILLED, _CLOSED = PostingState.SUSPENDED, PostingState.FILLED, PostingState.CLOSED

SUBMIT = _step("submitted", "提交审核", _SUBMITTED, _DRAFT)
RECALL = _step("recalled", "收回修改", _DRAFT, _SUBMITTED)
WITHDRAW = _step("withdrawn", "撤回", PostingState.WITHDRAWN, _DRAFT, _SUBMITTED, _LIVE, _SUSPENDED)
REVISE = _step("revised", "修改后重新审核", _SUBMITTED, _LIVE)
FILL = _step("filled", "标为已招满", _FILLED, _LIVE)
REOPEN = _step("reopened", "重新招聘", _LIVE, _FILLED)
CLOSE = _step("closed", "截止", _CLOSED, _LIVE, _SUSPENDED, _FILLED)
APPROVE = _step("approved", "通过审核", _LIVE, _SUBMITTED)
REFUSE = _step("refused", "退回", _DRAFT, _SUBMITTED)
SUSPEND = _step("suspended", "暂停", _SUSPENDED, _LIVE)
REINSTATE = _step("reinstated", "恢复", _LIVE, _SUSPENDED)

STEPS = (SUBMIT, RECALL, WITHDRAW, REVISE, FILL, REOPEN, CLOSE, APPROVE, REFUSE, SUSPEND, REINSTATE)


@dataclass(frozen=True, slots=True)
class StepTaker:
    """Who takes a step: the party for the event, the account and role for the audit; no account is the system."""

    actor: JobActor
    account_id: UUID | None
    role: str

    @classmethod
    def employer(cls, member: EmployerMember) -> "StepTaker":
        return cls(JobActor.EMPLOYER, member.account_id, member.role)

    @classmethod
    def staff(cls, staff: StaffMember) -> "StepTaker":
        return cls(JobActor.STAFF, staff.account_id, staff.staff_role.value)


SYSTEM = StepTaker(JobActor.SYSTEM, None, "system")


async def take_step(
    step: PostingStep,
    posting: JobPosting,
    *,
    by: StepTaker,
    at: datetime,
    reason: str = "",
    seen: datetime | None = None,
) -> JobPostingEvent:
    """Move a posting in the caller's transaction and record it; of two who try at once one moves it.

    ``seen`` is the ``updated_at`` of the content that was looked at: an employer who changes it meanwhile does not
    get it past the review. Nothing goes live whose closing day has passed or whose employer may not recruit.

    Raises:
        PostingStateForbids: the step does not begin in the posting's state, or somebody was quicker.
        PostingChangedMeanwhile: the content is another than was seen.
        PostingOverdue, PostingEmployerNotApproved: it would go live and may not.
    """
    if posting.state not in step.origins:
        raise _forbidden(step, posting.state)
    is_going_live = step.target is PostingState.LIVE
    moved = await execute(
        _MOVE_LIVE if is_going_live else _MOVE,
        step.target.value,
        reason,
        at,
        posting.id,
        posting.state.value,
        seen,
        *([beijing_day(at)] if is_going_live else []),
    )
    if not moved:
        raise await _why_not(step, posting, at=at)
    if is_going_live:
        await enqueue(PUBLISHED, {"posting_id": str(posting.id)})
    return await note_step(step.name, posting.id, origin=posting.state, target=step.target, by=by, at=at, reason=reason)


_MOVE = (
    "UPDATE job_postings SET state = $1, state_reason = $2, updated_at = $3 "
    "WHERE id = $4 AND state = $5 AND ($6::timestamptz IS NULL OR updated_at = $6)"
)
_MOVE_LIVE = (
    "UPDATE job_postings SET state = $1, state_reason = $2, updated_at = $3, "
    "published_at = COALESCE(published_at, $3) WHERE id = $4 AND state = $5 "
    "AND ($6::timestamptz IS NULL OR updated_at = $6) AND (closes_on IS NULL OR closes_on >= $7) "
    "AND EXISTS (SELECT 1 FROM employers e WHERE e.id = job_postings.employer_id AND e.state = 'approved')"
)


async def note_step(
    name: str,
    posting_id: UUID,
    *,
    origin: PostingState | None,
    target: PostingState,
    by: StepTaker,
    at: datetime,
    reason: str = "",
) -> JobPostingEvent:
    """Write the event that both sides read and the audit entry of a step."""
    event = await JobPostingEvent.create(
        posting_id=posting_id,
        from_state=origin,
        to_state=target,
        actor=by.actor,
        account_id=by.account_id,
        reason=reason,
        created_at=at,
    )
    detail = {"from": origin.value if origin else None, "to": target.value}
    await record(
        account_id=by.account_id,
        role=by.role,
        action=f"job_posting.{name}",
        record_type="job_posting",
        record_id=posting_id,
        detail=detail | ({"reason": mask_digits(reason)} if reason else {}),
    )
    return event


async def _why_not(step: PostingStep, before: JobPosting, *, at: datetime) -> Conflict:
    posting = await JobPosting.get(id=before.id)
    if posting.state is not before.state:
        return _forbidden(step, posting.state)
    if step.target is not PostingState.LIVE:
        return PostingChangedMeanwhile("这个岗位刚刚有改动", next_step="请刷新后再试")
    if posting.closes_on is not None and posting.closes_on < beijing_day(at):
        return PostingOverdue()
    if (await Employer.get(id=posting.employer_id)).state is not EmployerState.APPROVED:
        return PostingEmployerNotApproved()
    return PostingChangedMeanwhile()


def _forbidden(step: PostingStep, found: PostingState) -> PostingStateForbids:
    return PostingStateForbids(f"这个岗位现在是「{found.label}」状态，不能{step.verb}")
