"""军事专业对照表测试 — what is shipped, what staff change of it, and the file that carries it."""

import asyncio
from typing import Any

import msgspec
import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.seekers import Speciality
from server.jobs.seekers.speciality_file import (
    SpecialityFile,
    SpecialityFileInvalid,
    export_specialities,
    import_specialities,
)
from server.seed.files import load
from server.seed.reference import seed_specialities
from server.seed.service import seed
from tests.factories.cards import make_staff
from tests.service import Client

LABEL = "示例对应，待军地主管部门核定"
DRONES: dict[str, Any] = {
    "code": "drone_racing",
    "name": "无人机竞速",
    "occupations": ["无人机驾驶员"],
    "keywords": ["无人机", "飞手"],
    "source": LABEL,
}


async def become_administrator(service: Client) -> Client:
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


def as_file(*entries: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"source": "测试", "specialities": entries})


# What is shipped


def test_every_shipped_entry_names_a_law_or_says_that_it_is_a_suggestion() -> None:
    shipped = load("specialities", SpecialityFile)

    assert len(shipped.specialities) == 35
    assert "待军地主管部门核定" in shipped.source
    by_law = {entry.code for entry in shipped.specialities if "《退役军人保障法》" in entry.source}
    by_law |= {entry.code for entry in shipped.specialities if "《国防教育法》" in entry.source}
    assert by_law == {"training", "political_work"}
    for entry in shipped.specialities:
        assert LABEL in entry.source
        assert entry.occupations
        assert all(len(word) >= 2 for word in entry.keywords)


async def test_the_shipped_file_is_seeded_in_its_order_and_could_be_imported(database: object) -> None:
    await seed(samples=False, at=utc_now())

    shipped = load("specialities", SpecialityFile)
    assert [item.code for item in await Speciality.all().order_by("position")] == [
        entry.code for entry in shipped.specialities
    ]
    report = await import_specialities(data=msgspec.json.encode(shipped), dry_run=False, at=utc_now())
    assert (report.created, report.updated, report.unchanged) == (0, 0, 35)


async def test_seeding_again_never_overwrites_what_staff_edited(database: object) -> None:
    await seed(samples=False, at=utc_now())
    await Speciality.filter(code="driving").update(name="汽车驾驶", keywords=("司机",), is_retired=True)
    await Speciality.filter(code="catering").delete()
    await Speciality.filter(code="guarding").update(source="已核定")

    assert await seed_specialities(at=utc_now()) == 35  # as another edition of the reference data would

    driving = await Speciality.get(code="driving")
    assert (driving.name, driving.keywords, driving.is_retired) == ("汽车驾驶", ("司机",), True)
    assert (await Speciality.get(code="guarding")).source == "已核定"
    assert (await Speciality.get(code="catering")).name == "炊事"


# What people see


async def test_everybody_reads_the_map_without_the_retired_and_again_for_nothing(service: Client) -> None:
    await seed(samples=False, at=utc_now())
    await Speciality.filter(code="driving").update(is_retired=True)

    answer = await service.get("/v1/specialities")
    again = await service.get("/v1/specialities", headers={"If-None-Match": answer.headers["ETag"]})

    assert len(answer.json["items"]) == 34
    assert answer.json["items"][0] == {
        "code": "vehicle_repair",
        "name": "汽车修理",
        "occupations": ["汽车维修工", "机动车检测工", "汽车救援员", "电池及电池系统维修保养师"],
        "source": f"{LABEL}；职业名称见《中华人民共和国职业分类大典（2022年版）》",
    }
    assert again.status == 304


# What staff change


async def test_an_administrator_adds_changes_retires_and_reinstates_each_on_record(service: Client) -> None:
    staff = await become_administrator(service)

    made = await staff.post("/v1/staff/specialities", DRONES)
    changed = await staff.patch("/v1/staff/specialities/drone_racing", {"keywords": [" 航拍 ", "航拍"], "position": 7})
    retired = [await staff.post("/v1/staff/specialities/drone_racing/retirement") for _ in range(2)]
    hidden = await service.get("/v1/specialities")
    everything = await staff.get("/v1/staff/specialities")
    back = await staff.post("/v1/staff/specialities/drone_racing/reinstatement")

    assert (made.status, made.json["position"], made.json["is_retired"]) == (201, 1, False)
    assert (changed.json["keywords"], changed.json["position"]) == (["航拍"], 7)
    assert [answer.json["is_retired"] for answer in retired] == [True, True]
    assert hidden.json["items"] == []
    assert [item["code"] for item in everything.json["items"]] == ["drone_racing"]
    assert back.json["is_retired"] is False
    entries = await AuditEntry.filter(record_type="speciality").order_by("id")
    assert [(entry.action, entry.role, entry.record_id) for entry in entries] == [
        (f"speciality.{deed}", "administrator", "drone_racing")
        for deed in ("created", "changed", "retired", "reinstated")
    ]
    assert msgspec.json.decode(entries[1].detail) == {"fields": ["keywords", "position"]}


@pytest.mark.parametrize("field", ["code", "name"])
async def test_a_code_or_a_name_is_taken_once(service: Client, field: str) -> None:
    staff = await become_administrator(service)
    await staff.post("/v1/staff/specialities", DRONES)
    other = {"code": "other", "name": "另一项"} | {field: DRONES[field]}

    answer = await staff.post("/v1/staff/specialities", DRONES | other)

    assert (answer.status, answer.code) == (409, "SpecialityExists")
    assert await Speciality.all().count() == 1


async def test_a_speciality_is_not_renamed_to_anothers_name(service: Client) -> None:
    staff = await become_administrator(service)
    await staff.post("/v1/staff/specialities", DRONES)
    await staff.post("/v1/staff/specialities", DRONES | {"code": "other", "name": "另一项"})

    answer = await staff.patch("/v1/staff/specialities/other", {"name": DRONES["name"], "keywords": ["改了"]})

    assert (answer.status, answer.code) == (409, "SpecialityExists")
    assert (await Speciality.get(code="other")).keywords == ("无人机", "飞手")


async def test_twenty_administrators_at_once_add_one(service: Client) -> None:
    staff = await become_administrator(service)

    answers = await asyncio.gather(*(staff.post("/v1/staff/specialities", DRONES) for _ in range(20)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    assert await AuditEntry.filter(action="speciality.created").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "Drone"},
        {"code": "d"},
        {"name": "  机 "},
        {"occupations": ["。"]},
        {"keywords": ["机"]},
        {"keywords": ["无人机", "——"]},
        {"keywords": [f"词语{number}" for number in range(21)]},
        {"source": "  "},
    ],
    ids=str,
)
async def test_a_wrong_field_is_named(service: Client, wrong: dict[str, Any]) -> None:
    staff = await become_administrator(service)

    answer = await staff.post("/v1/staff/specialities", DRONES | wrong)

    assert (answer.status, answer.code) == (422, "SpecialityInvalid")
    assert [error["field"] for error in answer.json["errors"]] == list(wrong)


async def test_there_is_nothing_to_change_of_what_is_not_there(service: Client) -> None:
    staff = await become_administrator(service)

    answers = [
        await staff.patch("/v1/staff/specialities/nothing", {"name": "没有"}),
        await staff.post("/v1/staff/specialities/nothing/retirement"),
        await staff.post("/v1/staff/specialities/nothing/reinstatement"),
    ]

    assert [answer.code for answer in answers] == ["SpecialityNotFound"] * 3


# The file


async def test_what_is_exported_is_read_back_without_a_change(database: object) -> None:
    await seed(samples=False, at=utc_now())
    await Speciality.filter(code="driving").update(is_retired=True)

    exported = await export_specialities()
    report = await import_specialities(data=exported, dry_run=False, at=utc_now())

    assert (report.rows, report.created, report.updated, report.unchanged) == (35, 0, 0, 35)
    assert exported.decode().count("\n") > 300, "laid out line by line, to be compared"
    assert '"name": "汽车修理"' in exported.decode()


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_file_adds_and_changes_and_leaves_what_it_does_not_name(database: object, dry_run: bool) -> None:
    await seed(samples=False, at=utc_now())
    retired = {"code": "driving", "name": "车辆驾驶", "occupations": ["司机"], "keywords": ["司机"], "source": "已核定"}

    report = await import_specialities(
        data=as_file(DRONES, retired | {"is_retired": True}), dry_run=dry_run, at=utc_now()
    )

    assert (report.rows, report.created, report.updated, report.unchanged) == (2, 1, 1, 0)
    assert await Speciality.all().count() == (35 if dry_run else 36)
    driving = await Speciality.get(code="driving")
    assert driving.is_retired is not dry_run
    assert await AuditEntry.filter(action="speciality.imported").count() == (0 if dry_run else 2)
    assert await Speciality.exists(code="catering", is_retired=False)


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b"code,name", []),
        (b'{"source": "x", "specialities": [{"code": "a"}]}', []),
        (as_file(DRONES, DRONES), ["specialities[1].code", "specialities[1].name"]),
        (
            as_file(DRONES | {"keywords": []}, DRONES | {"code": "X"}),
            ["specialities[0].keywords", "specialities[1].code"],
        ),
        (as_file(DRONES | {"name": "炊事"}), ["specialities[0].name"]),
    ],
    ids=["no-json", "wrong-shape", "twice", "wrong-fields", "another-ones-name"],
)
async def test_a_wrong_file_stores_nothing(database: object, data: bytes, fields: list[str]) -> None:
    await seed(samples=False, at=utc_now())

    with pytest.raises(SpecialityFileInvalid) as caught:
        await import_specialities(data=data, dry_run=False, at=utc_now())

    assert [error.field for error in caught.value.errors] == fields
    assert await Speciality.all().count() == 35
    assert await AuditEntry.filter(action="speciality.imported").count() == 0
