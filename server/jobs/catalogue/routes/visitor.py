"""岗位目录接口：找岗位的人。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import Visitor
from server.http.endpoints import By, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.catalogue.criteria import DistanceNeedsPlace, RelevanceNeedsWords, order_of
from server.jobs.catalogue.detail import JobNotFound
from server.jobs.catalogue.detail import get_job as find_job
from server.jobs.catalogue.listing import SHAPES
from server.jobs.catalogue.listing import list_jobs as find_jobs
from server.jobs.catalogue.schemas import JobDetail, JobPage, JobQuery
from server.jobs.catalogue.views import criteria_of, job_detail, job_item
from server.search.pairs import NothingToSearch
from server.search.places import PlaceInvalid, parse_place

routes = Routes("jobs", title="找岗位")
_READS = Limit("600/minute", by=By.ADDRESS, shared=False)


@routes.get(
    "/jobs",
    summary="找岗位：按相关、新发布、工资或距离排序",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(NothingToSearch, PlaceInvalid, DistanceNeedsPlace, RelevanceNeedsWords),
)
async def list_jobs(asker: Visitor, query: JobQuery) -> JobPage:
    """Open postings of approved employers. Of equals the one published last comes first."""
    criteria = criteria_of(query)
    near = parse_place(query.near) if query.near else None
    order = order_of(query.order, q=criteria.q, has_place=near is not None)
    page = await find_jobs(
        at=utc_now(),
        criteria=criteria,
        order=order,
        near=near,
        after=decode_cursor(query.cursor, SHAPES[order]),
        limit=query.limit,
    )
    next_cursor = encode_cursor(*page.position) if page.position else None
    return JobPage(items=[job_item(row) for row in page.rows], next_cursor=next_cursor)


@routes.get(
    "/jobs/<posting_id:uuid>",
    summary="岗位详情，以及我有没有收藏、投递",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(JobNotFound,),
)
async def get_job(asker: Visitor, posting_id: UUID) -> JobDetail:
    """What is filled or closed is shown with its state. Who is not logged in sees the contact masked."""
    job = await find_job(posting_id=posting_id, account_id=asker.account_id, at=utc_now())
    return job_detail(job, is_logged_in=asker.account_id is not None)
