"""投递接口：求职者。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor
from server.jobs.applications import contact, reading, submission
from server.jobs.applications.contact import ApplicationOver
from server.jobs.applications.routes.shapes import after_of, show_my_application, show_my_page
from server.jobs.applications.schemas import (
    ApplicationQuery,
    ApplicationRequest,
    MyApplicationDetail,
    MyApplicationPage,
    WithdrawalRequest,
)
from server.jobs.applications.steps import ApplicationNotFound, ApplicationStateForbids
from server.jobs.applications.submission import (
    AlreadyApplied,
    Applied,
    EmployerIsBlocked,
    EmployerIsOwn,
    EmployerNotRecruiting,
    PostingNotOpen,
    ProfileIncomplete,
)
from server.jobs.postings.service import PostingNotFound

routes = Routes("applications", title="投递")


@routes.post(
    "/jobs/<posting_id:uuid>/applications",
    summary="投递岗位，每个岗位一次",
    status=201,
    limit=Limit("30/minute"),
    refusals=(
        *(ConsentRequired, PostingNotFound, AlreadyApplied, PostingNotOpen, EmployerNotRecruiting),
        *(EmployerIsOwn, EmployerIsBlocked, ProfileIncomplete),
    ),
)
async def apply(asker: Person, posting_id: UUID, body: ApplicationRequest) -> MyApplicationDetail:
    """The profile is sent as it is now. The employer sees name and mobile only with ``share_contact``."""
    application_id = await submission.apply(
        posting_id=posting_id,
        applied=Applied(message=body.message.strip(), shares_contact=body.share_contact),
        account_id=asker.account_id,
        at=utc_now(),
    )
    return await _detail(application_id, asker)


@routes.get("/applications", summary="我的投递，新的在前", etag=True)
async def list_my_applications(asker: Person, query: ApplicationQuery) -> MyApplicationPage:
    found = await reading.list_own_applications(
        account_id=asker.account_id,
        state=query.state,
        after=after_of(decode_cursor(query.cursor, tuple[UUID])),
        limit=query.limit + 1,
    )
    return show_my_page(found, limit=query.limit)


@routes.get(
    "/applications/<application_id:uuid>",
    summary="我的投递详情和全部经过",
    etag=True,
    refusals=(ApplicationNotFound,),
)
async def get_my_application(asker: Person, application_id: UUID) -> MyApplicationDetail:
    return await _detail(application_id, asker)


@routes.post(
    "/applications/<application_id:uuid>/withdrawal",
    summary="撤回投递；撤回后不能再次投递同一岗位",
    refusals=(ApplicationNotFound, ApplicationStateForbids),
)
async def withdraw_application(asker: Person, application_id: UUID, body: WithdrawalRequest) -> MyApplicationDetail:
    """The contact is hidden with it. Withdrawing again gives the same answer."""
    await submission.withdraw(
        application_id=application_id, reason=body.reason.strip(), account_id=asker.account_id, at=utc_now()
    )
    return await _detail(application_id, asker)


@routes.post(
    "/applications/<application_id:uuid>/contact-sharing",
    summary="同意这个用人单位看到我的姓名和手机号",
    refusals=(ConsentRequired, ApplicationNotFound, ApplicationOver),
)
async def share_contact(asker: Person, application_id: UUID) -> MyApplicationDetail:
    """For this application only."""
    await contact.share_contact(application_id=application_id, account_id=asker.account_id, at=utc_now())
    return await _detail(application_id, asker)


@routes.delete(
    "/applications/<application_id:uuid>/contact-sharing",
    summary="收回同意，联系方式立即隐藏",
    refusals=(ApplicationNotFound,),
)
async def withhold_contact(asker: Person, application_id: UUID) -> None:
    await contact.withhold_contact(application_id=application_id, account_id=asker.account_id)


async def _detail(application_id: UUID, asker: Person) -> MyApplicationDetail:
    found = await reading.get_own_application(application_id=application_id, account_id=asker.account_id)
    return show_my_application(found, await reading.get_history(found))
