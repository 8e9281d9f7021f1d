"""优惠接口：工作人员。"""

from typing import Any
from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.cards import CardKind
from models.perks import Perk
from server.accounts.guards import Administrator, StaffMember
from server.http.endpoints import Download, Routes, Upload
from server.http.pagination import decode_cursor, encode_cursor
from server.perks import administration
from server.perks.administration import (
    PerkHasNoBranches,
    PerkHasNoSource,
    PerkNumberTaken,
    PerkStateForbids,
    PerkTermsInvalid,
    TotalBelowUse,
)
from server.perks.catalogue import PerkNotFound
from server.perks.drafts import LIMIT_WORDS, PerkChanges, PerkDraft
from server.perks.importing import PerksChangedMeanwhile, import_perks, perk_template
from server.perks.staff_schemas import (
    ImportQuery,
    LimitsRequest,
    PerkPatch,
    PerkReason,
    PerkRequest,
    StaffPerk,
    StaffPerkBranch,
    StaffPerkItem,
    StaffPerkPage,
    StaffPerkQuery,
)
from server.tables.export import XLSX
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.report import ImportReport
from server.tables.table import LockedSpreadsheet, OldSpreadsheetFormat, SpreadsheetTooLarge, UnreadableSpreadsheet

routes = Routes("perk-administration", title="优惠管理")
_TABLE = (
    *(TableRejected, TableHasNoRows, WrongHeaders, PerksChangedMeanwhile),
    *(UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge),
)


@routes.post("/staff/perks", summary="新增优惠（草稿）", status=201, refusals=(PerkTermsInvalid, PerkNumberTaken))
async def create_perk(asker: Administrator, body: PerkRequest) -> StaffPerk:
    draft = PerkDraft(number=body.number, merchant_id=body.merchant_id, **_terms(body))
    return await _file(await administration.create_perk(draft=draft, staff=asker, at=utc_now()))


@routes.get("/staff/perks", summary="优惠列表，新的在前")
async def list_perks(asker: StaffMember, query: StaffPerkQuery) -> StaffPerkPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await administration.list_perks(
        q=query.q.strip(),
        state=query.state,
        merchant_id=query.merchant_id,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return StaffPerkPage(
        items=[_item(perk) for perk in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/staff/perks/<perk_id:uuid>", summary="优惠的全部内容", refusals=(PerkNotFound,))
async def get_perk(asker: StaffMember, perk_id: UUID) -> StaffPerk:
    return await _file(perk_id)


@routes.patch(
    "/staff/perks/<perk_id:uuid>",
    summary="修改优惠",
    refusals=(
        *(PerkNotFound, PerkStateForbids, PerkTermsInvalid),
        *(PerkHasNoSource, PerkHasNoBranches, TotalBelowUse),
    ),
)
async def update_perk(asker: Administrator, perk_id: UUID, body: PerkPatch) -> StaffPerk:
    """Also of a live perk; the audit names the fields."""
    changes = PerkChanges(**_terms(body))
    await administration.update_perk(perk_id=perk_id, changes=changes, staff=asker, at=utc_now())
    return await _file(perk_id)


@routes.post(
    "/staff/perks/<perk_id:uuid>/publication",
    summary="上线，或恢复暂停的优惠",
    refusals=(PerkNotFound, PerkStateForbids, PerkHasNoSource, PerkHasNoBranches),
)
async def publish_perk(asker: Administrator, perk_id: UUID) -> StaffPerk:
    await administration.publish_perk(perk_id=perk_id, staff=asker, at=utc_now())
    return await _file(perk_id)


@routes.post("/staff/perks/<perk_id:uuid>/suspension", summary="暂停优惠", refusals=(PerkNotFound, PerkStateForbids))
async def suspend_perk(asker: Administrator, perk_id: UUID, body: PerkReason) -> StaffPerk:
    await administration.suspend_perk(perk_id=perk_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _file(perk_id)


@routes.post("/staff/perks/<perk_id:uuid>/end", summary="结束优惠", refusals=(PerkNotFound, PerkStateForbids))
async def end_perk(asker: Administrator, perk_id: UUID, body: PerkReason) -> StaffPerk:
    await administration.end_perk(perk_id=perk_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _file(perk_id)


@routes.post("/staff/perk-imports", summary="导入优惠表格", idempotent=False, refusals=_TABLE)
async def upload_perks(asker: Administrator, query: ImportQuery, upload: Upload) -> ImportReport:
    """All rows or none. Importing the same file again changes nothing, so no Idempotency-Key is needed."""
    return await import_perks(
        data=upload.data,
        filename=upload.filename,
        dry_run=query.dry_run,
        account_id=asker.account_id,
        role=asker.staff_role.value,
        at=utc_now(),
    )


@routes.get("/staff/perk-template", summary="优惠表格模板（XLSX）", media_type=XLSX)
async def download_template(asker: StaffMember) -> Download:
    return Download(data=await perk_template(), media_type=XLSX, filename="优惠导入模板.xlsx")


def _terms(body: PerkRequest | PerkPatch) -> dict[str, Any]:
    """Return what a body says in the names and forms of a draft; what it leaves out stays out."""
    sent = {
        name: value
        for name, value in msgspec.structs.asdict(body).items()
        if value is not msgspec.UNSET and name not in ("number", "merchant_id")
    }
    limits = sent.pop("limits", None)
    if limits is not None:
        sent |= {name: value for name, value in msgspec.structs.asdict(limits).items() if value is not msgspec.UNSET}
    if "category" in sent:
        sent["category_code"] = sent.pop("category")
    if "weekdays" in sent:
        sent["weekdays"] = sum(1 << day - 1 for day in set(sent["weekdays"]))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}


def _item(perk: Perk) -> StaffPerkItem:
    return StaffPerkItem(
        id=perk.id,
        number=perk.number,
        title=perk.title,
        category=perk.category_id,
        provider=perk.provider,
        merchant_id=perk.merchant_id,
        state=perk.state,
        state_reason=perk.state_reason,
        starts_on=perk.starts_on,
        ends_on=perk.ends_on,
        is_sample=perk.is_sample,
        updated_at=beijing(perk.updated_at),
    )


async def _file(perk_id: UUID) -> StaffPerk:
    found = await administration.get_perk_file(perk_id=perk_id)
    perk = found.perk
    return StaffPerk(
        id=perk.id,
        number=perk.number,
        category=perk.category_id,
        category_name=found.category_name,
        title=perk.title,
        description=perk.description,
        merchant_id=perk.merchant_id,
        provider=perk.provider,
        branches=[
            StaffPerkBranch(id=item.id, name=item.name, town_code=item.town_id, is_closed=item.closed_at is not None)
            for item in found.branches
        ],
        starts_on=perk.starts_on,
        ends_on=perk.ends_on,
        weekdays=[day for day in range(1, 8) if perk.weekdays >> day - 1 & 1],
        hours=list(perk.hours),
        card_kinds=[CardKind(kind) for kind in perk.card_kinds],
        households=list(perk.households),
        documents=perk.documents,
        limits=LimitsRequest(**{name: getattr(perk, name) for name in LIMIT_WORDS}),
        used_ever=found.used_ever,
        source=perk.source,
        state=perk.state,
        state_reason=perk.state_reason,
        is_sample=perk.is_sample,
        created_at=beijing(perk.created_at),
        updated_at=beijing(perk.updated_at),
    )
