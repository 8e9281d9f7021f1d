"""签到 — by pass, by number or by the ID card; each person counts once, only on the day, and a slip is taken back."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing, utc_now
from models.audit import AuditEntry
from models.cards import CardState
from models.fairs import FairRegistration, JobFair
from models.seekers import Seeker
from server.cards.pass_keys import ensure_pass_key
from server.jobs.fairs.check_in import CheckInTooEarly, CheckInTooLate, check_in
from server.jobs.fairs.identification import CheckInIdentity
from server.jobs.fairs.numbers import write_number
from tests.factories.cards import make_card, sample_id_number, staff_asker
from tests.factories.jobs import make_fair, make_registration, make_seeker
from tests.jobs.fairs.fairground import fair_at
from tests.jobs.fairs.test_registration import register, registered
from tests.jobs.seekers.people import come, fill_in
from tests.perks.till import old_pass, show_pass
from tests.service import Answer, Client

PERSON = {"name": "王语嫣", "id_number": sample_id_number(77_001)}


async def check(staff: Client, fair: JobFair | Any, **body: str) -> Answer:
    return await staff.post(f"/v1/staff/fairs/{fair.id}/check-ins", body)


async def with_card(service: Client, code: str = "a-veteran", **about: Any) -> tuple[Client, str]:
    """Return somebody with consent and a bound card, and the pass that their phone shows."""
    await ensure_pass_key(at=utc_now())
    person = await come(service, code)
    return person, await show_pass(await make_card(account_id=person.account_id, **about))


async def came(fair: JobFair) -> int:
    return await FairRegistration.filter(fair_id=fair.id, checked_in_at__isnull=False).count()


async def test_who_registered_is_checked_in_by_the_pass_and_again_gets_the_first_time(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair()
    person, shown = await with_card(service, name="段誉明")
    mine = (await register(person, fair)).json

    first = await check(town_staff, fair, **{"pass": shown})
    again = await check(town_staff, fair, number=mine["number"])
    seen = (await person.get(f"/v1/fairs/{fair.id}")).json["my_registration"]

    assert (first.status, again.status) == (200, 200)
    assert first.json == {
        "registration_id": mine["id"],
        "number": mine["number"],
        "masked_name": "段**",
        "checked_in_at": seen["checked_in_at"],
        "already_checked_in": False,
        "by_staff": False,
    }
    assert again.json == first.json | {"already_checked_in": True}
    assert (await came(fair), await registered(fair)) == (1, 1)
    [entry] = await AuditEntry.filter(action="fair_registration.checked_in")
    assert json.loads(entry.detail) == {"fair_id": str(fair.id), "way": "pass", "by_staff": False}


async def test_who_had_not_registered_is_registered_at_the_desk_by_pass_or_id_card(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair(capacity=2)
    _, shown = await with_card(service)

    by_pass = await check(town_staff, fair, **{"pass": shown})
    by_id = await check(town_staff, fair, **PERSON, mobile="18012341999")
    again = await check(town_staff, fair, **PERSON)

    assert [answer.json["number"] for answer in (by_pass, by_id)] == [write_number(1), write_number(2)]
    assert [answer.json["by_staff"] for answer in (by_pass, by_id)] == [True, True]
    assert by_id.json["masked_name"] == "王**"
    assert again.json == by_id.json | {"already_checked_in": True}
    assert (await came(fair), await registered(fair)) == (2, 2)
    assert b"18012341999" not in by_id.body
    stored = await Seeker.get(account_id=None)
    assert str(PERSON["id_number"]) not in json.dumps([str(value) for value in dict(stored).values()])


async def test_the_card_holder_without_a_phone_is_the_person_who_registered_by_phone(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair()
    person, _ = await with_card(service, **PERSON)
    mine = (await register(person, fair)).json

    answer = await check(town_staff, fair, **PERSON)

    assert (answer.json["registration_id"], answer.json["by_staff"]) == (mine["id"], False)
    assert await registered(fair) == 1


async def test_who_registered_before_binding_the_card_is_found_by_the_pass(service: Client, town_staff: Client) -> None:
    fair, person = await make_fair(), await come(service)
    mine = (await register(person, fair)).json
    await ensure_pass_key(at=utc_now())
    shown = await show_pass(await make_card(account_id=person.account_id))

    answer = await check(town_staff, fair, **{"pass": shown})

    assert answer.json["registration_id"] == mine["id"]
    assert await registered(fair) == 1


async def test_the_same_name_and_mobile_as_a_registration_is_that_person(service: Client, town_staff: Client) -> None:
    fair, person = await make_fair(), await come(service)
    await fill_in(person, name="王语嫣", mobile="18012341999")
    mine = (await register(person, fair)).json

    other_name = await check(town_staff, fair, name="段誉明", id_number=sample_id_number(77_002), mobile="18012341999")
    same = await check(town_staff, fair, **PERSON, mobile="180 1234 1999")

    assert other_name.json["by_staff"] is True
    assert (same.json["registration_id"], same.json["by_staff"]) == (mine["id"], False)
    assert await registered(fair) == 2


async def test_two_records_of_one_person_count_once(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    survivor = await make_seeker()
    merged = await make_seeker(account_id=None, merged_into_id=survivor.id)
    first = await make_registration(fair=fair, seeker=merged, number=write_number(1))
    second = await make_registration(fair=fair, seeker=survivor, number=write_number(2))

    one = await check(town_staff, fair, number=first.number)
    other = await check(town_staff, fair, number=second.number)

    assert (one.json["already_checked_in"], other.json["already_checked_in"]) == (False, True)
    assert one.json["registration_id"] == other.json["registration_id"]
    assert await came(fair) == 1


async def test_who_cancelled_and_comes_takes_a_place_again(service: Client, town_staff: Client) -> None:
    fair, person = await make_fair(capacity=1), await come(service)
    mine = (await register(person, fair)).json
    await person.delete(f"/v1/fairs/{fair.id}/registrations")

    answer = await check(town_staff, fair, number=mine["number"])

    assert (answer.status, answer.json["number"], answer.json["by_staff"]) == (200, mine["number"], True)
    assert (await came(fair), await registered(fair)) == (1, 1)


async def test_a_full_fair_tells_the_desk_to_raise_the_capacity(service: Client, town_staff: Client) -> None:
    fair = await make_fair(capacity=1)
    await make_registration(fair=fair)

    full = await check(town_staff, fair, **PERSON)
    await town_staff.patch(f"/v1/staff/fairs/{fair.id}", {"capacity": 2})
    granted = await check(town_staff, fair, **PERSON)

    assert (full.status, full.code) == (409, "FairFull")
    assert "容量调高" in full.json["detail"]
    assert granted.status == 200
    assert (await came(fair), await registered(fair)) == (1, 2)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": " "},
        {"pass": "YB1:X", "number": "0001X"},
        {"number": "0001X", "name": "王语嫣", "id_number": "x"},
        {"name": "王语嫣"},
        {"id_number": "321084196001010011"},
        {"mobile": "18012341999"},
    ],
)
async def test_the_desk_is_told_to_use_one_whole_identity(
    service: Client, town_staff: Client, body: dict[str, str]
) -> None:
    answer = await check(town_staff, await make_fair(), **body)

    assert (answer.status, answer.code) == (422, "CheckInNeedsOneIdentity")


async def test_a_mistyped_number_suggests_only_registrations_of_this_fair(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    for serial, name in ((17, "段誉明"), (71, "王语嫣")):
        await make_registration(fair=fair, seeker=await make_seeker(name=name), number=write_number(serial))
    gone = await make_registration(fair=fair, number=write_number(18), cancelled_at=utc_now())
    right = write_number(17)
    wrong = right[:-1] + ("X" if right[-1] != "X" else "Y")

    here = await check(town_staff, fair, number=wrong)
    short = await check(town_staff, fair, number="71")
    cancelled = await check(town_staff, fair, number=gone.number[:-1])
    elsewhere = await check(town_staff, await make_fair(), number=wrong)
    nonsense = await check(town_staff, fair, number="报名号")

    refused = (here, short, cancelled, elsewhere, nonsense)
    assert [(answer.status, answer.code) for answer in refused] == [(422, "NumberMistyped")] * 5
    assert f"您是不是要找 {right}（段**）" in here.json["detail"]
    assert f"您是不是要找 {write_number(71)}（王**）" in short.json["detail"]
    assert not any("您是不是" in answer.json["detail"] for answer in (cancelled, elsewhere, nonsense))
    assert "扫出示码" in elsewhere.json["detail"]
    assert await came(fair) == 0


async def test_a_good_number_of_another_fair_is_not_found(service: Client, town_staff: Client) -> None:
    other = await make_registration(number=write_number(3))

    answer = await check(town_staff, await make_fair(), number=other.number)

    assert (answer.status, answer.code) == (404, "RegistrationNotFound")


async def test_a_pass_that_is_not_good_is_refused_with_its_reason(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    await ensure_pass_key(at=utc_now())
    person = await come(service)
    card = await make_card(account_id=person.account_id)
    suspended = await make_card(account_id=(await come(service, "other")).account_id, state=CardState.SUSPENDED)
    unbound = await show_pass(await make_card())

    answers = [
        await check(town_staff, fair, **{"pass": text})
        for text in ("https://example.org", await old_pass(card), await show_pass(suspended), unbound)
    ]

    assert [answer.code for answer in answers] == ["PassUnreadable", "PassExpired", "CardSuspended", "PassUnknown"]
    assert all(answer.json["detail"].count("。") >= 2 for answer in answers)
    assert await came(fair) == 0


async def test_an_id_card_that_cannot_be_or_belongs_to_another_name_is_refused(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair()
    await make_card(**PERSON)

    wrong = await check(town_staff, fair, name="王语嫣", id_number=str(PERSON["id_number"])[:-1] + "?")
    mismatch = await check(town_staff, fair, **(PERSON | {"name": "段誉明"}))

    assert (wrong.status, wrong.code) == (422, "SeekerUnreadable")
    assert (mismatch.status, mismatch.code) == (409, "SeekerNameMismatch")
    assert (await came(fair), await registered(fair)) == (0, 0)


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"state": "draft", "published_at": None}, "FairNotPublished"),
        ({"state": "cancelled"}, "FairCancelled"),
        ({"starts_at": utc_now() + timedelta(hours=9), "ends_at": utc_now() + timedelta(hours=12)}, "CheckInTooEarly"),
        ({"starts_at": utc_now() - timedelta(hours=9), "ends_at": utc_now() - timedelta(hours=3),
          "published_at": utc_now() - timedelta(days=9)}, "CheckInTooLate"),
    ],
)  # fmt: skip
async def test_nobody_is_checked_in_where_no_fair_is_held_now(
    service: Client, town_staff: Client, about: dict[str, Any], code: str
) -> None:
    fair = await make_fair(**about)

    answer = await check(town_staff, fair, **PERSON)

    assert (answer.status, answer.code) == (409, code)
    assert await came(fair) == 0


async def test_the_desk_is_open_from_two_hours_before_to_two_hours_after(database: object) -> None:
    start = utc_now() + timedelta(days=3)
    fair, staff = await fair_at(start, hours=3), await staff_asker()
    open_from, open_to = start - timedelta(hours=2), start + timedelta(hours=5)

    async def at(moment: datetime, number: int) -> None:
        identity = CheckInIdentity(name="王语嫣", id_number=sample_id_number(88_000 + number))
        await check_in(fair_id=fair.id, identity=identity, staff=staff, at=moment)

    await at(open_from, 1)
    await at(open_to, 2)
    with pytest.raises(CheckInTooEarly) as early:
        await at(open_from - timedelta(seconds=1), 3)
    with pytest.raises(CheckInTooLate) as late:
        await at(open_to + timedelta(seconds=1), 4)

    assert f"{beijing(open_from):%H:%M}" in early.value.next_step
    assert f"{beijing(open_to):%H:%M}" in late.value.message
    assert await came(fair) == 2


async def test_at_a_fair_that_was_entered_afterwards_people_count_as_come_at_its_beginning(
    service: Client, town_staff: Client
) -> None:
    fair = await fair_at(utc_now() - timedelta(days=200), published_at=utc_now())

    answer = await check(town_staff, fair, **PERSON)
    undone = await town_staff.delete(f"/v1/staff/fairs/{fair.id}/check-ins/{answer.json['registration_id']}")

    assert answer.json["checked_in_at"] == beijing(fair.starts_at).isoformat()
    assert (undone.status, await came(fair), await registered(fair)) == (204, 0, 0)


async def test_staff_of_another_town_check_nobody_in_but_all_staff_do_at_the_citys_fair(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    town, city = await make_fair(), await make_fair(town_code=None)

    hidden = await check(other_town_staff, town, **PERSON)
    unknown = await check(town_staff, JobFair(id=uuid4()), **PERSON)
    open_to_all = await check(other_town_staff, city, **PERSON)

    assert (hidden.status, hidden.code) == (unknown.status, unknown.code) == (404, "FairNotFound")
    assert open_to_all.status == 200


async def test_a_slip_is_taken_back_and_a_registration_made_at_the_desk_gives_its_place_back(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair(capacity=2)
    person, shown = await with_card(service)
    await register(person, fair)
    registered_before = await check(town_staff, fair, **{"pass": shown})
    walked_in = await check(town_staff, fair, **PERSON)
    path = f"/v1/staff/fairs/{fair.id}/check-ins"

    undone = [
        await town_staff.delete(f"{path}/{one.json['registration_id']}") for one in (registered_before, walked_in)
    ]
    again = await town_staff.delete(f"{path}/{walked_in.json['registration_id']}")
    back = await check(town_staff, fair, **PERSON)

    assert [answer.status for answer in undone] == [204, 204]
    assert (again.status, again.code) == (404, "CheckInNotFound")
    assert (back.json["number"], back.json["already_checked_in"]) == (walked_in.json["number"], False)
    assert (await came(fair), await registered(fair)) == (1, 2)
    assert await AuditEntry.filter(action="fair_registration.check_in_undone").count() == 2


async def test_a_check_in_is_taken_back_only_by_who_did_it(
    service: Client, town_staff: Client, administrator: Client
) -> None:
    fair = await make_fair()
    done = await check(town_staff, fair, **PERSON)

    answer = await administrator.delete(f"/v1/staff/fairs/{fair.id}/check-ins/{done.json['registration_id']}")

    assert (answer.status, answer.code) == (409, "CheckInByAnother")
    assert await came(fair) == 1


async def test_a_check_in_is_taken_back_within_fifteen_minutes(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    done = await check(town_staff, fair, **PERSON)
    path = f"/v1/staff/fairs/{fair.id}/check-ins/{done.json['registration_id']}"
    stored = FairRegistration.filter(id=done.json["registration_id"])

    await stored.update(checked_in_at=utc_now() - timedelta(minutes=15, seconds=1))
    late = await town_staff.delete(path)
    await stored.update(checked_in_at=utc_now() - timedelta(minutes=14, seconds=50))
    in_time = await town_staff.delete(path)

    assert (late.status, late.code) == (409, "CheckInUndoTooLate")
    assert in_time.status == 204


async def test_a_check_in_of_another_fair_is_not_taken_back(service: Client, town_staff: Client) -> None:
    done = await check(town_staff, await make_fair(), **PERSON)

    answer = await town_staff.delete(
        f"/v1/staff/fairs/{(await make_fair()).id}/check-ins/{done.json['registration_id']}"
    )

    assert (answer.status, answer.code) == (404, "CheckInNotFound")
