"""展位 — where employers sit at a fair; only an employer that was vetted gets one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, UnsetType
from tortoise.exceptions import IntegrityError

from models.base import new_id
from models.employers import Employer, EmployerState
from models.errors import Conflict, NotFound
from models.fairs import FairState, JobFair, JobFairBooth
from models.transactions import as_uuid, execute, fetch_rows, savepoint, transaction
from server.accounts.guards import StaffMember
from server.employers.service import EmployerNotFound
from server.jobs.fairs.service import FairOver, FairStateForbids, get_managed_fair, hold_fair, note


class BoothNotFound(NotFound):
    message = "没有找到这个展位"
    next_step = "请刷新招聘会详情后再试"


class BoothTaken(Conflict):
    message = "这个展位号已经安排给别的单位"
    next_step = "请换一个展位号"


class EmployerHasBooth(Conflict):
    message = "这个单位在本场招聘会已经有展位"
    next_step = "需要换位置的，请修改它原来的展位号"


class BoothEmployerNotApproved(Conflict):
    message = "这个单位还没有通过审核，或已被暂停，不能参加招聘会"
    next_step = "请先审核该单位，通过后再安排展位"


@dataclass(frozen=True, slots=True)
class Booth:
    """A booth with its employer's name and what it brought; ``openings`` is the sum of openings."""

    id: UUID
    number: str
    employer_id: UUID
    employer_name: str
    postings: int
    openings: int


async def add_booth(*, fair_id: UUID, number: str, employer_id: UUID, staff: StaffMember, at: datetime) -> Booth:
    """Give an approved employer a booth (人力资源市场暂行条例 28: employers are verified before a fair). 安排展位。

    Raises:
        FairNotFound, WholeCityFair, FairStateForbids, FairOver: see ``get_fair_to_set_up``.
        EmployerNotFound: there is none, or one of another town that was not approved.
        BoothEmployerNotApproved: it is not approved now.
        BoothTaken, EmployerHasBooth: number or employer stand in the fair already.
    """
    async with transaction():
        await get_fair_to_set_up(fair_id=fair_id, staff=staff, at=at)
        await _require_approved(employer_id, staff)
        booth_id = new_id()
        if not await execute(
            "INSERT INTO job_fair_booths (id, created_at, fair_id, employer_id, number) "
            "SELECT $1, $2, $3, e.id, $4 FROM employers e WHERE e.id = $5 AND e.state = 'approved' "
            "ON CONFLICT DO NOTHING",
            booth_id,
            at,
            fair_id,
            number,
            employer_id,
        ):
            await _say_why(fair_id, number)
        detail: dict[str, object] = {"booth_id": booth_id, "employer_id": employer_id, "number": number}
        await note(fair_id, "fair.booth_added", staff=staff, detail=detail)
    [booth] = await _read_booths(fair_id, booth_id)
    return booth


async def change_booth(
    *,
    fair_id: UUID,
    booth_id: UUID,
    number: str | UnsetType,
    employer_id: UUID | UnsetType,
    staff: StaffMember,
    at: datetime,
) -> Booth:
    """Change the number of a booth or the employer at it; the postings of an employer that leaves leave with it.

    Raises:
        FairNotFound, WholeCityFair, FairStateForbids, FairOver: see ``get_fair_to_set_up``.
        BoothNotFound: the fair has no such booth.
        EmployerNotFound, BoothEmployerNotApproved, BoothTaken, EmployerHasBooth: as when a booth is added.
    """
    async with transaction():
        await get_fair_to_set_up(fair_id=fair_id, staff=staff, at=at)
        booth = await _get_booth(fair_id, booth_id)
        before = booth.employer_id
        if employer_id is not UNSET and employer_id != before:
            await _require_approved(employer_id, staff)
            booth.employer_id = employer_id
        if number is not UNSET:
            booth.number = number
        try:
            async with savepoint():
                await booth.save(update_fields=["number", "employer_id"])
        except IntegrityError:
            await _say_why(fair_id, booth.number, booth_id)
        detail: dict[str, object] = {"booth_id": booth_id, "employer_id": booth.employer_id, "number": booth.number}
        if booth.employer_id != before:
            detail |= {"left": before, "postings_left": await _take_postings_along(fair_id, before)}
        await note(fair_id, "fair.booth_changed", staff=staff, detail=detail)
    [changed] = await _read_booths(fair_id, booth_id)
    return changed


async def remove_booth(*, fair_id: UUID, booth_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Remove a booth with the postings that its employer brought.

    Raises:
        FairNotFound, WholeCityFair, FairStateForbids, FairOver: see ``get_fair_to_set_up``.
        BoothNotFound: the fair has no such booth.
    """
    async with transaction():
        await get_fair_to_set_up(fair_id=fair_id, staff=staff, at=at)
        booth = await _get_booth(fair_id, booth_id)
        left = await _take_postings_along(fair_id, booth.employer_id)
        await execute("DELETE FROM job_fair_booths WHERE id = $1", booth_id)
        detail: dict[str, object] = {"booth_id": booth_id, "left": booth.employer_id, "postings_left": left}
        await note(fair_id, "fair.booth_removed", staff=staff, detail=detail)


async def list_booths(*, fair_id: UUID) -> list[Booth]:
    """Return the booths of a fair: A2 before A10."""
    return await _read_booths(fair_id, None)


async def _read_booths(fair_id: UUID, booth_id: UUID | None) -> list[Booth]:
    rows = await fetch_rows(
        "SELECT b.id, b.number, b.employer_id, e.name, COALESCE(x.postings, 0) AS postings, "
        "COALESCE(x.openings, 0) AS openings FROM job_fair_booths b JOIN employers e ON e.id = b.employer_id "
        "LEFT JOIN (SELECT p.employer_id, count(*) AS postings, sum(o.openings) AS openings FROM fair_postings o "
        "JOIN job_postings p ON p.id = o.posting_id WHERE o.fair_id = $1 GROUP BY p.employer_id) x "
        "ON x.employer_id = b.employer_id WHERE b.fair_id = $1 AND ($2::uuid IS NULL OR b.id = $2::uuid) "
        "ORDER BY length(b.number), b.number",
        fair_id,
        booth_id,
    )
    return [
        Booth(
            id=as_uuid(row["id"]),
            number=row["number"],
            employer_id=as_uuid(row["employer_id"]),
            employer_name=row["name"],
            postings=row["postings"],
            openings=int(row["openings"]),
        )
        for row in rows
    ]


async def get_fair_to_set_up(*, fair_id: UUID, staff: StaffMember, at: datetime) -> JobFair:
    """Return a fair whose booths and postings may be changed, its row held for the current transaction.

    Until it is over; one that was entered afterwards is set up afterwards.

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
        FairStateForbids: it was cancelled.
        FairOver: it is over and was held in the ordinary way.
    """
    await hold_fair(fair_id)
    fair = await get_managed_fair(fair_id=fair_id, staff=staff)
    if fair.state is FairState.CANCELLED:
        raise FairStateForbids("这场招聘会已经取消，不再安排展位和岗位")
    if at >= fair.ends_at and fair.state is FairState.PUBLISHED and not fair.was_entered_afterwards:
        raise FairOver("这场招聘会已经结束，展位和岗位不再改动", next_step="它们是统计的依据，以当天为准")
    return fair


async def _require_approved(employer_id: UUID, staff: StaffMember) -> None:
    employer = await Employer.get_or_none(id=employer_id)
    if employer is not None and employer.state is EmployerState.APPROVED:
        return
    if employer is None or not staff.sees_town(employer.town_id):
        raise EmployerNotFound
    raise BoothEmployerNotApproved(f"这个单位现在是「{employer.state.label}」状态，不能参加招聘会")


async def _get_booth(fair_id: UUID, booth_id: UUID) -> JobFairBooth:
    booth = await JobFairBooth.get_or_none(id=booth_id, fair_id=fair_id)
    if booth is None:
        raise BoothNotFound
    return booth


async def _take_postings_along(fair_id: UUID, employer_id: UUID) -> int:
    return await execute(
        "DELETE FROM fair_postings WHERE fair_id = $1 "
        "AND posting_id IN (SELECT id FROM job_postings WHERE employer_id = $2)",
        fair_id,
        employer_id,
    )


async def _say_why(fair_id: UUID, number: str, booth_id: UUID | None = None) -> None:
    taken = await JobFairBooth.get_or_none(fair_id=fair_id, number=number)
    if taken is not None and taken.id != booth_id:
        raise BoothTaken
    raise EmployerHasBooth
