"""收寄和不予收寄 — the deeds of the counter: each ends a booking, and of two at once only one is done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.errors import Conflict
from models.parcels import EventKind, Parcel, ParcelState
from models.transactions import as_instant, fetch_row, transaction
from server.audit.service import record
from server.parcels.announcing import announce
from server.parcels.counter.desk import get_counter_parcel
from server.parcels.counter.inspection import (
    ContentsNotInspected,
    IdDocument,
    Measured,
    price_of,
    require_agreed,
)
from server.parcels.events import NewEvent, record_events
from server.parcels.quote import Quote
from server.stations.guards import StationStaff

_ACCEPT = (
    "UPDATE parcels SET weight_grams = $3, length_mm = $4, width_mm = $5, height_mm = $6, zone = $7, "
    "charged_grams = $8, price_fen = $9, concession_fen = $10, concession_bearer = $11, insurance_fen = $12, "
    "paid_fen = $13, id_inspected = $14, contents_inspected = $15, accepted_at = $1, accepted_by_id = $16, "
    "updated_at = $1 WHERE id = $2 AND state = 'booked' RETURNING state_at"
)
_REFUSE = "UPDATE parcels SET state_reason = $3, updated_at = $1 WHERE id = $2 AND state = 'booked' RETURNING state_at"


class ParcelNotAwaited(Conflict):
    message = "包裹不在「已预约」状态，不能收寄或不予收寄"
    next_step = "请刷新后看它现在的状态"

    def __init__(self, state: ParcelState | None = None) -> None:
        super().__init__(f"包裹{state.label}，不能再收寄或不予收寄" if state else None)


class CounterRefusalReason(StrEnum):
    """不予收寄的原因"""

    NO_ID = "no_id"
    CONTENTS_NOT_SHOWN = "contents_not_shown"
    PROHIBITED = "prohibited"
    PACKAGING = "packaging"
    OVER_LIMITS = "over_limits"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    CounterRefusalReason.NO_ID: "没有出示有效身份证件",
    CounterRefusalReason.CONTENTS_NOT_SHOWN: "拒绝验视",
    CounterRefusalReason.PROHIBITED: "禁止或限制寄递的物品",
    CounterRefusalReason.PACKAGING: "包装不合要求",
    CounterRefusalReason.OVER_LIMITS: "超出重量或尺寸限度",
    CounterRefusalReason.OTHER: "其他原因",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """查验 — what was inspected and measured, and the total that the sender agreed to if it is not the booked one."""

    id_document: IdDocument
    contents_inspected: bool
    measured: Measured
    confirmed_total_fen: int | None = None


async def accept(*, number: str, inspection: Inspection, asker: StationStaff, at: datetime) -> Parcel:
    """Accept a booked parcel at its station: inspected, weighed, paid. 收寄。

    The price is computed anew by the tariff of the booking. Of an acceptance and a cancellation at once one is done.

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        ContentsNotInspected: the contents were not shown (快递暂行条例 31).
        ParcelNotAwaited: it is not booked, or no longer.
        ParcelOverLimits: the service does not take it as measured.
        PriceDiffers: the price is another than booked and was not confirmed.
    """
    parcel = await get_counter_parcel(number=number, asker=asker)
    if not inspection.contents_inspected:
        raise ContentsNotInspected
    if parcel.state is not ParcelState.BOOKED:
        raise ParcelNotAwaited(parcel.state)
    price = price_of(parcel, inspection.measured)
    require_agreed(parcel, price, confirmed_total_fen=inspection.confirmed_total_fen)
    async with transaction():
        held = await fetch_row(_ACCEPT, at, parcel.id, *_values(inspection, price, asker))
        if held is None:
            raise ParcelNotAwaited
        await _let_happen(parcel, EventKind.ACCEPTED, as_instant(held["state_at"]), asker=asker, at=at)
        detail = {
            "id_document": inspection.id_document.value,
            "quoted_fen": parcel.quoted_fen,
            "paid_fen": price.paid_fen,
        }
        await note(parcel, "parcel.accepted", asker=asker, detail=detail)
    return await get_counter_parcel(number=parcel.number, asker=asker)


async def refuse(*, number: str, reason: CounterRefusalReason, words: str, asker: StationStaff, at: datetime) -> Parcel:
    """Refuse a booked parcel at its station; ``words`` add to the reason. 不予收寄。

    Its place in the slot counts as used.

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        ParcelNotAwaited: it is not booked, or no longer.
    """
    parcel = await get_counter_parcel(number=number, asker=asker)
    async with transaction():
        held = await fetch_row(_REFUSE, at, parcel.id, reason.label)
        if held is None:
            raise ParcelNotAwaited((await Parcel.get(id=parcel.id)).state)
        told = f"{reason.label}，{words}" if words else reason.label
        since = as_instant(held["state_at"])
        await _let_happen(parcel, EventKind.REFUSED_AT_COUNTER, since, asker=asker, at=at, text=told)
        await note(parcel, "parcel.refused_at_counter", asker=asker, detail={"reason": reason.value})
    return await get_counter_parcel(number=parcel.number, asker=asker)


async def note(parcel: Parcel, action: str, *, asker: StationStaff, detail: dict[str, object]) -> None:
    """Write a deed of the counter into the audit trail."""
    await record(
        account_id=asker.account_id,
        role=asker.role,
        action=action,
        record_type="parcel",
        record_id=parcel.id,
        detail=detail,
    )


def _values(inspection: Inspection, price: Quote, asker: StationStaff) -> tuple[object, ...]:
    measured = inspection.measured
    return (
        *(measured.weight_grams, measured.length_mm, measured.width_mm, measured.height_mm),
        *(price.zone, price.weight.charged_grams, price.price_fen, price.concession_fen, price.concession_bearer),
        *(price.insurance_fen, price.paid_fen, inspection.id_document.label, True, asker.account_id),
    )


async def _let_happen(
    parcel: Parcel, kind: EventKind, since: datetime, *, asker: StationStaff, at: datetime, text: str = ""
) -> None:
    event = NewEvent(
        parcel_id=parcel.id,
        kind=kind,
        occurred_at=max(at, since),
        text=text,
        account_id=asker.account_id,
        dedupe=f"{kind}:{at.timestamp():.6f}",  # accepted, undone and accepted within one second are two acceptances
    )
    recorded = await record_events([event], at=at)
    await announce(recorded.changes, at=at)
