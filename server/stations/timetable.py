"""营业时间业务 — setting a station's weekly hours and special days; what is booked stays booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from config.clock import beijing_day
from models.base import new_id
from models.errors import FieldError, Invalid, NotFound
from models.fields import encode_words
from models.stations import StationDay, StationHours
from models.transactions import as_uuid, execute, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.stations.calendars import EVERYWHERE, as_day, load_calendars
from server.stations.hours import WEEKDAY_SIGNS, Span, parse_spans
from server.stations.service import StationKeptByOthers, audit, get_kept_station, keeps

FURTHEST_DAYS = 400
"""Special days are entered for this year and the next."""


class StationDayInvalid(Invalid):
    message = "特殊日期有误"
    next_step = "请按提示修改后再提交"


class StationHoursInvalid(Invalid):
    message = "营业时间有误"
    next_step = "请按提示修改后再提交"


class StationDayNotFound(NotFound):
    message = "没有这个特殊日期"
    next_step = "请刷新服务站详情后再试"


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """已约时段 — a slot with parcels booked; ``is_outside_hours`` when the hours changed under it."""

    day: date
    starts: str
    ends: str
    taken: int
    is_outside_hours: bool


def read_week(week: Sequence[tuple[int, Sequence[str]]]) -> dict[int, tuple[Span, ...]]:
    """Return the spans of each weekday from words such as ``08:30-11:30``.

    Raises:
        StationHoursInvalid: it carries every weekday that stands twice or whose words are no spans.
    """
    weekly: dict[int, tuple[Span, ...]] = {}
    errors = []
    for place, (weekday, words) in enumerate(week):
        try:
            if weekday in weekly:
                raise ValueError(f"周{WEEKDAY_SIGNS[weekday - 1]}写了两次，请合成一条")
            weekly[weekday] = parse_spans(words)
        except ValueError as fault:
            errors.append(FieldError(f"week[{place}]", str(fault)))
    if errors:
        raise StationHoursInvalid(errors=tuple(errors))
    return weekly


def read_day(words: Sequence[str]) -> tuple[Span, ...]:
    """Return the spans of a special day; none means closed.

    Raises:
        StationDayInvalid: a word is no span, or two of them overlap.
    """
    try:
        return parse_spans(words)
    except ValueError as fault:
        raise StationDayInvalid(errors=(FieldError("hours", str(fault)),)) from None


async def set_hours(
    *, station_id: UUID, weekly: Mapping[int, tuple[Span, ...]], staff: StaffMember, at: datetime
) -> None:
    """Give a station these weekly hours instead of those it had; ``weekly`` is by weekday, 1 for Monday.

    Raises:
        StationNotFound: there is none, or others keep it.
    """
    async with transaction():
        await get_kept_station(station_id=station_id, staff=staff)
        await execute("UPDATE stations SET updated_at = $1 WHERE id = $2", at, station_id)
        await replace_hours(station_id=station_id, weekly=weekly, at=at)
        await audit("station.hours_changed", station_id, staff=staff)


async def replace_hours(*, station_id: UUID, weekly: Mapping[int, tuple[Span, ...]], at: datetime) -> None:
    """Store weekly hours in the caller's transaction, which holds the station's row."""
    await execute("DELETE FROM station_hours WHERE station_id = $1", station_id)
    await StationHours.bulk_create(
        StationHours(station_id=station_id, weekday=weekday, opens=span.opens, closes=span.closes, created_at=at)
        for weekday, spans in weekly.items()
        for span in spans
    )


async def set_day(
    *, station_id: UUID | None, day: date, spans: tuple[Span, ...], note: str, staff: StaffMember, at: datetime
) -> UUID:
    """Make a day special for a station, or for all (``station_id`` None, administrators); again replaces it.

    ``spans`` empty means closed. A day of the station itself wins over one of all.

    Raises:
        StationNotFound: there is none, or others keep it.
        StationKeptByOthers: only administrators make a day special for all.
        StationDayInvalid: the day is past, or more than 400 days ahead.
    """
    today = beijing_day(at)
    if not today <= day <= today + timedelta(days=FURTHEST_DAYS):
        message = "这一天已经过去" if day < today else f"只能填 {FURTHEST_DAYS} 天以内的日期"
        raise StationDayInvalid(errors=(FieldError("day", message),))
    async with transaction():
        if station_id is not None:
            await get_kept_station(station_id=station_id, staff=staff)
        elif not staff.is_administrator:
            raise StationKeptByOthers
        scope = EVERYWHERE if station_id is None else str(station_id)
        row = await fetch_row(
            "INSERT INTO station_days (id, created_at, station_id, scope, day, hours, note) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope, day) DO UPDATE "
            "SET hours = excluded.hours, note = excluded.note RETURNING id",
            new_id(),
            at,
            station_id,
            scope,
            day,
            encode_words(span.text for span in spans),
            note,
        )
        assert row is not None
        await _audit_day("station_day.set", scope, day, staff=staff)
        return as_uuid(row["id"])


async def remove_day(*, day_id: UUID, staff: StaffMember) -> None:
    """Make a special day an ordinary one again.

    Raises:
        StationDayNotFound: there is none, or others keep the station.
    """
    async with transaction():
        special = await StationDay.get_or_none(id=day_id).select_related("station")
        if special is None:
            raise StationDayNotFound
        town_code = special.station.town_id if special.station is not None else None
        if not keeps(staff, town_code) or not await execute("DELETE FROM station_days WHERE id = $1", day_id):
            raise StationDayNotFound
        await _audit_day("station_day.removed", special.scope, special.day, staff=staff)


async def list_days(*, station_ids: Sequence[UUID | None], day_from: date) -> list[StationDay]:
    """Return the special days of stations (None for those of all) from a day on, in order."""
    scopes = [EVERYWHERE if station_id is None else str(station_id) for station_id in station_ids]
    return await StationDay.filter(scope__in=scopes, day__gte=day_from).order_by("day", "scope")


async def list_booked_slots(*, station_id: UUID, at: datetime) -> list[BookedSlot]:
    """Return today's and later slots of a station in which something is booked, in order."""
    today = beijing_day(at)
    rows = await fetch_rows(
        "SELECT day, starts, ends, taken FROM station_slots WHERE station_id = $1 AND day >= $2 AND taken > 0 "
        "ORDER BY day, starts",
        station_id,
        today,
    )
    calendar = (await load_calendars([station_id], day_from=today))[station_id]
    booked = []
    for row in rows:
        day, slot = as_day(row["day"]), Span(row["starts"], row["ends"])
        inside = any(s.opens <= slot.opens and slot.closes <= s.closes for s in calendar.spans_on(day))
        booked.append(BookedSlot(day, slot.opens, slot.closes, row["taken"], not inside))
    return booked


async def _audit_day(action: str, scope: str, day: date, *, staff: StaffMember) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="station_day",
        record_id=scope,
        detail={"day": day.isoformat()},
    )
