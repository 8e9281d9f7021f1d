"""用人单位导入 — the employers of a fair from one sheet, by staff: all rows or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.employers import Employer, EmployerDeed, EmployerState, EmployerStateForbids
from models.errors import Conflict, Invalid
from models.towns import Town, TownNames
from models.transactions import execute, is_postgres, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.employers.import_columns import employer_shape
from server.employers.terms import columns_of, read_terms
from server.employers.vetting import move_employer
from server.tables.columns import ParsedRow, ParsedTable, TableShape
from server.tables.export import export_template
from server.tables.faults import CellError
from server.tables.reading import Sheet, load_table
from server.tables.report import ImportReport

_IMPORT_LOCK = 84_500_219
_VETTED = {"name": "单位名称", "town_code": "所在乡镇", "nature": "单位性质"}


class EmployersChangedMeanwhile(Conflict):
    message = "导入期间有人登记或改动了相同的用人单位，没有导入任何一行"
    next_step = "请重新导入一次"


@dataclass(frozen=True, slots=True)
class _Change:
    """One employer to store: what is new of it in stored form before sealing, and whether it is approved now."""

    employer: Employer | None
    values: Mapping[str, Any]
    is_approved: bool


async def import_employers(*, sheet: Sheet, dry_run: bool, staff: StaffMember | None, at: datetime) -> ImportReport:
    """Enter the employers of a sheet, known ones by credit code; 已审核 approves them, audited under who imports.

    ``staff`` None is the command line. What was vetted of an approved employer is not changed by a file.

    Raises:
        TableRejected: it carries every fault by row and column.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet, SpreadsheetTooLarge and its kin: see ``server.tables``.
        EmployersChangedMeanwhile: a registration or another import crossed this one.
    """
    table = await load_table(sheet.data, filename=sheet.filename)
    parsed = (await _shape()).parse(table)
    try:
        async with transaction():
            if is_postgres():
                await execute("SELECT pg_advisory_xact_lock($1)", _IMPORT_LOCK)
            changes = await _plan(parsed, staff)
            report = _report(parsed, changes, dry_run=dry_run)
            if not dry_run:
                for change in changes:
                    await _store(change, staff=staff, at=at)
                await _note("employers.imported", "employer_import", sheet.digest, staff, _counts(report))
    except (IntegrityError, EmployerStateForbids):
        raise EmployersChangedMeanwhile from None
    return report


async def employer_template() -> bytes:
    """Return the .xlsx to fill in."""
    return await export_template(await _shape())


async def _shape() -> TableShape:
    return employer_shape(TownNames.of(await Town.all().order_by("position", "code")))


async def _plan(parsed: ParsedTable, staff: StaffMember | None) -> list[_Change]:
    codes = [str(row.values["credit_code"]) for row in parsed.rows]
    known = {employer.credit_code: employer for employer in await Employer.filter(credit_code__in=codes)}
    changes: list[_Change] = []
    errors: list[CellError] = []
    for row in parsed.rows:
        employer = known.get(str(row.values["credit_code"]))
        faults = _faults(row, employer, staff)
        values: dict[str, Any] = {}
        try:
            values = await _values(row, parsed.header.places, employer)
        except Invalid as refusal:
            faults += [(error.field, error.message) for error in refusal.errors]
        faults += _vetted_faults(employer, values)
        errors += [parsed.error(row=row.number, key=key, message=text) for key, text in faults]
        state = employer.state if employer else EmployerState.SUBMITTED
        is_approved = bool(row.values["is_approved"]) and state is EmployerState.SUBMITTED
        if values or is_approved:
            changes.append(_Change(employer, values, is_approved))
    parsed.accepted(also=errors)
    return changes


def _faults(row: ParsedRow, employer: Employer | None, staff: StaffMember | None) -> list[tuple[str, str]]:
    if staff is not None and employer is not None and not staff.sees_town(employer.town_id):
        return [("credit_code", "这个单位由其他乡镇的服务站登记，请联系当地服务站或系统管理员")]
    faults = []
    if staff is not None and not staff.sees_town(str(row.values["town_code"] or "") or None):
        faults.append(("town_code", "服务站只登记本乡镇的用人单位，请核对"))
    if employer is not None and row.values["is_approved"] and employer.state not in _APPROVABLE:
        faults.append(("is_approved", f"这个单位{employer.state.label}，不能用表格通过审核，请在系统中处理"))
    return faults


_APPROVABLE = frozenset({EmployerState.SUBMITTED, EmployerState.APPROVED})


async def _values(row: ParsedRow, places: Mapping[str, int], employer: Employer | None) -> dict[str, Any]:
    """Return what a row says that is not stored yet; blank cells and missing columns leave what is stored.

    Raises:
        EmployerCreditCodeCheckWrong: the check sign is wrong and the row does not say why that is right.
    """
    entered = {key: row.values[key] for key in places if key != "is_approved" and row.values[key] is not None}
    if employer is None:
        entered = {"town_code": None, "introduction": "", "credit_code_note": ""} | entered
        entered["town_code"] = entered["town_code"] or None
        return dict(await read_terms(entered, is_staff=True))  # type: ignore[arg-type]
    stored = {
        "town_code": employer.town_id or "",
        **{name: getattr(employer, name) for name in entered if name not in ("town_code", "credit_code_note")},
    }
    del entered["credit_code"]
    entered.pop("credit_code_note", None)  # it was vouched for when the employer was entered
    return {
        name: (value or None if name == "town_code" else value)
        for name, value in entered.items()
        if value != stored[name]
    }


def _vetted_faults(employer: Employer | None, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    if employer is None or employer.state not in (EmployerState.APPROVED, EmployerState.SUSPENDED):
        return []
    return [
        (key, f"{label}已经审核，和登记的不一样，请核对；确有变更的，请在系统中更正")
        for key, label in _VETTED.items()
        if key in values
    ]


async def _store(change: _Change, *, staff: StaffMember | None, at: datetime) -> None:
    columns = columns_of(change.values)
    employer = change.employer
    if employer is None:
        employer = await Employer.create(**columns, created_at=at, updated_at=at)
        note = change.values["credit_code_note"]
        await _note("employer.entered", "employer", employer.id, staff, {"credit_code_note": note} if note else {})
    elif columns:
        employer.update_from_dict(columns | {"updated_at": at})
        await employer.save(update_fields=[*columns, "updated_at"])
        await _note("employer.changed", "employer", employer.id, staff, {"fields": sorted(change.values)})
    if change.is_approved:
        await move_employer(employer.id, EmployerDeed.APPROVED, reason="", at=at)
        await _note("employer.approved", "employer", employer.id, staff, {})


def _report(parsed: ParsedTable, changes: list[_Change], *, dry_run: bool) -> ImportReport:
    rows, created = len(parsed.rows), sum(change.employer is None for change in changes)
    updated = len(changes) - created
    return ImportReport(rows=rows, created=created, updated=updated, unchanged=rows - len(changes), dry_run=dry_run)


def _counts(report: ImportReport) -> dict[str, object]:
    return {"rows": report.rows, "created": report.created, "updated": report.updated}


async def _note(
    action: str, record_type: str, record_id: UUID | str, staff: StaffMember | None, detail: Mapping[str, object]
) -> None:
    await record(
        account_id=staff.account_id if staff else None,
        role=staff.staff_role.value if staff else "system",
        action=action,
        record_type=record_type,
        record_id=record_id,
        detail=detail,
    )
