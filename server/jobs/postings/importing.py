"""岗位导入 — sheets of postings, by an employer for itself or by staff for many: all rows or none."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.clock import beijing_day
from models.accounts import Purpose
from models.batches import Progress
from models.employers import Employer, EmployerMember
from models.errors import Conflict
from models.jobs import JobActor, PostingState
from models.transactions import execute, is_postgres, transaction
from server.accounts.guards import ApprovedEmployerMember, StaffMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.jobs.postings.import_columns import own_shape, staff_shape
from server.jobs.postings.import_known import read_known, read_towns
from server.jobs.postings.import_plan import Plan, RowDoubt, plan_import
from server.jobs.postings.import_rules import ImportMode
from server.jobs.postings.import_store import ImportedBy, store_plan
from server.notifications.service import Event, notify_all
from server.tables.columns import ParsedTable, TableShape
from server.tables.export import export_template
from server.tables.reading import Sheet, load_table

MOST_DOUBTS_SHOWN = 200
_IMPORT_LOCK = 84_500_218
"""One import of postings at a time on PostgreSQL; SQLite has one writer anyway."""


class PostingsChangedMeanwhile(Conflict):
    message = "导入期间有人改动了相同的岗位、展位或招聘会，没有导入任何一行"
    next_step = "请重新导入一次"


@dataclass(frozen=True, slots=True)
class JobImportReport:
    """岗位导入结果 — counts of rows, and of postings that went live or wait for review. A dry run stores nothing."""

    rows: int
    created: int
    updated: int
    unchanged: int
    published: int
    submitted: int
    doubts: list[RowDoubt]
    dry_run: bool


async def import_own_jobs(
    *, sheet: Sheet, submit: bool, dry_run: bool, member: ApprovedEmployerMember, at: datetime
) -> JobImportReport:
    """Store the postings of the asker's own employer as drafts, or submit them; a known number updates its posting.

    Raises:
        TableRejected: it carries every fault by row and column, unlawful conditions with the article.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet, SpreadsheetTooLarge and its kin: see ``server.tables``.
        ConsentRequired: it names contacts and no consent to ``jobs`` is in force.
        PostingsChangedMeanwhile: another import or change crossed this one.
    """
    mode = ImportMode.SUBMIT if submit else ImportMode.DRAFT
    by = ImportedBy(JobActor.EMPLOYER, member.account_id, member.role)
    return await _import(sheet, _Importer(mode, by, member=member), dry_run=dry_run, at=at, progress=None)


async def import_jobs(
    *,
    sheet: Sheet,
    publish: bool,
    dry_run: bool,
    staff: StaffMember | None,
    at: datetime,
    progress: Progress | None = None,
) -> JobImportReport:
    """Store the postings of many employers, with their booths and openings at fairs; no ``staff`` is the command line.

    With ``publish`` they go live, but for those with a doubtful condition, which wait for review, and for those of a
    fair that is over or of a day that has passed, which are kept as closed: the bureau records past years' fairs.

    Raises:
        TableRejected, WrongHeaders and the other faults of sheets, PostingsChangedMeanwhile: as for an employer.
    """
    mode = ImportMode.PUBLISH if publish else ImportMode.ENTER
    account_id, role = (staff.account_id, staff.staff_role.value) if staff else (None, "system")
    by = ImportedBy(JobActor.STAFF, account_id, role)
    return await _import(sheet, _Importer(mode, by, staff=staff), dry_run=dry_run, at=at, progress=progress)


async def own_job_template() -> bytes:
    """Return the .xlsx that an employer fills in."""
    return await export_template(own_shape(towns=await read_towns()))


async def job_template() -> bytes:
    """Return the .xlsx that staff fill in for many employers."""
    return await export_template(staff_shape(towns=await read_towns()))


@dataclass(frozen=True, slots=True)
class _Importer:
    """Who imports and how."""

    mode: ImportMode
    by: ImportedBy
    member: ApprovedEmployerMember | None = None
    staff: StaffMember | None = None

    async def shape(self) -> TableShape:
        towns = await read_towns()
        return own_shape(towns=towns) if self.member else staff_shape(towns=towns)


async def _import(
    sheet: Sheet, importer: _Importer, *, dry_run: bool, at: datetime, progress: Progress | None
) -> JobImportReport:
    table = await load_table(sheet.data, filename=sheet.filename)
    parsed = await asyncio.to_thread((await importer.shape()).parse, table)
    if dry_run:
        return _report(await _plan(parsed, importer, locked=False, at=at), dry_run=True)
    try:
        async with transaction():
            if is_postgres():
                await execute("SELECT pg_advisory_xact_lock($1)", _IMPORT_LOCK)
            plan = await _plan(parsed, importer, locked=True, at=at)
            await store_plan(plan, by=importer.by, digest=sheet.digest, at=at, progress=progress)
            report = _report(plan, dry_run=False)
            await _audit(plan, report, importer, sheet.digest)
            await _tell(plan, importer, sheet.digest, at=at)
    except IntegrityError:
        raise PostingsChangedMeanwhile from None
    return report


async def _plan(parsed: ParsedTable, importer: _Importer, *, locked: bool, at: datetime) -> Plan:
    own = await Employer.get(id=importer.member.employer_id) if importer.member else None
    known = await read_known(parsed, own=own, staff=importer.staff, locked=locked, at=at)
    plan = await asyncio.to_thread(plan_import, parsed, known, mode=importer.mode, today=beijing_day(at))
    parsed.accepted(also=plan.errors)
    if importer.member and plan.names_contacts:
        await require_consent(account_id=importer.member.account_id, purpose=Purpose.JOBS)
    return plan


def _report(plan: Plan, *, dry_run: bool) -> JobImportReport:
    created = sum(one.stored is None for one in plan.postings)
    moved = Counter(one.state for one in plan.postings if one.state is not one.stored)
    return JobImportReport(
        rows=plan.rows,
        created=created,
        updated=plan.rows - created - plan.unchanged,
        unchanged=plan.unchanged,
        published=moved[PostingState.LIVE],
        submitted=moved[PostingState.SUBMITTED],
        doubts=list(plan.doubts[:MOST_DOUBTS_SHOWN]),
        dry_run=dry_run,
    )


async def _audit(plan: Plan, report: JobImportReport, importer: _Importer, digest: str) -> None:
    await record(
        account_id=importer.by.account_id,
        role=importer.by.role,
        action="job_postings.imported",
        record_type="job_import",
        record_id=digest,
        detail={
            "mode": importer.mode.value,
            "rows": report.rows,
            "created": report.created,
            "updated": report.updated,
            "published": report.published,
            "booths": len(plan.booths),
            "brought": len(plan.brought),
            "fairs_over": list(plan.fairs_over),
        },
    )


async def _tell(plan: Plan, importer: _Importer, digest: str, *, at: datetime) -> None:
    """Tell the members of employers for whom staff imported postings."""
    if importer.member is not None:
        return
    counts = Counter(one.employer.id for one in plan.postings)
    members: dict[UUID, list[UUID]] = {}
    for member in await EmployerMember.filter(employer_id__in=list(counts), removed_at=None):
        members.setdefault(member.employer_id, []).append(member.account_id)
    for employer_id, account_ids in members.items():
        told = Event(
            name="job_postings.imported",
            key=f"job_import:{digest[:32]}:{at.isoformat()}",
            title="工作人员导入了本单位的岗位",
            text=f"工作人员从表格导入或更新了本单位的 {counts[employer_id]} 个岗位，请核对",
            link="/v1/employer/jobs",
        )
        await notify_all(account_ids=account_ids, event=told, at=at)
