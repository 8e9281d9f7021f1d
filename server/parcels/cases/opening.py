"""售后登记 — a family asks, the counter notes what it saw, and the carrier's events open a case by themselves."""

from datetime import datetime, timedelta
from uuid import UUID

from config.clock import beijing_day
from models.base import new_id
from models.errors import Conflict, FieldError, Invalid
from models.parcel_cases import CaseKind, CaseProblem, ParcelCase
from models.parcels import Parcel, ParcelState
from models.transactions import Row, as_uuid, execute, fetch_rows, transaction
from server.audit.service import record
from server.notifications.service import Event, notify
from server.numbering.numbers import Numbering
from server.parcels.cases.rules import EnquiryTooLate, claim_ceiling, clock_in_words, due_on, last_day_to_ask
from server.parcels.counter.desk import get_counter_parcel
from server.parcels.following import ParcelNotFound, read_number
from server.stations.guards import StationStaff

CASE_NUMBERS = Numbering("SH")
LATE_AFTER = timedelta(days=10)
"""A house rule: on its way for so long without an end, a parcel is looked after."""
_BATCH = 100

_INSERT = (
    "INSERT INTO parcel_cases (id, created_at, number, parcel_id, station_id, account_id, kind, problem, text, state, "
    "due_on, answer, claimed_fen, ceiling_fen, objections, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "'open', $10, '', $11, $12, 0, $2) ON CONFLICT (parcel_id, kind, problem) WHERE state <> 'closed' DO NOTHING"
)
_TROUBLED = (
    "SELECT p.id, p.number, p.station_id, p.account_id, p.state FROM parcels p WHERE "
    "(p.state = 'lost' OR (p.state = 'exception' AND EXISTS (SELECT 1 FROM parcel_events e WHERE e.parcel_id = p.id "
    "AND e.kind = 'recipient_refused')) OR (p.state IN ('handed_over', 'in_transit', 'exception') "
    "AND p.accepted_at < $1)) AND NOT EXISTS (SELECT 1 FROM parcel_cases c WHERE c.parcel_id = p.id AND c.problem = "
    "CASE WHEN p.state = 'lost' THEN 'lost' WHEN p.state = 'exception' AND p.accepted_at >= $1 THEN 'refused' "
    "ELSE 'late' END) ORDER BY p.id LIMIT $2"
)
_BEFORE = frozenset({ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER})
_SYSTEM = {
    CaseProblem.LOST: "承运方报告包裹丢失，系统自动登记",
    CaseProblem.REFUSED: "收件人拒收，系统自动登记",
    CaseProblem.LATE: f"收寄 {LATE_AFTER.days} 天还没有送到，系统自动登记",
}


class ParcelNotSent(Conflict):
    message = "包裹还没有寄出，不能查询、索赔或退件"
    next_step = "对服务不满意的可以选「投诉」"


class CaseAlreadyOpen(Conflict):
    message = "这个包裹的同一件事已经在处理"
    next_step = "请在「售后」里看进度，或补充说明"


class ClaimAmountMissing(Invalid):
    message = "索赔要写金额"
    next_step = "请写明希望赔偿多少元"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("claimed_fen", "请写明希望赔偿的金额"),))


async def open_case(
    *,
    number: str,
    kind: CaseKind,
    problem: CaseProblem,
    text: str,
    claimed_fen: int | None,
    account_id: UUID,
    at: datetime,
) -> ParcelCase:
    """Open a case about a person's own parcel. 申请售后。

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as when it is read.
        ParcelNotSent: an enquiry, a claim or a return of a parcel that was never accepted.
        EnquiryTooLate: more than a year after it was sent.
        ClaimAmountMissing: a claim without an amount.
        CaseAlreadyOpen: the same matter is being looked after.
    """
    stored = await read_number(number, account_id=account_id)
    parcel = await Parcel.get_or_none(number=stored, account_id=account_id)
    if parcel is None:
        raise ParcelNotFound
    if kind is not CaseKind.COMPLAINT:
        _require_sent(parcel, at=at)
    if kind is CaseKind.CLAIM and claimed_fen is None:
        raise ClaimAmountMissing
    async with transaction():
        case = await _open(
            parcel, kind=kind, problem=problem, text=text, claimed_fen=claimed_fen, account_id=account_id, at=at
        )
        await _note(case, account_id=account_id, role="person")
        await notify(account_id=account_id, event=opened_event(case, stored, at=at), at=at)
    return case


async def note_incident(
    *, number: str, problem: CaseProblem, text: str, asker: StationStaff, at: datetime
) -> ParcelCase:
    """Open a case for what the counter saw of a parcel of its own; its family is told. 登记异常。

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        ParcelNotSent: it was never accepted.
        CaseAlreadyOpen: the same matter is being looked after.
    """
    parcel = await get_counter_parcel(number=number, asker=asker)
    _require_sent(parcel, at=at)
    async with transaction():
        case = await _open(
            parcel,
            kind=CaseKind.ENQUIRY,
            problem=problem,
            text=text,
            claimed_fen=None,
            account_id=parcel.account_id,
            at=at,
        )
        await _note(case, account_id=asker.account_id, role=asker.role)
        if parcel.account_id is not None:
            await notify(account_id=parcel.account_id, event=opened_event(case, parcel.number, at=at), at=at)
    return case


async def find_incidents(*, at: datetime) -> int:
    """Open a case for every parcel that is lost, refused or late and has none of that kind yet; return how many.

    Once for each parcel and problem, however often it runs and in how many processes.
    """
    opened = 0
    for row in await fetch_rows(_TROUBLED, at - LATE_AFTER, _BATCH):
        async with transaction():
            opened += await _open_found(row, at=at)
    return opened


def opened_event(case: ParcelCase, parcel_number: str, *, at: datetime) -> Event:
    """Return what a family is told of a case that was opened."""
    return Event(
        name="parcel_case.opened",
        key=f"parcel_case:{case.id.hex}:opened",
        title=f"售后 {case.number} 已登记",
        text=f"包裹 {parcel_number} 的{case.kind.label}（{case.problem.label}）已经登记，"
        f"{clock_in_words(case.due_on, today=beijing_day(at))}。",
        link=f"/v1/parcel-cases/{case.number}",
    )


def _require_sent(parcel: Parcel, *, at: datetime) -> None:
    if parcel.state in _BEFORE or parcel.accepted_at is None:
        raise ParcelNotSent
    if beijing_day(at) > last_day_to_ask(beijing_day(parcel.accepted_at)):
        raise EnquiryTooLate


async def _open(
    parcel: Parcel,
    *,
    kind: CaseKind,
    problem: CaseProblem,
    text: str,
    claimed_fen: int | None,
    account_id: UUID | None,
    at: datetime,
) -> ParcelCase:
    case_id, number = new_id(), await CASE_NUMBERS.give(at=at)
    ceiling = claim_ceiling(fee_fen=parcel.price_fen, declared_value_fen=parcel.declared_value_fen)
    values = (case_id, at, number, parcel.id, parcel.station_id, account_id, kind.value, problem.value, text)
    stored = await execute(
        _INSERT, *values, due_on(kind, at=at), claimed_fen, ceiling if kind is CaseKind.CLAIM else None
    )
    if not stored:
        raise CaseAlreadyOpen
    return await ParcelCase.get(id=case_id)


async def _open_found(row: Row, *, at: datetime) -> int:
    parcel = await Parcel.get(id=as_uuid(row["id"]))
    problem = _problem_of(parcel, at=at)
    try:
        case = await _open(
            parcel,
            kind=CaseKind.ENQUIRY,
            problem=problem,
            text=_SYSTEM[problem],
            claimed_fen=None,
            account_id=parcel.account_id,
            at=at,
        )
    except CaseAlreadyOpen:
        return 0
    await _note(case, account_id=None, role="system")
    if parcel.account_id is not None:
        await notify(account_id=parcel.account_id, event=opened_event(case, parcel.number, at=at), at=at)
    return 1


def _problem_of(parcel: Parcel, *, at: datetime) -> CaseProblem:
    if parcel.state is ParcelState.LOST:
        return CaseProblem.LOST
    is_late = parcel.accepted_at is not None and parcel.accepted_at < at - LATE_AFTER
    return CaseProblem.LATE if is_late else CaseProblem.REFUSED


async def _note(case: ParcelCase, *, account_id: UUID | None, role: str) -> None:
    await record(
        account_id=account_id,
        role=role,
        action="parcel_case.opened",
        record_type="parcel_case",
        record_id=case.id,
        detail={"parcel_id": str(case.parcel_id), "kind": case.kind.value, "problem": case.problem.value},
    )
