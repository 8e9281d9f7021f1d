"""小程序码 — the same record has the same scene, and a scan leads where the public may go."""

import re
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.fairs import FairState
from models.perks import PerkState
from models.scenes import SceneCode, SceneSubject
from tests.factories.cards import make_staff
from tests.factories.jobs import make_fair
from tests.factories.parcels import make_parcel
from tests.factories.perks import make_perk
from tests.factories.stations import make_station
from tests.service import Answer, Client

TOWN, OTHER_TOWN = "321084001", "321084101"


async def staff_of(service: Client, *, town_code: str | None = TOWN) -> Client:
    staff = await service.login(f"staff-{uuid4().hex}")
    await make_staff(staff.account_id, town_code=town_code)
    return staff


async def make(staff: Client, subject: str, identifier: object, **more: object) -> Answer:
    return await staff.post("/v1/staff/wechat-codes", {"subject": subject, "id": str(identifier)} | more)


async def test_a_perks_code_leads_to_the_perk(service: Client) -> None:
    staff, perk = await staff_of(service), await make_perk(title="示例理发八折")

    made = await make(staff, "perk", perk.id)
    scanned = await service.get(f"/v1/scenes/{made.json['scene']}")

    assert made.status == 201
    assert made.json["image"] == f"/v1/staff/wechat-codes/{made.json['id']}/image"
    assert (made.json["leads_to"], made.json["title"]) == (f"/v1/perks/{perk.id}", "示例理发八折")
    assert scanned.json == {
        "subject": "perk",
        "subject_label": "优惠",
        "link": f"/v1/perks/{perk.id}",
        "title": "示例理发八折",
    }
    assert (await service.get(scanned.json["link"])).status == 200


async def test_codes_of_fairs_stations_and_parcels_lead_to_them(service: Client) -> None:
    staff = await staff_of(service)
    fair, station = await make_fair(town_code=TOWN), await make_station(town_code=TOWN)
    parcel = await make_parcel(station=station)

    wanted = {
        "fair": (fair.id, f"/v1/fairs/{fair.id}", fair.title),
        "station": (station.id, f"/v1/stations/{station.id}", station.name),
        "parcel": (parcel.number.lower(), f"/v1/parcels/{parcel.number}", f"包裹 {parcel.number}"),
    }
    for subject, (identifier, link, title) in wanted.items():
        made = await make(staff, subject, identifier)
        scanned = await service.get(f"/v1/scenes/{made.json['scene']}")

        assert (scanned.json["subject"], scanned.json["link"], scanned.json["title"]) == (subject, link, title)


async def test_a_scene_is_short_random_and_of_signs_that_wechat_allows(service: Client) -> None:
    staff = await staff_of(service)

    scenes = [(await make(staff, "perk", (await make_perk()).id)).json["scene"] for _ in range(20)]

    assert len(set(scenes)) == 20
    assert all(re.fullmatch(r"[0-9a-z]{12}", scene) for scene in scenes)


async def test_the_same_record_has_the_same_code_whoever_asks(service: Client) -> None:
    perk = await make_perk()

    first = await make(await staff_of(service), "perk", perk.id)
    again = await make(await staff_of(service, town_code=OTHER_TOWN), "perk", perk.id, width=600)
    third = await make(await staff_of(service), "perk", perk.id)

    assert {answer.json["id"] for answer in (first, again, third)} == {first.json["id"]}
    assert [answer.json["width"] for answer in (first, again, third)] == [430, 600, 600]
    assert await SceneCode.all().count() == 1
    assert await AuditEntry.filter(action="scene_code.made").count() == 1


async def test_a_draft_has_a_code_that_leads_nowhere_until_it_is_published(service: Client) -> None:
    staff, perk = await staff_of(service), await make_perk(state=PerkState.DRAFT, title="还没公布的优惠")

    made = await make(staff, "perk", perk.id)
    before = await service.get(f"/v1/scenes/{made.json['scene']}")
    perk.state = PerkState.LIVE
    await perk.save(update_fields=["state"])
    after = await service.get(f"/v1/scenes/{made.json['scene']}")

    assert (made.status, made.json["leads_to"], made.json["title"]) == (201, None, "")
    assert (before.status, before.code) == (404, "SceneNotFound")
    assert before.json["detail"].endswith("请从小程序首页查找；海报上的码扫不开的，请告诉贴海报的单位。")
    assert after.json["title"] == "还没公布的优惠"


async def test_a_fair_that_was_called_off_before_it_was_published_is_not_shown(service: Client) -> None:
    staff = await staff_of(service)
    fair = await make_fair(town_code=TOWN, state=FairState.CANCELLED, published_at=None)

    made = await make(staff, "fair", fair.id)

    assert (await service.get(f"/v1/scenes/{made.json['scene']}")).code == "SceneNotFound"


@pytest.mark.parametrize("scene", ["nobody-made-it", "x" * 33, "%E7%A0%81", "'--", "a=1&b=2"])
async def test_an_unknown_scene_leads_nowhere(service: Client, scene: str) -> None:
    answer = await service.get(f"/v1/scenes/{scene}")

    assert (answer.status, answer.code) == (404, "SceneNotFound")


@pytest.mark.parametrize(
    ("subject", "identifier", "code"),
    [
        ("perk", uuid4(), "PerkNotFound"),
        ("fair", uuid4(), "FairNotFound"),
        ("station", uuid4(), "StationNotFound"),
        ("parcel", "YB9901010001A", "SubjectIdMalformed"),
        ("parcel", uuid4(), "SubjectIdMalformed"),
        ("perk", "第一号", "SubjectIdMalformed"),
    ],
)
async def test_what_is_not_there_has_no_code(service: Client, subject: str, identifier: object, code: str) -> None:
    answer = await make(await staff_of(service), subject, identifier)

    assert answer.code == code
    assert await SceneCode.all().count() == 0


async def test_staff_make_no_code_for_a_fair_or_parcel_of_another_town(service: Client) -> None:
    staff = await staff_of(service)
    fair = await make_fair(town_code=OTHER_TOWN)
    parcel = await make_parcel(station=await make_station(town_code=OTHER_TOWN))

    assert (await make(staff, "fair", fair.id)).code == "FairNotFound"
    assert (await make(staff, "parcel", parcel.number)).code == "ParcelNotFound"


@pytest.mark.parametrize("width", [279, 1281, 0, -1])
async def test_a_width_that_wechat_does_not_draw_is_refused(service: Client, width: int) -> None:
    answer = await make(await staff_of(service), "perk", (await make_perk()).id, width=width)

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "width"


async def test_a_code_of_a_record_that_is_not_theirs_is_not_found(service: Client) -> None:
    owner, foreigner = await staff_of(service), await staff_of(service, town_code=OTHER_TOWN)
    made = await make(owner, "fair", (await make_fair(town_code=TOWN)).id)

    own = await owner.get(f"/v1/staff/wechat-codes/{made.json['id']}")
    foreign = await foreigner.get(f"/v1/staff/wechat-codes/{made.json['id']}")

    assert own.json == made.json
    assert foreign.code == "CodeNotFound"


async def test_a_code_says_nothing_of_who_sends_or_receives_a_parcel(service: Client) -> None:
    staff = await staff_of(service)
    parcel = await make_parcel(station=await make_station(town_code=TOWN))

    made = await make(staff, "parcel", parcel.number)
    code = await SceneCode.get(id=made.json["id"])

    assert (code.subject, code.subject_id) == (SceneSubject.PARCEL, parcel.id)
    assert parcel.number.lower() not in code.scene
    assert (await service.get(f"/v1/parcels/{parcel.number}")).status == 401
