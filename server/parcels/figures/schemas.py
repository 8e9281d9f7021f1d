"""包裹统计的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.http.pagination import Cursor, PageSize
from server.parcels.figures.definitions import ParcelFigureCode

RecordNumber = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,24}$")]


class ParcelReportQuery(msgspec.Struct, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """统计期间 — Beijing days, both included."""

    first: date
    last: date


class ParcelRecordQuery(msgspec.Struct, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """统计明细的条件"""

    first: date
    last: date
    cursor: Cursor = ""
    limit: PageSize = 20


class ParcelFigureView(msgspec.Struct):
    """包裹指标 — ``records_link`` leads to the records that it is the sum of."""

    code: ParcelFigureCode
    title: str
    value: int
    unit: str
    definition: str
    records: int
    records_link: str


class ParcelReportView(msgspec.Struct):
    """包裹统计表 — ``town_code`` is null for the whole city; ``median_days`` from acceptance to delivery."""

    first: date
    last: date
    as_of: datetime
    town_code: str | None
    notes: list[str]
    contains_samples: bool
    figures: list[ParcelFigureView]
    median_days: float | None


class ParcelFigureRecordView(msgspec.Struct):
    """统计明细"""

    amount: int
    cells: list[str]


class ParcelFigureRecordPage(msgspec.Struct):
    """统计明细的一页"""

    code: ParcelFigureCode
    title: str
    columns: list[str]
    items: list[ParcelFigureRecordView]
    next_cursor: str | None
