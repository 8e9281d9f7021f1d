"""就业统计接口。"""

from config.clock import beijing, utc_now
from server.accounts.guards import StaffMember
from server.http.endpoints import Download, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.figures import service
from server.jobs.figures.definitions import FIGURES, FigureCode
from server.jobs.figures.schemas import (
    EmploymentReportView,
    FigureRecordPage,
    FigureRecordView,
    FigureView,
    RecordKey,
    RecordQuery,
    ReportQuery,
)
from server.jobs.figures.service import FigureValue, scope_of
from server.tables.export import XLSX

routes = Routes("reports", title="统计")
_PATH = "/v1/staff/reports/employment"


@routes.get("/staff/reports/employment", summary="一年的就业统计")
async def get_employment_report(asker: StaffMember, query: ReportQuery) -> EmploymentReportView:
    """Staff of a town read the town's part, administrators the whole city; ``scope`` says which."""
    report = await service.employment_report(year=query.year, scope=await scope_of(staff=asker), at=utc_now())
    return EmploymentReportView(
        year=report.year,
        as_of=beijing(report.as_of),
        town_code=report.scope.town_code,
        scope=report.scope.label,
        contains_samples=report.contains_samples,
        figures=[_figure(one, query.year) for one in report.values],
    )


@routes.get("/staff/reports/employment.xlsx", summary="一年的就业统计和全部明细（XLSX）", media_type=XLSX)
async def download_employment_report(asker: StaffMember, query: ReportQuery) -> Download:
    """The first sheet holds the figures with their definitions, the others the records behind each. On record."""
    data = await service.export_report(year=query.year, scope=await scope_of(staff=asker), at=utc_now())
    return Download(data=data, media_type=XLSX, filename=f"{query.year}年就业统计.xlsx")


@routes.get("/staff/reports/employment/<figure:str>", summary="一个指标的明细，按记录编号排列")
async def list_figure_records(asker: StaffMember, figure: FigureCode, query: RecordQuery) -> FigureRecordPage:
    """The amounts of all pages sum up to the figure. Who looked is on record; people are masked."""
    position = decode_cursor(query.cursor, tuple[RecordKey])
    found = await service.page_of_records(
        code=figure,
        year=query.year,
        scope=await scope_of(staff=asker),
        after=position[0] if position else "",
        limit=query.limit + 1,
        at=utc_now(),
    )
    shown = found[: query.limit]
    return FigureRecordPage(
        code=figure,
        title=FIGURES[figure].title,
        columns=[name for name, _ in FIGURES[figure].columns],
        items=[FigureRecordView(one.amount, [str(cell) for cell in one.cells]) for one in shown],
        next_cursor=encode_cursor(shown[-1].key) if len(found) > query.limit else None,
    )


def _figure(one: FigureValue, year: int) -> FigureView:
    return FigureView(
        code=one.code,
        title=one.figure.title,
        value=one.value,
        unit=one.figure.unit,
        definition=one.figure.definition,
        records=one.records,
        records_link=f"{_PATH}/{one.code.value}?year={year}",
    )


ENDPOINTS = tuple(routes.endpoints)
