"""邮政文件接口：订单导出，轨迹导入。"""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from config.clock import beijing_day, utc_now
from server.accounts.guards import Administrator
from server.carriers.ems import CsvEncoding
from server.carriers.exchange import (
    Carrying,
    EventFileReport,
    NoOrdersToHandOver,
    export_orders,
    import_events,
)
from server.http.endpoints import Download, Routes, Upload
from server.stations.guards import StationStaff
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.reading import Sheet
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("carriers", title="承运方")


class OrderFileQuery(msgspec.Struct, forbid_unknown_fields=True):
    """哪些包裹，用什么编码"""

    day: Annotated[date | None, Meta(description="收寄的日子（北京时间），不写为今天")] = None
    manifest: Annotated[str, Meta(max_length=24, description="交接单编号；写了就不看日子")] = ""
    encoding: Annotated[CsvEncoding, Meta(description="gb18030，或带标记的 utf-8-sig")] = CsvEncoding.GB18030


@routes.get(
    "/staff/carrier-orders",
    summary="交给邮政的订单文件（CSV，示例格式）",
    refusals=(NoOrdersToHandOver,),
    media_type="text/csv",
)
async def download_orders(asker: StationStaff, query: OrderFileQuery) -> Download:
    """Of the asker's own stations; each download is audited."""
    at = utc_now()
    file = await export_orders(
        day=query.day or beijing_day(at),
        manifest=query.manifest,
        encoding=query.encoding,
        who=Carrying(asker.account_id, asker.staff_role.value, asker.station_ids),
        at=at,
    )
    return Download(data=file.data, media_type="text/csv", filename=file.filename)


@routes.post(
    "/staff/carrier-event-files",
    summary="导入邮政的轨迹文件（CSV 或 XLSX，示例格式）",
    idempotent=False,
    refusals=(
        *(TableRejected, TableHasNoRows, WrongHeaders),
        *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
    ),
)
async def upload_events(asker: Administrator, upload: Upload) -> EventFileReport:
    """Every line or none; the same file is taken once, and no event is stored twice."""
    who = Carrying(asker.account_id, asker.staff_role.value)
    return await import_events(sheet=Sheet(upload.data, upload.filename), who=who, at=utc_now())
