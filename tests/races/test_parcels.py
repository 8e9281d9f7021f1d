"""寄件预约的竞争 — two processes: a place is sold once, a key books once, a parcel is cancelled or accepted."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.accounts import Purpose
from models.audit import AuditEntry
from models.notifications import Notification
from models.parcels import EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import StationSlot
from models.tariffs import Tariff
from models.transactions import execute, transaction
from server.parcels.events import NewEvent, record_events
from tests.factories.cards import give_consent
from tests.factories.parcels import make_tariff
from tests.factories.stations import EVERY_DAY, make_station
from tests.parcels.desk import Desk
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

BOOKINGS = "/v1/parcels"


async def families(house: TwoWorkers, number: int) -> list[Client]:
    people = await asyncio.gather(*(house.stranger.login(f"family-{uuid4().hex}") for _ in range(number)))
    for person in people:
        await give_consent(person.account_id, purpose=Purpose.PARCELS)
    return list(people)


async def desk_with(capacity: int) -> Desk:
    """Return a station of its own with so many places a slot; the tariff is shared by the races."""
    version = beijing_day(utc_now()) - timedelta(days=1)  # newer than the samples that the service seeds
    if not await Tariff.exists(service="standard", valid_from=version):
        await make_tariff(valid_from=version)
    station = await make_station(hours=EVERY_DAY, slot_capacity=capacity)
    return Desk(station, beijing_day(utc_now()) + timedelta(days=2))


async def taken(desk: Desk) -> int:
    return sum([slot.taken for slot in await StationSlot.filter(station_id=desk.station.id)])


async def test_thirty_families_want_the_last_place_and_one_has_it(house: TwoWorkers) -> None:
    people = await families(house, 32)

    async def race() -> None:
        desk = await desk_with(3)
        for person in people[:2]:
            assert (await person.post(BOOKINGS, desk.request())).status == 201

        answers = await asyncio.gather(*(person.post(BOOKINGS, desk.request()) for person in people[2:]))

        assert outcomes(answers) == {"201": 1, "SlotFull": 29}
        assert await taken(desk) == 3
        parcels = await Parcel.filter(station_id=desk.station.id)
        assert len({parcel.number for parcel in parcels}) == len(parcels) == 3

    await house.raced(BOOKINGS, race)


async def test_one_key_sent_twenty_times_at_once_books_one_parcel(house: TwoWorkers) -> None:
    desk, [family] = await desk_with(40), await families(house, 1)
    headers, body = {"Idempotency-Key": uuid4().hex}, desk.request()

    answers = await asyncio.gather(*(family.post(BOOKINGS, body, headers=headers) for _ in range(20)))
    last = await family.post(BOOKINGS, body, headers=headers)

    assert set(outcomes(answers)) <= {"201", "StillInProgress"}
    assert {answer.body for answer in (*answers, last) if answer.status == 201} == {last.body}
    [parcel] = await Parcel.filter(account_id=family.account_id)
    assert await taken(desk) == 1
    assert await AuditEntry.filter(action="parcel.booked", record_id=str(parcel.id)).count() == 1
    assert await Notification.filter(account_id=family.account_id).count() == 1


async def test_thirty_bookings_of_one_person_at_once_take_the_twenty_places(house: TwoWorkers) -> None:
    desk, [family] = await desk_with(40), await families(house, 1)

    answers = await asyncio.gather(*(family.post(BOOKINGS, desk.request()) for _ in range(30)))

    assert outcomes(answers) == {"201": 20, "TooManyOpenParcels": 10}
    places = [parcel.open_place for parcel in await Parcel.filter(account_id=family.account_id)]
    assert sorted(place or 0 for place in places) == list(range(1, 21))
    assert await taken(desk) == 20


async def accept(parcel: Parcel) -> bool:
    """Accept a parcel as a counter does: held while it is still booked, then by its event."""
    at = utc_now()
    async with transaction():
        held = await execute("UPDATE parcels SET accepted_at = $1 WHERE id = $2 AND state = 'booked'", at, parcel.id)
        if held:
            await record_events([NewEvent(parcel_id=parcel.id, kind=EventKind.ACCEPTED, occurred_at=at)], at=at)
    return bool(held)


@pytest.mark.parametrize("round_", range(6))
async def test_a_parcel_is_accepted_or_cancelled_and_its_place_given_back_once(house: TwoWorkers, round_: int) -> None:
    desk, [family] = await desk_with(4), await families(house, 1)
    number = (await family.post(BOOKINGS, desk.request())).json["number"]
    parcel = await Parcel.get(number=number)

    accepted, *cancelled = await asyncio.gather(
        accept(parcel), *(family.post(f"{BOOKINGS}/{number}/cancellation", {}) for _ in range(6))
    )

    await parcel.refresh_from_db()
    kinds = {event.kind for event in await TrackingEvent.filter(parcel_id=parcel.id)}
    if accepted:
        assert outcomes(cancelled) == {"ParcelNotBooked": 6}
        assert (parcel.state, kinds) == (ParcelState.ACCEPTED, {EventKind.BOOKED, EventKind.ACCEPTED})
        assert await taken(desk) == 1
    else:
        assert outcomes(cancelled) == {"200": 6}
        assert (parcel.state, kinds) == (ParcelState.CANCELLED, {EventKind.BOOKED, EventKind.CANCELLED})
        assert await taken(desk) == 0
        assert await AuditEntry.filter(action="parcel.cancelled", record_id=str(parcel.id)).count() == 1


async def test_families_that_swap_their_slots_at_once_lose_no_place(house: TwoWorkers) -> None:
    desk, people = await desk_with(12), await families(house, 8)
    sides = ["09:00" if place % 2 else "10:00" for place in range(len(people))]
    numbers = [
        (await person.post(BOOKINGS, desk.request(starts=starts))).json["number"]
        for person, starts in zip(people, sides, strict=True)
    ]

    for _ in range(3):
        sides = ["10:00" if starts == "09:00" else "09:00" for starts in sides]
        answers = await asyncio.gather(
            *(
                person.post(f"{BOOKINGS}/{number}/rescheduling", {"day": desk.day.isoformat(), "starts": starts})
                for person, number, starts in zip(people, numbers, sides, strict=True)
            )
        )
        assert outcomes(answers) == {"200": 8}

    slots = await StationSlot.filter(station_id=desk.station.id)
    assert {slot.starts: slot.taken for slot in slots} == {"09:00": 4, "10:00": 4}


async def test_one_parcel_moved_and_cancelled_at_once_keeps_no_place(house: TwoWorkers) -> None:
    desk, [family] = await desk_with(12), await families(house, 1)
    number = (await family.post(BOOKINGS, desk.request())).json["number"]
    path, day = f"{BOOKINGS}/{number}", desk.day.isoformat()

    answers = await asyncio.gather(
        *(family.post(f"{path}/rescheduling", {"day": day, "starts": f"{hour}:00"}) for hour in (10, 11, 13, 14)),
        family.post(f"{path}/cancellation", {}),
    )

    assert answers[-1].status == 200
    assert set(outcomes(answers[:-1])) <= {"200", "ParcelNotBooked"}
    assert await taken(desk) == 0
