"""包裹统计业务 — the figures of a span of days, and the records that each is the sum of."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.clock import beijing, beijing_day, beijing_midnight
from models.errors import FieldError, Invalid
from models.transactions import as_instant, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.parcels.figures.definitions import PARCEL_FIGURES, ParcelFigure, ParcelFigureCode
from server.tables.export import export_workbook

LONGEST_DAYS = 366
_EVERYTHING = 2**31 - 1
_DELIVERED = (
    "SELECT p.accepted_at, p.state_at, p.is_sample FROM parcels p JOIN stations s ON s.id = p.station_id "
    "WHERE p.state = 'delivered' AND p.accepted_at IS NOT NULL AND p.state_at >= $1 AND p.state_at < $2 "
    "AND (cast($3 AS text) IS NULL OR s.town_id = $3)"
)
_SAMPLES = (
    "SELECT 1 FROM parcels p JOIN stations s ON s.id = p.station_id WHERE p.is_sample "
    "AND p.created_at >= $1 AND p.created_at < $2 AND (cast($3 AS text) IS NULL OR s.town_id = $3) LIMIT 1"
)
COLUMNS = (("编号", 20.0), ("服务站", 30.0), ("时间", 18.0), ("计入", 10.0))


class SpanInvalid(Invalid):
    message = "起止日期有误"
    next_step = f"开始不晚于结束，最多 {LONGEST_DAYS} 天"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("to", f"不早于开始日期，最多 {LONGEST_DAYS} 天"),))


@dataclass(frozen=True, slots=True)
class Span:
    """统计期间 — Beijing days, both included; ``town_code`` None is the whole city."""

    first: date
    last: date
    town_code: str | None


@dataclass(frozen=True, slots=True)
class ParcelFigureValue:
    """指标的数 — the figure and how many records are behind it."""

    code: ParcelFigureCode
    figure: ParcelFigure
    value: int
    records: int


@dataclass(frozen=True, slots=True)
class ParcelReport:
    """包裹统计表 — ``median_days`` from acceptance to delivery, None where nothing was delivered."""

    span: Span
    as_of: datetime
    contains_samples: bool
    values: tuple[ParcelFigureValue, ...]
    median_days: float | None


@dataclass(frozen=True, slots=True)
class ParcelFigureRecord:
    """统计明细 — one record behind a figure; ``number`` is the parcel's or the case's."""

    key: str
    amount: int
    station: str
    happened_at: datetime


def span_of(*, first: date, last: date, staff: StaffMember) -> Span:
    """Return what a member of staff reports on: the stations of the town, or for an administrator all.

    Raises:
        SpanInvalid: it ends before it begins, or is longer than a year.
    """
    if not timedelta() <= last - first < timedelta(days=LONGEST_DAYS):
        raise SpanInvalid
    return Span(first, last, staff.town_code)


async def parcel_report(*, span: Span, at: datetime) -> ParcelReport:
    """Return the figures of a span, each the sum over its records as of ``at``. 包裹统计。"""
    values = [await _value(code, figure, span, at=at) for code, figure in PARCEL_FIGURES.items()]
    begins, ends = _instants(span)
    has_samples = await fetch_row(_SAMPLES, begins, ends, span.town_code) is not None
    return ParcelReport(span, at, has_samples, tuple(values), await _median(span))


async def page_of_records(
    *, code: ParcelFigureCode, span: Span, staff: StaffMember, after: str = "", limit: int = 20, at: datetime
) -> list[ParcelFigureRecord]:
    """Return a page of the records behind a figure, in the order of their numbers; who looked is audited."""
    async with transaction():
        await _audit("parcel_report.records_shown", span, staff, {"figure": code.value})
        return await _records(PARCEL_FIGURES[code], span, after=after, limit=limit, at=at)


async def export_report(*, span: Span, staff: StaffMember, at: datetime) -> bytes:
    """Return the XLSX of a span: the figures with their definitions, and a sheet of records for each. Audited."""
    async with transaction():
        await _audit("parcel_report.exported", span, staff, {})
        report = await parcel_report(span=span, at=at)
        behind = {
            code: await _records(figure, span, after="", limit=_EVERYTHING, at=at)
            for code, figure in PARCEL_FIGURES.items()
        }
    summary: list[Sequence[object]] = [
        (one.figure.title, one.value, one.figure.unit, one.figure.definition) for one in report.values
    ]
    summary.append(("收寄到签收天数（中位数）", report.median_days, "天", "按在这段时间里签收的包裹计算"))
    return await export_workbook(
        sheets=[
            ("包裹统计", (("指标", 24.0), ("数值", 12.0), ("单位", 8.0), ("口径", 70.0)), summary),
            *(
                (f"{place}. {figure.title}", COLUMNS, [cells(found) for found in behind[code]])
                for place, (code, figure) in enumerate(PARCEL_FIGURES.items(), start=1)
            ),
        ],
        notes=notes_of(report),
    )


def cells(found: ParcelFigureRecord) -> tuple[object, ...]:
    """Return what is shown of a record under ``COLUMNS``."""
    return found.key, found.station, f"{beijing(found.happened_at):%Y-%m-%d %H:%M}", found.amount


def notes_of(report: ParcelReport) -> tuple[str, ...]:
    """Return what must be read beside the figures."""
    scope = "本乡镇的服务站" if report.span.town_code else "全市的服务站"
    return (
        f"{report.span.first.isoformat()} 至 {report.span.last.isoformat()}，"
        f"截至 {beijing(report.as_of):%Y-%m-%d %H:%M}",
        f"范围：{scope}；不按部队单位统计",
        *(("含示例数据，不能作为统计依据",) if report.contains_samples else ()),
    )


def _instants(span: Span) -> tuple[datetime, datetime]:
    return beijing_midnight(span.first), beijing_midnight(span.last + timedelta(days=1))


async def _value(code: ParcelFigureCode, figure: ParcelFigure, span: Span, *, at: datetime) -> ParcelFigureValue:
    row = await fetch_row(
        f"SELECT COALESCE(sum(amount), 0) AS total, count(*) AS records FROM ({figure.sql}) behind",
        *_instants(span),
        beijing_day(at),
        span.town_code,
    )
    assert row is not None
    return ParcelFigureValue(code, figure, int(row["total"]), int(row["records"]))


async def _records(
    figure: ParcelFigure, span: Span, *, after: str, limit: int, at: datetime
) -> list[ParcelFigureRecord]:
    rows = await fetch_rows(
        f"SELECT * FROM ({figure.sql}) behind WHERE key > $5 ORDER BY key LIMIT $6",
        *_instants(span),
        beijing_day(at),
        span.town_code,
        after,
        limit,
    )
    return [
        ParcelFigureRecord(row["key"], int(row["amount"]), row["station"], as_instant(row["happened_at"]))
        for row in rows
    ]


async def _median(span: Span) -> float | None:
    rows = await fetch_rows(_DELIVERED, *_instants(span), span.town_code)
    days = [(as_instant(row["state_at"]) - as_instant(row["accepted_at"])) / timedelta(days=1) for row in rows]
    return round(statistics.median(days), 1) if days else None


async def _audit(action: str, span: Span, staff: StaffMember, detail: dict[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="parcel_report",
        record_id=f"{span.first.isoformat()}/{span.last.isoformat()}",
        detail={"town_code": span.town_code, **detail},
    )
