"""招聘会接口：工作人员，筹备和发布。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.fairs import FairDocumentKind
from server.accounts.guards import StaffMember
from server.http.endpoints import Download, Routes, Upload
from server.jobs.fairs import booths, documents, publication, service
from server.jobs.fairs.attachments import FairDocumentHasMacros, FairDocumentUnsupported
from server.jobs.fairs.board import get_board
from server.jobs.fairs.documents import AttachedDocument, FairDocumentNotFound
from server.jobs.fairs.publication import FairDocumentsMissing, FairInThePast
from server.jobs.fairs.routes.shapes import (
    booth_view,
    latest_first_cursor,
    members_of,
    read_latest_first,
    staff_fair_item,
)
from server.jobs.fairs.service import (
    CapacityBelowRegistered,
    FairNotFound,
    FairNumberTaken,
    FairOfAnotherTown,
    FairOver,
    FairStateForbids,
    WholeCityFair,
)
from server.jobs.fairs.staff_schemas import (
    FairDocumentView,
    FairPatch,
    FairPublication,
    FairReason,
    FairRequest,
    StaffFair,
    StaffFairPage,
    StaffFairQuery,
)
from server.jobs.fairs.terms import (
    FairChanges,
    FairPeriodInvalid,
    FairPlaceImplausible,
    FairTerms,
    FairTownUnknown,
)

routes = Routes("fair-administration", title="招聘会（工作人员）")
_TERMS = (FairPeriodInvalid, FairPlaceImplausible, FairTownUnknown, FairOfAnotherTown)
_MANAGED = (FairNotFound, WholeCityFair, FairStateForbids)


@routes.post("/staff/fairs", summary="登记招聘会（筹备中）", status=201, refusals=(*_TERMS, FairNumberTaken))
async def create_fair(asker: StaffMember, body: FairRequest) -> StaffFair:
    """Staff of a town hold fairs of that town; an administrator those of any town and of the whole city."""
    terms = FairTerms(**msgspec.structs.asdict(body))
    return await _file(await service.create_fair(terms=terms, staff=asker, at=utc_now()))


@routes.get("/staff/fairs", summary="招聘会列表，开始得晚的在前")
async def list_fairs(asker: StaffMember, query: StaffFairQuery) -> StaffFairPage:
    """Staff of a town see the fairs of the town and of the whole city."""
    found = await service.list_fairs(
        staff=asker, state=query.state, after=read_latest_first(query.cursor), limit=query.limit + 1
    )
    shown = found[: query.limit]
    at = utc_now()
    return StaffFairPage(
        items=[staff_fair_item(fair, at) for fair in shown],
        next_cursor=latest_first_cursor(shown[-1]) if len(found) > query.limit else None,
    )


@routes.get("/staff/fairs/<fair_id:uuid>", summary="招聘会的全部内容", refusals=(FairNotFound,))
async def get_fair(asker: StaffMember, fair_id: UUID) -> StaffFair:
    await service.get_visible_fair(fair_id=fair_id, staff=asker)
    return await _file(fair_id)


@routes.patch(
    "/staff/fairs/<fair_id:uuid>",
    summary="修改招聘会；已发布的改了时间地点会通知报名的人",
    refusals=(*_MANAGED, *_TERMS, FairOver, CapacityBelowRegistered),
)
async def update_fair(asker: StaffMember, fair_id: UUID, body: FairPatch) -> StaffFair:
    """Of one that is over only the words may still be corrected."""
    changes = FairChanges(**msgspec.structs.asdict(body))
    await service.update_fair(fair_id=fair_id, changes=changes, staff=asker, at=utc_now())
    return await _file(fair_id)


@routes.post(
    "/staff/fairs/<fair_id:uuid>/publication",
    summary="发布招聘会；方案和应急预案须已上传",
    refusals=(*_MANAGED, FairDocumentsMissing, FairInThePast),
)
async def publish_fair(asker: StaffMember, fair_id: UUID, body: FairPublication) -> StaffFair:
    """A reason is wanted only for a fair that is over and is entered afterwards."""
    await publication.publish_fair(fair_id=fair_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _file(fair_id)


@routes.post(
    "/staff/fairs/<fair_id:uuid>/cancellation",
    summary="取消招聘会，通知报名的人",
    refusals=(*_MANAGED, FairOver),
)
async def cancel_fair(asker: StaffMember, fair_id: UUID, body: FairReason) -> StaffFair:
    await publication.cancel_fair(fair_id=fair_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _file(fair_id)


@routes.post(
    "/staff/fairs/<fair_id:uuid>/documents/<kind:str>",
    summary="上传活动方案（plan）或应急预案（emergency_plan）",
    idempotent=False,
    refusals=(*_MANAGED, FairDocumentUnsupported, FairDocumentHasMacros),
)
async def attach_document(
    asker: StaffMember, fair_id: UUID, kind: FairDocumentKind, upload: Upload
) -> FairDocumentView:
    """PDF, Word or a picture, known by its content. A new file replaces the old one; the audit keeps both hashes."""
    attached = await documents.attach_document(
        fair_id=fair_id, kind=kind, filename=upload.filename, data=upload.data, staff=asker, at=utc_now()
    )
    return _document(attached)


@routes.get(
    "/staff/fairs/<fair_id:uuid>/documents/<kind:str>",
    summary="下载活动方案或应急预案",
    media_type="application/octet-stream",
    refusals=(FairNotFound, FairDocumentNotFound),
)
async def download_document(asker: StaffMember, fair_id: UUID, kind: FairDocumentKind) -> Download:
    found = await documents.get_document(fair_id=fair_id, kind=kind, staff=asker)
    return Download(data=found.content, media_type=found.media_type, filename=found.filename)


async def _file(fair_id: UUID) -> StaffFair:
    at = utc_now()
    shown = await get_board(fair_id=fair_id, at=at)
    fair = shown.fair
    attached = await documents.documents_of(fair_id=fair_id)
    kinds = {document.kind for document in attached}
    return StaffFair(
        **members_of(staff_fair_item(fair, at)),
        checked_in=shown.checked_in,
        intents=shown.intents,
        intents_withdrawn=shown.intents_withdrawn,
        description=fair.description,
        latitude=fair.latitude,
        longitude=fair.longitude,
        documents=[_document(document) for document in attached],
        missing_documents=[kind for kind in FairDocumentKind if kind not in kinds],
        booths=[booth_view(booth) for booth in await booths.list_booths(fair_id=fair_id)],
        created_at=beijing(fair.created_at),
    )


def _document(document: AttachedDocument) -> FairDocumentView:
    return FairDocumentView(
        id=document.id,
        kind=document.kind,
        kind_label=document.kind.label,
        filename=document.filename,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        attached_at=beijing(document.attached_at),
    )
