"""服务站接口：柜台的人。"""

from uuid import UUID

from config.clock import beijing, utc_now
from server.accounts.guards import StaffMember
from server.accounts.staffing import StaffMemberNotFound
from server.http.endpoints import Routes
from server.stations import posts
from server.stations.guards import StationStaff
from server.stations.posts import PostNotFound
from server.stations.service import StationNotFound
from server.stations.staff_schemas import CandidateView, MyStation, MyStations, PostList, PostRequest, PostView

routes = Routes("station-staff", title="服务站人员")


@routes.get("/station-staff/stations", summary="我在岗的服务站")
async def list_my_stations(asker: StationStaff) -> MyStations:
    return MyStations(
        items=[
            MyStation(
                id=station.id,
                number=station.number,
                name=station.name,
                town_code=station.town_id,
                is_closed=station.closed_at is not None,
            )
            for station in await posts.list_my_stations(asker=asker)
        ],
        serves_every_station=asker.is_administrator,
    )


@routes.get("/staff/stations/<station_id:uuid>/staff", summary="服务站人员名单和可派人员", refusals=(StationNotFound,))
async def list_posts(asker: StaffMember, station_id: UUID) -> PostList:
    return await _posts(station_id, asker)


@routes.post(
    "/staff/stations/<station_id:uuid>/staff",
    summary="派工作人员到服务站",
    refusals=(StationNotFound, StaffMemberNotFound),
)
async def post_staff(asker: StaffMember, station_id: UUID, body: PostRequest) -> PostList:
    """Posting somebody who is there already changes nothing."""
    await posts.post_staff(station_id=station_id, member_id=body.member_id, staff=asker, at=utc_now())
    return await _posts(station_id, asker)


@routes.delete("/staff/station-posts/<post_id:uuid>", summary="撤回派到服务站的人，立即生效", refusals=(PostNotFound,))
async def remove_staff(asker: StaffMember, post_id: UUID) -> None:
    await posts.remove_staff(post_id=post_id, staff=asker, at=utc_now())


async def _posts(station_id: UUID, asker: StaffMember) -> PostList:
    posted, candidates = await posts.list_posts(station_id=station_id, staff=asker)
    return PostList(
        items=[
            PostView(id=post.id, display_name=post.display_name, posted_at=beijing(post.created_at)) for post in posted
        ],
        candidates=[CandidateView(member_id=item.member_id, display_name=item.display_name) for item in candidates],
    )
