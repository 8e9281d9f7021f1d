"""就业统计业务 — the figures of a year, and the records that each is the sum of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.clock import beijing, beijing_midnight
from models.towns import Town
from models.transactions import Row, as_uuid, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.jobs.figures import records
from server.jobs.figures.definitions import FIGURES, Figure, FigureCode
from server.jobs.intents.people import contacts_of
from server.tables.export import export_workbook

WHOLE_CITY = "全市"
_EVERYTHING = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Scope:
    """统计范围 — a town's part, or the whole city; ``account_id`` and ``role`` are whose the deed is in the audit."""

    town_code: str | None
    label: str
    account_id: UUID | None
    role: str


@dataclass(frozen=True, slots=True)
class FigureValue:
    """指标的数 — the figure and how many records are behind it."""

    code: FigureCode
    figure: Figure
    value: int
    records: int


@dataclass(frozen=True, slots=True)
class EmploymentReport:
    """就业统计表 — the figures of one Beijing year as of an instant."""

    year: int
    as_of: datetime
    scope: Scope
    contains_samples: bool
    values: tuple[FigureValue, ...]


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """统计明细 — one record behind a figure, with what it adds to it."""

    key: str
    amount: int
    cells: tuple[object, ...]


async def scope_of(*, staff: StaffMember) -> Scope:
    """Return what a member of staff reports on: the town of the station, or for an administrator the whole city."""
    role = staff.staff_role.value
    if staff.town_code is None:
        return Scope(None, WHOLE_CITY, staff.account_id, role)
    town = await Town.get(code=staff.town_code)
    label = f"{town.name}：本乡镇主办的招聘会、本乡镇的用人单位；全市招聘会和市外单位只计入全市"
    return Scope(staff.town_code, label, staff.account_id, role)


async def employment_report(*, year: int, scope: Scope, at: datetime) -> EmploymentReport:
    """Return the figures of a Beijing year, each the sum over its records as of ``at``. 就业统计。"""
    span = _span(year, scope, at=at)
    values = [await _value(code, figure, span) for code, figure in FIGURES.items()]
    return EmploymentReport(year, at, scope, await _has_samples(span), tuple(values))


async def page_of_records(
    *, code: FigureCode, year: int, scope: Scope, after: str = "", limit: int = 20, at: datetime
) -> list[FigureRecord]:
    """Return a page of the records behind a figure, in the order of their keys; who looked is audited."""
    async with transaction():
        await _audit("employment_report.records_shown", year, scope, {"figure": code.value})
        return await _records(FIGURES[code], _span(year, scope, at=at), after=after, limit=limit)


async def export_report(*, year: int, scope: Scope, at: datetime) -> bytes:
    """Return the XLSX of a year: the figures with their definitions, and a sheet of records for each. Audited."""
    async with transaction():
        await _audit("employment_report.exported", year, scope, {})
        report = await employment_report(year=year, scope=scope, at=at)
        span = _span(year, scope, at=at)
        behind = {code: await _records(figure, span, after="", limit=_EVERYTHING) for code, figure in FIGURES.items()}
    summary = [(one.figure.title, one.value, one.figure.unit, one.figure.definition) for one in report.values]
    return await export_workbook(
        sheets=[
            ("就业统计", (("指标", 24), ("数值", 10), ("单位", 8), ("口径", 80)), summary),
            *(
                (f"{place}. {figure.title}", figure.columns, [found.cells for found in behind[code]])
                for place, (code, figure) in enumerate(FIGURES.items(), start=1)
            ),
        ],
        notes=notes_of(report),
    )


def notes_of(report: EmploymentReport) -> tuple[str, ...]:
    """Return what must be read beside the figures: year, instant, scope, and whether samples are among them."""
    return (
        f"{report.year}年就业统计，截至 {beijing(report.as_of):%Y-%m-%d %H:%M}（北京时间）",
        f"范围：{report.scope.label}",
        *(("含示例数据，不能作为统计依据",) if report.contains_samples else ()),
    )


def _span(year: int, scope: Scope, *, at: datetime) -> tuple[object, ...]:
    """Return the four values that every text in ``records`` takes."""
    return beijing_midnight(date(year, 1, 1)), beijing_midnight(date(year + 1, 1, 1)), at, scope.town_code


async def _value(code: FigureCode, figure: Figure, span: Sequence[object]) -> FigureValue:
    row = await fetch_row(
        f"SELECT COALESCE(sum(amount), 0) AS total, count(*) AS records FROM ({figure.sql}) behind", *span
    )
    assert row is not None
    return FigureValue(code, figure, int(row["total"]), int(row["records"]))


async def _records(figure: Figure, span: Sequence[object], *, after: str, limit: int) -> list[FigureRecord]:
    rows = await fetch_rows(
        f"SELECT * FROM ({figure.sql}) behind WHERE key > $5 ORDER BY key LIMIT $6", *span, after, limit
    )
    names = await _masked_names(rows)
    return [FigureRecord(row["key"], int(row["amount"]), figure.cells(row, _name(row, names))) for row in rows]


async def _masked_names(rows: Sequence[Row]) -> dict[UUID, str]:
    people = {as_uuid(row["person_id"]) for row in rows if row["person_id"] is not None}
    return {person: contact.masked_name for person, contact in (await contacts_of(people)).items()}


def _name(row: Row, names: dict[UUID, str]) -> str:
    return names[as_uuid(row["person_id"])] if row["person_id"] is not None else ""


async def _has_samples(span: Sequence[object]) -> bool:
    row = await fetch_row(
        f"SELECT EXISTS (SELECT 1 FROM ({records.FAIRS} AND f.is_sample) a) "
        f"OR EXISTS (SELECT 1 FROM ({records.INTENTS} AND i.is_sample) b) AS found",
        *span,
    )
    assert row is not None
    return bool(row["found"])


async def _audit(action: str, year: int, scope: Scope, detail: dict[str, object]) -> None:
    await record(
        account_id=scope.account_id,
        role=scope.role,
        action=action,
        record_type="employment_report",
        record_id=year,
        detail={"town_code": scope.town_code, **detail},
    )
