"""柜台的答复 — parcels as staff at the counter see them: people masked."""

from datetime import datetime
from typing import Literal

import msgspec

from config.clock import beijing
from models.parcels import Parcel, ParcelState
from models.transactions import as_instant
from server.http.pagination import encode_cursor
from server.parcels.counter.desk import CounterParcel
from server.parcels.counter.schemas import CounterParcelDetail, CounterParcelPage, CounterParcelView
from server.parcels.following import appointed_day
from server.parcels.parties import Party, read_recipient, read_sender
from server.parcels.routes.shapes import party_view, price_view
from server.parcels.schemas import ParcelItem, ParcelWarningView, SlotView

_PRICED = (
    *("price_fen", "concession_fen", "concession_bearer", "insurance_fen", "declared_value_fen"),
    *("quoted_fen", "paid_fen"),
)
_BEFORE = frozenset({ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER})


def counter_page(found: list[CounterParcel], *, limit: int) -> CounterParcelPage:
    """Return a page of ``limit`` parcels, of which one more was asked for."""
    shown = found[:limit]
    cursor = encode_cursor(str(shown[-1].row["id"])) if len(found) > limit else None
    return CounterParcelPage([_listed(parcel) for parcel in shown], cursor)


def counter_detail(parcel: Parcel) -> CounterParcelDetail:
    """Return a parcel with what a member of staff needs to inspect and to price it."""
    return CounterParcelDetail(
        parcel=_one(parcel),
        contents=msgspec.json.decode(parcel.contents, type=list[ParcelItem]),
        warnings=msgspec.json.decode(parcel.warnings, type=list[ParcelWarningView]),
        service_name=parcel.tariff.name,
        carrier=parcel.carrier,
        weight_grams=parcel.weight_grams,
        length_mm=parcel.length_mm,
        width_mm=parcel.width_mm,
        height_mm=parcel.height_mm,
        charged_grams=parcel.charged_grams,
        price=price_view({name: getattr(parcel, name) for name in _PRICED}),
        id_inspected=parcel.id_inspected,
        contents_inspected=parcel.contents_inspected,
        accepted_at=beijing(parcel.accepted_at) if parcel.accepted_at else None,
        state_reason=parcel.state_reason,
        may=_may(parcel.state),
    )


def _may(state: ParcelState) -> list[Literal["accept", "refuse", "track", "undo", "print"]]:
    if state is ParcelState.BOOKED:
        return ["accept", "refuse"]
    if state is ParcelState.ACCEPTED:
        return ["track", "undo", "print"]
    return [] if state in _BEFORE else ["print"]


def _listed(parcel: CounterParcel) -> CounterParcelView:
    row = parcel.row
    has_day = row["day"] is not None or row["collect_on"] is not None
    return _view(
        number=row["number"],
        station_id=str(row["station_id"]),
        state=ParcelState(row["state"]),
        state_at=as_instant(row["state_at"]),
        people=(parcel.sender, parcel.recipient),
        appointment=SlotView(appointed_day(row), row["starts"] or "", row["ends"] or "") if has_day else None,
        warnings=row["warnings"],
        tracking_number=row["tracking_number"],
        is_sample=bool(row["is_sample"]),
    )


def _one(parcel: Parcel) -> CounterParcelView:
    slot, collect_on = parcel.slot, parcel.collect_on
    appointment = SlotView(collect_on, "", "") if collect_on else None
    return _view(
        number=parcel.number,
        station_id=str(parcel.station_id),
        state=parcel.state,
        state_at=parcel.state_at,
        people=(read_sender(parcel.sender_sealed), read_recipient(parcel.recipient_sealed)),
        appointment=SlotView(slot.day, slot.starts, slot.ends) if slot else appointment,
        warnings=parcel.warnings,
        tracking_number=parcel.tracking_number,
        is_sample=parcel.is_sample,
    )


def _view(
    *,
    number: str,
    station_id: str,
    state: ParcelState,
    state_at: datetime,
    people: tuple[Party | None, Party | None],
    appointment: SlotView | None,
    warnings: str,
    tracking_number: str | None,
    is_sample: bool,
) -> CounterParcelView:
    return CounterParcelView(
        number=number,
        station_id=station_id,
        state=state,
        state_label=state.label,
        state_at=beijing(state_at),
        sender=party_view(people[0]),
        recipient=party_view(people[1]),
        appointment=appointment,
        has_warnings=bool(msgspec.json.decode(warnings)),
        tracking_number=tracking_number,
        is_sample=is_sample,
    )
