"""服务站业务 — the stations themselves."""

from uuid import UUID

from models.errors import NotFound
from models.stations import Station
from server.accounts.guards import StaffMember


class StationNotFound(NotFound):
    message = "没有找到这个服务站"
    next_step = "请返回服务站列表刷新后再试"


async def get_station(*, station_id: UUID) -> Station:
    """Return a station, closed ones too.

    Raises:
        StationNotFound: there is none.
    """
    station = await Station.get_or_none(id=station_id)
    if station is None:
        raise StationNotFound
    return station


async def get_kept_station(*, station_id: UUID, staff: StaffMember) -> Station:
    """Return a station that this member of staff keeps.

    Raises:
        StationNotFound: there is none, or others keep it.
    """
    station = await get_station(station_id=station_id)
    if not keeps(staff, station):
        raise StationNotFound
    return station


def keeps(staff: StaffMember, station: Station) -> bool:
    """Whether a station is this person's to keep: staff keep those of their town, administrators every one."""
    return staff.is_administrator or (station.town_id is not None and station.town_id == staff.town_code)
