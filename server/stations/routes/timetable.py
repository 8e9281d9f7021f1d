"""服务站接口：营业时间和特殊日期。"""

from uuid import UUID

from config.clock import beijing_day, utc_now
from server.accounts.guards import Administrator, StaffMember
from server.http.endpoints import Routes
from server.stations import service, timetable
from server.stations.routes.shapes import detail, show_day
from server.stations.service import StationNotFound
from server.stations.staff_schemas import HoursPatch, StaffStation, StationDayList, StationDayRequest
from server.stations.timetable import StationDayInvalid, StationDayNotFound, StationHoursInvalid

routes = Routes("station-hours", title="服务站营业时间")


@routes.patch(
    "/staff/stations/<station_id:uuid>/hours",
    summary="设置一周的营业时间，替换原来的",
    refusals=(StationNotFound, StationHoursInvalid),
)
async def set_hours(asker: StaffMember, station_id: UUID, body: HoursPatch) -> StaffStation:
    """The whole week. What is booked stays booked; ``booked_slots`` tells which now lie outside the hours."""
    weekly = timetable.read_week([(item.weekday, item.hours) for item in body.week])
    await timetable.set_hours(station_id=station_id, weekly=weekly, staff=asker, at=utc_now())
    return await detail(await service.get_station(station_id=station_id))


@routes.post(
    "/staff/stations/<station_id:uuid>/days",
    summary="设置服务站的特殊日期，同一天再设就替换",
    refusals=(StationNotFound, StationDayInvalid),
)
async def set_day(asker: StaffMember, station_id: UUID, body: StationDayRequest) -> StaffStation:
    """It wins over a special day of all stations."""
    await timetable.set_day(
        station_id=station_id,
        day=body.day,
        spans=timetable.read_day(body.hours),
        note=body.note.strip(),
        staff=asker,
        at=utc_now(),
    )
    return await detail(await service.get_station(station_id=station_id))


@routes.get("/staff/station-days", summary="全部服务站的特殊日期，从今天起")
async def list_days(asker: StaffMember) -> StationDayList:
    return await _days_of_all()


@routes.post("/staff/station-days", summary="设置全部服务站的特殊日期，同一天再设就替换", refusals=(StationDayInvalid,))
async def set_day_for_all(asker: Administrator, body: StationDayRequest) -> StationDayList:
    """Such as a public holiday; a station with a special day of its own keeps that."""
    await timetable.set_day(
        station_id=None,
        day=body.day,
        spans=timetable.read_day(body.hours),
        note=body.note.strip(),
        staff=asker,
        at=utc_now(),
    )
    return await _days_of_all()


@routes.delete("/staff/station-days/<day_id:uuid>", summary="取消特殊日期", refusals=(StationDayNotFound,))
async def remove_day(asker: StaffMember, day_id: UUID) -> None:
    """A day of all stations is an administrator's to remove."""
    await timetable.remove_day(day_id=day_id, staff=asker)


async def _days_of_all() -> StationDayList:
    days = await timetable.list_days(station_ids=(None,), day_from=beijing_day(utc_now()))
    return StationDayList(items=[show_day(special) for special in days])
