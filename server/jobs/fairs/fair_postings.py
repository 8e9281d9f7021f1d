"""招聘会岗位 — which postings an employer brings to a fair; their openings are frozen as they are that day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.clock import beijing_day
from models.base import new_id
from models.employers import EmployerState
from models.errors import Conflict, FieldError, NotFound
from models.fairs import FairPosting, FairState, JobFair, JobFairBooth
from models.jobs import JobPosting, PostingState
from models.transactions import as_uuid, execute, fetch_rows, transaction
from server.accounts.guards import ApprovedEmployerMember, StaffMember
from server.audit.service import record
from server.jobs.fairs.booths import get_fair_to_set_up
from server.jobs.fairs.service import FairNotFound, FairOver, hold_fair

_OPEN = frozenset({PostingState.LIVE})
_OPEN_ONCE = frozenset({PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED})
"""What a fair that is entered afterwards may hold: the posting has had its day."""


class EmployerHasNoBooth(Conflict):
    message = "本单位在这场招聘会还没有展位"
    next_step = "请联系主办的退役军人服务站安排展位，再带岗位参加"


class FairPostingNotFound(NotFound):
    message = "没有找到这个岗位"
    next_step = "请刷新岗位列表后再选"


class FairPostingNotLive(Conflict):
    message = "只有正在招聘的岗位可以带到招聘会"
    next_step = "请先让岗位通过审核上线，截止日期过了的请先改期"


@dataclass(frozen=True, slots=True)
class BroughtPosting:
    """A posting at a fair; ``openings`` are those of the day on which it was brought."""

    posting_id: UUID
    employer_id: UUID
    title: str
    openings: int
    state: PostingState


async def bring_postings_by_staff(
    *, fair_id: UUID, posting_ids: Sequence[UUID], staff: StaffMember, at: datetime
) -> list[BroughtPosting]:
    """Bring postings of employers with a booth to a fair, all or none; one that is there already stays as it is.

    Returns those that were asked for, in the order of the postings' making.

    Raises:
        FairNotFound, WholeCityFair, FairStateForbids, FairOver: see ``get_fair_to_set_up``.
        FairPostingNotFound: one of them does not exist.
        FairPostingNotLive: one of them is not open to applicants.
        EmployerHasNoBooth: its employer has no booth.
    """
    async with transaction():
        fair = await get_fair_to_set_up(fair_id=fair_id, staff=staff, at=at)
        states = _OPEN_ONCE if fair.was_entered_afterwards else _OPEN
        brought = await _bring(fair, posting_ids, states=states, employer_id=None, at=at)
        await _audit("fair.postings_brought", fair_id, staff.account_id, staff.staff_role.value, brought)
    return await _these(fair_id, posting_ids)


async def bring_postings(
    *, fair_id: UUID, posting_ids: Sequence[UUID], member: ApprovedEmployerMember, at: datetime
) -> list[BroughtPosting]:
    """Bring postings of the asker's own employer to a fair, all or none; one that is there already stays as it is.

    Raises:
        FairNotFound: there is no such fair that was published.
        FairOver: it is over, or was cancelled.
        EmployerHasNoBooth: the employer has no booth at it.
        FairPostingNotFound: one of them is not the employer's.
        FairPostingNotLive: one of them is not open to applicants.
    """
    async with transaction():
        fair = await _get_own_fair(fair_id, member, at=at)
        brought = await _bring(fair, posting_ids, states=_OPEN, employer_id=member.employer_id, at=at)
        await _audit("fair.postings_brought", fair_id, member.account_id, member.role, brought)
    return await _these(fair_id, posting_ids)


async def take_posting_back_by_staff(*, fair_id: UUID, posting_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take a posting off a fair; one that is not there is no fault.

    Raises:
        FairNotFound, WholeCityFair, FairStateForbids, FairOver: see ``get_fair_to_set_up``.
    """
    async with transaction():
        await get_fair_to_set_up(fair_id=fair_id, staff=staff, at=at)
        if await execute("DELETE FROM fair_postings WHERE fair_id = $1 AND posting_id = $2", fair_id, posting_id):
            await _audit("fair.posting_taken_back", fair_id, staff.account_id, staff.staff_role.value, [posting_id])


async def take_posting_back(*, fair_id: UUID, posting_id: UUID, member: ApprovedEmployerMember, at: datetime) -> None:
    """Take a posting of the asker's own employer off a fair; one that is not there is no fault.

    Raises:
        FairNotFound, FairOver, EmployerHasNoBooth: as when postings are brought.
        FairPostingNotFound: it is not the employer's.
    """
    async with transaction():
        await _get_own_fair(fair_id, member, at=at)
        if not await JobPosting.exists(id=posting_id, employer_id=member.employer_id):
            raise FairPostingNotFound
        if await execute("DELETE FROM fair_postings WHERE fair_id = $1 AND posting_id = $2", fair_id, posting_id):
            await _audit("fair.posting_taken_back", fair_id, member.account_id, member.role, [posting_id])


async def list_brought(
    *, fair_id: UUID, employer_id: UUID | None = None, after: UUID | None = None, limit: int = 20
) -> list[BroughtPosting]:
    """Return what was brought to a fair, by one employer or by all, in the order of the postings' making.

    ``after`` is the last posting of the page before.
    """
    return await _read_brought(
        "($2::uuid IS NULL OR p.employer_id = $2::uuid) AND ($3::uuid IS NULL OR o.posting_id > $3::uuid) "
        "ORDER BY o.posting_id LIMIT $4",
        *(fair_id, employer_id, after, limit),
    )


async def _these(fair_id: UUID, posting_ids: Sequence[UUID]) -> list[BroughtPosting]:
    places = ", ".join(f"${place}" for place in range(2, 2 + len(posting_ids)))
    return await _read_brought(f"o.posting_id IN ({places}) ORDER BY o.posting_id", fair_id, *posting_ids)


async def _read_brought(condition: str, *values: object) -> list[BroughtPosting]:
    rows = await fetch_rows(
        "SELECT o.posting_id, o.openings, p.employer_id, p.title, p.state FROM fair_postings o "
        f"JOIN job_postings p ON p.id = o.posting_id WHERE o.fair_id = $1 AND {condition}",
        *values,
    )
    return [
        BroughtPosting(
            posting_id=as_uuid(row["posting_id"]),
            employer_id=as_uuid(row["employer_id"]),
            title=row["title"],
            openings=row["openings"],
            state=PostingState(row["state"]),
        )
        for row in rows
    ]


async def _get_own_fair(fair_id: UUID, member: ApprovedEmployerMember, *, at: datetime) -> JobFair:
    await hold_fair(fair_id)
    fair = await JobFair.get_or_none(id=fair_id, published_at__isnull=False)
    if fair is None:
        raise FairNotFound
    if fair.state is FairState.CANCELLED:
        raise FairOver("这场招聘会已经取消")
    if at >= fair.ends_at:
        raise FairOver
    if not await JobFairBooth.exists(fair_id=fair_id, employer_id=member.employer_id):
        raise EmployerHasNoBooth
    return fair


async def _bring(
    fair: JobFair,
    posting_ids: Sequence[UUID],
    *,
    states: frozenset[PostingState],
    employer_id: UUID | None,
    at: datetime,
) -> list[UUID]:
    """Store what is new of the postings and return it."""
    brought: list[UUID] = []
    places = ", ".join(f"'{state.value}'" for state in sorted(states))
    for place, posting_id in enumerate(dict.fromkeys(posting_ids)):
        if await execute(
            "INSERT INTO fair_postings (id, created_at, fair_id, posting_id, openings) "
            "SELECT $1, $2, b.fair_id, p.id, p.openings FROM job_postings p "
            "JOIN job_fair_booths b ON b.employer_id = p.employer_id AND b.fair_id = $3 "
            f"JOIN employers e ON e.id = p.employer_id AND e.state = '{EmployerState.APPROVED.value}' "
            f"WHERE p.id = $4 AND p.state IN ({places}) AND ($5::uuid IS NULL OR p.employer_id = $5::uuid) "
            "AND (p.closes_on IS NULL OR p.closes_on >= $6) ON CONFLICT (fair_id, posting_id) DO NOTHING",
            new_id(),
            at,
            fair.id,
            posting_id,
            employer_id,
            beijing_day(fair.starts_at),
        ):
            brought.append(posting_id)
        else:
            await _require_there(fair, posting_id, employer_id=employer_id, place=place)
    return brought


async def _require_there(fair: JobFair, posting_id: UUID, *, employer_id: UUID | None, place: int) -> None:
    """Refuse a posting that was not stored, unless it is at the fair already."""
    posting = await JobPosting.get_or_none(id=posting_id).select_related("employer")
    if posting is None or employer_id not in (None, posting.employer_id):
        raise FairPostingNotFound(errors=(FieldError(f"posting_ids[{place}]", "没有这个岗位"),))
    if await FairPosting.exists(fair_id=fair.id, posting_id=posting_id):
        return
    if not await JobFairBooth.exists(fair_id=fair.id, employer_id=posting.employer_id):
        raise EmployerHasNoBooth(
            "这个岗位的单位在这场招聘会还没有展位",
            next_step="请先给该单位安排展位",
            errors=(FieldError(f"posting_ids[{place}]", "单位没有展位"),),
        )
    why = _why_not(posting, fair)
    raise FairPostingNotLive(
        f"「{posting.title}」不能带到这场招聘会：{why}", errors=(FieldError(f"posting_ids[{place}]", why),)
    )


def _why_not(posting: JobPosting, fair: JobFair) -> str:
    if posting.employer.state is not EmployerState.APPROVED:
        return f"单位是「{posting.employer.state.label}」状态"
    if posting.state in _OPEN and posting.closes_on is not None and posting.closes_on < beijing_day(fair.starts_at):
        return "招聘会那天已过截止日期"
    return f"岗位是「{posting.state.label}」状态"


async def _audit(action: str, fair_id: UUID, account_id: UUID, role: str, posting_ids: Sequence[UUID]) -> None:
    if not posting_ids:
        return
    await record(
        account_id=account_id,
        role=role,
        action=action,
        record_type="job_fair",
        record_id=fair_id,
        detail={"posting_ids": list(posting_ids)},
    )
