"""管理服务站"""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.stations import Station, StationDay, StationLevel, StationSlot
from tests.factories.merchants import SOME_TOWN, make_town
from tests.factories.stations import EVERY_DAY, make_day, make_station
from tests.service import Answer, Client
from tests.stations.conftest import OTHER_TOWN

TERMS: dict[str, Any] = {
    "number": "GY-001",
    "name": "示例镇退役军人服务站",
    "level": "town",
    "address": "示例路 8 号",
    "town_code": SOME_TOWN,
    "telephone": "0514-00000000",
    "services": ["parcel", "card", "parcel"],
}


async def city() -> Station:
    return await make_station(level=StationLevel.CITY, town_code=None)


async def enter(staff: Client, **overrides: Any) -> Answer:
    terms = TERMS | overrides
    if "parent_id" not in terms:
        terms["parent_id"] = str((await city()).id)
    return await staff.post("/v1/staff/stations", {name: value for name, value in terms.items() if value is not None})


def faults(answer: Answer) -> dict[str, str]:
    assert answer.code == "StationTermsInvalid", answer.json
    return {error["field"]: error["message"] for error in answer.json["errors"]}


async def actions(record_id: object) -> list[str]:
    return list(await AuditEntry.filter(record_id=str(record_id)).order_by("id").values_list("action", flat=True))


async def test_staff_enter_a_station_of_their_town(town_staff: Client, service: Client) -> None:
    entered = await enter(town_staff, latitude=32.78, longitude=119.46, slot_minutes=20, slot_capacity=6)

    assert entered.status == 201, entered.json
    assert [item["label"] for item in entered.json["services"]] == ["拥军包裹寄递", "优待证办理"]
    assert (entered.json["slot_minutes"], entered.json["slot_capacity"], entered.json["hours"]) == (20, 6, [])
    assert (await service.get(f"/v1/stations/{entered.json['id']}")).json["name"] == TERMS["name"]
    assert await actions(entered.json["id"]) == ["station.created"]


async def test_staff_enter_no_station_of_another_town_or_of_the_city(town_staff: Client) -> None:
    await make_town(OTHER_TOWN)

    assert (await enter(town_staff, town_code=OTHER_TOWN)).code == "StationKeptByOthers"
    assert (await enter(town_staff, town_code=None, level="city", parent_id=None)).code == "StationKeptByOthers"


async def test_a_number_is_one_station_s(administrator: Client) -> None:
    await make_town()
    first = await enter(administrator)
    other = await enter(administrator, number="GY-002")

    assert (await enter(administrator)).code == "StationNumberTaken"
    taken = await administrator.patch(f"/v1/staff/stations/{other.json['id']}", {"number": "GY-001"})
    assert taken.code == "StationNumberTaken"
    assert first.status == other.status == 201


@pytest.mark.parametrize(
    ("overrides", "field", "message"),
    [
        ({"number": "GY 001"}, "number", "中间不能有空格"),
        ({"latitude": 32.78}, "longitude", "要么都填"),
        ({"latitude": 119.46, "longitude": 32.78}, "latitude", "检查经纬度是否写反"),
        ({"latitude": 32.78, "longitude": 19.46}, "longitude", "检查经纬度是否写反"),
        ({"town_code": "330106001"}, "town_code", "不是高邮市的乡镇"),
        ({"town_code": None}, "town_code", "镇级服务站请填所在的乡镇"),
        ({"parent_id": None}, "parent_id", "镇级服务站请填上级，上级是市级服务站"),
        ({"parent_id": str(uuid4())}, "parent_id", "没有这个上级服务站"),
        ({"level": "village", "parent_id": None}, "parent_id", "上级是镇级服务站"),
        ({"level": "city", "parent_id": None}, "town_code", "市级服务站不填乡镇"),
    ],
)
async def test_terms_that_do_not_hold_are_told_by_field(
    administrator: Client, overrides: dict[str, Any], field: str, message: str
) -> None:
    await make_town()

    found = faults(await enter(administrator, **overrides))

    assert list(found) == [field]
    assert message in found[field]


async def test_every_level_stands_under_the_right_one_and_in_its_town(administrator: Client) -> None:
    await make_town(OTHER_TOWN)
    top = await city()
    town = await make_station(parent_id=top.id)
    village = await make_station(level=StationLevel.VILLAGE, parent_id=town.id)

    def under(parent: Station, **overrides: Any) -> Any:
        return enter(administrator, number=uuid4().hex[:12], parent_id=str(parent.id), **overrides)

    assert (await under(town, level="village")).status == 201
    assert (await under(top, level="campus", town_code=None)).status == 201
    assert (await under(town, level="enterprise")).status == 201
    assert "只能是镇级" in faults(await under(top, level="village"))["parent_id"]
    assert "只能是市级" in faults(await under(town, level="town"))["parent_id"]
    assert "只能是市级或镇级" in faults(await under(village, level="campus"))["parent_id"]
    assert "没有上级" in faults(await under(town, level="city", town_code=None))["parent_id"]
    assert "其他乡镇" in faults(await under(town, level="village", town_code=OTHER_TOWN))["parent_id"]
    assert "其他乡镇" in faults(await under(town, level="campus", town_code=None))["parent_id"]


async def test_no_change_of_a_station_breaks_the_tree_above_or_below_it(administrator: Client) -> None:
    await make_town(OTHER_TOWN)
    top = await city()
    town = await make_station(parent_id=top.id)
    village = await make_station(level=StationLevel.VILLAGE, parent_id=town.id, name="示例村站")

    async def change(station: Station, **changes: Any) -> dict[str, str]:
        return faults(await administrator.patch(f"/v1/staff/stations/{station.id}", changes))

    assert "下级「示例村站」是村级" in (await change(town, level="campus"))["level"]
    assert "下级「示例村站」是其他乡镇" in (await change(town, town_code=OTHER_TOWN))["town_code"]
    assert "上级不能是自己" in (await change(town, parent_id=str(town.id)))["parent_id"]
    assert "只能是市级" in (await change(town, parent_id=str(village.id)))["parent_id"]
    assert "不能是自己" in (await change(top, level="town", parent_id=str(top.id), town_code=SOME_TOWN))["parent_id"]
    assert "没有上级" in (await change(top, parent_id=str(village.id)))["parent_id"]


async def test_two_who_move_a_station_and_its_new_parent_at_once_never_make_a_circle(administrator: Client) -> None:
    await make_town()
    top = await city()
    campus = await make_station(level=StationLevel.CAMPUS, parent_id=top.id)
    town = await make_station(parent_id=top.id)

    for _ in range(5):
        await Station.filter(id=campus.id).update(level=StationLevel.CAMPUS, parent_id=top.id)
        await Station.filter(id=town.id).update(level=StationLevel.TOWN)
        answers = await asyncio.gather(
            administrator.patch(f"/v1/staff/stations/{campus.id}", {"parent_id": str(town.id)}),
            administrator.patch(f"/v1/staff/stations/{town.id}", {"level": "enterprise"}),
        )

        assert sorted(answer.status for answer in answers) == [200, 422]


async def test_a_change_touches_what_was_sent_and_is_audited_by_field(town_staff: Client) -> None:
    station = (await enter(town_staff)).json

    changed = await town_staff.patch(f"/v1/staff/stations/{station['id']}", {"name": "新名称", "services": ["jobs"]})
    same = await town_staff.patch(f"/v1/staff/stations/{station['id']}", {"name": "新名称"})

    assert changed.json | {"services": [], "updated_at": ""} == station | {
        "name": "新名称",
        "services": [],
        "updated_at": "",
    }
    assert [item["code"] for item in changed.json["services"]] == ["jobs"]
    assert same.json == changed.json
    assert await actions(station["id"]) == ["station.created", "station.changed"]
    entry = await AuditEntry.get(record_id=station["id"], action="station.changed")
    assert entry.detail == '{"fields":["name","services"]}'


async def test_staff_give_no_station_away_to_another_town(town_staff: Client) -> None:
    await make_town(OTHER_TOWN)
    station = (await enter(town_staff)).json

    given = await town_staff.patch(f"/v1/staff/stations/{station['id']}", {"town_code": OTHER_TOWN})

    assert given.code == "StationKeptByOthers"


async def test_a_closed_station_is_off_the_list_until_it_is_reopened(town_staff: Client, service: Client) -> None:
    station = await make_station()
    path = f"/v1/staff/stations/{station.id}"

    closed = await town_staff.post(f"{path}/closure")
    listed = await service.get("/v1/stations")
    again = await town_staff.post(f"{path}/closure")
    reopened = await town_staff.post(f"{path}/reopening")
    twice = await town_staff.post(f"{path}/reopening")

    assert closed.json["closed_at"] is not None
    assert listed.json["items"] == []
    assert again.code == "StationAlreadyClosed"
    assert reopened.json["closed_at"] is None
    assert twice.code == "StationNotClosed"
    assert [item["id"] for item in (await service.get("/v1/stations")).json["items"]] == [str(station.id)]
    assert await actions(station.id) == ["station.closed", "station.reopened"]


async def test_staff_list_their_own_stations_closed_ones_too(
    town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    await make_station(number="C1", level=StationLevel.CITY, town_code=None)
    await make_station(number="T1", name="界首站", closed_at=utc_now())
    await make_station(number="T2", name="示例村站", level=StationLevel.VILLAGE)
    await make_station(number="X1", town_code=OTHER_TOWN)

    async def listed(staff: Client, query: str = "") -> list[str]:
        return [item["number"] for item in (await staff.get(f"/v1/staff/stations{query}")).json["items"]]

    assert await listed(town_staff) == ["T1", "T2"]
    assert await listed(other_town_staff) == ["X1"]
    assert await listed(administrator) == ["C1", "T1", "T2", "X1"]
    assert await listed(administrator, "?level=village") == ["T2"]
    assert await listed(administrator, "?q=界首") == ["T1"]
    assert await listed(administrator, "?q=X") == ["X1"]
    first = (await administrator.get("/v1/staff/stations?limit=2")).json
    rest = (await administrator.get(f"/v1/staff/stations?cursor={first['next_cursor']}")).json
    assert [item["number"] for item in (*first["items"], *rest["items"])] == ["C1", "T1", "T2", "X1"]
    assert rest["next_cursor"] is None


async def test_a_week_is_replaced_whole_and_booked_slots_outside_it_are_named(town_staff: Client) -> None:
    station = await make_station(hours=EVERY_DAY)
    tomorrow = beijing_day(utc_now()) + timedelta(days=1)
    for starts, ends, taken in (("09:00", "09:30", 2), ("14:00", "14:30", 1), ("15:00", "15:30", 0)):
        await StationSlot.create(station=station, day=tomorrow, starts=starts, ends=ends, capacity=4, taken=taken)
    week = [{"weekday": day, "hours": ["13:00-17:00", "10:00-12:00"]} for day in range(1, 8)]

    changed = await town_staff.patch(f"/v1/staff/stations/{station.id}/hours", {"week": week})

    assert changed.json["hours_text"] == "周一至周日 10:00-12:00、13:00-17:00"
    assert [(slot["starts"], slot["taken"], slot["is_outside_hours"]) for slot in changed.json["booked_slots"]] == [
        ("09:00", 2, True),
        ("14:00", 1, False),
    ]
    emptied = await town_staff.patch(f"/v1/staff/stations/{station.id}/hours", {"week": []})
    assert (emptied.json["hours"], len(emptied.json["booked_slots"])) == ([], 2)
    assert await actions(station.id) == ["station.hours_changed"] * 2


async def test_hours_that_cannot_be_are_told_by_their_place_and_nothing_changes(town_staff: Client) -> None:
    station = await make_station()
    before = (await town_staff.get(f"/v1/staff/stations/{station.id}")).json
    week = [
        {"weekday": 1, "hours": ["08:30-11:30"]},
        {"weekday": 1, "hours": ["14:00-17:30"]},
        {"weekday": 2, "hours": ["17:30-14:00"]},
    ]

    refused = await town_staff.patch(f"/v1/staff/stations/{station.id}/hours", {"week": week})

    assert refused.code == "StationHoursInvalid"
    assert [(error["field"], error["message"][:6]) for error in refused.json["errors"]] == [
        ("week[1]", "周一写了两次"),
        ("week[2]", "「17:30"),
    ]
    assert (await town_staff.get(f"/v1/staff/stations/{station.id}")).json == before


async def test_a_special_day_is_set_replaced_and_taken_away(town_staff: Client) -> None:
    station = await make_station()
    day = beijing_day(utc_now()) + timedelta(days=3)
    path = f"/v1/staff/stations/{station.id}/days"

    first = await town_staff.post(path, {"day": str(day), "note": "停电"})
    second = await town_staff.post(path, {"day": str(day), "hours": ["09:00-10:00"], "note": "停电，只开一小时"})
    [special] = second.json["special_days"]
    removed = await town_staff.delete(f"/v1/staff/station-days/{special['id']}")
    again = await town_staff.delete(f"/v1/staff/station-days/{special['id']}")

    assert first.json["special_days"][0]["hours"] == []
    assert (special["hours"], special["note"], special["is_for_all"]) == (["09:00-10:00"], "停电，只开一小时", False)
    assert special["id"] == first.json["special_days"][0]["id"]
    assert (removed.status, again.code) == (204, "StationDayNotFound")
    assert await actions(station.id) == ["station_day.set", "station_day.set", "station_day.removed"]


async def test_a_holiday_of_all_is_an_administrator_s(town_staff: Client, administrator: Client) -> None:
    station = await make_station()
    day = beijing_day(utc_now()) + timedelta(days=3)
    body = {"day": str(day), "note": "国庆节放假"}

    refused = await town_staff.post("/v1/staff/station-days", body)
    made = await administrator.post("/v1/staff/station-days", body)
    [special] = made.json["items"]
    seen = await town_staff.get(f"/v1/staff/stations/{station.id}")
    kept = await town_staff.delete(f"/v1/staff/station-days/{special['id']}")
    listed = await town_staff.get("/v1/staff/station-days")
    removed = await administrator.delete(f"/v1/staff/station-days/{special['id']}")

    assert refused.code == "NotAdministrator"
    assert seen.json["special_days"] == listed.json["items"] == [special]
    assert special["is_for_all"]
    assert (kept.code, removed.status) == ("StationDayNotFound", 204)
    assert await StationDay.all().count() == 0


@pytest.mark.parametrize(
    ("ahead", "hours", "field"), [(-1, [], "day"), (401, [], "day"), (1, ["09:00-08:00"], "hours")]
)
async def test_a_day_that_cannot_be_special_is_told(
    town_staff: Client, administrator: Client, ahead: int, hours: list[str], field: str
) -> None:
    station = await make_station()
    body = {"day": str(beijing_day(utc_now()) + timedelta(days=ahead)), "hours": hours}

    for staff, path in (
        (town_staff, f"/v1/staff/stations/{station.id}/days"),
        (administrator, "/v1/staff/station-days"),
    ):
        refused = await staff.post(path, body)
        assert (refused.code, refused.json["errors"][0]["field"]) == ("StationDayInvalid", field)


async def test_what_is_past_is_no_special_day_to_show(town_staff: Client) -> None:
    station = await make_station()
    await make_day(beijing_day(utc_now()) - timedelta(days=1), station=station)
    await StationSlot.create(
        station=station,
        day=beijing_day(utc_now()) - timedelta(days=1),
        starts="09:00",
        ends="09:30",
        capacity=1,
        taken=1,
    )

    found = (await town_staff.get(f"/v1/staff/stations/{station.id}")).json

    assert (found["special_days"], found["booked_slots"]) == ([], [])
