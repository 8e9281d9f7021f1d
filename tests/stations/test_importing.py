"""服务站导入"""

import asyncio
import io
from typing import Any

import openpyxl
import pytest_asyncio

from config.clock import utc_now
from models.audit import AuditEntry
from models.stations import Station, StationHours, StationSlot
from server.tables.writing import write_csv, write_xlsx
from tests.factories.cards import make_staff
from tests.factories.merchants import make_town
from tests.factories.stations import make_station
from tests.service import Answer, Client

NAMES = (
    *("编号", "名称", "层级", "上级编号", "乡镇", "地址", "电话", "经纬度"),
    *("服务项目", "营业时间", "时段分钟", "每时段件数"),
)
CITY = {"编号": "GY", "名称": "示例市服务中心", "层级": "市级", "地址": "示例路 1 号"}
TOWN = {
    "编号": "JS",
    "名称": "示例界首站",
    "层级": "镇级",
    "上级编号": "GY",
    "乡镇": "界首镇",
    "地址": "示例路 2 号",
    "电话": "0514-00000000",
    "经纬度": "119.448,32.993",
    "服务项目": "拥军包裹寄递、就业创业服务",
    "营业时间": "周一至周五 08:30-11:30、14:00-17:30",
    "时段分钟": 20,
    "每时段件数": 6,
}
VILLAGE = {
    "编号": "JS-01",
    "名称": "示例村站",
    "层级": "村级",
    "上级编号": "JS",
    "乡镇": "界首镇",
    "地址": "示例村 3 号",
}


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    """An administrator, where there are two towns."""
    await make_town("321084112", "界首镇")
    await make_town("321084108", "三垛镇")
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


@pytest_asyncio.fixture
async def jieshou(service: Client, administrator: Client) -> Client:
    """A member of staff of 界首镇."""
    assert administrator
    client = await service.login("somebody-of-jieshou")
    await make_staff(client.account_id, town_code="321084112")
    return client


def sheet(*rows: dict[str, Any], names: tuple[str, ...] = NAMES) -> bytes:
    return write_xlsx(
        title="服务站",
        columns=[(name, 12) for name in names],
        rows=[[row.get(name, "") for name in names] for row in rows],
    )


async def upload(staff: Client, *rows: dict[str, Any], dry_run: bool = False, names: tuple[str, ...] = NAMES) -> Answer:
    address = f"/v1/staff/station-imports?dry_run={str(dry_run).lower()}"
    return await staff.upload(address, filename="服务站.xlsx", data=sheet(*rows, names=names))


def counts(answer: Answer) -> tuple[int, int, int, int]:
    assert answer.status == 200, answer.json
    return tuple(answer.json[name] for name in ("rows", "created", "updated", "unchanged"))


def faults(answer: Answer) -> list[tuple[str, str]]:
    assert answer.code == "TableRejected", answer.json
    return [(error["field"], error["message"]) for error in answer.json["errors"]]


async def test_a_tree_in_any_order_of_rows_becomes_stations_with_hours(administrator: Client, service: Client) -> None:
    answer = await upload(administrator, VILLAGE, TOWN, CITY)

    assert counts(answer) == (3, 3, 0, 0)
    town = await Station.get(number="JS").prefetch_related("children", "parent")
    assert town.parent is not None
    assert (town.parent.number, [child.number for child in town.children]) == ("GY", ["JS-01"])
    assert (town.latitude, town.longitude, town.slot_minutes, town.slot_capacity) == (32.993, 119.448, 20, 6)
    found = (await service.get(f"/v1/stations/{town.id}")).json
    assert found["hours_text"] == TOWN["营业时间"]
    assert [item["label"] for item in found["services"]] == ["拥军包裹寄递", "就业创业服务"]
    village = await Station.get(number="JS-01")
    assert (village.slot_minutes, village.slot_capacity, village.services) == (30, 4, ())


async def test_the_same_file_changes_nothing_and_another_updates_by_number(administrator: Client) -> None:
    await upload(administrator, CITY, TOWN, VILLAGE)
    station = await Station.get(number="JS")
    slot = await StationSlot.create(
        station=station, day="2026-11-23", starts="08:30", ends="08:50", capacity=6, taken=2
    )

    again = await upload(administrator, CITY, TOWN, VILLAGE)
    changed = await upload(administrator, TOWN | {"营业时间": "周六 09:00-12:00", "名称": "示例界首新站"}, VILLAGE)

    assert counts(again) == (3, 0, 0, 3)
    assert counts(changed) == (2, 0, 1, 1)
    fresh = await Station.get(number="JS")
    assert (fresh.id, fresh.name) == (station.id, "示例界首新站")
    assert [(h.weekday, h.opens) for h in await StationHours.filter(station_id=station.id)] == [(6, "09:00")]
    assert (await StationSlot.get(id=slot.id)).taken == 2


async def test_a_column_that_the_file_lacks_stays_and_a_blank_cell_clears(administrator: Client) -> None:
    await upload(administrator, CITY, TOWN)

    lacking = await upload(administrator, TOWN | {"名称": "新名称"}, names=("编号", "名称", "层级", "地址"))
    kept = await Station.get(number="JS")
    blank = await upload(administrator, TOWN | {"电话": "", "营业时间": "", "经纬度": "", "每时段件数": ""})
    cleared = await Station.get(number="JS")

    assert counts(lacking) == counts(blank) == (1, 0, 1, 0)
    assert (kept.name, kept.telephone, kept.latitude, kept.parent_id) == (
        *("新名称", "0514-00000000", 32.993),
        (await Station.get(number="GY")).id,
    )
    assert (cleared.telephone, cleared.latitude, cleared.slot_capacity) == ("", None, 4)
    assert await StationHours.filter(station_id=cleared.id).count() == 0


async def test_a_dry_run_tells_and_stores_nothing(administrator: Client) -> None:
    answer = await upload(administrator, CITY, TOWN, dry_run=True)

    assert counts(answer) == (2, 2, 0, 0)
    assert answer.json["dry_run"] is True
    assert await Station.all().count() == 0
    assert await AuditEntry.filter(action="stations.imported").count() == 0


async def test_every_fault_of_a_cell_is_told_and_nothing_is_stored(administrator: Client) -> None:
    answer = await upload(
        administrator,
        CITY,
        TOWN | {"层级": "县级", "经纬度": "东边"},
        VILLAGE | {"营业时间": "上午", "电话": "没有", "编号": "GY 01"},
        VILLAGE | {"乡镇": "外镇", "服务项目": "理发", "时段分钟": 1, "地址": ""},
    )

    assert [field for field, _ in faults(answer)] == [
        *("第3行「层级」(C3)", "第3行「经纬度」(H3)"),
        *("第4行「编号」(A4)", "第4行「电话」(G4)", "第4行「营业时间」(J4)"),
        *("第5行「乡镇」(E5)", "第5行「地址」(F5)", "第5行「服务项目」(I5)", "第5行「时段分钟」(K5)"),
    ]
    assert await Station.all().count() == 0


async def test_the_tree_of_file_and_store_together_is_checked(administrator: Client) -> None:
    await upload(administrator, CITY, TOWN)

    answer = await upload(
        administrator,
        VILLAGE | {"上级编号": "GY"},
        VILLAGE | {"编号": "B", "上级编号": "不存在"},
        VILLAGE | {"编号": "C", "上级编号": ""},
        VILLAGE | {"编号": "D", "乡镇": "三垛镇"},
        TOWN | {"编号": "E", "上级编号": "E"},
        TOWN | {"编号": "F", "上级编号": "JS"},
        CITY | {"编号": "G", "上级编号": "GY"},
        CITY | {"编号": "H", "乡镇": "界首镇"},
        TOWN | {"编号": "I", "乡镇": ""},
        TOWN | {"编号": "JS", "层级": "校园站", "上级编号": ""},
        VILLAGE | {"编号": "K"},
    )

    assert faults(answer) == [
        ("第2行「上级编号」(D2)", "村级的上级只能是镇级服务站"),
        ("第3行「上级编号」(D3)", "没有这个编号的服务站，请核对，或把上级也写进表格"),
        ("第4行「上级编号」(D4)", "村级服务站请填上级，上级是镇级服务站"),
        ("第5行「上级编号」(D5)", "村级的上级只能是镇级服务站"),
        ("第6行「上级编号」(D6)", "上级不能是自己"),
        ("第7行「上级编号」(D7)", "镇级的上级只能是市级服务站"),
        ("第8行「上级编号」(D8)", "市级服务站没有上级，请留空"),
        ("第9行「乡镇」(E9)", "市级服务站不填乡镇"),
        ("第10行「乡镇」(E10)", "镇级服务站请填所在的乡镇（街道）"),
        ("第11行「层级」(C11)", "下级「示例村站」是村级，不能归校园站服务站，请先调整下级"),
        ("第12行「上级编号」(D12)", "村级的上级只能是镇级服务站"),
    ]
    assert await Station.all().count() == 2


async def test_a_parent_in_a_faulty_row_is_no_second_fault(administrator: Client) -> None:
    answer = await upload(administrator, CITY | {"地址": ""}, TOWN)

    assert [field for field, _ in faults(answer)] == ["第2行「地址」(F2)"]


async def test_a_stored_child_is_not_left_under_a_wrong_parent(administrator: Client) -> None:
    await upload(administrator, CITY, TOWN, VILLAGE)

    answer = await upload(administrator, TOWN | {"乡镇": "三垛镇"})

    assert faults(answer) == [("第2行「乡镇」(E2)", "下级「示例村站」是其他乡镇的服务站，请先调整下级")]


async def test_town_staff_import_their_own_town_only(administrator: Client, jieshou: Client) -> None:
    await upload(administrator, CITY, TOWN)
    await make_station(number="SD", town_code="321084108")

    own = await upload(jieshou, TOWN | {"名称": "新名称"}, VILLAGE)
    foreign = await upload(
        jieshou,
        CITY,
        TOWN | {"编号": "SD"},
        TOWN | {"编号": "NEW", "乡镇": "三垛镇"},
        {"编号": "CAMPUS", "名称": "示例校园站", "层级": "校园站", "地址": "示例路 9 号"},
    )

    assert counts(own) == (2, 1, 1, 0)
    assert faults(foreign) == [
        ("第2行「编号」(A2)", "这个编号是其他乡镇或市级的服务站，请由系统管理员导入"),
        ("第3行「编号」(A3)", "这个编号是其他乡镇或市级的服务站，请由系统管理员导入"),
        ("第4行「乡镇」(E4)", "只能导入本乡镇的服务站，其他的请由系统管理员导入"),
        ("第5行「乡镇」(E5)", "只能导入本乡镇的服务站，其他的请由系统管理员导入"),
    ]


async def test_a_closed_station_stays_closed(administrator: Client) -> None:
    await upload(administrator, CITY)
    await Station.filter(number="GY").update(closed_at=utc_now())

    await upload(administrator, CITY | {"名称": "新名称"})

    station = await Station.get(number="GY")
    assert station.name == "新名称"
    assert station.closed_at is not None


async def test_the_import_is_audited_with_its_counts(administrator: Client) -> None:
    await upload(administrator, CITY, TOWN)

    entry = await AuditEntry.get(action="stations.imported")
    assert (entry.role, entry.detail) == ("administrator", '{"rows":2,"created":2,"updated":0}')


async def test_two_who_import_the_same_at_once_make_it_once(administrator: Client) -> None:
    answers = await asyncio.gather(*(upload(administrator, CITY, TOWN, VILLAGE) for _ in range(4)))

    assert sorted(counts(answer) for answer in answers) == [(3, 0, 0, 3)] * 3 + [(3, 3, 0, 0)]
    assert await Station.all().count() == 3


async def test_an_import_and_an_entry_of_the_same_number_at_once_take_turns(administrator: Client) -> None:
    terms = {"name": "先到", "level": "city", "address": "示例路"}

    for number in ("N1", "N2", "N3", "N4"):
        imported, entered = await asyncio.gather(
            upload(administrator, CITY | {"编号": number}),
            administrator.post("/v1/staff/stations", terms | {"number": number}),
        )

        assert (counts(imported), entered.code) in (((1, 1, 0, 0), "StationNumberTaken"), ((1, 0, 1, 0), ""))
        assert await Station.filter(number=number).count() == 1


async def test_a_csv_in_gbk_is_read_like_the_workbook(administrator: Client) -> None:
    names = ("编号", "名称", "层级", "地址", "营业时间")
    row = CITY | {"营业时间": "周一至周五 08:30-17:30"}
    text = write_csv(columns=names, rows=[[row[name] for name in names]]).decode("utf-8-sig")

    answer = await administrator.upload("/v1/staff/station-imports", filename="站.csv", data=text.encode("gbk"))

    assert counts(answer) == (1, 1, 0, 0)
    assert await StationHours.all().count() == 5


async def test_the_template_reads_back_and_its_example_is_no_row(administrator: Client) -> None:
    template = await administrator.get("/v1/staff/station-template")
    workbook = openpyxl.load_workbook(io.BytesIO(template.body))

    answer = await administrator.upload("/v1/staff/station-imports", filename="模板.xlsx", data=template.body)

    assert [cell.value for cell in workbook.active[1]] == list(NAMES)
    assert answer.code == "TableHasNoRows"


async def test_another_table_is_refused_by_its_headers(administrator: Client) -> None:
    answer = await administrator.upload(
        "/v1/staff/station-imports", filename="a.csv", data="姓名,电话\n张三,1\n".encode()
    )

    assert answer.code == "WrongHeaders"
