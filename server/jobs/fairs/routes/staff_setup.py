"""招聘会接口：工作人员，展位、岗位和导入。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import Administrator, StaffMember
from server.employers.service import EmployerNotFound
from server.http.endpoints import Download, Routes, Upload
from server.http.pagination import decode_cursor
from server.jobs.fairs import booths, fair_postings
from server.jobs.fairs.booths import BoothEmployerNotApproved, BoothNotFound, BoothTaken, EmployerHasBooth
from server.jobs.fairs.fair_postings import EmployerHasNoBooth, FairPostingNotFound, FairPostingNotLive
from server.jobs.fairs.importing import FairsChangedMeanwhile, fair_template, import_fairs
from server.jobs.fairs.routes.shapes import booth_view, brought_page, brought_view
from server.jobs.fairs.schemas import BringPostingsRequest, BroughtPostingList, BroughtPostingPage
from server.jobs.fairs.service import FairNotFound, FairOver, FairStateForbids, WholeCityFair, get_visible_fair
from server.jobs.fairs.staff_schemas import (
    BoothPatch,
    BoothRequest,
    FairImportQuery,
    StaffBooth,
    StaffFairPostingsQuery,
)
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.report import ImportReport
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("fair-administration", title="招聘会（工作人员）")
_SET_UP = (FairNotFound, WholeCityFair, FairStateForbids, FairOver)
_BOOTH = (EmployerNotFound, BoothEmployerNotApproved, BoothTaken, EmployerHasBooth)
_TABLE = (
    *(TableRejected, TableHasNoRows, WrongHeaders, FairsChangedMeanwhile),
    *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
)


@routes.post("/staff/fairs/<fair_id:uuid>/booths", summary="安排展位", status=201, refusals=(*_SET_UP, *_BOOTH))
async def add_booth(asker: StaffMember, fair_id: UUID, body: BoothRequest) -> StaffBooth:
    """Only to an approved employer, of whatever town."""
    return booth_view(
        await booths.add_booth(
            fair_id=fair_id, number=body.number, employer_id=body.employer_id, staff=asker, at=utc_now()
        )
    )


@routes.patch(
    "/staff/fairs/<fair_id:uuid>/booths/<booth_id:uuid>",
    summary="修改展位号或换单位",
    refusals=(*_SET_UP, *_BOOTH, BoothNotFound),
)
async def change_booth(asker: StaffMember, fair_id: UUID, booth_id: UUID, body: BoothPatch) -> StaffBooth:
    """The postings of an employer that leaves its booth leave the fair with it."""
    return booth_view(
        await booths.change_booth(
            fair_id=fair_id,
            booth_id=booth_id,
            number=body.number,
            employer_id=body.employer_id,
            staff=asker,
            at=utc_now(),
        )
    )


@routes.delete(
    "/staff/fairs/<fair_id:uuid>/booths/<booth_id:uuid>",
    summary="取消展位，连同该单位带来的岗位",
    refusals=(*_SET_UP, BoothNotFound),
)
async def remove_booth(asker: StaffMember, fair_id: UUID, booth_id: UUID) -> None:
    await booths.remove_booth(fair_id=fair_id, booth_id=booth_id, staff=asker, at=utc_now())


@routes.post(
    "/staff/fairs/<fair_id:uuid>/postings",
    summary="把有展位的单位的岗位带到招聘会",
    refusals=(*_SET_UP, FairPostingNotFound, FairPostingNotLive, EmployerHasNoBooth),
)
async def bring_postings(asker: StaffMember, fair_id: UUID, body: BringPostingsRequest) -> BroughtPostingList:
    """All or none; the openings count as they are now. Bringing again changes nothing."""
    brought = await fair_postings.bring_postings_by_staff(
        fair_id=fair_id, posting_ids=body.posting_ids, staff=asker, at=utc_now()
    )
    return BroughtPostingList(items=[brought_view(posting) for posting in brought])


@routes.get("/staff/fairs/<fair_id:uuid>/postings", summary="招聘会上的岗位，先登记的在前", refusals=(FairNotFound,))
async def list_postings(asker: StaffMember, fair_id: UUID, query: StaffFairPostingsQuery) -> BroughtPostingPage:
    """Of one employer or of all; in whatever state they are now."""
    position = decode_cursor(query.cursor, tuple[UUID])
    await get_visible_fair(fair_id=fair_id, staff=asker)
    found = await fair_postings.list_brought(
        fair_id=fair_id,
        employer_id=query.employer_id,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return brought_page(found, limit=query.limit)


@routes.delete(
    "/staff/fairs/<fair_id:uuid>/postings/<posting_id:uuid>", summary="从招聘会撤下一个岗位", refusals=_SET_UP
)
async def take_posting_back(asker: StaffMember, fair_id: UUID, posting_id: UUID) -> None:
    await fair_postings.take_posting_back_by_staff(fair_id=fair_id, posting_id=posting_id, staff=asker, at=utc_now())


@routes.post("/staff/fair-imports", summary="导入招聘会表格（筹备中）", idempotent=False, refusals=_TABLE)
async def upload_fairs(asker: Administrator, query: FairImportQuery, upload: Upload) -> ImportReport:
    """All rows or none; a number that is known updates its draft."""
    return await import_fairs(
        data=upload.data,
        filename=upload.filename,
        dry_run=query.dry_run,
        account_id=asker.account_id,
        role=asker.staff_role.value,
        at=utc_now(),
    )


@routes.get("/staff/fair-template", summary="招聘会表格模板（XLSX）", media_type=XLSX)
async def download_template(asker: StaffMember) -> Download:
    return Download(data=await fair_template(), media_type=XLSX, filename="招聘会导入模板.xlsx")
