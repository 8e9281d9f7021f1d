"""就业统计的 JSON 形状。"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.http.pagination import Cursor, PageSize
from server.jobs.figures.definitions import FigureCode

Year = Annotated[int, Meta(ge=2020, le=2100, description="年份（北京时间）")]

RecordKey = Annotated[str, Meta(pattern=r"^[0-9a-f:-]{36,73}$")]
"""One id, or two with a colon between them."""


class ReportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """统计的年份"""

    year: Year


class RecordQuery(msgspec.Struct, forbid_unknown_fields=True):
    """统计明细的条件"""

    year: Year
    cursor: Cursor = ""
    limit: PageSize = 20


class FigureView(msgspec.Struct):
    """指标 — its number with unit and definition; ``records_link`` leads to the records that it is the sum of."""

    code: FigureCode
    title: str
    value: int
    unit: str
    definition: str
    records: int
    records_link: str


class EmploymentReportView(msgspec.Struct):
    """就业统计表 — ``town_code`` is null for the whole city."""

    year: int
    as_of: datetime
    town_code: str | None
    scope: str
    contains_samples: bool
    figures: list[FigureView]


class FigureRecordView(msgspec.Struct):
    """统计明细 — what a record adds to the figure, and its cells under the page's columns; people are masked."""

    amount: int
    cells: list[str]


class FigureRecordPage(msgspec.Struct):
    """统计明细的一页"""

    code: FigureCode
    title: str
    columns: list[str]
    items: list[FigureRecordView]
    next_cursor: str | None
