"""附近 — things in the order of the distance to their place, or to the nearest of their places.

Two ways lead to a page. Where few things fit (a rare word, a small town) all of them are measured and sorted. Where
many do, an index walks outwards from the asker until the page is certain: the GiST index of a Mercator point on
PostgreSQL, boxes of an R*Tree on SQLite. Either costs about the same at a thousand things and at a hundred thousand.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.transactions import Row, as_uuid, fetch_row, fetch_rows, is_postgres
from server.search.conditions import Conditions
from server.search.places import Place

FEW = 400
"""Up to so many fitting things are measured one by one."""

_FIRST_REACH_METRES = 400.0
_WHOLE_EARTH_METRES = 20_100_000.0
_FIRST_PLACES = 64
_WIDER = 4
_SURELY = 0.9
"""Mercator stretches with latitude: inside a province its distances, scaled at one place, are true to a tenth."""


@dataclass(frozen=True, slots=True)
class Layout:
    """布局 — in which tables the things of a list lie on the map, as parts of SQL text.

    The table ``places`` is called ``alias`` in every part; it holds ``latitude``, ``longitude`` and, on PostgreSQL,
    the indexed point ``place``; on SQLite the R*Tree ``boxes`` has its degrees.
    """

    places: str
    alias: str
    boxes: str
    row: str
    """SQLite: the number of a place, in ``places`` and in ``boxes``."""
    is_open: str
    """The condition on a place alone under which it counts."""
    things: str
    """The joins that lead from a place to what is looked for; its id is the column ``id`` of a row."""
    nearer: str = ""
    """``SELECT … WHERE`` over the open places ``b2`` of the same thing; empty where a thing has but one place."""
    glance: int = 256
    """So many places are looked at before what fits is counted: they hold a page where one in ten passes."""
    hint: str = ""
    """SQLite: ``INDEXED BY`` where it would not find by itself what is rare."""
    is_wide: bool = False
    """Whether a place's row is so wide that a walk carries only where it lies (``ctid``) and fetches it again."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the distance of its last row, then the thing's id."""

    metres: float
    thing_id: UUID


async def nearest(
    layout: Layout,
    columns: str,
    conditions: Conditions,
    here: Place,
    *,
    is_narrow: bool,
    after: Position | None,
    limit: int,
) -> list[Mapping[str, Any]]:
    """Return things that fit, each once at its nearest open place, nearest first, ``limit`` of them after a position.

    ``columns`` name the thing's ``id`` and whatever else a row is to carry; ``metres`` is added. ``is_narrow`` says
    that the conditions may leave few things.
    """
    name = layout.alias
    conditions.add(f"{layout.is_open} AND {name}.latitude IS NOT NULL AND {name}.longitude IS NOT NULL")
    columns = f"{columns}, {name}.latitude AS place_latitude, {name}.longitude AS place_longitude"
    last = after or Position(metres=-1.0, thing_id=UUID(int=0))
    walk = _walk_postgres if is_postgres() else _walk_sqlite
    if is_narrow:
        found = await walk(layout, columns, conditions, here, last=last, limit=limit, most=layout.glance)
        if found is not None:
            return found
        if await _are_few(layout, conditions):
            rows = await fetch_rows(
                f"SELECT {columns} FROM {layout.places} {name} {layout.hint} {layout.things} WHERE {conditions.text}",
                *conditions.values,
            )
            return _after(_nearest_of_each(rows, here), last)[:limit]
    first = layout.glance * _WIDER if is_narrow else _FIRST_PLACES
    return await walk(layout, columns, conditions, here, last=last, limit=limit, first=first) or []


async def _are_few(layout: Layout, conditions: Conditions) -> bool:
    row = await fetch_row(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM {layout.places} {layout.alias} {layout.hint} {layout.things} "
        f"WHERE {conditions.text} LIMIT {FEW + 1}) AS fitting",
        *conditions.values,
    )
    assert row is not None
    return int(row["n"]) <= FEW


async def _walk_postgres(
    layout: Layout,
    columns: str,
    conditions: Conditions,
    here: Place,
    *,
    last: Position,
    limit: int,
    first: int = 0,
    most: int = 0,
) -> list[Mapping[str, Any]] | None:
    """Take the ``first`` nearest places from the index, then four times as many, until the page is certain.

    With ``most`` it looks at so many once, and returns None if the page is not certain then.
    """
    sql, values = _outwards(layout, columns, conditions, here, last=last)
    places = most or first
    while True:
        rows = await fetch_rows(sql, *values, places)
        # how many places there were is told by a row; none at all means that the walk must go on or has ended
        is_all = bool(rows) and rows[0]["places_seen"] < places
        edge = rows[0]["edge"] * here.metres_per_degree * _SURELY if rows and not is_all else math.inf
        found = [row for row in _after(_nearest_of_each(rows, here), last) if row["metres"] < edge]
        if len(found) >= limit or is_all or (not rows and await _has_walked_all(layout, places)):
            return found[:limit]
        if most:
            return None
        places *= _WIDER


def _outwards(
    layout: Layout, columns: str, conditions: Conditions, here: Place, *, last: Position
) -> tuple[str, list[object]]:
    """Return the query of a walk, whose last placeholder is how many places to take, and the values before it."""
    values, name = list(conditions.values), layout.alias

    def value(given: object) -> str:
        values.append(given)
        return f"${len(values)}"

    point = f"point({value(here.longitude)}::float8, {value(here.northing)}::float8)"
    beyond, fresh = "", ""
    if last.metres > 0:
        reached = value(last.metres / here.metres_per_degree * _SURELY)
        beyond = f"AND {name}.place <-> {point} >= {reached}"
        if layout.nearer:
            fresh = f"AND NOT EXISTS ({layout.nearer} AND b2.place <-> {point} < {reached})"
    carried, walked = f"{name}.*", f"walked {name}"
    if layout.is_wide:
        carried, walked = f"{name}.ctid", f"walked JOIN {layout.places} {name} ON {name}.ctid = walked.ctid"
    sql = (
        f"WITH walked AS MATERIALIZED (SELECT {carried}, {name}.place <-> {point} AS degrees "
        f"FROM {layout.places} {name} WHERE {name}.place IS NOT NULL AND {layout.is_open} {beyond} "
        f"ORDER BY {name}.place <-> {point} LIMIT ${len(values) + 1}) "
        f"SELECT {columns}, (SELECT max(degrees) FROM walked) AS edge, (SELECT count(*) FROM walked) AS places_seen "
        f"FROM {walked} {layout.things} WHERE {conditions.text} {fresh}"
    )
    return sql, values


async def _has_walked_all(layout: Layout, places: int) -> bool:
    row = await fetch_row(f"SELECT count(*) AS n FROM (SELECT 1 FROM {layout.places} LIMIT $1) AS seen", places + 1)
    assert row is not None
    return int(row["n"]) <= places


async def _walk_sqlite(
    layout: Layout,
    columns: str,
    conditions: Conditions,
    here: Place,
    *,
    last: Position,
    limit: int,
    first: int = 0,
    most: int = 0,
) -> list[Mapping[str, Any]] | None:
    """Take boxes from the R*Tree, three times as wide each time, until the page is certain.

    With ``most`` it looks into the first box only, and returns None if the page is not certain then.
    """
    n, name = len(conditions.values), layout.alias
    sql = (
        # CROSS keeps the boxes first: a plan made while there were few places would go through all of them for ever
        f"SELECT {columns} FROM {layout.boxes} r CROSS JOIN {layout.places} {name} "
        f"ON {name}.{layout.row} = r.{layout.row} {layout.things} "
        f"WHERE r.west >= ${n + 1} AND r.east <= ${n + 2} AND r.south >= ${n + 3} "
        f"AND r.north <= ${n + 4} AND {conditions.text}"
    )
    reach = max(_FIRST_REACH_METRES, last.metres * 1.5)
    while True:
        rows = await fetch_rows(sql, *conditions.values, *here.box(reach))
        found = [row for row in _after(_nearest_of_each(rows, here), last) if row["metres"] <= reach]
        if len(found) >= limit or reach >= _WHOLE_EARTH_METRES:
            return found[:limit]
        if most:
            return None
        reach *= 3


def _nearest_of_each(rows: list[Row], here: Place) -> list[Mapping[str, Any]]:
    nearest_rows: dict[Any, Mapping[str, Any]] = {}
    for row in rows:
        metres = here.metres_to(row["place_latitude"], row["place_longitude"])
        known = nearest_rows.get(row["id"])
        if known is None or metres < known["metres"]:
            nearest_rows[row["id"]] = {**dict(row.items()), "metres": metres}
    return sorted(nearest_rows.values(), key=lambda row: (row["metres"], as_uuid(row["id"])))


def _after(rows: list[Mapping[str, Any]], last: Position) -> list[Mapping[str, Any]]:
    return [row for row in rows if (row["metres"], as_uuid(row["id"])) > (last.metres, last.thing_id)]
