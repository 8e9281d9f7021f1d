"""包裹统计接口。"""

from config.clock import beijing, utc_now
from server.accounts.guards import StaffMember
from server.http.endpoints import Download, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.parcels.figures import service
from server.parcels.figures.definitions import PARCEL_FIGURES, ParcelFigureCode
from server.parcels.figures.schemas import (
    ParcelFigureRecordPage,
    ParcelFigureRecordView,
    ParcelFigureView,
    ParcelRecordQuery,
    ParcelReportQuery,
    ParcelReportView,
    RecordNumber,
)
from server.parcels.figures.service import ParcelFigureValue, Span, SpanInvalid, span_of
from server.tables.export import XLSX

routes = Routes("parcel-reports", title="包裹统计")
_PATH = "/v1/staff/reports/parcels"


@routes.get("/staff/reports/parcels", summary="一段时间的包裹统计", refusals=(SpanInvalid,))
async def get_parcel_report(asker: StaffMember, query: ParcelReportQuery) -> ParcelReportView:
    """Staff of a town read its stations' part, administrators all; never by unit."""
    span = span_of(first=query.first, last=query.last, staff=asker)
    report = await service.parcel_report(span=span, at=utc_now())
    return ParcelReportView(
        first=span.first,
        last=span.last,
        as_of=beijing(report.as_of),
        town_code=span.town_code,
        notes=list(service.notes_of(report)),
        contains_samples=report.contains_samples,
        figures=[_figure(one, span) for one in report.values],
        median_days=report.median_days,
    )


@routes.get(
    "/staff/reports/parcels.xlsx", summary="包裹统计和全部明细（XLSX）", media_type=XLSX, refusals=(SpanInvalid,)
)
async def download_parcel_report(asker: StaffMember, query: ParcelReportQuery) -> Download:
    """The first sheet holds the figures with their definitions, the others the records behind each. On record."""
    span = span_of(first=query.first, last=query.last, staff=asker)
    data = await service.export_report(span=span, staff=asker, at=utc_now())
    return Download(data=data, media_type=XLSX, filename=f"包裹统计-{span.first}-{span.last}.xlsx")


@routes.get("/staff/reports/parcels/<figure:str>", summary="一个包裹指标的明细，按编号排列", refusals=(SpanInvalid,))
async def list_parcel_figure_records(
    asker: StaffMember, figure: ParcelFigureCode, query: ParcelRecordQuery
) -> ParcelFigureRecordPage:
    """The amounts of all pages sum up to the figure. Who looked is on record."""
    position = decode_cursor(query.cursor, tuple[RecordNumber])
    found = await service.page_of_records(
        code=figure,
        span=span_of(first=query.first, last=query.last, staff=asker),
        staff=asker,
        after=position[0] if position else "",
        limit=query.limit + 1,
        at=utc_now(),
    )
    shown = found[: query.limit]
    return ParcelFigureRecordPage(
        code=figure,
        title=PARCEL_FIGURES[figure].title,
        columns=[name for name, _ in service.COLUMNS],
        items=[ParcelFigureRecordView(one.amount, [str(cell) for cell in service.cells(one)]) for one in shown],
        next_cursor=encode_cursor(shown[-1].key) if len(found) > query.limit else None,
    )


def _figure(one: ParcelFigureValue, span: Span) -> ParcelFigureView:
    return ParcelFigureView(
        code=one.code,
        title=one.figure.title,
        value=one.value,
        unit=one.figure.unit,
        definition=one.figure.definition,
        records=one.records,
        records_link=f"{_PATH}/{one.code.value}?from={span.first}&to={span.last}",
    )
