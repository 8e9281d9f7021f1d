"""岗位发布接口：用人单位。"""

from typing import Any
from uuid import UUID

import msgspec

from config.clock import utc_now
from server.accounts.guards import ApprovedEmployerMember, EmployerMember
from server.accounts.service import ConsentRequired
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.postings import recruiting, service, views
from server.jobs.postings.schemas import PostingDetail, PostingPage, PostingPatch, PostingQuery, PostingRequest
from server.jobs.postings.service import PostingNotFound, PostingNumberTaken
from server.jobs.postings.steps import (
    PostingChangedMeanwhile,
    PostingEmployerNotApproved,
    PostingOverdue,
    PostingStateForbids,
)
from server.jobs.postings.terms import PostingChanges, PostingIncomplete, PostingTermsInvalid, UnlawfulConditions

routes = Routes("employer-jobs", title="岗位发布")
_TERMS = (PostingTermsInvalid, UnlawfulConditions, ConsentRequired)
_STEP = (PostingNotFound, PostingStateForbids)


@routes.post("/employer/jobs", summary="新建岗位（草稿）", status=201, refusals=(*_TERMS, PostingNumberTaken))
async def create_posting(asker: ApprovedEmployerMember, body: PostingRequest) -> PostingDetail:
    """Pay is written as people write it. A contact needs the member's consent to ``jobs``."""
    posting = await service.create_posting(changes=_changes(body), number=body.number, member=asker, at=utc_now())
    return await views.detail(await service.get_own_posting(posting_id=posting.id, member=asker))


@routes.get("/employer/jobs", summary="本单位的岗位，新的在前")
async def list_postings(asker: EmployerMember, query: PostingQuery) -> PostingPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    after = position[0] if position else None
    found = await service.list_own_postings(member=asker, state=query.state, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    return PostingPage(
        items=[views.item(posting) for posting in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/employer/jobs/<posting_id:uuid>", summary="本单位的岗位和它的历次变动", refusals=(PostingNotFound,))
async def get_posting(asker: EmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await service.get_own_posting(posting_id=posting_id, member=asker))


@routes.patch("/employer/jobs/<posting_id:uuid>", summary="修改岗位", refusals=(*_STEP, *_TERMS, PostingIncomplete))
async def update_posting(asker: ApprovedEmployerMember, posting_id: UUID, body: PostingPatch) -> PostingDetail:
    """A live posting goes back to review, as ``notice`` says, unless only openings, contact or closing day change."""
    change = await service.update_posting(posting_id=posting_id, changes=_changes(body), member=asker, at=utc_now())
    return await views.detail(change.posting, reviewed_again=change.reviewed_again)


@routes.post(
    "/employer/jobs/<posting_id:uuid>/submission",
    summary="提交审核",
    refusals=(*_STEP, PostingIncomplete, PostingTermsInvalid, UnlawfulConditions, PostingChangedMeanwhile),
)
async def submit_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    """Openings, conditions, work, place and pay must be stated (人力资源市场暂行条例 24)."""
    return await views.detail(await recruiting.submit_posting(posting_id=posting_id, member=asker, at=utc_now()))


@routes.post("/employer/jobs/<posting_id:uuid>/recall", summary="收回待审核的岗位以修改", refusals=_STEP)
async def recall_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await recruiting.recall_posting(posting_id=posting_id, member=asker, at=utc_now()))


@routes.post("/employer/jobs/<posting_id:uuid>/withdrawal", summary="撤回岗位，不再招聘", refusals=_STEP)
async def withdraw_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await recruiting.withdraw_posting(posting_id=posting_id, member=asker, at=utc_now()))


@routes.post("/employer/jobs/<posting_id:uuid>/filling", summary="标为已招满", refusals=_STEP)
async def fill_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await recruiting.fill_posting(posting_id=posting_id, member=asker, at=utc_now()))


@routes.post(
    "/employer/jobs/<posting_id:uuid>/reopening",
    summary="已招满的岗位重新招聘",
    refusals=(*_STEP, PostingOverdue, PostingEmployerNotApproved),
)
async def reopen_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await recruiting.reopen_posting(posting_id=posting_id, member=asker, at=utc_now()))


@routes.post("/employer/jobs/<posting_id:uuid>/closure", summary="提前截止岗位", refusals=_STEP)
async def close_posting(asker: ApprovedEmployerMember, posting_id: UUID) -> PostingDetail:
    return await views.detail(await recruiting.close_posting(posting_id=posting_id, member=asker, at=utc_now()))


def _changes(body: PostingRequest | PostingPatch) -> PostingChanges:
    sent: dict[str, Any] = {name: value for name, value in msgspec.structs.asdict(body).items() if name != "number"}
    if sent["benefits"] is not msgspec.UNSET:
        sent["benefits"] = tuple(sent["benefits"])
    return PostingChanges(**sent)
