"""岗位审核 — staff approve, refuse, suspend, reinstate and close postings; the employer's members are told."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from models.employers import EmployerMember
from models.jobs import JobPosting, JobPostingEvent, PostingState
from models.transactions import transaction
from server.accounts.guards import StaffMember
from server.jobs.postings.service import PostingNotFound
from server.jobs.postings.steps import (
    APPROVE,
    CLOSE,
    REFUSE,
    REINSTATE,
    SUSPEND,
    SYSTEM,
    PostingStep,
    StepTaker,
    take_step,
)
from server.notifications.service import Event, notify_all

_TOLD = {
    APPROVE: ("岗位已通过审核", "「{title}」已通过审核，现在可以投递"),
    REFUSE: ("岗位被退回", "「{title}」被退回：{reason}。请修改后重新提交"),
    SUSPEND: ("岗位被暂停", "「{title}」被暂停：{reason}。请按原因修改，由工作人员恢复"),
    REINSTATE: ("岗位已恢复", "「{title}」已恢复招聘"),
    CLOSE: ("岗位被截止", "「{title}」被工作人员截止：{reason}"),
}


async def approve_posting(*, posting_id: UUID, seen: datetime, staff: StaffMember, at: datetime) -> JobPosting:
    """Let a submitted posting go live; ``seen`` is the ``updated_at`` of the content that was read.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
        PostingStateForbids: it is not waiting for review.
        PostingChangedMeanwhile: the employer changed it since it was read.
        PostingOverdue: its closing day has passed.
        PostingEmployerNotApproved: its employer may not recruit.
    """
    return await _review(APPROVE, posting_id, seen=seen, staff=staff, at=at)


async def refuse_posting(*, posting_id: UUID, reason: str, staff: StaffMember, at: datetime) -> JobPosting:
    """Give a submitted posting back to its employer as a draft, with the reason.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
        PostingStateForbids: it is not waiting for review.
    """
    return await _review(REFUSE, posting_id, reason=reason, staff=staff, at=at)


async def suspend_posting(*, posting_id: UUID, reason: str, staff: StaffMember, at: datetime) -> JobPosting:
    """Take a live posting from view while something about it is looked into.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
        PostingStateForbids: it is not live.
    """
    return await _review(SUSPEND, posting_id, reason=reason, staff=staff, at=at)


async def reinstate_posting(*, posting_id: UUID, seen: datetime, staff: StaffMember, at: datetime) -> JobPosting:
    """Let a suspended posting go on, as it was read; its employer may have put it right.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
        PostingStateForbids: it is not suspended.
        PostingChangedMeanwhile, PostingOverdue, PostingEmployerNotApproved: as at approval.
    """
    return await _review(REINSTATE, posting_id, seen=seen, staff=staff, at=at)


async def close_posting(*, posting_id: UUID, reason: str, staff: StaffMember, at: datetime) -> JobPosting:
    """End a posting for good.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
        PostingStateForbids: it was never live, or has ended.
    """
    return await _review(CLOSE, posting_id, reason=reason, staff=staff, at=at)


async def _review(
    step: PostingStep,
    posting_id: UUID,
    *,
    staff: StaffMember,
    at: datetime,
    reason: str = "",
    seen: datetime | None = None,
) -> JobPosting:
    async with transaction():
        posting = await get_visible_posting(posting_id=posting_id, staff=staff)
        event = await take_step(step, posting, by=StepTaker.staff(staff), at=at, reason=reason, seen=seen)
        await _tell(step, posting, event, at=at)
    return await get_visible_posting(posting_id=posting_id, staff=staff)


async def return_posting(posting: JobPosting, *, reason: str, at: datetime) -> None:
    """Give a submitted posting back to its employer without staff, as it was read; its members are told why.

    Raises:
        PostingStateForbids: it is not waiting for review.
        PostingChangedMeanwhile: the employer changed it since it was read.
    """
    async with transaction():
        event = await take_step(REFUSE, posting, by=SYSTEM, at=at, reason=reason, seen=posting.updated_at)
        await _tell(REFUSE, posting, event, at=at)


async def _tell(step: PostingStep, posting: JobPosting, event: JobPostingEvent, *, at: datetime) -> None:
    members = await EmployerMember.filter(employer_id=posting.employer_id, removed_at=None)
    title, text = _TOLD[step]
    told = Event(
        name=f"job_posting.{step.name}",
        key=f"job_posting_event:{event.id.hex}",
        title=title,
        text=text.format(title=posting.title, reason=event.reason),
        link=f"/v1/employer/jobs/{posting.id}",
    )
    await notify_all(account_ids=[member.account_id for member in members], event=told, at=at)


async def get_visible_posting(*, posting_id: UUID, staff: StaffMember) -> JobPosting:
    """Return a posting that is this staff member's business, with its employer.

    Raises:
        PostingNotFound: there is none, or its employer is of another town.
    """
    posting = await JobPosting.get_or_none(id=posting_id).select_related("employer")
    if posting is None:
        raise PostingNotFound
    staff.require_town(posting.employer.town_id, PostingNotFound)
    return posting


async def list_postings(
    *,
    staff: StaffMember,
    state: PostingState,
    employer_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> list[JobPosting]:
    """Return the postings in a state, oldest first, with their employers; ``after`` is the last id of the page before.

    Staff of a town see those of its employers and of employers of no town.
    """
    found = JobPosting.filter(state=state)
    if employer_id is not None:
        found = found.filter(employer_id=employer_id)
    if after is not None:
        found = found.filter(id__gt=after)
    if not staff.is_administrator:
        found = found.filter(Q(employer__town_id=staff.town_code) | Q(employer__town_id__isnull=True))
    return await found.order_by("id").limit(limit).select_related("employer")
