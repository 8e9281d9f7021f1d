"""花名册导入 — the bureau's spreadsheet of card holders, checked whole and stored whole or not at all."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.transactions import Dialects, execute, is_postgres, transaction
from server.audit.service import record
from server.cards.roster_plan import CHUNK, Plan, Scope, find_known, make_plan, read_entries
from server.cards.roster_rows import NEW_CARDS, NEW_HOLDERS, OLD_CARDS, OLD_HOLDERS, as_json
from server.cards.roster_table import roster_shape
from server.tables.reading import load_table
from server.tables.report import ImportReport

Progress = Callable[[int, int], None]
_IMPORT_LOCK = 84_500_217
"""One import at a time on PostgreSQL; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: an account in a role, or the command line (None), for one town or (None) for all."""

    account_id: UUID | None
    role: str
    town_code: str | None = None


async def import_roster(
    *,
    data: bytes,
    filename: str,
    dry_run: bool,
    importer: Importer,
    at: datetime,
    progress: Progress | None = None,
) -> ImportReport:
    """Store a roster of holders and cards; what is there already is brought up to date. 导入花名册。

    Holders are found by ID number, cards by card number. A column that the file lacks leaves what is stored; a blank
    cell clears it. Neither binding nor state of a card changes. ``progress`` hears (rows done, rows in all).

    Raises:
        UnreadableSpreadsheet, SpreadsheetTooLarge …: see ``load_table``.
        WrongHeaders, TableHasNoRows, TableRejected: with every fault by row and column; nothing was stored.
    """
    table = await load_table(data, filename=filename)
    shape = await roster_shape()
    parsed, entries = await asyncio.to_thread(read_entries, table, shape)
    scope = Scope(town_code=importer.town_code, columns=frozenset(parsed.header.places))
    async with transaction():
        if is_postgres():
            await execute("SELECT pg_advisory_xact_lock($1)", _IMPORT_LOCK)
        known = await find_known(entries)
        plan = await asyncio.to_thread(make_plan, entries, known=known, scope=scope)
        parsed.accepted(also=[parsed.error(row=row, key=key, message=message) for row, key, message in plan.faults])
        if not dry_run:
            await _store(plan, at=at, progress=progress)
            await _audit(plan, importer=importer, digest=hashlib.sha256(data).hexdigest())
    return ImportReport(
        rows=plan.rows, created=plan.created, updated=plan.updated, unchanged=plan.unchanged, dry_run=dry_run
    )


async def _store(plan: Plan, *, at: datetime, progress: Progress | None) -> None:
    steps: tuple[tuple[Dialects, Sequence[Sequence[object]], tuple[object, ...]], ...] = (
        (NEW_HOLDERS, plan.new_holders, (at,)),
        (OLD_HOLDERS, plan.old_holders, (at,)),
        (NEW_CARDS, plan.new_cards, (at,)),
        (OLD_CARDS, plan.old_cards, ()),
    )
    total, done = sum(len(rows) for _, rows, _ in steps), 0
    for statement, rows, instant in steps:
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            await execute(statement, await asyncio.to_thread(as_json, chunk), *instant)
            done += len(chunk)
            if progress is not None:
                progress(plan.rows * done // total, plan.rows)
    if progress is not None and not total:
        progress(plan.rows, plan.rows)


async def _audit(plan: Plan, *, importer: Importer, digest: str) -> None:
    await record(
        account_id=importer.account_id,
        role=importer.role,
        action="roster.imported",
        record_type="roster",
        record_id=digest,
        detail={"rows": plan.rows, "created": plan.created, "updated": plan.updated, "unchanged": plan.unchanged},
    )
