"""岗位导入接口 — sheets of postings from employers and from staff."""

from config.clock import utc_now
from server.accounts.guards import ApprovedEmployerMember, EmployerMember, StaffMember
from server.accounts.service import ConsentRequired
from server.http.endpoints import Download, Routes, Upload
from server.jobs.postings.importing import (
    JobImportReport,
    PostingsChangedMeanwhile,
    import_jobs,
    import_own_jobs,
    job_template,
    own_job_template,
)
from server.jobs.postings.schemas import OwnJobImportQuery, StaffJobImportQuery
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.reading import Sheet
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("job-imports", title="岗位导入")
_SHEET = (
    *(TableRejected, TableHasNoRows, WrongHeaders, PostingsChangedMeanwhile),
    *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
)


@routes.post(
    "/employer/job-imports", summary="导入本单位的岗位表格", idempotent=False, refusals=(*_SHEET, ConsentRequired)
)
async def upload_own_jobs(asker: ApprovedEmployerMember, query: OwnJobImportQuery, upload: Upload) -> JobImportReport:
    """All rows or none, as drafts, or submitted for review. Importing the same file again changes nothing."""
    sheet = Sheet(upload.data, upload.filename)
    return await import_own_jobs(sheet=sheet, submit=query.submit, dry_run=query.dry_run, member=asker, at=utc_now())


@routes.get("/employer/job-template", summary="本单位岗位表格模板（XLSX）", media_type=XLSX)
async def download_own_template(asker: EmployerMember) -> Download:
    return Download(data=await own_job_template(), media_type=XLSX, filename="岗位导入模板.xlsx")


@routes.post("/staff/job-imports", summary="导入多个单位的岗位表格", idempotent=False, refusals=_SHEET)
async def upload_jobs(asker: StaffMember, query: StaffJobImportQuery, upload: Upload) -> JobImportReport:
    """All rows or none, with booths and openings at fairs. What may be unlawful waits for review, also when published.

    Rows of a fair that is over are kept as closed: the record is filled in afterwards.
    """
    sheet = Sheet(upload.data, upload.filename)
    return await import_jobs(sheet=sheet, publish=query.publish, dry_run=query.dry_run, staff=asker, at=utc_now())


@routes.get("/staff/job-template", summary="多个单位岗位表格模板（XLSX）", media_type=XLSX)
async def download_template(asker: StaffMember) -> Download:
    return Download(data=await job_template(), media_type=XLSX, filename="岗位导入模板（工作人员）.xlsx")
