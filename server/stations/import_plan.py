"""服务站导入计划 — what a checked table would create and change, or why it cannot; pure, to run in a thread."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.base import new_id
from models.stations import StationLevel
from server.stations.hours import Span
from server.stations.terms import Fault, Relative, StationTerms, faults_of, tree_faults_of
from server.tables.columns import ParsedRow, RowFault

Week = Mapping[int, tuple[Span, ...]]
_KEYS = {"parent_id": "parent_number", "latitude": "place", "longitude": "place"}
_DEFAULTS: Mapping[str, Any] = {
    "parent_number": None,
    "town_code": None,
    "telephone": "",
    "place": (None, None),
    "services": (),
    "hours": {},
    "slot_minutes": 30,
    "slot_capacity": 4,
}
"""What a blank cell stands for."""


@dataclass(frozen=True, slots=True)
class KnownStation:
    """A stored station with its weekly hours."""

    id: UUID
    terms: StationTerms
    week: Week


@dataclass(frozen=True, slots=True)
class StationChange:
    """One station to store; ``week`` None leaves its hours as they are."""

    id: UUID
    is_new: bool
    terms: StationTerms
    week: Week | None


@dataclass(frozen=True, slots=True)
class StationPlan:
    """What an import will do, parents before their children; stations that are as stored are in no change."""

    rows: int
    changes: tuple[StationChange, ...]
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    id: UUID
    terms: StationTerms
    week: Week
    parent_number: str | None
    known: KnownStation | None


def plan_stations(
    rows: Sequence[ParsedRow],
    *,
    columns: frozenset[str],
    known: Sequence[KnownStation],
    town_code: str | None,
    is_whole: bool,
) -> StationPlan:
    """Return what the rows would change among all stored stations, and every fault of theirs.

    ``columns`` are those that the file has: what it lacks stays as stored. ``town_code`` is the only town that the
    importer keeps, None for all. Without ``is_whole`` rows are missing, and a parent that is not found may be one.
    """
    stored = {station.terms.number: station for station in known}
    entries = [_entry(row, columns, stored) for row in rows]
    ids = {number: station.id for number, station in stored.items()} | {e.terms.number: e.id for e in entries}
    placed = [_placed(entry, ids) for entry in entries]
    tree = _Tree({station.id: station.terms for station in known} | {entry.id: entry.terms for entry in placed})
    faults: list[RowFault] = []
    for entry in placed:
        found = [*_rights_faults(entry, town_code), *faults_of(entry.terms)]
        if entry.parent_number is None or entry.parent_number in ids:
            found += tree.faults_of(entry)
        elif is_whole:
            found.append(("parent_id", "没有这个编号的服务站，请核对，或把上级也写进表格"))
        faults += [(entry.row, _KEYS.get(key, key), message) for key, message in found]
    changes = [change for entry in placed if (change := _change(entry)) is not None]
    order = {StationLevel.CITY: 0, StationLevel.TOWN: 1}
    changes.sort(key=lambda change: order.get(change.terms.level, 2))
    return StationPlan(rows=len(rows), changes=tuple(changes), faults=tuple(faults))


def _entry(row: ParsedRow, columns: frozenset[str], stored: Mapping[str, KnownStation]) -> _Entry:
    known = stored.get(str(row.values["number"]))
    given: dict[str, Any] = {
        key: _DEFAULTS.get(key) if row.values[key] is None else row.values[key] for key in columns & row.values.keys()
    }
    parent_number = given.pop("parent_number", None)
    week = given.pop("hours", known.week if known else {})
    if "place" in given:
        given["latitude"], given["longitude"] = given.pop("place")
    terms = dataclasses.replace(known.terms, **given) if known else StationTerms(**given)
    if "parent_number" in columns:
        terms = dataclasses.replace(terms, parent_id=None)
    return _Entry(row.number, known.id if known else new_id(), terms, week, parent_number, known)


def _placed(entry: _Entry, ids: Mapping[str, UUID]) -> _Entry:
    """Return an entry under the parent that it names, if there is such a one."""
    if entry.parent_number is None or entry.parent_number not in ids:
        return entry
    return dataclasses.replace(entry, terms=dataclasses.replace(entry.terms, parent_id=ids[entry.parent_number]))


def _rights_faults(entry: _Entry, town_code: str | None) -> Iterator[Fault]:
    if town_code is None:
        return
    if entry.known is not None and entry.known.terms.town_code != town_code:
        yield "number", "这个编号是其他乡镇或市级的服务站，请由系统管理员导入"
    elif entry.terms.town_code != town_code:
        yield "town_code", "只能导入本乡镇的服务站，其他的请由系统管理员导入"


class _Tree:
    """All stations as they would be."""

    def __init__(self, terms: Mapping[UUID, StationTerms]) -> None:
        self.relatives = {station_id: Relative(t.name, t.level, t.town_code) for station_id, t in terms.items()}
        self.children: dict[UUID, list[Relative]] = defaultdict(list)
        for station_id, own in terms.items():
            if own.parent_id is not None:
                self.children[own.parent_id].append(self.relatives[station_id])

    def faults_of(self, entry: _Entry) -> Iterator[Fault]:
        parent_id = entry.terms.parent_id
        if parent_id == entry.id:
            yield "parent_id", "上级不能是自己"
            return
        parent = self.relatives[parent_id] if parent_id is not None else None
        yield from tree_faults_of(entry.terms, parent=parent, children=self.children[entry.id])


def _change(entry: _Entry) -> StationChange | None:
    """Return the change that makes the stored station what the row says; None when it is so."""
    if entry.known is None:
        return StationChange(entry.id, True, entry.terms, entry.week)
    week = None if dict(entry.week) == dict(entry.known.week) else entry.week
    if week is None and entry.terms == entry.known.terms:
        return None
    return StationChange(entry.id, False, entry.terms, week)
