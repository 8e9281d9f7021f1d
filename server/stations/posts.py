"""服务站派岗 — posting staff at a station's counter and removing them; either holds from the next request on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.accounts import StaffMember as Member
from models.base import new_id
from models.errors import NotFound
from models.stations import Station, StationStaff
from models.transactions import as_instant, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.accounts.staffing import StaffMemberNotFound
from server.stations.guards import StationStaff as StationStaffAsker
from server.stations.service import audit, get_kept_station, keeps


class PostNotFound(NotFound):
    message = "这名工作人员不在这个岗位上"
    next_step = "请刷新服务站人员名单后再试"


@dataclass(frozen=True, slots=True)
class Candidate:
    """可派人员 — a member of staff who may be posted at a station and is not."""

    member_id: UUID
    display_name: str


@dataclass(frozen=True, slots=True)
class Post:
    """岗位 — who works at a station's counter, and since when."""

    id: UUID
    display_name: str
    created_at: datetime


async def post_staff(*, station_id: UUID, member_id: UUID, staff: StaffMember, at: datetime) -> UUID:
    """Post a member of staff at a station and return the post's id; who is posted there keeps the post.

    Town staff post people of their own town at the stations they keep; administrators anybody anywhere.

    Raises:
        StationNotFound: there is none, or others keep it.
        StaffMemberNotFound: there is none, they are suspended, or of another town.
    """
    async with transaction():
        await get_kept_station(station_id=station_id, staff=staff)
        member = await Member.get_or_none(id=member_id, suspended_at=None)
        if member is None or not (staff.is_administrator or member.town_code == staff.town_code):
            raise StaffMemberNotFound
        posted = await fetch_row(
            "INSERT INTO station_staff (id, created_at, station_id, account_id) "
            "SELECT $1, $2, $3, f.account_id FROM staff_members f WHERE f.id = $4 "
            "ON CONFLICT (station_id, account_id) WHERE removed_at IS NULL DO NOTHING RETURNING id",
            new_id(),
            at,
            station_id,
            member_id,
        )
        if posted is not None:
            await audit("station.staff_posted", station_id, staff=staff, detail={"member_id": str(member_id)})
            return as_uuid(posted["id"])
        account_id = (await member.account).id
        return (await StationStaff.get(station_id=station_id, account_id=account_id, removed_at=None)).id


async def remove_staff(*, post_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take a member of staff from a station's counter, at once.

    Raises:
        PostNotFound: there is no such post, it is over, or others keep the station.
    """
    async with transaction():
        post = await StationStaff.get_or_none(id=post_id).select_related("station")
        if post is None or not keeps(staff, post.station.town_id):
            raise PostNotFound
        removed = await execute(
            "UPDATE station_staff SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL", at, post_id
        )
        if not removed:
            raise PostNotFound
        member = await Member.get(account_id=post.account_id)
        await audit("station.staff_removed", post.station_id, staff=staff, detail={"member_id": str(member.id)})


async def list_posts(*, station_id: UUID, staff: StaffMember) -> tuple[list[Post], list[Candidate]]:
    """Return who works at a station's counter, in the order of posting, and who may be posted there and is not.

    Raises:
        StationNotFound: there is none, or others keep it.
    """
    await get_kept_station(station_id=station_id, staff=staff)
    rows = await fetch_rows(
        "SELECT f.id AS member_id, f.display_name, t.id AS post_id, t.created_at FROM staff_members f "
        "LEFT JOIN station_staff t ON t.account_id = f.account_id AND t.station_id = $1 AND t.removed_at IS NULL "
        "WHERE t.id IS NOT NULL OR (f.suspended_at IS NULL AND ($2::text IS NULL OR f.town_code = $2)) "
        "ORDER BY t.created_at, f.created_at, f.id",
        station_id,
        None if staff.is_administrator else staff.town_code,
    )
    posts = [
        Post(as_uuid(row["post_id"]), row["display_name"], as_instant(row["created_at"]))
        for row in rows
        if row["post_id"] is not None
    ]
    candidates = [Candidate(as_uuid(row["member_id"]), row["display_name"]) for row in rows if row["post_id"] is None]
    return posts, candidates


async def list_my_stations(*, asker: StationStaffAsker) -> list[Station]:
    """Return the stations at whose counters the asker is posted, by number; an administrator's own posts only."""
    posts = StationStaff.filter(account_id=asker.account_id, removed_at=None)
    return await Station.filter(id__in=await posts.values_list("station_id", flat=True)).order_by("number")
