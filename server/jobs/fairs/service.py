"""招聘会业务 — drafting, correcting and reading fairs, as staff do."""

import dataclasses
import secrets
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.base import new_id
from models.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from models.fairs import FairState, JobFair
from models.transactions import execute, fetch_rows, savepoint, transaction
from server.accounts.guards import StaffMember
from server.accounts.service import hash_token
from server.audit.service import record
from server.jobs.fairs.overview import COLUMNS, FairOverview
from server.jobs.fairs.terms import FairChanges, FairTerms, check_coordinates, check_period, check_town
from server.outbox.service import enqueue
from server.search.conditions import Conditions

FAIR_CHANGED = "jobs.fair_changed"
"""The task that tells everybody who registered of a new place or time."""
_TOLD = frozenset({"place", "starts_at", "ends_at"})
_KEPT_AFTER_THE_END = frozenset({"title", "description"})
"""All that may still be corrected of a fair that is over: the figures rest on the others."""


class FairNotFound(NotFound):
    message = "没有找到这场招聘会"
    next_step = "请返回招聘会列表刷新后再试"


class FairNumberTaken(Conflict):
    message = "这个编号已经是另一场招聘会的"
    next_step = "请换一个编号，或在列表中修改原来那一场"


class FairOfAnotherTown(Invalid):
    message = "服务站只办理本乡镇的招聘会"
    next_step = "请选择本乡镇；全市的招聘会请系统管理员登记"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("town_code", "不是您所在的乡镇（街道）"),))


class WholeCityFair(Forbidden):
    message = "这是全市的招聘会"
    next_step = "修改、发布和取消请联系市退役军人事务局的系统管理员；当天可以在这里签到"


class FairStateForbids(Conflict):
    message = "这场招聘会现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class FairOver(Conflict):
    message = "这场招聘会已经结束"
    next_step = "请看看其他招聘会"


class CapacityBelowRegistered(Conflict):
    message = "容量不能低于已报名的人数"
    next_step = "请填不低于已报名人数的数字，或留空表示不限"


async def create_fair(*, terms: FairTerms, staff: StaffMember, at: datetime) -> UUID:
    """Draft a fair; nobody but staff sees it before it is published. 筹备招聘会。

    Raises:
        FairPeriodInvalid, FairPlaceImplausible, FairTownUnknown: see ``terms``.
        FairOfAnotherTown: staff of a town hold fairs of that town only.
        FairNumberTaken: another fair has the number.
    """
    check_period(terms.starts_at, terms.ends_at)
    check_coordinates(terms.latitude, terms.longitude)
    await check_town(terms.town_code)
    _require_own_town(terms.town_code, staff)
    columns = dataclasses.asdict(terms)
    columns["town_id"] = columns.pop("town_code")
    async with transaction():
        try:
            async with savepoint():
                fair = await JobFair.create(**columns, board_token=no_board_code(), created_at=at, updated_at=at)
        except IntegrityError:
            raise FairNumberTaken from None
        await note(fair.id, "fair.drafted", staff=staff)
    return fair.id


async def update_fair(*, fair_id: UUID, changes: FairChanges, staff: StaffMember, at: datetime) -> None:
    """Change some of a fair's terms; who registered is told of another place or time. The audit names the fields.

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
        FairStateForbids: it was cancelled, or is published and the town would change.
        FairOver: more than words of a fair that is over would change.
        FairPeriodInvalid, FairPlaceImplausible, FairTownUnknown, FairOfAnotherTown: as at drafting.
        CapacityBelowRegistered: more people have registered than there would be places.
    """
    async with transaction():
        await hold_fair(fair_id)
        fair = await get_managed_fair(fair_id=fair_id, staff=staff)
        changed = {name: value for name, value in changes.columns().items() if getattr(fair, name) != value}
        _require_changeable(fair, frozenset(changed), at=at)
        fair.update_from_dict(changed)
        check_period(fair.starts_at, fair.ends_at)
        check_coordinates(fair.latitude, fair.longitude)
        if "town_id" in changed:
            await check_town(fair.town_id)
            _require_own_town(fair.town_id, staff)
        if not changed:
            return
        guard = {} if fair.capacity is None else {"registered__lte": fair.capacity}
        if not await JobFair.filter(id=fair_id, **guard).update(**changed, updated_at=at):
            raise CapacityBelowRegistered(f"已有 {fair.registered} 人报名，容量不能低于这个数")
        await note(fair_id, "fair.changed", staff=staff, detail={"fields": sorted(changed)})
        if fair.state is FairState.PUBLISHED and _TOLD & changed.keys():
            await enqueue(FAIR_CHANGED, {"fair_id": fair_id, "change_id": new_id()})


def _require_own_town(town_code: str | None, staff: StaffMember) -> None:
    if not staff.is_administrator and town_code != staff.town_code:
        raise FairOfAnotherTown


def _require_changeable(fair: JobFair, fields: frozenset[str], *, at: datetime) -> None:
    if fair.state is FairState.CANCELLED:
        raise FairStateForbids("这场招聘会已经取消，不能修改", next_step="需要重新举办的，请另行登记一场")
    if fair.state is FairState.DRAFT:
        return
    if "town_id" in fields:
        raise FairStateForbids("已发布的招聘会不能改主办乡镇", next_step="确需更改的，请取消后另行登记一场")
    if at >= fair.ends_at and fields - _KEPT_AFTER_THE_END:
        raise FairOver("这场招聘会已经结束，只能修改名称和说明", next_step="其他内容是统计的依据，不再修改")


async def hold_fair(fair_id: UUID) -> None:
    """Take the fair's row for the current transaction, so that changes of one fair take turns; none is no fault.

    Whoever changes a fair and its registrations takes the fair first: two transactions then never wait in a circle.
    """
    await execute("UPDATE job_fairs SET updated_at = updated_at WHERE id = $1", fair_id)


async def get_visible_fair(*, fair_id: UUID, staff: StaffMember) -> JobFair:
    """Return a fair that is this staff member's business: of their town, or of the whole city.

    Raises:
        FairNotFound: there is none, or it is of another town.
    """
    fair = await JobFair.get_or_none(id=fair_id)
    if fair is None:
        raise FairNotFound
    staff.require_town(fair.town_id, FairNotFound)
    return fair


async def get_managed_fair(*, fair_id: UUID, staff: StaffMember) -> JobFair:
    """Return a fair that this staff member may change: of their town, or any to an administrator.

    Raises:
        FairNotFound: there is none, or it is of another town.
        WholeCityFair: it is of the whole city, and the asker is staff of a town.
    """
    fair = await get_visible_fair(fair_id=fair_id, staff=staff)
    if fair.town_id is None and not staff.is_administrator:
        raise WholeCityFair
    return fair


async def list_fairs(
    *, staff: StaffMember, state: FairState | None = None, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[FairOverview]:
    """Return the fairs of the asker's town and of the whole city, the latest first; ``after`` ended the page before."""
    conditions = Conditions()
    if not staff.is_administrator:
        conditions.add(f"(f.town_id IS NULL OR f.town_id = {conditions.value(staff.town_code)})")
    if state is not None:
        conditions.add(f"f.state = {conditions.value(state.value)}")
    if after is not None:
        starts_at, fair_id = (conditions.value(value) for value in after)
        conditions.add(f"(f.starts_at, f.id) < ({starts_at}, {fair_id})")
    rows = await fetch_rows(
        f"SELECT {COLUMNS} FROM job_fairs f WHERE {conditions.text or '1 = 1'} "
        f"ORDER BY f.starts_at DESC, f.id DESC LIMIT {conditions.value(limit)}",
        *conditions.values,
    )
    return [FairOverview.from_row(row) for row in rows]


def no_board_code() -> str:
    """Return the stored form of a board code that nobody knows: the fair has none yet."""
    return hash_token(secrets.token_urlsafe(32))


async def note(fair_id: UUID, action: str, *, staff: StaffMember, detail: dict[str, object] | None = None) -> None:
    """Write what staff did to a fair into the audit, in the current transaction."""
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="job_fair",
        record_id=fair_id,
        detail=detail,
    )
