"""附近 — perks in the order of the distance to their nearest branch.

Two ways lead to a page. Where few offers fit (a rare word, a small town) all of them are measured and sorted. Where
many do, an index walks outwards from the asker until the page is certain: the GiST index of a Mercator point on
PostgreSQL, boxes of an R*Tree on SQLite. Either costs about the same at a thousand perks and at a hundred thousand.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models.transactions import Row, as_uuid, fetch_row, fetch_rows, is_postgres

FEW = 400
"""Up to so many fitting offers are measured one by one."""

_EARTH_METRES = 6_371_008.8
_FIRST_REACH_METRES = 400.0
_WHOLE_EARTH_METRES = 20_100_000.0
_FIRST_BRANCHES = 64
_GLANCE = 256
"""So many branches hold a page where a condition passes one offer in ten; where they do not, the offers are counted."""
_WIDER = 4
_SURELY = 0.9
"""Mercator stretches with latitude: inside a province its distances, scaled at one place, are true to a tenth."""

_BRANCH = "b.id AS branch_id, b.name AS branch_name, b.latitude AS branch_latitude, b.longitude AS branch_longitude"
_OFFERS = "JOIN perk_branches t ON t.branch_id = b.id JOIN perks p ON p.id = t.perk_id"


@dataclass(slots=True)
class Conditions:
    """A WHERE clause in the making; ``value`` numbers the placeholders."""

    parts: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def value(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, part: str) -> None:
        self.parts.append(part)

    @property
    def text(self) -> str:
        return " AND ".join(self.parts)


@dataclass(frozen=True, slots=True)
class Place:
    """地点 — degrees; the map's datum is that of the branches (GCJ-02)."""

    latitude: float
    longitude: float

    @property
    def northing(self) -> float:
        """The Mercator ordinate in degrees, as the PostgreSQL column ``branches.place`` holds it."""
        return math.degrees(math.log(math.tan(math.radians(45 + self.latitude / 2))))

    def metres_to(self, latitude: float, longitude: float) -> float:
        """Return the great-circle distance in metres."""
        south, north = math.radians(self.latitude), math.radians(latitude)
        across = math.radians(longitude - self.longitude)
        chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(across / 2) ** 2
        return 2 * _EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the distance of its last row, then the perk's id."""

    metres: float
    perk_id: UUID


async def nearest(
    columns: str, conditions: Conditions, here: Place, *, is_narrow: bool, after: Position | None, limit: int
) -> list[Mapping[str, Any]]:
    """Return perks that fit, each once at its nearest open branch, nearest first, ``limit`` of them after a position.

    Rows carry ``metres`` and the branch. ``is_narrow`` says that the conditions may leave few offers.
    """
    conditions.add("b.closed_at IS NULL AND b.latitude IS NOT NULL AND b.longitude IS NOT NULL")
    last = after or Position(metres=-1.0, perk_id=UUID(int=0))
    walk = _walk_postgres if is_postgres() else _walk_sqlite
    if is_narrow:
        found = await walk(columns, conditions, here, last=last, limit=limit, most=_GLANCE)
        if found is not None:
            return found
        if await _are_few(conditions):
            rows = await fetch_rows(
                f"SELECT {columns}, {_BRANCH} FROM branches b {_OFFERS} WHERE {conditions.text}", *conditions.values
            )
            return _after(_nearest_of_each(rows, here), last)[:limit]
    return await walk(columns, conditions, here, last=last, limit=limit, most=None) or []


async def _are_few(conditions: Conditions) -> bool:
    row = await fetch_row(
        "SELECT count(*) AS n FROM "
        f"(SELECT 1 FROM branches b {_OFFERS} WHERE {conditions.text} LIMIT {FEW + 1}) AS fitting",
        *conditions.values,
    )
    assert row is not None
    return int(row["n"]) <= FEW


async def _walk_postgres(
    columns: str, conditions: Conditions, here: Place, *, last: Position, limit: int, most: int | None
) -> list[Mapping[str, Any]] | None:
    """Take the nearest branches from the index, four times as many each time, until the page is certain.

    With ``most`` it looks at so many once, and returns None if the page is not certain then.
    """
    values = list(conditions.values)

    def value(given: object) -> str:
        values.append(given)
        return f"${len(values)}"

    point = f"point({value(here.longitude)}::float8, {value(here.northing)}::float8)"
    beyond, fresh = "", ""
    if last.metres > 0:
        reached = value(last.metres / _metres_per_degree(here) * _SURELY)
        beyond = f"AND place <-> {point} >= {reached}"
        fresh = (
            "AND NOT EXISTS (SELECT 1 FROM perk_branches t2 JOIN branches b2 ON b2.id = t2.branch_id "
            f"WHERE t2.perk_id = p.id AND b2.closed_at IS NULL AND b2.place <-> {point} < {reached})"
        )
    sql = (
        f"WITH b AS MATERIALIZED (SELECT *, place <-> {point} AS degrees FROM branches WHERE place IS NOT NULL "
        f"AND closed_at IS NULL {beyond} ORDER BY place <-> {point} LIMIT ${len(values) + 1}) "
        f"SELECT {columns}, {_BRANCH}, (SELECT max(degrees) FROM b) AS edge, (SELECT count(*) FROM b) AS branches "
        f"FROM b {_OFFERS} WHERE {conditions.text} {fresh}"
    )
    branches = most or _FIRST_BRANCHES
    while True:
        rows = await fetch_rows(sql, *values, branches)
        # how many branches there were is told by a row; none at all means that the walk must go on or has ended
        is_all = bool(rows) and rows[0]["branches"] < branches
        edge = rows[0]["edge"] * _metres_per_degree(here) * _SURELY if rows and not is_all else math.inf
        found = [row for row in _after(_nearest_of_each(rows, here), last) if row["metres"] < edge]
        if len(found) >= limit or is_all or (not rows and await _has_walked_all(branches)):
            return found[:limit]
        if most:
            return None
        branches *= _WIDER


async def _has_walked_all(branches: int) -> bool:
    row = await fetch_row("SELECT count(*) AS n FROM (SELECT 1 FROM branches LIMIT $1) AS seen", branches + 1)
    assert row is not None
    return int(row["n"]) <= branches


def _metres_per_degree(here: Place) -> float:
    """Return the length of one Mercator degree at a place."""
    return math.radians(1) * _EARTH_METRES * math.cos(math.radians(here.latitude))


async def _walk_sqlite(
    columns: str, conditions: Conditions, here: Place, *, last: Position, limit: int, most: int | None
) -> list[Mapping[str, Any]] | None:
    """Take boxes from the R*Tree, three times as wide each time, until the page is certain.

    With ``most`` it looks into the first box only, and returns None if the page is not certain then.
    """
    first = len(conditions.values) + 1
    sql = (
        f"SELECT {columns}, {_BRANCH} FROM branch_places r JOIN branches b ON b.place_rowid = r.place_rowid {_OFFERS} "
        f"WHERE r.west >= ${first} AND r.east <= ${first + 1} AND r.south >= ${first + 2} AND r.north <= ${first + 3} "
        f"AND {conditions.text}"
    )
    reach = max(_FIRST_REACH_METRES, last.metres * 1.5)
    while True:
        rows = await fetch_rows(sql, *conditions.values, *_box(here, reach))
        found = [row for row in _after(_nearest_of_each(rows, here), last) if row["metres"] <= reach]
        if len(found) >= limit or reach >= _WHOLE_EARTH_METRES:
            return found[:limit]
        if most:
            return None
        reach *= 3


def _nearest_of_each(rows: list[Row], here: Place) -> list[Mapping[str, Any]]:
    nearest_rows: dict[Any, Mapping[str, Any]] = {}
    for row in rows:
        metres = here.metres_to(row["branch_latitude"], row["branch_longitude"])
        known = nearest_rows.get(row["id"])
        if known is None or metres < known["metres"]:
            nearest_rows[row["id"]] = {**dict(row.items()), "metres": metres}
    return sorted(nearest_rows.values(), key=lambda row: (row["metres"], as_uuid(row["id"])))


def _after(rows: list[Mapping[str, Any]], last: Position) -> list[Mapping[str, Any]]:
    return [row for row in rows if (row["metres"], as_uuid(row["id"])) > (last.metres, last.perk_id)]


def _box(here: Place, reach: float) -> tuple[float, float, float, float]:
    """Return west, east, south, north of a box that holds the circle, with slack for SQLite's single precision."""
    up = math.degrees(reach / _EARTH_METRES)
    narrowest = math.cos(math.radians(min(89.0, abs(here.latitude) + up)))
    across = min(360.0, up / narrowest)
    slack = 1e-4
    return (
        here.longitude - across - slack,
        here.longitude + across + slack,
        here.latitude - up - slack,
        here.latitude + up + slack,
    )
