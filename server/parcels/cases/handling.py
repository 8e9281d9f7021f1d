"""售后处理 — the station answers and grants, the family accepts or objects once; each step is told."""

from datetime import datetime, timedelta
from uuid import UUID

from config.clock import beijing_day
from models.errors import Conflict
from models.parcel_cases import CaseKind, ParcelCase, ParcelCaseState
from models.stations import StationStaff as StationPost
from models.transactions import execute, transaction
from server.audit.service import record
from server.notifications.service import Event, notify, notify_all
from server.parcels.cases.reading import get_own_case, get_station_case
from server.parcels.cases.rules import GrantTooHigh, clock_in_words, due_on
from server.stations.guards import StationStaff

_ANSWER = (
    "UPDATE parcel_cases SET state = 'answered', answer = $3, granted_fen = $4, answered_at = $1, "
    "answered_on = $6, answered_by_id = $5, updated_at = $1 WHERE id = $2 AND state = 'open' "
    "AND (cast($4 AS bigint) IS NULL OR cast($4 AS bigint) <= coalesce(ceiling_fen, 0))"
)
_OBJECT = (
    "UPDATE parcel_cases SET state = 'open', answered_on = NULL, objections = objections + 1, text = $3, due_on = $4, "
    "updated_at = $1 "
    "WHERE id = $2 AND state = 'answered' AND objections = 0"
)
_CLOSE = (
    "UPDATE parcel_cases SET state = 'closed', closed_at = $1, updated_at = $1 WHERE id = $2 AND state = 'answered'"
)
_LONGEST = 1000


class CaseNotOpen(Conflict):
    message = "这件售后不在处理中，不能再答复"
    next_step = "请刷新后看它现在的状态"


class CaseNotAnswered(Conflict):
    message = "还没有答复，不能表示不满意或结束"
    next_step = "请等服务站答复；要补充的可以打服务站电话"


class ObjectedAlready(Conflict):
    message = "已经表示过一次不满意"
    next_step = "仍不满意的，可以向市退役军人事务局或邮政管理部门反映"


class GrantWithoutClaim(Conflict):
    message = "只有索赔可以填赔偿金额"
    next_step = "请家属另行申请赔偿，或不填金额"


async def answer_case(
    *, number: str, answer: str, granted_fen: int | None, asker: StationStaff, at: datetime
) -> ParcelCase:
    """Answer a case of the asker's station; a claim is granted some amount up to the law's ceiling. 答复。

    Raises:
        ParcelCaseNotFound: there is none, or it is of another station.
        GrantWithoutClaim: an amount for what is no claim.
        GrantTooHigh: more than the law's ceiling (邮政法 47).
        CaseNotOpen: it is answered or closed.
    """
    case = await get_station_case(number=number, asker=asker)
    if granted_fen is not None and case.kind is not CaseKind.CLAIM:
        raise GrantWithoutClaim
    if granted_fen is not None and granted_fen > (case.ceiling_fen or 0):
        raise GrantTooHigh(case.ceiling_fen or 0)
    async with transaction():
        if not await execute(_ANSWER, at, case.id, answer, granted_fen, asker.account_id, beijing_day(at)):
            raise CaseNotOpen
        await _note(case, "parcel_case.answered", asker.account_id, asker.role, {"granted_fen": granted_fen})
        if case.account_id is not None:
            granted = f"，赔偿 {granted_fen / 100:.2f} 元" if granted_fen is not None else ""
            text = f"{answer}{granted}。不满意的可以在售后里说明一次。"
            await notify(account_id=case.account_id, event=_event(case, "answered", "已答复", text, at=at), at=at)
    return await get_station_case(number=case.number, asker=asker)


async def close_station_case(*, number: str, asker: StationStaff, at: datetime) -> ParcelCase:
    """Close a case that is answered; the family is told. 结束。

    Raises:
        ParcelCaseNotFound: there is none, or it is of another station.
        CaseNotAnswered: it is not answered, or closed already.
    """
    case = await get_station_case(number=number, asker=asker)
    await _close(case, asker.account_id, asker.role, at=at)
    return await get_station_case(number=case.number, asker=asker)


async def close_own_case(*, number: str, account_id: UUID, at: datetime) -> ParcelCase:
    """Accept an answer: the case is over. 满意，结束。

    Raises:
        ParcelCaseNotFound: this person has no such case.
        CaseNotAnswered: it is not answered, or closed already.
    """
    case = await get_own_case(number=number, account_id=account_id)
    await _close(case, account_id, "person", at=at)
    return await get_own_case(number=case.number, account_id=account_id)


async def object_to_answer(*, number: str, text: str, account_id: UUID, at: datetime) -> ParcelCase:
    """Not accept an answer, once: the case is open again with a new clock. 不满意。

    Raises:
        ParcelCaseNotFound: this person has no such case.
        ObjectedAlready: it was done before.
        CaseNotAnswered: there is no answer yet, or the case is closed.
    """
    case = await get_own_case(number=number, account_id=account_id)
    said = f"{case.text}\n不满意：{text}"[:_LONGEST]
    async with transaction():
        due = due_on(case.kind, at=at)
        if not await execute(_OBJECT, at, case.id, said, due):
            raise ObjectedAlready if case.objections else CaseNotAnswered
        await _note(case, "parcel_case.objected", account_id, "person", {})
    return await get_own_case(number=case.number, account_id=account_id)


async def remind_stations(*, at: datetime) -> int:
    """Tell the staff of a station, once, of each open case whose answer is due tomorrow or was; return how many."""
    tomorrow = beijing_day(at) + timedelta(days=1)
    told = 0
    for case in await ParcelCase.filter(state=ParcelCaseState.OPEN, due_on__lte=tomorrow).select_related("parcel"):
        posts = await StationPost.filter(station_id=case.station_id, removed_at=None)
        clock = clock_in_words(case.due_on, today=beijing_day(at))
        event = Event(
            name="parcel_case.due",
            key=f"parcel_case:{case.id.hex}:due:{case.due_on.isoformat()}",
            title=f"售后 {case.number} 要答复了",
            text=f"包裹 {case.parcel.number} 的{case.kind.label}：{clock}。",
            link=f"/v1/station/parcel-cases/{case.number}",
        )
        told += await notify_all(account_ids=[post.account_id for post in posts], event=event, at=at)
    return told


async def _close(case: ParcelCase, account_id: UUID, role: str, *, at: datetime) -> None:
    async with transaction():
        if not await execute(_CLOSE, at, case.id):
            raise CaseNotAnswered
        await _note(case, "parcel_case.closed", account_id, role, {})
        if case.account_id is not None and case.account_id != account_id:
            event = _event(case, "closed", "已结束", "售后已经结束。", at=at)
            await notify(account_id=case.account_id, event=event, at=at)


def _event(case: ParcelCase, step: str, label: str, text: str, *, at: datetime) -> Event:
    return Event(
        name=f"parcel_case.{step}",
        key=f"parcel_case:{case.id.hex}:{step}:{at.timestamp():.6f}",
        title=f"售后 {case.number} {label}",
        text=text,
        link=f"/v1/parcel-cases/{case.number}",
    )


async def _note(case: ParcelCase, action: str, account_id: UUID, role: str, detail: dict[str, object]) -> None:
    await record(
        account_id=account_id, role=role, action=action, record_type="parcel_case", record_id=case.id, detail=detail
    )
