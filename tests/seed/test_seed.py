"""种子数据"""

import asyncio
from collections import Counter

import pytest

from config.clock import utc_now
from models.accounts import Account
from models.base import new_id
from models.cards import Card, CardHolder, PassKey
from models.employers import Employer, EmployerState
from models.merchants import Branch, Merchant
from models.perks import Perk, PerkCategory, PerkState
from models.stations import Station, StationHours, StationLevel, StationStaff
from models.towns import Town
from models.transactions import execute
from server.accounts.service import summarise
from server.notifications.template_settings import SettingChange, change_setting, list_templates_in_use
from server.seed.files import Merchants, People, Perks, Stations, load
from server.seed.service import sample_to_claim, seed
from server.seed.template_samples import seed_template_ids
from server.stations.slots import open_slots
from server.stations.terms import Relative, StationTerms, faults_of, tree_faults_of
from server.wechat.sandbox import sandbox_openid

pytestmark = pytest.mark.usefixtures("database")


async def roles_of(code: str) -> tuple[str, ...]:
    account = await Account.get(openid=sandbox_openid(code))
    return (await summarise(account_id=account.id)).roles


async def test_the_thirteen_towns_are_there_under_their_official_codes() -> None:
    await seed(samples=False, at=utc_now())

    towns = dict(await Town.all().order_by("position").values_list("code", "name"))

    assert len(towns) == 13
    assert towns["321084001"] == "高邮街道"
    assert towns["321084112"] == "界首镇"
    assert towns["321084200"] == "菱塘回族乡"


async def test_every_real_perk_names_its_source_and_is_no_sample() -> None:
    await seed(samples=False, at=utc_now())

    perks = await Perk.all()

    assert {perk.number for perk in perks} >= {"YZ-2023-1", "YZ-2023-2", "GY-INN-1", "GY-INN-2"}
    for perk in perks:
        assert len(perk.source) > 8
        assert not perk.is_sample
        assert "示例" not in perk.title + perk.description + perk.source
        assert perk.state == PerkState.LIVE
    assert await Merchant.all().count() == await CardHolder.all().count() == 0


async def test_the_first_pass_key_comes_with_the_reference_data_and_only_once() -> None:
    await seed(samples=False, at=utc_now())
    await seed(samples=True, at=utc_now())

    assert await PassKey.all().count() == 1


async def test_every_sample_is_labelled_as_one() -> None:
    await seed(samples=True, at=utc_now())

    samples = await Perk.filter(is_sample=True)
    assert len(samples) >= 12
    for perk in samples:
        assert perk.title.startswith("示例")
        assert "示例" in perk.source
    for merchant in await Merchant.all():
        assert merchant.is_sample
        assert merchant.name.startswith("示例")
    for branch in await Branch.all():
        assert branch.name.startswith("示例")
        assert "不是真实" in branch.address
    for employer in await Employer.all():
        assert employer.is_sample
        assert employer.name.startswith("示例")
        assert employer.contact_name.startswith("示例")
        assert "不是真实" in employer.address
    for holder in await CardHolder.all():
        assert holder.name.startswith("示例")
        assert holder.id_number[6:10] == "1900"


async def test_the_sample_files_fit_together() -> None:
    await seed(samples=True, at=utc_now())
    towns = set(await Town.all().values_list("code", flat=True))
    categories = set(await PerkCategory.all().values_list("code", flat=True))

    for perk in (*load("perks", Perks).perks, *load("samples/perks", Perks).perks):
        assert perk.category in categories
        assert set(perk.households) <= towns
    assert all(
        branch.town in towns for item in load("samples/merchants", Merchants).merchants for branch in item.branches
    )
    assert {holder.town for holder in load("samples/people", People).holders} <= towns | {None}


@pytest.mark.parametrize(
    ("code", "roles"),
    [
        ("demo-veteran", ("veteran",)),
        ("demo-family", ("veteran",)),
        ("demo-clerk", ("clerk",)),
        ("demo-employer", ("employer",)),
        ("demo-staff", ("staff", "station_staff")),
        ("demo-admin", ("staff", "administrator")),
    ],
)
async def test_the_demo_people_have_their_roles(code: str, roles: tuple[str, ...]) -> None:
    await seed(samples=True, at=utc_now())

    assert await roles_of(code) == roles


async def test_the_sample_stations_are_labelled_and_stand_in_a_tree() -> None:
    await seed(samples=True, at=utc_now())

    stations = await Station.all().select_related("parent")
    assert Counter(station.level for station in stations) == {
        StationLevel.CITY: 1,
        StationLevel.TOWN: 13,
        StationLevel.CAMPUS: 1,
        StationLevel.ENTERPRISE: 1,
    }
    assert {s.town_id for s in stations if s.level is StationLevel.TOWN} == set(
        await Town.all().values_list("code", flat=True)
    )
    for station in stations:
        assert station.is_sample
        assert station.name.startswith("示例")
        assert "不是真实" in station.address
        assert station.telephone == "0514-00000000"
        parent = None if station.parent is None else Relative(station.parent.name, station.parent.level, None)
        assert [*faults_of(terms := StationTerms.of(station)), *tree_faults_of(terms, parent=parent, children=())] == []
        assert await StationHours.filter(station_id=station.id).exists()
    assert "示例" in load("samples/stations", Stations).source


async def test_the_demo_staff_work_at_the_counter_of_a_station_that_takes_parcels() -> None:
    await seed(samples=True, at=utc_now())

    post = await StationStaff.get(account__openid=sandbox_openid("demo-staff")).select_related("station")

    assert post.station.town_id == "321084112"
    assert await open_slots(station_id=post.station_id, at=utc_now(), days=14) != []


async def test_without_samples_there_is_no_station() -> None:
    await seed(samples=False, at=utc_now())

    assert await Station.all().count() == 0


async def test_the_demo_employer_is_approved() -> None:
    await seed(samples=True, at=utc_now())

    assert [employer.state for employer in await Employer.all()] == [EmployerState.APPROVED]


async def test_one_sample_holder_is_left_for_trying_the_claim() -> None:
    await seed(samples=True, at=utc_now())
    holder = await sample_to_claim()
    assert holder is not None
    card = await Card.get(last4=holder.card_number[-4:]).prefetch_related("holder")

    assert card.holder.name == holder.name
    assert card.holder.id_number == holder.id_number

    await execute(
        "UPDATE cards SET account_id = $1 WHERE id = $2",
        (await Account.get(openid=sandbox_openid("demo-staff"))).id,
        card.id,
    )
    assert await sample_to_claim() is None


async def test_seeding_again_changes_nothing() -> None:
    first = await seed(samples=True, at=utc_now())
    counts = await Perk.all().count(), await CardHolder.all().count(), await Account.all().count()

    second = await seed(samples=True, at=utc_now())

    assert (first.reference, first.samples) == (True, True)
    assert (second.reference, second.samples) == (False, False)
    assert (await Perk.all().count(), await CardHolder.all().count(), await Account.all().count()) == counts


async def test_what_staff_changed_or_removed_does_not_come_back() -> None:
    await seed(samples=True, at=utc_now())
    await Perk.filter(number="GY-INN-1").update(title="军人驿站（改名）")
    await execute("DELETE FROM perk_branches WHERE perk_id = (SELECT id FROM perks WHERE number = 'SAMPLE-12')")
    await execute("DELETE FROM perks WHERE number = 'SAMPLE-12'")

    await seed(samples=True, at=utc_now())

    assert (await Perk.get(number="GY-INN-1")).title == "军人驿站（改名）"
    assert not await Perk.exists(number="SAMPLE-12")


async def test_two_seedings_at_once_seed_once() -> None:
    outcomes = await asyncio.gather(*(seed(samples=True, at=utc_now()) for _ in range(3)))

    assert sorted(outcome.samples for outcome in outcomes) == [False, False, True]
    assert await Town.all().count() == 13


async def test_the_sandbox_gives_each_reminder_an_id_and_leaves_what_staff_set() -> None:
    key = "parcel"
    change = SettingChange(template_id="T-of-the-bureau")
    await change_setting(key=key, change=change, account_id=new_id(), role="admin", at=utc_now())

    await seed_template_ids(at=utc_now())
    await seed_template_ids(at=utc_now())

    in_use = {one.template.key: one.template_id for one in await list_templates_in_use()}
    assert in_use.pop(key) == "T-of-the-bureau"
    assert in_use
    assert in_use == {other: f"sandbox-{other}" for other in in_use}
