"""服务站导入 — the bureau's spreadsheet of stations: every row and the tree checked, nothing half-imported."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.clock import beijing_day
from models.stations import Station
from models.towns import Town, TownNames
from models.transactions import transaction
from server.audit.service import record
from server.stations.calendars import load_calendars
from server.stations.import_columns import station_shape
from server.stations.import_plan import KnownStation, StationPlan, plan_stations
from server.stations.service import lock_tree
from server.stations.terms import StationTerms
from server.stations.timetable import replace_hours
from server.tables.columns import TableShape
from server.tables.export import export_template
from server.tables.reading import Sheet, load_table
from server.tables.report import ImportReport


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: an account in a role, or the command line (None), for one town or (None) for all."""

    account_id: UUID | None
    role: str
    town_code: str | None = None


async def import_stations(
    *,
    sheet: Sheet,
    dry_run: bool,
    importer: Importer,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Store the stations of a spreadsheet, all or none; a number that is known updates its station. 导入服务站。

    A column that the file lacks leaves what is stored; a blank cell clears it. Booked slots stay booked, closed
    stations stay closed. ``progress`` hears (rows done, rows in all).

    Raises:
        TableRejected: it carries every fault by row and column, those of the tree too.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet, SpreadsheetTooLarge and its kin: see ``server.tables``.
    """
    table = await load_table(sheet.data, filename=sheet.filename)
    shape = await current_shape()
    parsed = await asyncio.to_thread(shape.parse, table)
    columns = frozenset(parsed.header.places)
    async with transaction():
        await lock_tree()
        known = await _known(at=at)
        plan = await asyncio.to_thread(
            plan_stations,
            parsed.rows,
            columns=columns,
            known=known,
            town_code=importer.town_code,
            is_whole=not parsed.errors,
        )
        parsed.accepted(also=[parsed.error(row=row, key=key, message=text) for row, key, text in plan.faults])
        report = _report(plan, dry_run=dry_run)
        if not dry_run:
            await _store(plan, at=at, progress=progress)
            await record(
                account_id=importer.account_id,
                role=importer.role,
                action="stations.imported",
                record_type="station_import",
                record_id=sheet.digest,
                detail={"rows": report.rows, "created": report.created, "updated": report.updated},
            )
    return report


async def station_template() -> bytes:
    """Return the .xlsx to fill in."""
    return await export_template(await current_shape())


async def current_shape() -> TableShape:
    """Return the table's shape for the towns that there are now."""
    return station_shape(towns=TownNames.of(await Town.all().order_by("position", "code")))


async def _known(*, at: datetime) -> list[KnownStation]:
    stations = await Station.all()
    calendars = await load_calendars([station.id for station in stations], day_from=beijing_day(at), days=0)
    return [KnownStation(station.id, StationTerms.of(station), calendars[station.id].weekly) for station in stations]


async def _store(plan: StationPlan, *, at: datetime, progress: Callable[[int, int], None] | None) -> None:
    for done, change in enumerate(plan.changes, start=1):
        if change.is_new:
            await Station.create(id=change.id, created_at=at, updated_at=at, **change.terms.columns)
        else:
            await Station.filter(id=change.id).update(updated_at=at, **change.terms.columns)
        if change.week is not None:
            await replace_hours(station_id=change.id, weekly=change.week, at=at)
        if progress is not None:
            progress(done, len(plan.changes))


def _report(plan: StationPlan, *, dry_run: bool) -> ImportReport:
    created = sum(change.is_new for change in plan.changes)
    updated = len(plan.changes) - created
    return ImportReport(
        rows=plan.rows, created=created, updated=updated, unchanged=plan.rows - created - updated, dry_run=dry_run
    )
