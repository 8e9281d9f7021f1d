"""服务站接口：找服务站的人。"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from config.clock import beijing_day, utc_now
from models.fields import decode_words
from models.stations import StationLevel, StationService
from models.transactions import as_uuid
from server.accounts.guards import Visitor
from server.http.endpoints import By, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.search.pairs import NothingToSearch
from server.search.places import PlaceInvalid, parse_place
from server.stations import directory
from server.stations.directory import StationFile
from server.stations.hours import CLOSED, Calendar, Opening, day_in_words, opening, week_in_words
from server.stations.routes.shapes import services_of, week_of
from server.stations.schemas import (
    SlotDay,
    SlotDays,
    SlotQuery,
    SlotView,
    SpecialDayView,
    StationItem,
    StationList,
    StationQuery,
    StationRelative,
    StationView,
)
from server.stations.service import StationNotFound
from server.stations.slots import StationClosed, StationTakesNoParcels, open_slots

routes = Routes("stations", title="服务站")
_READS = Limit("600/minute", by=By.ADDRESS, shared=False)
_SPECIAL_DAYS_SHOWN = 30


@routes.get(
    "/stations",
    summary="找服务站：按编号；给了 near 则近的在前",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(NothingToSearch, PlaceInvalid),
)
async def list_stations(asker: Visitor, query: StationQuery) -> StationList:
    """Closed stations are left out; with ``near`` also those without coordinates."""
    near, at = parse_place(query.near) if query.near else None, utc_now()
    page = await directory.list_stations(
        at=at,
        q=query.q,
        service=query.service,
        town=query.town,
        level=query.level,
        near=near,
        is_open=query.open,
        after=decode_cursor(query.cursor, tuple[float, UUID] if near else tuple[str]),
        limit=query.limit,
    )
    return StationList(
        items=[_item(row, page.calendars[as_uuid(row["id"])], at=at) for row in page.rows],
        next_cursor=encode_cursor(*page.position) if page.position else None,
    )


@routes.get(
    "/stations/<station_id:uuid>",
    summary="服务站详情：地址、电话、营业时间、此刻开不开门",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(StationNotFound,),
)
async def get_station(asker: Visitor, station_id: UUID) -> StationView:
    """Also of a station that has stopped, so that who has its address learns it."""
    at = utc_now()
    return _view(await directory.get_station_file(station_id=station_id, at=at), at=at)


@routes.get(
    "/stations/<station_id:uuid>/slots",
    summary="服务站的包裹预约时段",
    limit=_READS,
    one_connection=True,
    refusals=(StationNotFound, StationClosed, StationTakesNoParcels),
)
async def list_slots(asker: Visitor, station_id: UUID, query: SlotQuery) -> SlotDays:
    """Slots that have not begun, today's and those of the next 14 days; a full one has ``free`` 0."""
    at = utc_now()
    slots = await open_slots(station_id=station_id, at=at, day_from=query.day_from, days=query.days)
    return SlotDays(
        days=[
            SlotDay(
                day=day,
                label=day_in_words(day, today=beijing_day(at)),
                slots=[SlotView(starts=slot.starts, ends=slot.ends, free=slot.free) for slot in of_day],
            )
            for day, of_day in groupby(slots, key=lambda slot: slot.day)
        ]
    )


def _opening(row: Mapping[str, Any], calendar: Calendar, *, at: datetime) -> Opening:
    return CLOSED if row["closed_at"] is not None else opening(calendar, at=at)


def _item(row: Mapping[str, Any], calendar: Calendar, *, at: datetime) -> StationItem:
    level, now = StationLevel(row["level"]), _opening(row, calendar, at=at)
    return StationItem(
        id=as_uuid(row["id"]),
        number=row["number"],
        name=row["name"],
        level=level,
        level_label=level.label,
        town_code=row["town_id"],
        town_name=row["town_name"],
        address=row["address"],
        telephone=row["telephone"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        services=services_of(decode_words(row["services"])),
        is_open=now.is_open,
        opening=now.sentence,
        is_sample=bool(row["is_sample"]),
        distance_metres=round(row["metres"]) if "metres" in row else None,
    )


def _view(found: StationFile, *, at: datetime) -> StationView:
    row, calendar = found.row, found.calendar
    level, now = StationLevel(row["level"]), _opening(row, calendar, at=at)
    words = decode_words(row["services"])
    return StationView(
        id=as_uuid(row["id"]),
        number=row["number"],
        name=row["name"],
        level=level,
        level_label=level.label,
        town_code=row["town_id"],
        town_name=row["town_name"],
        address=row["address"],
        telephone=row["telephone"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        services=services_of(words),
        notice=row["notice"],
        is_open=now.is_open,
        opening=now.sentence,
        closes_at=now.closes_at,
        opens_at=now.opens_at,
        hours=week_of(calendar),
        hours_text=week_in_words(calendar.weekly),
        special_days=_special_days(calendar, at=at),
        takes_parcels=row["closed_at"] is None and StationService.PARCEL in words and row["slot_capacity"] > 0,
        parent=None if found.parent is None else _relative(found.parent),
        children=[_relative(child) for child in found.children],
        is_closed=row["closed_at"] is not None,
        is_sample=bool(row["is_sample"]),
    )


def _special_days(calendar: Calendar, *, at: datetime) -> list[SpecialDayView]:
    last = beijing_day(at) + timedelta(days=_SPECIAL_DAYS_SHOWN)
    return [
        SpecialDayView(day=day, hours=[span.text for span in special.spans], note=special.note)
        for day, special in sorted(calendar.special.items())
        if day <= last
    ]


def _relative(row: Mapping[str, Any]) -> StationRelative:
    level = StationLevel(row["level"])
    return StationRelative(
        id=as_uuid(row["id"]), number=row["number"], name=row["name"], level=level, level_label=level.label
    )
