"""优惠导入 — the bureau's spreadsheet of perks: every row checked, all faults told, nothing half-imported."""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.batches import Progress, fetch_many, one_of
from models.errors import Conflict
from models.perks import PerkCategory
from models.towns import Town
from models.transactions import as_uuid, transaction
from server.audit.service import record
from server.perks.import_columns import perk_shape
from server.perks.import_plan import Known, KnownMerchant, KnownPerk, Plan, plan_import
from server.perks.import_store import store_perks
from server.tables.columns import ParsedTable, TableShape
from server.tables.export import export_template
from server.tables.reading import load_table
from server.tables.report import ImportReport

_MERCHANTS = one_of("SELECT id, name, credit_code FROM merchants WHERE credit_code {keys}", "text")
_BRANCHES = one_of("SELECT id, merchant_id, name, closed_at FROM branches WHERE merchant_id {keys}", "uuid")
_PERKS = one_of(
    "SELECT p.*, u.used AS used_ever FROM perks p "
    "LEFT JOIN perk_usages u ON u.perk_id = p.id AND u.subject = 'all' AND u.period = 'ever' WHERE p.number {keys}",
    "text",
)
_LINKS = one_of("SELECT id, perk_id, branch_id FROM perk_branches WHERE perk_id {keys}", "uuid")


class PerksChangedMeanwhile(Conflict):
    message = "导入期间有人改动了相同的优惠，没有导入任何一行"
    next_step = "请重新导入一次"


async def import_perks(
    *,
    data: bytes,
    filename: str,
    dry_run: bool,
    account_id: UUID | None,
    role: str,
    at: datetime,
    progress: Progress | None = None,
) -> ImportReport:
    """Store the perks of a spreadsheet, all or none; a number that is known updates its perk.

    ``account_id`` None is the command line. ``progress`` is called with the rows stored and the rows to store.
    A suspended perk takes new terms and stays suspended; the file's hash and the counts are audited.

    Raises:
        TableRejected: it carries every fault by row and column.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet, SpreadsheetTooLarge and its kin: see ``server.tables``.
        PerksChangedMeanwhile: another import or change crossed this one.
    """
    table = await load_table(data, filename=filename)
    shape = await current_shape()
    parsed = await asyncio.to_thread(shape.parse, table)
    if dry_run:
        return _report(await _plan(parsed), dry_run=True)
    try:
        async with transaction():
            plan = await _plan(parsed)
            await store_perks(plan, at=at, progress=progress)
            report = _report(plan, dry_run=False)
            await record(
                account_id=account_id,
                role=role,
                action="perks.imported",
                record_type="perk_import",
                record_id=hashlib.sha256(data).hexdigest(),
                detail={"rows": report.rows, "created": report.created, "updated": report.updated},
            )
    except IntegrityError:
        raise PerksChangedMeanwhile from None
    return report


async def perk_template() -> bytes:
    """Return the .xlsx to fill in, with today's categories as a drop-down."""
    return await export_template(await current_shape())


async def current_shape() -> TableShape:
    """Return the table's shape for the categories and towns that there are now."""
    categories = await PerkCategory.all().order_by("position", "code")
    towns = await Town.all().order_by("position", "code")
    return perk_shape(
        categories={category.name: category.code for category in categories},
        towns={town.name: town.code for town in towns},
    )


async def _plan(parsed: ParsedTable) -> Plan:
    known = await _known(parsed)
    plan = await asyncio.to_thread(plan_import, parsed, known)
    parsed.accepted(also=plan.errors)
    return plan


def _report(plan: Plan, *, dry_run: bool) -> ImportReport:
    created = sum(item.is_new for item in plan.changes)
    updated = len(plan.changes) - created
    return ImportReport(
        rows=plan.rows, created=created, updated=updated, unchanged=plan.rows - created - updated, dry_run=dry_run
    )


async def _known(parsed: ParsedTable) -> Known:
    """Read what the rows speak of: merchants, branches, and the perks that have these numbers."""
    codes = sorted({str(row.values["merchant"]) for row in parsed.rows if row.values["merchant"]})
    merchants = {
        row["credit_code"]: KnownMerchant(id=as_uuid(row["id"]), name=row["name"], branches={}, open_branches=[])
        for row in await fetch_many(_MERCHANTS, codes)
    }
    by_id = {merchant.id: merchant for merchant in merchants.values()}
    for row in await fetch_many(_BRANCHES, list(by_id)):
        merchant, branch_id = by_id[as_uuid(row["merchant_id"])], as_uuid(row["id"])
        merchant.branches[row["name"]] = branch_id
        if row["closed_at"] is None:
            merchant.open_branches.append(branch_id)
    numbers = [str(row.values["number"]) for row in parsed.rows]
    perks = {row["number"]: KnownPerk(row=row, links={}) for row in await fetch_many(_PERKS, numbers)}
    perks_by_id = {as_uuid(perk.row["id"]): perk for perk in perks.values()}
    for row in await fetch_many(_LINKS, list(perks_by_id)):
        perks_by_id[as_uuid(row["perk_id"])].links[as_uuid(row["branch_id"])] = as_uuid(row["id"])
    return Known(merchants=merchants, perks=perks)
