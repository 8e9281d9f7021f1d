"""招聘会导入 — the bureau's list of fairs: drafts to go on with, or last year's as they were held."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.errors import Conflict
from models.fairs import FairState, JobFair
from models.towns import Town
from models.transactions import transaction
from server.audit.service import record
from server.jobs.fairs.import_columns import fair_shape, period_of
from server.jobs.fairs.service import no_board_code
from server.tables.columns import ParsedRow, ParsedTable, TableShape
from server.tables.export import export_template
from server.tables.faults import CellError
from server.tables.reading import load_table
from server.tables.report import ImportReport

ENTERED_AFTERWARDS = "补录往年招聘会，没有上传方案和应急预案"
"""What a fair says that was over before the system knew of it: its plans are on paper, if anywhere."""


class FairsChangedMeanwhile(Conflict):
    message = "导入期间有人改动了相同的招聘会，没有导入任何一行"
    next_step = "请重新导入一次"


@dataclass(frozen=True, slots=True)
class _Change:
    """One fair to store: a new one, or the draft of the same number."""

    draft: JobFair | None
    columns: dict[str, Any]


async def import_fairs(
    *,
    data: bytes,
    filename: str,
    dry_run: bool,
    account_id: UUID | None,
    role: str,
    at: datetime,
    published_past: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Store the fairs of a spreadsheet, all or none; a number that is known updates its draft.

    ``published_past`` records fairs that are over as held, without their plans and with a note that says so.
    ``account_id`` None is the command line. The file's hash and the counts are audited.

    Raises:
        TableRejected: it carries every fault by row and column.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet, SpreadsheetTooLarge and its kin: see ``server.tables``.
        FairsChangedMeanwhile: another import or change crossed this one.
    """
    shape = await _shape()
    parsed = await asyncio.to_thread(shape.parse, await load_table(data, filename=filename))
    if dry_run:
        return _report(parsed, await _plan(parsed, published_past=published_past, at=at), dry_run=True)
    try:
        async with transaction():
            changes = await _plan(parsed, published_past=published_past, at=at)
            for done, change in enumerate(changes, start=1):
                await _store(change, at=at)
                if progress is not None:
                    progress(done, len(changes))
            report = _report(parsed, changes, dry_run=False)
            await _audit(report, data, account_id=account_id, role=role, published_past=published_past)
    except IntegrityError:
        raise FairsChangedMeanwhile from None
    return report


async def fair_template() -> bytes:
    """Return the .xlsx to fill in, with the towns as a drop-down."""
    return await export_template(await _shape())


async def _shape() -> TableShape:
    towns = await Town.all().order_by("position", "code")
    return fair_shape(towns={town.name: town.code for town in towns})


async def _plan(parsed: ParsedTable, *, published_past: bool, at: datetime) -> list[_Change]:
    """Return what the rows would change; refuse the table with every further fault."""
    numbers = [str(row.values["number"]) for row in parsed.rows]
    known = {fair.number: fair for fair in await _fairs_of(numbers)}
    changes: list[_Change] = []
    errors: list[CellError] = []
    for row in parsed.rows:
        columns = _columns(row, published_past=published_past, at=at)
        fair = known.get(str(row.values["number"]))
        if published_past and columns["ends_at"] > at:
            message = "还没有结束，不能补录为已举办，请另行导入后走发布手续"
            errors.append(parsed.error(row=row.number, key="ends_at", message=message))
        elif fair is None:
            changes.append(_Change(None, columns))
        elif any(getattr(fair, name) != value for name, value in columns.items() if name != "published_at"):
            if fair.state is FairState.DRAFT:
                changes.append(_Change(fair, columns))
            else:
                message = f"这场招聘会{fair.state.label}，不能由导入修改，请在系统中修改"
                errors.append(parsed.error(row=row.number, key="number", message=message))
    parsed.accepted(also=errors)
    return changes


async def _fairs_of(numbers: Sequence[str]) -> list[JobFair]:
    found: list[JobFair] = []
    for start in range(0, len(numbers), 500):
        found += await JobFair.filter(number__in=numbers[start : start + 500])
    return found


def _columns(row: ParsedRow, *, published_past: bool, at: datetime) -> dict[str, Any]:
    """Return what a row says of its fair; a state only where the import gives one."""
    starts_at, ends_at = period_of(row)
    columns = {
        **{name: row.values[name] for name in ("number", "title", "place", "capacity")},
        "town_id": row.values["town_code"] or None,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    if published_past:
        columns |= {"state": FairState.PUBLISHED, "state_reason": ENTERED_AFTERWARDS, "published_at": at}
    return columns


async def _store(change: _Change, *, at: datetime) -> None:
    if change.draft is None:
        await JobFair.create(**change.columns, board_token=no_board_code(), created_at=at, updated_at=at)
        return
    stored = JobFair.filter(id=change.draft.id, state=FairState.DRAFT)
    if not await stored.update(**change.columns, updated_at=at):
        raise FairsChangedMeanwhile


def _report(parsed: ParsedTable, changes: list[_Change], *, dry_run: bool) -> ImportReport:
    created = sum(change.draft is None for change in changes)
    rows = len(parsed.rows)
    return ImportReport(
        rows=rows,
        created=created,
        updated=len(changes) - created,
        unchanged=rows - len(changes),
        dry_run=dry_run,
    )


async def _audit(
    report: ImportReport, data: bytes, *, account_id: UUID | None, role: str, published_past: bool
) -> None:
    detail: dict[str, object] = {"rows": report.rows, "created": report.created, "updated": report.updated}
    if published_past:
        detail["note"] = ENTERED_AFTERWARDS
    await record(
        account_id=account_id,
        role=role,
        action="fairs.imported",
        record_type="fair_import",
        record_id=hashlib.sha256(data).hexdigest(),
        detail=detail,
    )
