"""招聘会的竞争 — the last place, one registration a person, one check-in a person, and a counter that never drifts."""

import asyncio
from collections.abc import Awaitable
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Consent, Purpose
from models.fairs import FairRegistration, JobFair
from server.cards.pass_keys import ensure_pass_key
from tests.factories.cards import make_card, make_staff, sample_id_number
from tests.factories.jobs import make_fair
from tests.perks.till import show_pass
from tests.races.ledger import count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Answer, Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

REGISTRATIONS = "/v1/fairs/{fair_id}/registrations"


async def seekers(house: TwoWorkers, number: int) -> list[Client]:
    """Return people who agreed to the purpose of jobs."""
    people = await asyncio.gather(*(house.stranger.login(f"seeker-{uuid4().hex}") for _ in range(number)))
    for person in people:
        await Consent.create(account_id=person.account_id, purpose=Purpose.JOBS, version="2026-11")
    return list(people)


async def desks(house: TwoWorkers, number: int) -> list[Client]:
    """Return staff of the town, each at a desk of their own."""
    people = await asyncio.gather(*(house.stranger.login(f"desk-{uuid4().hex}") for _ in range(number)))
    for person in people:
        await make_staff(person.account_id)
    return list(people)


def register(person: Client, fair: JobFair) -> Awaitable[Answer]:
    return person.post(f"/v1/fairs/{fair.id}/registrations")


def cancel(person: Client, fair: JobFair) -> Awaitable[Answer]:
    return person.delete(f"/v1/fairs/{fair.id}/registrations")


def check(desk: Client, fair: JobFair, **body: str) -> Awaitable[Answer]:
    return desk.post(f"/v1/staff/fairs/{fair.id}/check-ins", body)


async def places_taken(fair: JobFair) -> int:
    """Return the counter of a fair, which must agree with its registrations, its numbers and its capacity."""
    stored = await JobFair.get(id=fair.id)
    rows = await FairRegistration.filter(fair_id=fair.id)
    assert stored.registered == sum(row.cancelled_at is None for row in rows)
    assert stored.capacity is None or stored.registered <= stored.capacity
    assert len({row.number for row in rows}) == len({row.seeker_id for row in rows}) == len(rows)
    assert stored.next_registration == len(rows) + 1
    return stored.registered


async def test_of_thirty_people_for_the_last_place_one_gets_it(house: TwoWorkers) -> None:
    early, people = await seekers(house, 2), await seekers(house, 30)

    async def race() -> None:
        fair = await make_fair(capacity=3)
        for person in early:
            await register(person, fair)

        answers = await asyncio.gather(*(register(person, fair) for person in people))

        assert outcomes(answers) == {"201": 1, "FairFull": 29}
        assert await places_taken(fair) == 3

    await house.raced(REGISTRATIONS, race)


@pytest.mark.parametrize("has_key", [False, True], ids=["plain", "idempotency-key"])
async def test_one_person_twenty_times_at_once_is_one_registration(house: TwoWorkers, has_key: bool) -> None:
    fair = await make_fair(capacity=1)
    [person] = await seekers(house, 1)
    headers = {"Idempotency-Key": uuid4().hex} if has_key else {}

    answers = await asyncio.gather(
        *(person.post(f"/v1/fairs/{fair.id}/registrations", headers=headers) for _ in range(20))
    )

    assert set(outcomes(answers)) <= ({"201", "StillInProgress"} if has_key else {"201"})
    assert len({answer.body for answer in answers if answer.status == 201}) == 1
    assert await places_taken(fair) == 1
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'fair_registration.made' AND record_id = $1"
    [answer] = {answer.json["id"] for answer in answers if answer.status == 201}
    assert await count(noted, answer) == 1


async def test_one_person_at_ten_desks_at_once_is_checked_in_once(house: TwoWorkers) -> None:
    await ensure_pass_key(at=utc_now())
    fair, staff = await make_fair(), await desks(house, 10)
    people = await seekers(house, 5)
    passes = [await show_pass(await make_card(account_id=person.account_id)) for person in people]
    numbers = [(await register(person, fair)).json["number"] for person in people[:3]]
    numbers += [""] * 2  # two of them have not registered and come with the card alone

    for shown, number in zip(passes, numbers, strict=True):
        ways = [{"number": number} if number and place % 2 else {"pass": shown} for place in range(10)]
        answers = await asyncio.gather(*(check(desk, fair, **way) for desk, way in zip(staff, ways, strict=True)))

        assert outcomes(answers) == {"200": 10}
        assert sum(not answer.json["already_checked_in"] for answer in answers) == 1
        assert len({(answer.json["registration_id"], answer.json["checked_in_at"]) for answer in answers}) == 1

    assert await places_taken(fair) == 5
    came = "SELECT count(*) AS n FROM fair_registrations WHERE fair_id = $1 AND checked_in_at IS NOT NULL"
    assert await count(came, fair.id) == 5
    noted = (
        "SELECT count(*) AS n FROM audit_entries WHERE action = 'fair_registration.checked_in' "
        "AND record_id IN (SELECT id::text FROM fair_registrations WHERE fair_id = $1)"
    )
    assert await count(noted, fair.id) == 5


async def test_somebody_without_a_phone_at_ten_desks_at_once_takes_one_place(house: TwoWorkers) -> None:
    fair, staff = await make_fair(capacity=1), await desks(house, 10)
    person = {"name": "王语嫣", "id_number": sample_id_number(96_001)}

    answers = await asyncio.gather(*(check(desk, fair, **person) for desk in staff))

    assert outcomes(answers) == {"200": 10}
    assert sum(not answer.json["already_checked_in"] for answer in answers) == 1
    assert await places_taken(fair) == 1


async def test_of_ten_walk_ins_and_ten_phones_for_five_places_five_get_in(house: TwoWorkers) -> None:
    fair, staff, people = await make_fair(capacity=5), await desks(house, 10), await seekers(house, 10)
    persons = [{"name": "王语嫣", "id_number": sample_id_number(97_000 + number)} for number in range(10)]

    answers = await asyncio.gather(
        *(register(person, fair) for person in people),
        *(check(desk, fair, **person) for desk, person in zip(staff, persons, strict=True)),
    )

    found = outcomes(answers)
    assert found["201"] + found["200"] == 5
    assert found["FairFull"] == 15
    assert await places_taken(fair) == 5


async def test_registering_and_cancelling_at_once_keeps_the_counter_true(house: TwoWorkers) -> None:
    fair, people = await make_fair(capacity=4), await seekers(house, 6)

    for _ in range(3):
        answers = await asyncio.gather(
            *(deed(person, fair) for person in people for deed in (register, cancel, register, cancel))
        )
        assert set(outcomes(answers)) <= {"201", "204", "FairFull"}
        await places_taken(fair)

    await asyncio.gather(*(cancel(person, fair) for person in people))
    assert await places_taken(fair) == 0


async def test_who_cancels_while_being_checked_in_has_come_or_has_given_the_place_up(house: TwoWorkers) -> None:
    [desk] = await desks(house, 1)
    people = await seekers(house, 15)
    fair = await make_fair()
    numbers = [(await register(person, fair)).json["number"] for person in people]

    for person, number in zip(people, numbers, strict=True):
        left, entered = await asyncio.gather(cancel(person, fair), check(desk, fair, number=number))

        assert (left.code or left.status) in (204, "CheckedInAlready")
        # whoever stands at the desk is let in: the place that was given up is taken again
        assert entered.status == 200
        stored = await FairRegistration.get(fair_id=fair.id, number=number)
        assert (stored.checked_in_at is not None, stored.cancelled_at) == (True, None)
        assert stored.by_staff is (left.status == 204)

    assert await places_taken(fair) == 15


async def test_a_capacity_that_is_lowered_during_the_rush_is_never_exceeded(house: TwoWorkers) -> None:
    fair, [staff], people = await make_fair(capacity=20), await desks(house, 1), await seekers(house, 20)

    lowered, *answers = await asyncio.gather(
        staff.patch(f"/v1/staff/fairs/{fair.id}", {"capacity": 8}), *(register(person, fair) for person in people)
    )

    assert (lowered.code or lowered.status) in (200, "CapacityBelowRegistered")
    capacity = 8 if lowered.status == 200 else 20
    assert await places_taken(fair) == min(capacity, 20) == outcomes(answers)["201"]
