"""用人单位导入接口：工作人员。"""

from typing import Annotated

import msgspec
from msgspec import Meta

from config.clock import utc_now
from server.accounts.guards import StaffMember
from server.employers.importing import (
    EmployersChangedMeanwhile,
    employer_template,
    import_employers,
)
from server.http.endpoints import Download, Routes, Upload
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.reading import Sheet
from server.tables.report import ImportReport
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("employers", title="用人单位")


class EmployerImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """导入用人单位的方式"""

    dry_run: Annotated[bool, Meta(description="true 为只检查，不写入")] = False


@routes.post(
    "/staff/employer-imports",
    summary="导入用人单位表格",
    idempotent=False,
    refusals=(
        *(TableRejected, TableHasNoRows, WrongHeaders, EmployersChangedMeanwhile),
        *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
    ),
)
async def upload_employers(asker: StaffMember, query: EmployerImportQuery, upload: Upload) -> ImportReport:
    """All rows or none; 已审核 approves. Importing the same file again changes nothing."""
    sheet = Sheet(upload.data, upload.filename)
    return await import_employers(sheet=sheet, dry_run=query.dry_run, staff=asker, at=utc_now())


@routes.get("/staff/employer-template", summary="用人单位表格模板（XLSX）", media_type=XLSX)
async def download_employer_template(asker: StaffMember) -> Download:
    return Download(data=await employer_template(), media_type=XLSX, filename="用人单位导入模板.xlsx")
