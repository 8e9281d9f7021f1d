"""招聘会接口：用人单位。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import ApprovedEmployerMember, EmployerMember
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor
from server.jobs.fairs import employer_side, fair_postings
from server.jobs.fairs.employer_side import FairOfEmployer
from server.jobs.fairs.fair_postings import EmployerHasNoBooth, FairPostingNotFound, FairPostingNotLive
from server.jobs.fairs.routes.shapes import (
    brought_page,
    brought_view,
    fair_item,
    latest_first_cursor,
    members_of,
    read_latest_first,
)
from server.jobs.fairs.schemas import (
    BringPostingsRequest,
    BroughtPostingList,
    BroughtPostingPage,
    EmployerFair,
    EmployerFairPage,
    FairPostingsQuery,
)
from server.jobs.fairs.service import FairNotFound, FairOver

routes = Routes("employer-fairs", title="招聘会（用人单位）")
_BOOTH = (FairNotFound, FairOver, EmployerHasNoBooth, FairPostingNotFound)


@routes.get("/employer/fairs", summary="有本单位展位的，和还可以参加的招聘会，新的在前")
async def list_my_fairs(asker: EmployerMember, query: FairPostingsQuery) -> EmployerFairPage:
    found = await employer_side.list_fairs_of_employer(
        member=asker, at=utc_now(), after=read_latest_first(query.cursor), limit=query.limit + 1
    )
    shown = found[: query.limit]
    return EmployerFairPage(
        items=[_fair(one) for one in shown],
        next_cursor=latest_first_cursor(shown[-1].fair) if len(found) > query.limit else None,
    )


@routes.get("/employer/fairs/<fair_id:uuid>", summary="一场招聘会和本单位的展位", refusals=(FairNotFound,))
async def get_my_fair(asker: EmployerMember, fair_id: UUID) -> EmployerFair:
    return _fair(await employer_side.get_fair_of_employer(fair_id=fair_id, member=asker, at=utc_now()))


@routes.get(
    "/employer/fairs/<fair_id:uuid>/postings",
    summary="本单位带到招聘会的岗位，先登记的在前",
    refusals=(FairNotFound,),
)
async def list_my_postings(asker: EmployerMember, fair_id: UUID, query: FairPostingsQuery) -> BroughtPostingPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    await employer_side.get_fair_of_employer(fair_id=fair_id, member=asker, at=utc_now())
    found = await fair_postings.list_brought(
        fair_id=fair_id,
        employer_id=asker.employer_id,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return brought_page(found, limit=query.limit)


@routes.post(
    "/employer/fairs/<fair_id:uuid>/postings",
    summary="带本单位的岗位参加招聘会",
    refusals=(*_BOOTH, FairPostingNotLive),
)
async def bring_my_postings(
    asker: ApprovedEmployerMember, fair_id: UUID, body: BringPostingsRequest
) -> BroughtPostingList:
    """All or none; the openings count as they are now. Bringing again changes nothing."""
    brought = await fair_postings.bring_postings(
        fair_id=fair_id, posting_ids=body.posting_ids, member=asker, at=utc_now()
    )
    return BroughtPostingList(items=[brought_view(posting) for posting in brought])


@routes.delete(
    "/employer/fairs/<fair_id:uuid>/postings/<posting_id:uuid>", summary="从招聘会撤下本单位的岗位", refusals=_BOOTH
)
async def take_back_my_posting(asker: ApprovedEmployerMember, fair_id: UUID, posting_id: UUID) -> None:
    await fair_postings.take_posting_back(fair_id=fair_id, posting_id=posting_id, member=asker, at=utc_now())


def _fair(one: FairOfEmployer) -> EmployerFair:
    item = fair_item(one.fair, utc_now())
    step = "" if one.booth_number else "请联系主办的退役军人服务站安排展位，再带岗位参加"
    return EmployerFair(**members_of(item), booth_number=one.booth_number, next_step=step)
