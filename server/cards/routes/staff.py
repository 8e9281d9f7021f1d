"""优待证接口（工作人员） — the roster, cases at the counter, and the state of cards."""

from uuid import UUID

from config.clock import utc_now
from models.cards import (
    CardExpired,
    CardNotUsable,
    CardReplaced,
    CardRevoked,
    CardState,
    CardStateUnsuitable,
    CardSuspended,
    RosterFault,
)
from server.accounts.guards import StaffMember
from server.cards import administration, cases
from server.cards.administration import CardNotFound, CardNumberTaken, CardSearch, Replacement, SearchUnreadable
from server.cards.cases import CardCaseNotFound, CardCaseResolved, CaseResolutionIncomplete, HasAnotherCard, Resolution
from server.cards.roster import Importer, import_roster
from server.cards.roster_table import roster_template
from server.cards.routes.shapes import show_case, show_case_detail, show_staff_card
from server.cards.schemas import (
    CaseDetail,
    CasePage,
    CaseQuery,
    Disclosure,
    DisclosureRequest,
    ReasonRequest,
    ReplacementRequest,
    ResolutionRequest,
    RosterQuery,
    RosterReport,
    SearchRequest,
    StaffCard,
    StaffCardList,
)
from server.http.endpoints import Download, Limit, Routes, Upload
from server.http.pagination import decode_cursor, encode_cursor
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("staff_cards", title="优待证管理")
_TRANSITION = (CardNotFound, CardStateUnsuitable)


@routes.post(
    "/staff/rosters",
    summary="导入持证人花名册（XLSX 或 CSV）",
    idempotent=False,
    limit=Limit("20/minute"),
    refusals=(
        UnreadableSpreadsheet,
        OldSpreadsheetFormat,
        LockedSpreadsheet,
        SpreadsheetTooLarge,
        WrongHeaders,
        TableHasNoRows,
        TableRejected,
    ),
)
async def post_roster(asker: StaffMember, query: RosterQuery, upload: Upload) -> RosterReport:
    """All rows or none; importing again updates. Staff of a town import that town's people."""
    report = await import_roster(
        data=upload.data,
        filename=upload.filename,
        dry_run=query.dry_run,
        importer=Importer(account_id=asker.account_id, role=asker.staff_role.value, town_code=asker.town_code),
        at=utc_now(),
    )
    return RosterReport(report.rows, report.created, report.updated, report.unchanged, report.dry_run)


@routes.get("/staff/roster-template", summary="下载花名册模板", media_type=XLSX)
async def get_roster_template(asker: StaffMember) -> Download:
    return Download(data=await roster_template(), media_type=XLSX, filename="优待证持证人花名册模板.xlsx")


@routes.get("/staff/card-cases", summary="核对件列表")
async def list_cases(asker: StaffMember, query: CaseQuery) -> CasePage:
    """Of the asker's town and of no town, the newest first."""
    before = decode_cursor(query.cursor, tuple[UUID])
    found = await cases.list_cases(staff=asker, state=query.state, before=before and before[0], limit=query.limit + 1)
    page = found[: query.limit]
    more = encode_cursor(str(page[-1].id)) if len(found) > query.limit else None
    return CasePage(items=[show_case(case) for case in page], next_cursor=more)


@routes.get("/staff/card-cases/<case_id:uuid>", summary="核对件详情（打码）", refusals=(CardCaseNotFound,))
async def get_case(asker: StaffMember, case_id: UUID) -> CaseDetail:
    return show_case_detail(await cases.get_case(case_id=case_id, staff=asker))


@routes.post(
    "/staff/card-cases/<case_id:uuid>/resolution",
    summary="当面核对后办结核对件",
    refusals=(
        CardCaseNotFound,
        CardCaseResolved,
        CaseResolutionIncomplete,
        CardNotFound,
        HasAnotherCard,
        CardNotUsable,
        CardSuspended,
        CardRevoked,
        CardReplaced,
        CardExpired,
    ),
)
async def resolve_case(asker: StaffMember, case_id: UUID, body: ResolutionRequest) -> CaseDetail:
    """``verified`` binds the card to the account of the case; what was submitted is removed either way."""
    resolution = Resolution(verified=body.outcome == "verified", card_id=body.card_id, note=body.note)
    case = await cases.resolve_case(case_id=case_id, resolution=resolution, staff=asker, at=utc_now())
    return show_case_detail(case)


@routes.post(
    "/staff/card-searches",
    summary="按完整号码查询优待证（记入审计）",
    idempotent=False,
    limit=Limit("60/minute"),
    refusals=(SearchUnreadable,),
)
async def search_cards(asker: StaffMember, body: SearchRequest) -> StaffCardList:
    search = CardSearch(
        id_number=body.id_number, mobile=body.mobile, card_number=body.card_number, purpose=body.purpose
    )
    found = await administration.search_cards(search=search, staff=asker)
    return StaffCardList(items=[show_staff_card(card) for card in found])


@routes.get("/staff/cards/<card_id:uuid>", summary="优待证（打码）", refusals=(CardNotFound,))
async def get_card(asker: StaffMember, card_id: UUID) -> StaffCard:
    return show_staff_card(await administration.get_card(card_id=card_id, staff=asker))


@routes.post(
    "/staff/cards/<card_id:uuid>/disclosures",
    summary="查看明文（写明用途，记入审计）",
    idempotent=False,
    limit=Limit("30/minute"),
    refusals=(CardNotFound,),
)
async def disclose(asker: StaffMember, card_id: UUID, body: DisclosureRequest) -> Disclosure:
    """Never stored for replay: every look is an act of its own."""
    shown = await administration.disclose(card_id=card_id, fields=body.fields, purpose=body.purpose, staff=asker)
    return Disclosure(**{field.value: value for field, value in shown.items()})  # type: ignore[arg-type]


@routes.post("/staff/cards/<card_id:uuid>/suspension", summary="暂停使用", refusals=_TRANSITION)
async def suspend_card(asker: StaffMember, card_id: UUID, body: ReasonRequest) -> StaffCard:
    return show_staff_card(
        await administration.change_state(card_id=card_id, to=CardState.SUSPENDED, reason=body.reason, staff=asker)
    )


@routes.post("/staff/cards/<card_id:uuid>/reinstatement", summary="恢复使用", refusals=_TRANSITION)
async def reinstate_card(asker: StaffMember, card_id: UUID, body: ReasonRequest) -> StaffCard:
    return show_staff_card(
        await administration.change_state(card_id=card_id, to=CardState.ACTIVE, reason=body.reason, staff=asker)
    )


@routes.post("/staff/cards/<card_id:uuid>/revocation", summary="注销", refusals=_TRANSITION)
async def revoke_card(asker: StaffMember, card_id: UUID, body: ReasonRequest) -> StaffCard:
    """Final: a revoked card is never revived, a new one is imported instead."""
    return show_staff_card(
        await administration.change_state(card_id=card_id, to=CardState.REVOKED, reason=body.reason, staff=asker)
    )


@routes.post(
    "/staff/cards/<card_id:uuid>/replacement",
    summary="换发新证",
    status=201,
    refusals=(*_TRANSITION, CardNumberTaken, RosterFault),
)
async def replace_card(asker: StaffMember, card_id: UUID, body: ReplacementRequest) -> StaffCard:
    """The new card inherits the binding and shows passes under a new pseudonym."""
    replacement = Replacement(
        card_number=body.card_number, issued_on=body.issued_on, expires_on=body.expires_on, reason=body.reason
    )
    return show_staff_card(
        await administration.replace_card(card_id=card_id, replacement=replacement, staff=asker, at=utc_now())
    )
