"""服务站名录 — what the public finds: by service, town, level and words, open now, by number or nearest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing, beijing_day
from models.fields import decode_words
from models.stations import StationLevel, StationService
from models.transactions import as_uuid, fetch_row, fetch_rows, is_postgres
from server.search.conditions import Conditions
from server.search.nearest import Layout, Position, nearest
from server.search.pairs import NothingToSearch, query_terms
from server.search.places import Place
from server.stations.calendars import EVERYWHERE, load_calendars
from server.stations.hours import Calendar, parse_spans
from server.stations.service import StationNotFound

_COLUMNS = (
    "s.id, s.number, s.name, s.level, s.parent_id, s.town_id, t.name AS town_name, s.address, s.telephone, s.latitude, "
    "s.longitude, s.services, s.notice, s.slot_capacity, s.closed_at, s.is_sample"
)
_WORDS = "lower(s.name || ' ' || s.address || ' ' || s.number || ' ' || coalesce(t.name, ''))"
_TOWN = "LEFT JOIN towns t ON t.code = s.town_id"
_ON_THE_MAP = Layout(
    places="stations",
    alias="s",
    boxes="station_places",
    row="place_rowid",
    is_open="s.closed_at IS NULL",
    things=_TOWN,
)


@dataclass(frozen=True, slots=True)
class StationPage:
    """One page of stations with their calendars; ``position`` None means that there is no more."""

    rows: list[Mapping[str, Any]]
    calendars: Mapping[UUID, Calendar]
    position: tuple[str | float, ...] | None


@dataclass(frozen=True, slots=True)
class StationFile:
    """A station with its calendar, and the stations above and below it."""

    row: Mapping[str, Any]
    calendar: Calendar
    parent: Mapping[str, Any] | None
    children: list[Mapping[str, Any]]


async def list_stations(
    *,
    at: datetime,
    q: str = "",
    service: StationService | None = None,
    town: str = "",
    level: StationLevel | None = None,
    near: Place | None = None,
    is_open: bool = False,
    after: tuple[Any, ...] | None = None,
    limit: int = 20,
) -> StationPage:
    """Return stations in service, by number, or nearest first with ``near``: then only those with coordinates.

    ``after`` is the position of the page before. Rows of a nearest list carry ``metres``.

    Raises:
        NothingToSearch: ``q`` holds no character that could be found.
    """
    conditions = Conditions()
    if q:
        _add_words(conditions, q)
    if service is not None:
        word = conditions.value(f'%"{service.value}"%')
        conditions.add(f"s.services LIKE {word}")
    if town:
        conditions.add(f"s.town_id = {conditions.value(town)}")
    if level is not None:
        conditions.add(f"s.level = {conditions.value(level.value)}")
    if is_open:
        await _add_open_now(conditions, at=at)
    rows = await (
        _by_number(conditions, after=after, limit=limit + 1)
        if near is None
        else nearest(
            _ON_THE_MAP,
            _COLUMNS,
            conditions,
            near,
            is_narrow=bool(conditions.parts),
            after=Position(metres=after[0], thing_id=after[1]) if after else None,
            limit=limit + 1,
        )
    )
    kept = list(rows[:limit])
    last = kept[-1] if len(rows) > limit else None
    return StationPage(
        rows=kept,
        calendars=await load_calendars([as_uuid(row["id"]) for row in kept], day_from=beijing_day(at)),
        position=None if last is None else ((last["number"],) if near is None else (last["metres"], str(last["id"]))),
    )


async def _by_number(
    conditions: Conditions, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    conditions.add("s.closed_at IS NULL")
    if after:
        conditions.add(f"s.number > {conditions.value(after[0])}")
    return await fetch_rows(
        f"SELECT {_COLUMNS} FROM stations s {_TOWN} WHERE {conditions.text} "
        f"ORDER BY s.number LIMIT {conditions.value(limit)}",
        *conditions.values,
    )


def _add_words(conditions: Conditions, q: str) -> None:
    """Demand every pair of characters of a question; some hundreds of stations need no index for it."""
    terms = query_terms(q)
    if not terms:
        raise NothingToSearch
    for term in terms:
        word = conditions.value(f"%{term.removesuffix('*')}%")
        conditions.add(
            f"lower(s.name || ' ' || s.address || ' ' || s.number || ' ' || coalesce(t.name, '')) LIKE {word}"
        )


async def _add_open_now(conditions: Conditions, *, at: datetime) -> None:
    """Demand that a station is open at this minute: by its special day, else that of all, else its weekly hours."""
    day, clock = beijing_day(at), f"{beijing(at):%H:%M}"
    special = {
        row["scope"]: any(span.opens <= clock < span.closes for span in parse_spans(decode_words(row["hours"])))
        for row in await fetch_rows("SELECT scope, hours FROM station_days WHERE day = $1", day)
    }
    everywhere = special.pop(EVERYWHERE, None)
    if everywhere is None:
        minute = conditions.value(clock)
        ordinary = (
            "EXISTS (SELECT 1 FROM station_hours h WHERE h.station_id = s.id "
            f"AND h.weekday = {conditions.value(day.isoweekday())} AND h.opens <= {minute} AND h.closes > {minute})"
        )
    else:
        ordinary = "true" if everywhere else "false"
    own = _among(conditions, list(special))
    open_by_own_day = _among(conditions, [scope for scope, opens in special.items() if opens])
    conditions.add(f"({open_by_own_day} OR (NOT {own} AND {ordinary}))")


def _among(conditions: Conditions, ids: list[str]) -> str:
    value = conditions.value(ids)
    if is_postgres():
        return f"s.id::text = ANY({value}::text[])"
    return f"s.id IN (SELECT value FROM json_each({value}))"


async def get_station_file(*, station_id: UUID, at: datetime) -> StationFile:
    """Return a station, also a closed one, with the open stations below it and the one above.

    Raises:
        StationNotFound: there is none.
    """
    row = await fetch_row(f"SELECT {_COLUMNS} FROM stations s {_TOWN} WHERE s.id = $1", station_id)
    if row is None:
        raise StationNotFound
    relatives = await fetch_rows(
        f"SELECT {_COLUMNS} FROM stations s {_TOWN} WHERE s.id = $1 OR (s.parent_id = $2 AND s.closed_at IS NULL) "
        "ORDER BY s.number",
        as_uuid(row["parent_id"]) if row["parent_id"] else None,
        station_id,
    )
    calendars = await load_calendars([station_id], day_from=beijing_day(at))
    above = row["parent_id"]
    return StationFile(
        row=row,
        calendar=calendars[station_id],
        parent=next((relative for relative in relatives if relative["id"] == above), None),
        children=[relative for relative in relatives if relative["id"] != above],
    )
