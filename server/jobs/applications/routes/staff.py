"""投递接口：工作人员。"""

from uuid import UUID

from server.accounts.guards import StaffMember
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor
from server.jobs.applications import reading
from server.jobs.applications.reading import ApplicationFilter
from server.jobs.applications.routes.shapes import after_of, show_to_staff
from server.jobs.applications.schemas import StaffApplicationPage, StaffApplicationQuery

routes = Routes("staff-applications", title="投递（工作人员）")


@routes.get("/staff/applications", summary="本乡镇用人单位收到的投递（打码），新的在前")
async def list_applications(asker: StaffMember, query: StaffApplicationQuery) -> StaffApplicationPage:
    """To answer questions at the counter; profiles, words and contacts are between the seeker and the employer."""
    found = await reading.list_applications(
        wanted=ApplicationFilter(
            state=query.state,
            posting_id=query.posting_id,
            employer_id=query.employer_id,
            seeker_id=query.seeker_id,
        ),
        staff=asker,
        after=after_of(decode_cursor(query.cursor, tuple[UUID])),
        limit=query.limit + 1,
    )
    return show_to_staff(found, limit=query.limit)
