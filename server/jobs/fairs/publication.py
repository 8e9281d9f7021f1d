"""招聘会发布 — making a fair public with its plans attached, and calling it off."""

from datetime import datetime
from uuid import UUID

from models.errors import Conflict
from models.fairs import FAIR_TRANSITIONS, FairDocumentKind, FairState, JobFair
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.jobs.fairs.documents import documents_of
from server.jobs.fairs.service import FairOver, FairStateForbids, get_managed_fair, hold_fair, note
from server.outbox.service import enqueue
from server.tables.cells import mask_digits

FAIR_CANCELLED = "jobs.fair_cancelled"
"""The task that tells everybody who registered."""


class FairDocumentsMissing(Conflict):
    message = "活动方案和应急预案还没有传齐"
    next_step = "请上传后再发布"


class FairInThePast(Conflict):
    message = "这场招聘会的时间已经过去"
    next_step = "请核对起止时间；确是补录的，请写明补录的说明再发布"


async def publish_fair(*, fair_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """Make a draft public (人力资源市场暂行条例 28: plans are made and the public is told beforehand). 发布招聘会。

    ``reason`` is wanted only for a fair that is over. Booths may follow: people register for a day and a place, and
    an employer comes only after it was vetted.

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
        FairStateForbids: it is published already, or was cancelled.
        FairDocumentsMissing: the plan or the emergency plan is not attached.
        FairInThePast: the period is over and no reason says why it is entered afterwards.
    """
    async with transaction():
        await hold_fair(fair_id)
        fair = await get_managed_fair(fair_id=fair_id, staff=staff)
        _require_way(fair, FairState.PUBLISHED, "发布")
        attached = {document.kind for document in await documents_of(fair_id=fair_id)}
        missing = [kind.label for kind in FairDocumentKind if kind not in attached]
        if missing:
            raise FairDocumentsMissing(f"还没有上传{'和'.join(missing)}")
        if at >= fair.ends_at and not reason:
            raise FairInThePast
        await _move(fair, FairState.PUBLISHED, reason=reason, at=at)
        await note(fair_id, "fair.published", staff=staff, detail={"reason": mask_digits(reason)} if reason else None)


async def cancel_fair(*, fair_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """Call a fair off; everybody who registered is told why. 取消招聘会。

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
        FairStateForbids: it is cancelled already.
        FairOver: it was held; what was held cannot be called off.
    """
    async with transaction():
        await hold_fair(fair_id)
        fair = await get_managed_fair(fair_id=fair_id, staff=staff)
        _require_way(fair, FairState.CANCELLED, "取消")
        if fair.state is FairState.PUBLISHED and at >= fair.ends_at:
            raise FairOver("这场招聘会已经举办完，不能取消", next_step="登记有误的，请联系系统管理员核实")
        await _move(fair, FairState.CANCELLED, reason=reason, at=at)
        await note(fair_id, "fair.cancelled", staff=staff, detail={"reason": mask_digits(reason)})
        if fair.state is FairState.PUBLISHED:
            await enqueue(FAIR_CANCELLED, {"fair_id": fair_id})


def _require_way(fair: JobFair, target: FairState, verb: str) -> None:
    if target not in FAIR_TRANSITIONS[fair.state]:
        raise FairStateForbids(f"这场招聘会现在是「{fair.state.label}」状态，不能{verb}")


async def _move(fair: JobFair, target: FairState, *, reason: str, at: datetime) -> None:
    await execute(
        "UPDATE job_fairs SET state = $1, state_reason = $2, updated_at = $3, "
        "published_at = COALESCE($6::timestamptz, published_at) WHERE id = $4 AND state = $5",
        target.value,
        reason,
        at,
        fair.id,
        fair.state.value,
        at if target is FairState.PUBLISHED else None,
    )
