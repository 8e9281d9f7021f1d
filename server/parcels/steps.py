"""取消和改约 — what a family may still do with a parcel that is booked; its place in a slot is given back once."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.clock import beijing_day
from models.errors import Conflict, Invalid
from models.parcels import Collection, EventKind, ParcelState
from models.transactions import Row, as_instant, as_uuid, execute, fetch_row, transaction
from server.audit.service import record
from server.notifications.service import notify
from server.parcels.announcing import announce, rescheduled_event
from server.parcels.events import NewEvent, record_events
from server.parcels.following import ParcelNotFound, read_number
from server.parcels.timeline import next_step
from server.stations.calendars import as_day
from server.stations.hours import day_in_words
from server.stations.slots import give_back, require_collection_day, take_slot

_FACTS = (
    "SELECT p.id, p.number, p.state, p.state_at, p.collection, p.collect_on, p.station_id, p.slot_id, l.day, l.starts "
    "FROM parcels p LEFT JOIN station_slots l ON l.id = p.slot_id WHERE p.number = $1 AND p.account_id = $2"
)
_HOLD = "UPDATE parcels SET updated_at = $1 WHERE id = $2 AND state = 'booked' RETURNING slot_id, state_at"


class ParcelNotBooked(Conflict):
    message = "包裹已经不在预约中，不能取消或改约"

    def __init__(self, state: ParcelState) -> None:
        super().__init__(f"包裹{state.label}，不能再取消或改约", next_step=next_step(state))


class SlotMissing(Invalid):
    message = "到站交寄要选一个时段"
    next_step = "请选好日期和时段后再提交"


@dataclass(frozen=True, slots=True)
class Appointment:
    """约定的时间 — a day, and at the counter the slot's beginning ``HH:MM``; empty for a collection at home."""

    day: date
    starts: str = ""


async def cancel(*, number: str, reason: str, account_id: UUID, at: datetime) -> None:
    """Cancel a parcel that is booked; cancelling it again changes nothing. 取消预约。

    Of a cancellation and an acceptance at the counter at once, one is done and the other refused.

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as when it is read.
        ParcelNotBooked: it was accepted or refused at the counter.
    """
    stored = await read_number(number, account_id=account_id)
    async with transaction():
        facts = await _own(stored, account_id)
        if facts["state"] == ParcelState.CANCELLED:
            return
        parcel_id = as_uuid(facts["id"])
        if not await cancel_booked(parcel_id=parcel_id, words=reason, account_id=account_id, at=at):
            now = ParcelState((await _own(stored, account_id))["state"])
            if now is not ParcelState.CANCELLED:
                raise ParcelNotBooked(now)


async def cancel_booked(*, parcel_id: UUID, words: str, account_id: UUID | None, at: datetime) -> bool:
    """Cancel a parcel if it is still booked, in the caller's transaction; return whether it was.

    ``account_id`` None is the system's own doing. The place in its slot is given back with it.
    """
    held = await fetch_row(_HOLD, at, parcel_id)
    if held is None:
        return False
    if held["slot_id"] is not None:
        await give_back(slot_id=as_uuid(held["slot_id"]))
    cancelled = NewEvent(
        parcel_id=parcel_id,
        kind=EventKind.CANCELLED,
        occurred_at=max(at, as_instant(held["state_at"])),
        text=words,
        account_id=account_id,
    )
    recorded = await record_events([cancelled], at=at)
    await announce(recorded.changes, at=at)
    await record(
        account_id=account_id,
        role="person" if account_id else "system",
        action="parcel.cancelled",
        record_type="parcel",
        record_id=parcel_id,
    )
    return True


async def reschedule(*, number: str, to: Appointment, account_id: UUID, at: datetime) -> None:
    """Move a parcel that is booked to another slot of its station, or to another day of collection. 改约。

    The old place is given back and the new one taken in one transaction: nobody is without a place in between.

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as when it is read.
        ParcelNotBooked: it was accepted, refused or cancelled.
        SlotMissing: it is brought to the counter and no slot was chosen.
        SlotFull, SlotNotOffered, StationClosed, StationTakesNoParcels: as when it was booked.
    """
    stored = await read_number(number, account_id=account_id)
    async with transaction():
        facts = await _own(stored, account_id)
        parcel_id, state = as_uuid(facts["id"]), ParcelState(facts["state"])
        if state is not ParcelState.BOOKED:
            raise ParcelNotBooked(state)
        is_counter = facts["collection"] == Collection.COUNTER
        if is_counter and not to.starts:
            raise SlotMissing
        if await fetch_row(_HOLD, at, parcel_id) is None:
            raise ParcelNotBooked(ParcelState((await _own(stored, account_id))["state"]))
        facts = await _own(stored, account_id)
        if is_counter:
            await _change_slot(facts, to, at=at)
        else:
            await _change_day(facts, to, at=at)
        await _note(facts, to, is_counter=is_counter, account_id=account_id, at=at)


async def _own(number: str, account_id: UUID) -> Row:
    facts = await fetch_row(_FACTS, number, account_id)
    if facts is None:
        raise ParcelNotFound
    return facts


async def _change_slot(facts: Row, to: Appointment, *, at: datetime) -> None:
    """Give back and take in the order of the slots, so that two people who swap theirs do not wait for each other."""
    station_id, held = as_uuid(facts["station_id"]), facts["slot_id"]
    old = (as_day(facts["day"]), facts["starts"]) if held is not None else None
    if old == (to.day, to.starts):
        return
    if held is not None and old is not None and old < (to.day, to.starts):
        await give_back(slot_id=as_uuid(held))
        taken = await take_slot(station_id=station_id, day=to.day, starts=to.starts, at=at)
    else:
        taken = await take_slot(station_id=station_id, day=to.day, starts=to.starts, at=at)
        if held is not None:
            await give_back(slot_id=as_uuid(held))
    await execute("UPDATE parcels SET slot_id = $1 WHERE id = $2", taken, as_uuid(facts["id"]))


async def _change_day(facts: Row, to: Appointment, *, at: datetime) -> None:
    await require_collection_day(station_id=as_uuid(facts["station_id"]), day=to.day, at=at)
    await execute("UPDATE parcels SET collect_on = $1 WHERE id = $2", to.day, as_uuid(facts["id"]))


async def _note(facts: Row, to: Appointment, *, is_counter: bool, account_id: UUID, at: datetime) -> None:
    parcel_id = as_uuid(facts["id"])
    when = day_in_words(to.day, today=beijing_day(at)) + (f" {to.starts} 到站交寄" if is_counter else "上门揽收")
    await notify(account_id=account_id, event=rescheduled_event(facts["number"], parcel_id, when, at=at), at=at)
    await record(
        account_id=account_id,
        role="person",
        action="parcel.rescheduled",
        record_type="parcel",
        record_id=parcel_id,
        detail={"day": to.day.isoformat(), "starts": to.starts if is_counter else ""},
    )
