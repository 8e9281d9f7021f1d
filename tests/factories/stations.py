"""服务站工厂 — stations with hours, special days and staff that a test asks for by what matters to it."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.accounts import StaffMember
from models.stations import Station, StationDay, StationHours, StationLevel, StationService, StationStaff
from server.stations.calendars import EVERYWHERE
from server.stations.hours import parse_spans
from tests.factories.cards import make_staff
from tests.factories.merchants import SOME_TOWN, make_town

WORKDAYS: dict[int, Sequence[str]] = dict.fromkeys(range(1, 6), ("08:30-11:30", "14:00-17:30"))
EVERY_DAY: dict[int, Sequence[str]] = dict.fromkeys(range(1, 8), ("08:30-17:30",))

_numbers = count(1)


async def make_station(**overrides: Any) -> Station:
    """Make a town's station that takes parcels, in ``town_code`` (None for none) and with ``hours`` (workdays).

    ``hours`` are spans such as ``08:30-11:30`` by weekday, 1 for Monday.
    """
    number = next(_numbers)
    town_code: str | None = overrides.pop("town_code", SOME_TOWN)
    if town_code is not None:
        await make_town(town_code)
    hours: Mapping[int, Sequence[str]] = overrides.pop("hours", WORKDAYS)
    values: dict[str, Any] = {
        "number": f"ST-{number:04d}",
        "name": f"示例服务站{number}",
        "level": StationLevel.TOWN,
        "town_id": town_code,
        "address": f"示例路 {number} 号",
        "telephone": "0514-00000000",
        "services": (StationService.PARCEL, StationService.CARD),
        "slot_minutes": 30,
        "slot_capacity": 4,
        "updated_at": utc_now(),
    }
    station = await Station.create(**(values | overrides))
    await give_hours(station.id, hours)
    return station


async def give_hours(station_id: UUID, hours: Mapping[int, Sequence[str]]) -> None:
    """Give a station without hours these."""
    for weekday, words in hours.items():
        for span in parse_spans(words):
            await StationHours.create(station_id=station_id, weekday=weekday, opens=span.opens, closes=span.closes)


async def make_day(
    day: date, *, station: Station | None = None, hours: Sequence[str] = (), note: str = ""
) -> StationDay:
    """Make a special day of a station, else of all; closed unless ``hours`` are given."""
    scope = EVERYWHERE if station is None else str(station.id)
    return await StationDay.create(station=station, scope=scope, day=day, hours=tuple(hours), note=note)


async def make_station_staff(
    station: Station, account_id: UUID | None, *, town_code: str | None = None
) -> StationStaff:
    """Post an account at a station; who is no staff yet becomes staff of ``town_code``, else of the station's town."""
    if not await StaffMember.exists(account_id=account_id):
        await make_staff(account_id, town_code=town_code or station.town_id or SOME_TOWN)
    return await StationStaff.create(station_id=station.id, account_id=account_id)
