"""投递接口：用人单位成员。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import ApprovedEmployerMember
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.jobs.applications import contact, exporting, reading, steps
from server.jobs.applications.contact import ContactNotShared
from server.jobs.applications.reading import ApplicationFilter
from server.jobs.applications.routes.shapes import after_of, show_applicant, show_applicants
from server.jobs.applications.schemas import (
    ApplicantContact,
    ApplicantDetail,
    ApplicantPage,
    ApplicationQuery,
    DecisionRequest,
    HiredApplicant,
    InterviewRequest,
    RefusalRequest,
)
from server.jobs.applications.steps import (
    ApplicationChanged,
    ApplicationNotFound,
    ApplicationStateForbids,
    Interview,
    InterviewInThePast,
)
from server.jobs.postings.service import PostingNotFound
from server.tables.export import XLSX

routes = Routes("employer-applications", title="投递（用人单位）")
_DECIDING = (ApplicationNotFound, ApplicationChanged, ApplicationStateForbids)


@routes.get("/employer/applications", summary="本单位收到的投递，新的在前")
async def list_applicants(asker: ApprovedEmployerMember, query: ApplicationQuery) -> ApplicantPage:
    return await _list(asker, query)


@routes.get(
    "/employer/jobs/<posting_id:uuid>/applications",
    summary="一个岗位收到的投递，新的在前",
    refusals=(PostingNotFound,),
)
async def list_applicants_of_posting(
    asker: ApprovedEmployerMember, posting_id: UUID, query: ApplicationQuery
) -> ApplicantPage:
    return await _list(asker, query, posting_id)


@routes.get(
    "/employer/jobs/<posting_id:uuid>/applications-export",
    summary="导出一个岗位的投递（XLSX，记入审计）",
    media_type=XLSX,
    limit=Limit("10/minute"),
    refusals=(PostingNotFound,),
)
async def export_applicants(asker: ApprovedEmployerMember, posting_id: UUID) -> Download:
    """Name and mobile stand in the rows of those who agreed; the others are masked."""
    made = await exporting.export_applicants(posting_id=posting_id, member=asker, at=utc_now())
    return Download(data=made.data, media_type=XLSX, filename=made.filename)


@routes.get(
    "/employer/applications/<application_id:uuid>",
    summary="收到的投递详情和全部经过",
    refusals=(ApplicationNotFound,),
)
async def get_applicant(asker: ApprovedEmployerMember, application_id: UUID) -> ApplicantDetail:
    """Reading changes nothing: whoever shows it to a person posts a viewing."""
    return await _detail(application_id, asker)


@routes.post(
    "/employer/applications/<application_id:uuid>/viewing",
    summary="标为已查看；已有进展的保持不变",
    refusals=(ApplicationNotFound,),
)
async def view_application(asker: ApprovedEmployerMember, application_id: UUID) -> ApplicantDetail:
    await steps.view_application(application_id=application_id, member=asker, at=utc_now())
    return await _detail(application_id, asker)


@routes.post(
    "/employer/applications/<application_id:uuid>/interview",
    summary="安排面试，或改时间、地点",
    refusals=(*_DECIDING, InterviewInThePast),
)
async def arrange_interview(
    asker: ApprovedEmployerMember, application_id: UUID, body: InterviewRequest
) -> ApplicantDetail:
    interview = Interview(at=body.interview_at, place=body.place.strip(), note=body.note.strip())
    await steps.arrange_interview(
        application_id=application_id, seen_state=body.seen_state, interview=interview, member=asker, at=utc_now()
    )
    return await _detail(application_id, asker)


@routes.post("/employer/applications/<application_id:uuid>/offer", summary="拟录用", refusals=_DECIDING)
async def make_offer(asker: ApprovedEmployerMember, application_id: UUID, body: DecisionRequest) -> ApplicantDetail:
    await steps.offer(
        application_id=application_id, seen_state=body.seen_state, note=body.note.strip(), member=asker, at=utc_now()
    )
    return await _detail(application_id, asker)


@routes.post("/employer/applications/<application_id:uuid>/hire", summary="录用", refusals=_DECIDING)
async def hire_applicant(asker: ApprovedEmployerMember, application_id: UUID, body: DecisionRequest) -> HiredApplicant:
    """The posting stays as it is; the answer says when it had better be marked as filled."""
    hired = await steps.hire(
        application_id=application_id, seen_state=body.seen_state, note=body.note.strip(), member=asker, at=utc_now()
    )
    detail = await _detail(application_id, asker)
    return HiredApplicant(detail, hired=hired.hired, openings=hired.openings, suggests_filling=hired.is_enough)


@routes.post("/employer/applications/<application_id:uuid>/refusal", summary="不予录用，写明原因", refusals=_DECIDING)
async def refuse_applicant(
    asker: ApprovedEmployerMember, application_id: UUID, body: RefusalRequest
) -> ApplicantDetail:
    await steps.refuse(
        application_id=application_id,
        seen_state=body.seen_state,
        reason=body.reason.strip(),
        member=asker,
        at=utc_now(),
    )
    return await _detail(application_id, asker)


@routes.post(
    "/employer/applications/<application_id:uuid>/disclosures",
    summary="查看求职者同意提供的联系方式（记入审计）",
    idempotent=False,
    limit=Limit("60/minute"),
    refusals=(ApplicationNotFound, ContactNotShared),
)
async def disclose_contact(asker: ApprovedEmployerMember, application_id: UUID) -> ApplicantContact:
    """Never stored for replay: every look is an act of its own."""
    shown = await contact.disclose_contact(application_id=application_id, member=asker)
    return ApplicantContact(name=shown.name, mobile=str(shown.mobile or ""))


async def _list(
    asker: ApprovedEmployerMember, query: ApplicationQuery, posting_id: UUID | None = None
) -> ApplicantPage:
    found = await reading.list_applicants(
        wanted=ApplicationFilter(state=query.state, posting_id=posting_id),
        member=asker,
        after=after_of(decode_cursor(query.cursor, tuple[UUID])),
        limit=query.limit + 1,
    )
    return show_applicants(found, limit=query.limit)


async def _detail(application_id: UUID, asker: ApprovedEmployerMember) -> ApplicantDetail:
    found = await reading.get_applicant(application_id=application_id, member=asker)
    return show_applicant(found, await reading.get_history(found))
