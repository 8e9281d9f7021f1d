"""服务站接口的答复 — shapes that several kinds of askers are answered with."""

from collections.abc import Iterable

from config.clock import beijing, beijing_day, utc_now
from models.stations import Station, StationDay, StationService
from server.stations.calendars import load_calendars
from server.stations.hours import Calendar, week_in_words
from server.stations.schemas import StationServiceView, WeekdayHours
from server.stations.staff_schemas import BookedSlotView, StaffStation, StaffStationDay
from server.stations.timetable import list_booked_slots, list_days


def services_of(words: Iterable[str]) -> list[StationServiceView]:
    """Return services with their labels."""
    return [StationServiceView(code=StationService(word), label=StationService(word).label) for word in words]


def week_of(calendar: Calendar) -> list[WeekdayHours]:
    """Return the weekdays on which a station is open."""
    return [
        WeekdayHours(weekday=weekday, hours=[span.text for span in spans])
        for weekday, spans in sorted(calendar.weekly.items())
        if spans
    ]


def show_day(special: StationDay) -> StaffStationDay:
    """Return a special day as staff see it."""
    return StaffStationDay(
        id=special.id,
        day=special.day,
        hours=list(special.hours),
        note=special.note,
        is_for_all=special.station_id is None,
    )


async def detail(station: Station) -> StaffStation:
    """Return a station as its keepers see it."""
    at = utc_now()
    today = beijing_day(at)
    calendar = (await load_calendars([station.id], day_from=today))[station.id]
    days = await list_days(station_ids=(station.id, None), day_from=today)
    booked = await list_booked_slots(station_id=station.id, at=at)
    return StaffStation(
        id=station.id,
        number=station.number,
        name=station.name,
        level=station.level,
        level_label=station.level.label,
        parent_id=station.parent_id,
        town_code=station.town_id,
        address=station.address,
        telephone=station.telephone,
        latitude=station.latitude,
        longitude=station.longitude,
        services=services_of(station.services),
        notice=station.notice,
        slot_minutes=station.slot_minutes,
        slot_capacity=station.slot_capacity,
        hours=week_of(calendar),
        hours_text=week_in_words(calendar.weekly),
        special_days=[show_day(special) for special in days],
        booked_slots=[
            BookedSlotView(
                day=slot.day,
                starts=slot.starts,
                ends=slot.ends,
                taken=slot.taken,
                is_outside_hours=slot.is_outside_hours,
            )
            for slot in booked
        ],
        closed_at=beijing(station.closed_at) if station.closed_at else None,
        is_sample=station.is_sample,
        created_at=beijing(station.created_at),
        updated_at=beijing(station.updated_at),
    )
