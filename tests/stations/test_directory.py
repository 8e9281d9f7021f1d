"""找服务站"""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.clock import BEIJING, beijing_day, utc_now
from models.stations import Station, StationLevel, StationService
from server.stations import directory
from server.stations.directory import StationPage
from tests.factories.merchants import make_town
from tests.factories.stations import EVERY_DAY, make_day, make_station
from tests.service import Answer, Client

MONDAY = date(2026, 11, 23)
ALWAYS = dict.fromkeys(range(1, 8), ("00:00-23:59",))


def numbers(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.json
    return [item["number"] for item in answer.json["items"]]


async def find(service: Client, /, **query: Any) -> Answer:
    return await service.get("/v1/stations", params=query)


async def test_stations_are_found_by_service_town_level_and_words(service: Client) -> None:
    await make_town("321084112", "界首镇")
    await make_station(number="A", name="高邮市退役军人服务中心", level=StationLevel.CITY, town_code=None)
    await make_station(number="B", name="退役军人服务站", town_code="321084112", services=(StationService.JOBS,))
    await make_station(number="C", name="邮兵驿站", address="文游路 Ａ座 8 号", services=(StationService.PARCEL,))
    await make_station(number="D", name="已停的服务站", closed_at=utc_now())

    assert numbers(await find(service)) == ["A", "B", "C"]
    assert numbers(await find(service, service="jobs")) == ["B"]
    assert numbers(await find(service, town="321084112")) == ["B"]
    assert numbers(await find(service, level="city")) == ["A"]
    assert numbers(await find(service, q="退役军人服务")) == ["A", "B"]
    assert numbers(await find(service, q="界首 服务站")) == ["B"]
    assert numbers(await find(service, q="文游路")) == ["C"]
    assert numbers(await find(service, q="服务站", service="parcel")) == []


async def test_words_without_anything_to_find_are_refused(service: Client) -> None:
    assert (await find(service, q="？！")).code == "NothingToSearch"
    assert (await find(service, near="高邮")).code == "PlaceInvalid"
    assert (await find(service, service="haircut")).code == "MalformedRequest"


async def test_the_nearest_comes_first_and_one_without_a_place_not_at_all(service: Client) -> None:
    await make_station(number="FAR", latitude=32.993, longitude=119.448)
    await make_station(number="NEAR", latitude=32.782, longitude=119.462, services=(StationService.CARD,))
    await make_station(number="NOWHERE")
    await make_station(number="GONE", latitude=32.781, longitude=119.462, closed_at=utc_now())

    found = await find(service, near="32.781,119.462")
    with_parcels = await find(service, near="32.781,119.462", service="parcel")

    assert numbers(found) == ["NEAR", "FAR"]
    assert [item["distance_metres"] for item in found.json["items"]] == [111, 23610]
    assert numbers(with_parcels) == ["FAR"]


@pytest.mark.parametrize("near", ["", "32.781,119.462"])
async def test_pages_follow_each_other_without_a_gap_or_a_repetition(service: Client, near: str) -> None:
    for number in range(7):
        await make_station(number=f"S{number}", latitude=32.781 + number / 100, longitude=119.462)

    pages, cursor = [], ""
    while cursor is not None:
        page = await find(service, limit=3, cursor=cursor, **({"near": near} if near else {}))
        pages.append(numbers(page))
        cursor = page.json["next_cursor"]

    assert pages == [["S0", "S1", "S2"], ["S3", "S4", "S5"], ["S6"]]


async def test_a_cursor_of_another_list_is_refused(service: Client) -> None:
    for number in range(3):
        await make_station(number=f"S{number}", latitude=32.7, longitude=119.4)
    cursor = (await find(service, limit=1)).json["next_cursor"]

    assert (await find(service, near="32.7,119.4", cursor=cursor)).code == "CursorInvalid"


async def open_at(clock: str, day: date = MONDAY, **query: Any) -> list[str]:
    at = datetime.combine(day, time.fromisoformat(clock), tzinfo=BEIJING)
    page: StationPage = await directory.list_stations(at=at, is_open=True, **query)
    return [row["number"] for row in page.rows]


@pytest.mark.usefixtures("database")
async def test_open_now_follows_hours_special_days_and_those_of_all() -> None:
    office = await make_station(number="OFFICE")
    await make_station(number="SHOP", hours=EVERY_DAY)
    duty = await make_station(number="DUTY", hours={})
    holiday = MONDAY + timedelta(days=1)
    await make_day(holiday, note="放假")
    await make_day(holiday, station=duty, hours=("09:00-12:00",), note="值班")
    await make_day(MONDAY + timedelta(days=2), station=office, note="停电")
    await make_day(MONDAY + timedelta(days=5), hours=("10:00-11:00",))

    assert await open_at("09:00") == ["OFFICE", "SHOP"]
    assert await open_at("12:00") == ["SHOP"]
    assert await open_at("17:30") == []
    assert await open_at("09:00", holiday) == ["DUTY"]
    assert await open_at("12:00", holiday) == []
    assert await open_at("09:00", MONDAY + timedelta(days=2)) == ["SHOP"]
    assert await open_at("10:30", MONDAY + timedelta(days=5)) == ["DUTY", "OFFICE", "SHOP"]
    assert await open_at("09:00", MONDAY + timedelta(days=5)) == []
    assert await open_at("09:00", q="文游路") == []


async def test_the_list_says_whether_each_is_open(service: Client) -> None:
    await make_station(number="A", hours=ALWAYS)
    await make_station(number="B", hours={})

    [always, never] = (await find(service)).json["items"]
    only_open = await find(service, open="true")

    assert (always["is_open"], always["opening"]) == (True, "正在营业，今天 23:59 关门")
    assert (never["is_open"], never["opening"]) == (False, "营业时间还没有登记，去之前请先打电话问一问")
    assert numbers(only_open) == ["A"]


async def test_a_list_that_did_not_change_is_not_sent_again(service: Client) -> None:
    await make_station(hours={})

    first = await find(service)
    again = await service.get("/v1/stations", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status == 304


async def test_a_station_tells_everything_that_one_needs_to_go_there(service: Client) -> None:
    await make_town("321084112", "界首镇")
    city = await make_station(number="C1", name="市中心站", level=StationLevel.CITY, town_code=None)
    station = await make_station(
        number="T1", name="界首站", town_code="321084112", parent_id=city.id, notice="请走东门", hours=ALWAYS
    )
    for number in ("V2", "V1"):
        await make_station(number=number, level=StationLevel.VILLAGE, town_code="321084112", parent_id=station.id)
    await make_station(level=StationLevel.VILLAGE, parent_id=station.id, closed_at=utc_now())
    today = beijing_day(utc_now())
    await make_day(today + timedelta(days=30), note="春节放假")
    await make_day(today + timedelta(days=30), station=station, hours=("09:00-11:00",), note="春节值班")
    await make_day(today + timedelta(days=31), note="看不到")

    found = (await service.get(f"/v1/stations/{station.id}")).json

    assert (found["name"], found["town_name"], found["level_label"]) == ("界首站", "界首镇", "镇级")
    assert found["services"] == [
        {"code": "parcel", "label": "拥军包裹寄递"},
        {"code": "card", "label": "优待证办理"},
    ]
    assert found["opening"] == "正在营业，今天 23:59 关门"
    assert found["closes_at"] == f"{today.isoformat()}T23:59:00+08:00"
    assert found["hours_text"] == "周一至周日 00:00-23:59"
    assert found["hours"][0] == {"weekday": 1, "hours": ["00:00-23:59"]}
    assert found["special_days"] == [
        {"day": str(today + timedelta(days=30)), "hours": ["09:00-11:00"], "note": "春节值班"}
    ]
    assert (found["takes_parcels"], found["is_closed"], found["notice"]) == (True, False, "请走东门")
    assert found["parent"]["name"] == "市中心站"
    assert [child["number"] for child in found["children"]] == ["V1", "V2"]


async def test_a_closed_station_says_so_and_takes_no_parcels(service: Client) -> None:
    station = await make_station(hours=ALWAYS, closed_at=utc_now())

    found = (await service.get(f"/v1/stations/{station.id}")).json
    slots = await service.get(f"/v1/stations/{station.id}/slots")

    assert (found["is_open"], found["is_closed"], found["takes_parcels"]) == (False, True, False)
    assert found["opening"] == "这个服务站已经停止服务，请选择其他服务站"
    assert slots.code == "StationClosed"


async def test_there_is_no_station_that_there_is_not(service: Client) -> None:
    for path in (f"/v1/stations/{uuid4()}", f"/v1/stations/{uuid4()}/slots"):
        assert (await service.get(path)).code == "StationNotFound"


async def slots_of(service: Client, station_id: UUID, /, **query: Any) -> Answer:
    return await service.get(f"/v1/stations/{station_id}/slots", params=query)


async def test_slots_are_shown_by_day_with_the_places_that_are_free(service: Client) -> None:
    station = await make_station(hours=dict.fromkeys(range(1, 8), ("00:30-01:30",)), slot_capacity=2)
    today = beijing_day(utc_now())

    found = await slots_of(service, station.id, **{"from": str(today + timedelta(days=1)), "days": 2})

    assert found.json["days"] == [
        {
            "day": str(today + timedelta(days=ahead)),
            "label": label,
            "slots": [
                {"starts": "00:30", "ends": "01:00", "free": 2},
                {"starts": "01:00", "ends": "01:30", "free": 2},
            ],
        }
        for ahead, label in ((1, "明天"), (2, "后天"))
    ]
    assert (await slots_of(service, station.id, days=16)).code == "MalformedRequest"
    assert (await slots_of(service, station.id, day_from=str(today))).code == "MalformedRequest"


async def test_a_station_without_parcels_shows_no_slots(service: Client) -> None:
    station: Station = await make_station(services=(StationService.CARD,))

    assert (await slots_of(service, station.id)).code == "StationTakesNoParcels"
