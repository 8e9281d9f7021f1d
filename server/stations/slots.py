"""预约时段业务 — which slots a station offers, and taking a place in one; a slot is never oversold."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from config.clock import beijing_day
from models.base import new_id
from models.errors import Conflict
from models.fields import decode_words
from models.stations import StationService
from models.transactions import Dialects, Row, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.stations.calendars import EVERYWHERE, as_day, load_calendars
from server.stations.hours import Span, day_in_words, instant, parse_spans
from server.stations.service import StationNotFound

BOOKABLE_DAYS = 14
"""How many days after today can still be booked."""
_SHOWN_AFTER_FULL = 3


class SlotFull(Conflict):
    message = "这个时段已经约满"
    next_step = "请改约其他时段"


class SlotNotOffered(Conflict):
    message = "这个服务站没有这个预约时段"
    next_step = "请刷新后从列出的时段里选"


class StationClosed(Conflict):
    message = "这个服务站已经停止服务"
    next_step = "请选择其他服务站"


class StationTakesNoParcels(Conflict):
    message = "这个服务站不接受包裹预约"
    next_step = "请选择提供拥军包裹寄递的服务站"


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """可约时段 — a slot as it stands now; ``free`` 0 means that it is full."""

    day: date
    starts: str
    ends: str
    free: int


_OFFER = (
    "SELECT s.closed_at, s.services, s.slot_minutes, s.slot_capacity, "
    "(SELECT {words} FROM station_hours h WHERE h.station_id = s.id AND h.weekday = $2) AS weekly, "
    "(SELECT d.hours FROM station_days d WHERE d.scope = $3 AND d.day = $5) AS own, "
    "(SELECT d.hours FROM station_days d WHERE d.scope = $4 AND d.day = $5) AS everywhere "
    "FROM stations s WHERE s.id = $1"
)
# the shared lock lets bookings pass each other and makes them wait for a change of the station's terms
_LOCKED_OFFER = Dialects(
    postgres=_OFFER.format(words="string_agg(h.opens || '-' || h.closes, ',')") + " FOR SHARE OF s",
    sqlite=_OFFER.format(words="group_concat(h.opens || '-' || h.closes, ',')"),
)
_TAKE = (
    "INSERT INTO station_slots (id, created_at, station_id, day, starts, ends, capacity, taken) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (station_id, day, starts) DO UPDATE "
    "SET taken = station_slots.taken + 1, capacity = excluded.capacity "
    "WHERE station_slots.taken < excluded.capacity RETURNING id"
)


async def open_slots(
    *, station_id: UUID, at: datetime, day_from: date | None = None, days: int = 7
) -> list[OfferedSlot]:
    """Return the slots that a station offers from a day on (today by default) for some days, in order, full ones too.

    Days that are past or more than two weeks ahead have none.

    Raises:
        StationNotFound: there is none.
        StationClosed, StationTakesNoParcels: it offers no slots at all.
    """
    station = await fetch_row(
        "SELECT closed_at, services, slot_minutes, slot_capacity FROM stations WHERE id = $1", station_id
    )
    _require_bookable(station)
    assert station is not None
    today = beijing_day(at)
    first = max(day_from or today, today)
    last = min((day_from or today) + timedelta(days=days - 1), today + timedelta(days=BOOKABLE_DAYS))
    if last < first:
        return []
    calendar = (await load_calendars([station_id], day_from=first, days=(last - first).days))[station_id]
    known = await fetch_rows(
        "SELECT day, starts, ends, taken FROM station_slots WHERE station_id = $1 AND day BETWEEN $2 AND $3",
        station_id,
        first,
        last,
    )
    stored = {(as_day(row["day"]), row["starts"]): row for row in known}
    offered: list[OfferedSlot] = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for slot in slots_of(calendar.spans_on(day), minutes=station["slot_minutes"]):
            if instant(day, slot.opens) > at:
                row = stored.get((day, slot.opens))
                free = station["slot_capacity"] - (row["taken"] if row else 0)
                offered.append(OfferedSlot(day, slot.opens, row["ends"] if row else slot.closes, max(0, free)))
    return offered


async def take_slot(*, station_id: UUID, day: date, starts: str, at: datetime) -> UUID:
    """Take one place of a slot in the caller's transaction and return the slot's id; ``starts`` is ``HH:MM``.

    Raises:
        StationNotFound: there is none.
        StationClosed, StationTakesNoParcels: it offers no slots at all.
        SlotNotOffered: past, more than two weeks ahead, a closed day, or not the beginning of a slot.
        SlotFull: every place is taken; it names the next free ones.
    """
    async with transaction():
        station = await fetch_row(_LOCKED_OFFER, station_id, day.isoweekday(), str(station_id), EVERYWHERE, day)
        _require_bookable(station)
        assert station is not None
        slot = _offered(station, day, starts, at=at)
        taken = await fetch_row(_TAKE, new_id(), at, station_id, day, slot.opens, slot.closes, station["slot_capacity"])
        if taken is None:
            raise await _full(station_id, day, slot.opens, at=at)
    return as_uuid(taken["id"])


async def require_collection_day(*, station_id: UUID, day: date, at: datetime) -> None:
    """Refuse a day on which nobody of the station can fetch parcels at home; no place is counted.

    Raises:
        StationNotFound: there is none.
        StationClosed, StationTakesNoParcels: it takes no parcels at all.
        SlotNotOffered: past, more than two weeks ahead, a closed day, or today after the station has closed.
    """
    async with transaction():
        station = await fetch_row(_LOCKED_OFFER, station_id, day.isoweekday(), str(station_id), EVERYWHERE, day)
        _require_bookable(station)
        assert station is not None
        spans = _spans(station)
        last = instant(day, spans[-1].closes) if spans else None
        ahead = (day - beijing_day(at)).days
        if ahead > BOOKABLE_DAYS:
            raise SlotNotOffered(f"只能预约 {BOOKABLE_DAYS} 天以内的日子")
        if ahead >= 0 and last is None:
            raise _closed_on(day, at=at)
        if last is None or last <= at:
            raise SlotNotOffered("这一天已经过去，或服务站已经下班", next_step="请改约后面的日子")


async def give_back(*, slot_id: UUID) -> None:
    """Give one place back, in the transaction of the deed that no longer needs it, which must do so only once."""
    await execute("UPDATE station_slots SET taken = taken - 1 WHERE id = $1 AND taken > 0", slot_id)


def slots_of(spans: tuple[Span, ...], *, minutes: int) -> list[Span]:
    """Return the slots of one day: whole ones, each within a span."""
    return [
        Span(_clock(begin), _clock(begin + minutes))
        for span in spans
        for begin in range(_minutes(span.opens), _minutes(span.closes) - minutes + 1, minutes)
    ]


def _require_bookable(station: Row | None) -> None:
    if station is None:
        raise StationNotFound
    if station["closed_at"] is not None:
        raise StationClosed
    if StationService.PARCEL.value not in decode_words(station["services"]) or not station["slot_capacity"]:
        raise StationTakesNoParcels


def _offered(station: Row, day: date, starts: str, *, at: datetime) -> Span:
    ahead = (day - beijing_day(at)).days
    if ahead > BOOKABLE_DAYS:
        raise SlotNotOffered(f"只能预约 {BOOKABLE_DAYS} 天以内的时段")
    spans = _spans(station)
    slot = next((slot for slot in slots_of(spans, minutes=station["slot_minutes"]) if slot.opens == starts), None)
    if ahead >= 0 and not spans:
        raise _closed_on(day, at=at)
    if ahead >= 0 and slot is None:
        raise SlotNotOffered
    if slot is None or instant(day, starts) <= at:
        raise SlotNotOffered("这个时段已经过去", next_step="请改约后面的时段")
    return slot


def _spans(station: Row) -> tuple[Span, ...]:
    special = station["own"] if station["own"] is not None else station["everywhere"]
    if special is not None:
        return parse_spans(decode_words(special))
    return parse_spans(station["weekly"].split(",") if station["weekly"] else ())


def _closed_on(day: date, *, at: datetime) -> SlotNotOffered:
    return SlotNotOffered(f"{day_in_words(day, today=beijing_day(at))}这个服务站不上班", next_step="请改约其他日子")


async def _full(station_id: UUID, day: date, starts: str, *, at: datetime) -> SlotFull:
    offered = await open_slots(station_id=station_id, at=at, days=BOOKABLE_DAYS + 1)
    free = sorted(
        (slot for slot in offered if slot.free),
        key=lambda slot: ((slot.day, slot.starts) < (day, starts), slot.day, slot.starts),
    )
    if not free:
        return SlotFull(next_step="两周内都约满了，请改约其他服务站，或直接到站问一问")
    today = beijing_day(at)
    named = [f"{day_in_words(slot.day, today=today)} {slot.starts}" for slot in free[:_SHOWN_AFTER_FULL]]
    return SlotFull(next_step=f"还有空的时段：{'、'.join(named)}")


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
