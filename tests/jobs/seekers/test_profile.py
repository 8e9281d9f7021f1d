"""求职资料测试 — entering it bit by bit, its faults, erasing it, and the snapshot that goes with an application."""

import asyncio
from typing import Any

import msgspec
import pytest

from config.clock import utc_now
from models.accounts import Consent
from models.audit import AuditEntry
from models.schooling import Schooling
from models.seekers import Seeker, SeekerProfile, Speciality
from models.transactions import fetch_row
from server.jobs.seekers.profile import NoProfile, read_contact, read_snapshot, take_snapshot
from tests.factories.cards import make_card
from tests.factories.jobs import make_application, make_profile, make_seeker
from tests.jobs.seekers.people import JIESHOU, LINZE, PROFILE, come, fill_in
from tests.service import Client


async def make_speciality(code: str = "vehicle_repair", **overrides: Any) -> Speciality:
    values: dict[str, Any] = {
        "name": "汽车修理",
        "position": 1,
        "occupations": ("汽车维修工",),
        "keywords": ("汽修", "汽车维修"),
        "source": "示例对应",
        "updated_at": utc_now(),
    }
    return await Speciality.create(code=code, **(values | overrides))


async def test_a_profile_is_entered_bit_by_bit_and_each_answer_says_what_is_wanting(service: Client) -> None:
    person = await come(service)
    await make_speciality()

    none = await person.get("/v1/job-profile")
    first = await person.patch("/v1/job-profile", {"speciality": "vehicle_repair"})
    second = await person.patch("/v1/job-profile", {"skills": [" 汽修 ", "汽修", "电\u3000焊"]})

    assert (none.status, none.code) == (404, "ProfileNotFound")
    assert first.status == 200
    assert first.json["hint"] == "再填 技能、期望乡镇、期望月薪 推荐更准"
    assert first.json["speciality_name"] == "汽车修理"
    assert second.json["skills"] == ["汽修", "电 焊"]
    assert second.json["speciality"] == "vehicle_repair"
    assert second.json["hint"] == "再填 期望乡镇、期望月薪、学历 推荐更准"
    assert (await person.get("/v1/job-profile")).json == second.json


async def test_a_whole_profile_is_shown_with_name_and_mobile_masked_and_the_place_rounded(service: Client) -> None:
    person = await come(service)
    await make_speciality()

    answer = await fill_in(person, speciality="vehicle_repair")

    assert answer.status == 200, answer
    assert answer.json | {"updated_at": ""} == {
        **{key: value for key, value in PROFILE.items() if key not in ("name", "mobile")},
        "masked_name": "段**",
        "masked_mobile": "180****1999",
        "speciality": "vehicle_repair",
        "speciality_name": "汽车修理",
        "schooling_label": "大专",
        "latitude": 33.0,
        "longitude": 119.44,
        "wanting": [],
        "hint": "",
        "updated_at": "",
    }
    stored = await fetch_row("SELECT name_sealed, mobile_sealed FROM seekers")
    assert stored is not None
    assert "段" not in stored["name_sealed"]
    assert "1999" not in stored["mobile_sealed"]
    entry = await AuditEntry.get(action="job_profile.changed")
    assert msgspec.json.decode(entry.detail) == {"fields": sorted([*PROFILE, "speciality"])}


async def test_things_are_taken_away_by_empty_values(service: Client) -> None:
    person = await come(service)
    await fill_in(person)
    nothing = {
        "mobile": "",
        "skills": [],
        "wished_towns": [],
        "birth_year": None,
        "wished_pay_min_fen": None,
        "latitude": None,
        "longitude": None,
    }

    answer = await person.patch("/v1/job-profile", nothing)

    assert {name: answer.json[name] for name in nothing if name != "mobile"} == {
        name: value for name, value in nothing.items() if name != "mobile"
    }
    assert answer.json["masked_mobile"] == ""
    assert answer.json["certificates"] == ["汽车维修工四级"]
    assert (await Seeker.get()).mobile_hash is None


async def test_without_consent_nothing_is_stored(service: Client) -> None:
    person = await service.login("a-seeker")

    answer = await person.patch("/v1/job-profile", {"skills": ["汽修"]})

    assert (answer.status, answer.code) == (409, "ConsentRequired")
    assert await Seeker.all().count() == await SeekerProfile.all().count() == 0


async def test_a_profile_can_be_read_and_erased_after_the_consent_is_withdrawn(service: Client) -> None:
    person = await come(service)
    await fill_in(person)
    await Consent.all().update(withdrawn_at=utc_now())

    read = await person.get("/v1/job-profile")
    erased = await person.delete("/v1/job-profile")

    assert (read.status, erased.status) == (200, 204)


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "段1"}, ["name"]),
    ({"mobile": "12345"}, ["mobile"]),
    ({"skills": ["一"] * 3 + [f"技能{number}" for number in range(20)]}, ["skills"]),
    ({"skills": ["一" * 21]}, ["skills"]),
    ({"skills": ["18012341999"]}, ["skills"]),
    ({"certificates": ["一" * 41]}, ["certificates"]),
    ({"speciality": "missiles"}, ["speciality"]),
    ({"wished_towns": [JIESHOU, "320000000"]}, ["wished_towns"]),
    ({"birth_year": 1929}, ["birth_year"]),
    ({"birth_year": utc_now().year - 10}, ["birth_year"]),
    ({"wished_pay_min_fen": 100}, ["wished_pay_min_fen"]),
    ({"latitude": 32.78}, ["latitude"]),
    ({"latitude": 32.78, "longitude": None}, ["latitude"]),
    ({"name": "段1", "mobile": "1", "speciality": "missiles"}, ["name", "mobile", "speciality"]),
]


@pytest.mark.parametrize(("changes", "fields"), FAULTS, ids=[str(sorted(changes)) for changes, _ in FAULTS])
async def test_every_wrong_field_is_named_and_nothing_is_stored(
    service: Client, changes: dict[str, Any], fields: list[str]
) -> None:
    person = await come(service)

    answer = await person.patch("/v1/job-profile", changes)

    assert (answer.status, answer.code) == (422, "ProfileInvalid")
    assert [error["field"] for error in answer.json["errors"]] == fields
    assert await Seeker.all().count() == await SeekerProfile.all().count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"skills": ["一"] * 51},
        {"schooling": "小学"},
        {"wished_kinds": ["soldier"]},
        {"latitude": 90.0, "longitude": 1.0},
        {"introduction": "一" * 1001},
        {"openid": "x"},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_what_no_form_could_send_is_malformed(service: Client, changes: dict[str, Any]) -> None:
    answer = await (await come(service)).patch("/v1/job-profile", changes)

    assert (answer.status, answer.code) == (400, "MalformedRequest")


async def test_a_retired_speciality_may_stay_and_not_be_chosen_anew(service: Client) -> None:
    first, second = await come(service, "first"), await come(service, "second")
    await make_speciality()
    await first.patch("/v1/job-profile", {"speciality": "vehicle_repair"})
    await Speciality.all().update(is_retired=True)

    kept = await first.patch("/v1/job-profile", {"speciality": "vehicle_repair", "skills": ["电焊"]})
    chosen = await second.patch("/v1/job-profile", {"speciality": "vehicle_repair"})

    assert (kept.status, kept.json["speciality_name"]) == (200, "汽车修理")
    assert chosen.code == "ProfileInvalid"


async def test_a_card_holder_keeps_the_name_of_the_card(service: Client) -> None:
    person = await come(service)
    await make_card(account_id=person.account_id, name="木婉清")

    same = await person.patch("/v1/job-profile", {"name": "木婉清", "mobile": "18012341999"})
    other = await person.patch("/v1/job-profile", {"name": "王语嫣"})

    assert (same.status, same.json["masked_name"]) == (200, "木**")
    assert (other.status, other.code) == (422, "ProfileInvalid")
    assert other.json["errors"][0]["field"] == "name"


async def test_twenty_changes_at_once_make_one_profile_and_lose_none(service: Client) -> None:
    person = await come(service)
    await fill_in(person, skills=[])
    bodies = [{"skills": ["电焊"]}, {"service_years": 12}, {"certificates": ["电工证"]}, {"wished_towns": [LINZE]}]

    answers = await asyncio.gather(*(person.patch("/v1/job-profile", body) for body in bodies * 5))

    assert {answer.status for answer in answers} == {200}
    profile = await SeekerProfile.get()
    assert profile.skills == ("电焊",)
    assert profile.service_years == 12
    assert profile.certificates == ("电工证",)
    assert profile.wished_towns == (LINZE,)


async def test_erasing_takes_everything_that_was_said_and_leaves_what_was_sent_with_applications(
    service: Client,
) -> None:
    person = await come(service)
    await fill_in(person)
    seeker = await Seeker.get()
    application = await make_application(seeker=seeker, profile='{"skills":["汽修"]}')

    erased = await person.delete("/v1/job-profile")
    again = await person.delete("/v1/job-profile")

    assert (erased.status, again.status) == (204, 204)
    assert await SeekerProfile.all().count() == 0
    await seeker.refresh_from_db()
    assert (seeker.name_sealed, seeker.mobile_sealed, seeker.mobile_hash) == (None, None, None)
    await application.refresh_from_db()
    assert application.profile == '{"skills":["汽修"]}'
    assert await AuditEntry.filter(action="job_profile.erased").count() == 1
    assert (await person.get("/v1/job-profile")).code == "ProfileNotFound"


async def test_a_profile_belongs_to_its_person_alone(service: Client) -> None:
    first, second = await come(service, "first"), await come(service, "second")
    await fill_in(first)

    await second.patch("/v1/job-profile", {"skills": ["厨艺"]})
    await second.delete("/v1/job-profile")

    assert (await first.get("/v1/job-profile")).json["skills"] == ["汽修", "电焊"]


# The snapshot


async def test_a_snapshot_holds_the_profile_without_contact_and_the_contact_apart(service: Client) -> None:
    person = await come(service)
    await make_speciality()
    await fill_in(person, speciality="vehicle_repair", wished_towns=[LINZE, JIESHOU])

    snapshot = await take_snapshot(seeker=await Seeker.get())

    read = read_snapshot(snapshot.profile)
    assert (read.speciality, read.schooling, read.wished_towns) == ("汽车修理", Schooling.COLLEGE, ("临泽镇", "界首镇"))
    assert read.wished_kinds == ("veterans_only",)
    assert read.skills == ("汽修", "电焊")
    for secret in ("段誉明", "18012341999", "119.4", "33.0"):
        assert secret not in snapshot.profile
    contact = read_contact(snapshot.contact)
    assert (contact.name, contact.mobile) == ("段誉明", "18012341999")


async def test_a_snapshot_of_a_merged_seeker_is_that_of_the_person(database: object) -> None:
    person = await make_seeker()
    await make_profile(seeker=person, skills=("电焊",))
    merged = await make_seeker(account_id=None, merged_into_id=person.id)

    snapshot = await take_snapshot(seeker=merged)

    assert read_snapshot(snapshot.profile).skills == ("电焊",)


async def test_without_a_profile_or_a_way_to_be_reached_there_is_no_snapshot(database: object) -> None:
    bare, unreachable = await make_seeker(), await make_seeker(mobile_sealed=None)
    await make_profile(seeker=unreachable)

    with pytest.raises(NoProfile, match="还没有填写求职资料"):
        await take_snapshot(seeker=bare)
    with pytest.raises(NoProfile, match="姓名或手机号"):
        await take_snapshot(seeker=unreachable)
