"""岗位目录接口：收藏和订阅的本人。"""

from uuid import UUID

from msgspec import UNSET

from config.clock import utc_now
from models.transactions import as_uuid
from server.accounts.guards import Person
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.catalogue import saved_jobs, saved_searches
from server.jobs.catalogue.detail import JobNotFound
from server.jobs.catalogue.saved_jobs import SavedJobNotFound
from server.jobs.catalogue.saved_searches import SavedSearchEmpty, SavedSearchNotFound, TooManySavedSearches
from server.jobs.catalogue.schemas import (
    SavedJobPage,
    SavedJobQuery,
    SavedJobRequest,
    SavedJobView,
    SavedSearchList,
    SavedSearchPatch,
    SavedSearchRequest,
    SavedSearchView,
)
from server.jobs.catalogue.views import criteria_of, saved_job, saved_search
from server.search.pairs import NothingToSearch

routes = Routes("saved", title="收藏和订阅")


@routes.get("/saved-jobs", summary="我收藏的岗位和它们现在的状态，后收藏的在前")
async def list_saved_jobs(asker: Person, query: SavedJobQuery) -> SavedJobPage:
    at, position = utc_now(), decode_cursor(query.cursor, tuple[UUID])
    found = await saved_jobs.list_saved_jobs(
        account_id=asker.account_id, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return SavedJobPage(
        items=[saved_job(row, at=at) for row in shown],
        next_cursor=encode_cursor(str(as_uuid(shown[-1]["saved_id"]))) if len(found) > query.limit else None,
    )


@routes.post("/saved-jobs", summary="收藏岗位", status=201, refusals=(JobNotFound,))
async def save_job(asker: Person, body: SavedJobRequest) -> SavedJobView:
    """Saving again keeps the first time."""
    at = utc_now()
    return saved_job(await saved_jobs.save_job(posting_id=body.posting_id, account_id=asker.account_id, at=at), at=at)


@routes.delete("/saved-jobs/<posting_id:uuid>", summary="取消收藏", refusals=(SavedJobNotFound,))
async def remove_saved_job(asker: Person, posting_id: UUID) -> None:
    await saved_jobs.remove_saved_job(posting_id=posting_id, account_id=asker.account_id)


@routes.get("/saved-searches", summary="我订阅的搜索，新的在前")
async def list_saved_searches(asker: Person) -> SavedSearchList:
    found = await saved_searches.list_saved_searches(account_id=asker.account_id)
    return SavedSearchList(items=[saved_search(search) for search in found])


@routes.post(
    "/saved-searches",
    summary="订阅一个搜索，有新岗位时收到消息",
    status=201,
    refusals=(SavedSearchEmpty, NothingToSearch, TooManySavedSearches),
)
async def save_search(asker: Person, body: SavedSearchRequest) -> SavedSearchView:
    """New postings that come together are told in one message. A person has ten searches at the most."""
    made = await saved_searches.save_search(
        name=body.name.strip(), criteria=criteria_of(body.criteria), account_id=asker.account_id, at=utc_now()
    )
    return saved_search(made)


@routes.get("/saved-searches/<search_id:uuid>", summary="我的一个订阅", refusals=(SavedSearchNotFound,))
async def get_saved_search(asker: Person, search_id: UUID) -> SavedSearchView:
    return saved_search(await saved_searches.get_saved_search(search_id=search_id, account_id=asker.account_id))


@routes.patch(
    "/saved-searches/<search_id:uuid>",
    summary="修改、暂停或恢复订阅",
    refusals=(SavedSearchNotFound, SavedSearchEmpty, NothingToSearch),
)
async def change_saved_search(asker: Person, search_id: UUID, body: SavedSearchPatch) -> SavedSearchView:
    changed = await saved_searches.change_saved_search(
        search_id=search_id,
        account_id=asker.account_id,
        at=utc_now(),
        name=UNSET if body.name is UNSET else body.name.strip(),
        criteria=UNSET if body.criteria is UNSET else criteria_of(body.criteria),
        is_paused=body.is_paused,
    )
    return saved_search(changed)


@routes.delete("/saved-searches/<search_id:uuid>", summary="删除订阅", refusals=(SavedSearchNotFound,))
async def remove_saved_search(asker: Person, search_id: UUID) -> None:
    await saved_searches.remove_saved_search(search_id=search_id, account_id=asker.account_id)
