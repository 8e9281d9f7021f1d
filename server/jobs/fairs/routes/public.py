"""招聘会接口：公众。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from config.clock import utc_now
from server.accounts.guards import Visitor
from server.http.endpoints import By, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.fairs import programme, registration
from server.jobs.fairs.programme import BoothAtFair, FairPosition
from server.jobs.fairs.routes.shapes import fair_item, members_of, my_registration, posting_view
from server.jobs.fairs.schemas import (
    BoothView,
    FairDetail,
    FairPageView,
    FairPostingPage,
    FairPostingsQuery,
    FairQuery,
    MyRegistration,
)
from server.jobs.fairs.service import FairNotFound

routes = Routes("fairs", title="招聘会")
_READS = Limit("600/minute", by=By.ADDRESS, shared=False)
_Instant = Annotated[datetime, Meta(tz=True)]


@routes.get("/fairs", summary="招聘会：未结束的按时间在前，已结束的新的在前", etag=True, limit=_READS)
async def list_fairs(asker: Visitor, query: FairQuery) -> FairPageView:
    at = utc_now()
    position = decode_cursor(query.cursor, tuple[_Instant, bool, _Instant, UUID])
    after = FairPosition(*position) if position else None
    page = await programme.list_public_fairs(at=at, when=query.when, town=query.town, after=after, limit=query.limit)
    return FairPageView(
        items=[fair_item(fair, at) for fair in page.fairs],
        next_cursor=_cursor(page.position) if page.position else None,
    )


@routes.get(
    "/fairs/<fair_id:uuid>",
    summary="招聘会详情、展位和岗位，我报了名没有",
    etag=True,
    limit=_READS,
    refusals=(FairNotFound,),
)
async def get_fair(asker: Visitor, fair_id: UUID) -> FairDetail:
    """Each booth comes with its first 30 postings; all of a booth's are paged at its own address."""
    at = utc_now()
    fair = await programme.get_public_fair(fair_id=fair_id)
    return FairDetail(
        **members_of(fair_item(fair, at)),
        description=fair.description,
        latitude=fair.latitude,
        longitude=fair.longitude,
        state_reason=fair.state_reason,
        my_registration=await _mine(asker, fair_id),
        booths=[_booth(booth) for booth in await programme.booths_of(fair_id=fair_id)],
    )


@routes.get(
    "/fairs/<fair_id:uuid>/booths/<booth_id:uuid>/postings",
    summary="一个展位的全部岗位，先登记的在前",
    etag=True,
    limit=_READS,
    refusals=(FairNotFound,),
)
async def list_postings_at_booth(
    asker: Visitor, fair_id: UUID, booth_id: UUID, query: FairPostingsQuery
) -> FairPostingPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    await programme.get_public_fair(fair_id=fair_id)
    found = await programme.list_postings_at_booth(
        fair_id=fair_id, booth_id=booth_id, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return FairPostingPage(
        items=[posting_view(posting) for posting in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


async def _mine(asker: Visitor, fair_id: UUID) -> MyRegistration | None:
    if asker.account_id is None:
        return None
    found = await registration.find_registration(fair_id=fair_id, account_id=asker.account_id)
    return my_registration(found) if found else None


def _cursor(position: FairPosition) -> str:
    return encode_cursor(
        position.seen_at.isoformat(), position.is_past, position.starts_at.isoformat(), str(position.fair_id)
    )


def _booth(booth: BoothAtFair) -> BoothView:
    return BoothView(
        id=booth.id,
        number=booth.number,
        employer_id=booth.employer_id,
        employer_name=booth.employer_name,
        is_recruiting=booth.is_recruiting,
        openings=booth.openings,
        postings_count=booth.postings_count,
        postings=[posting_view(posting) for posting in booth.postings],
    )
