"""岗位发布接口：工作人员。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import StaffMember
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.postings import review, views
from server.jobs.postings.schemas import (
    PostingDetail,
    PostingReason,
    PostingSeen,
    StaffPostingPage,
    StaffPostingQuery,
)
from server.jobs.postings.service import PostingNotFound
from server.jobs.postings.steps import (
    PostingChangedMeanwhile,
    PostingEmployerNotApproved,
    PostingOverdue,
    PostingStateForbids,
)

routes = Routes("staff-jobs", title="岗位审核")
_STEP = (PostingNotFound, PostingStateForbids)
_TO_LIVE = (*_STEP, PostingChangedMeanwhile, PostingOverdue, PostingEmployerNotApproved)


@routes.get("/staff/jobs", summary="岗位列表，默认待审核的，先来的在前")
async def list_postings(asker: StaffMember, query: StaffPostingQuery) -> StaffPostingPage:
    """Staff of a town see the postings of its employers and of employers of no town of ours."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await review.list_postings(
        staff=asker,
        state=query.state,
        employer_id=query.employer_id,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return StaffPostingPage(
        items=[views.staff_item(posting) for posting in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/staff/jobs/<posting_id:uuid>", summary="岗位、待判断的条件和历次变动", refusals=(PostingNotFound,))
async def get_posting(asker: StaffMember, posting_id: UUID) -> PostingDetail:
    return await views.reviewed(await review.get_visible_posting(posting_id=posting_id, staff=asker))


@routes.post("/staff/jobs/<posting_id:uuid>/approval", summary="岗位通过审核，开始招聘", refusals=_TO_LIVE)
async def approve_posting(asker: StaffMember, posting_id: UUID, body: PostingSeen) -> PostingDetail:
    """What is approved is what was read: its ``updated_at`` comes along."""
    return await views.reviewed(
        await review.approve_posting(posting_id=posting_id, seen=body.updated_at, staff=asker, at=utc_now())
    )


@routes.post("/staff/jobs/<posting_id:uuid>/refusal", summary="岗位退回用人单位修改", refusals=_STEP)
async def refuse_posting(asker: StaffMember, posting_id: UUID, body: PostingReason) -> PostingDetail:
    reason = body.reason.strip()
    return await views.reviewed(
        await review.refuse_posting(posting_id=posting_id, reason=reason, staff=asker, at=utc_now())
    )


@routes.post("/staff/jobs/<posting_id:uuid>/suspension", summary="暂停岗位，立即生效", refusals=_STEP)
async def suspend_posting(asker: StaffMember, posting_id: UUID, body: PostingReason) -> PostingDetail:
    reason = body.reason.strip()
    return await views.reviewed(
        await review.suspend_posting(posting_id=posting_id, reason=reason, staff=asker, at=utc_now())
    )


@routes.post("/staff/jobs/<posting_id:uuid>/reinstatement", summary="恢复暂停的岗位", refusals=_TO_LIVE)
async def reinstate_posting(asker: StaffMember, posting_id: UUID, body: PostingSeen) -> PostingDetail:
    return await views.reviewed(
        await review.reinstate_posting(posting_id=posting_id, seen=body.updated_at, staff=asker, at=utc_now())
    )


@routes.post("/staff/jobs/<posting_id:uuid>/closure", summary="截止岗位，不再招聘", refusals=_STEP)
async def close_posting(asker: StaffMember, posting_id: UUID, body: PostingReason) -> PostingDetail:
    reason = body.reason.strip()
    return await views.reviewed(
        await review.close_posting(posting_id=posting_id, reason=reason, staff=asker, at=utc_now())
    )
