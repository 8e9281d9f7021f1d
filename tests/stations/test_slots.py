"""预约时段"""

import asyncio
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest

from config.clock import BEIJING, utc_now
from models.stations import Station, StationHours, StationService, StationSlot
from models.transactions import transaction
from server.stations.service import StationNotFound, close_station
from server.stations.slots import (
    BOOKABLE_DAYS,
    OfferedSlot,
    SlotFull,
    SlotNotOffered,
    StationClosed,
    StationTakesNoParcels,
    give_back,
    open_slots,
    take_slot,
)
from server.stations.timetable import list_booked_slots
from tests.factories.cards import staff_asker
from tests.factories.stations import give_hours, make_day, make_station

pytestmark = pytest.mark.usefixtures("database")

MONDAY = date(2026, 11, 23)


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BEIJING)


async def starts_on(station: Station, day: date, *, now: datetime) -> list[str]:
    return [slot.starts for slot in await open_slots(station_id=station.id, at=now, day_from=day, days=1)]


async def take(station: Station, day: date = MONDAY, starts: str = "09:00", *, now: str = "08:00") -> StationSlot:
    slot_id = await take_slot(station_id=station.id, day=day, starts=starts, at=at(now))
    return await StationSlot.get(id=slot_id)


async def test_slots_lie_whole_within_the_hours_and_the_past_ones_are_gone() -> None:
    station = await make_station(slot_minutes=60)

    whole = await open_slots(station_id=station.id, at=at("07:00"), days=1)
    later = await starts_on(station, MONDAY, now=at("09:30"))

    assert [(slot.starts, slot.ends, slot.free) for slot in whole] == [
        ("08:30", "09:30", 4),
        ("09:30", "10:30", 4),
        ("10:30", "11:30", 4),
        ("14:00", "15:00", 4),
        ("15:00", "16:00", 4),
        ("16:00", "17:00", 4),
    ]
    assert later == ["10:30", "14:00", "15:00", "16:00"]


async def test_a_week_of_slots_leaves_closed_days_out_and_ends_after_two_weeks() -> None:
    station = await make_station(slot_minutes=180)
    await make_day(MONDAY + timedelta(days=1), note="放假")
    await make_day(MONDAY + timedelta(days=5), station=station, hours=("09:00-12:00",), note="加班")

    week = await open_slots(station_id=station.id, at=at("07:00"))
    far = await open_slots(station_id=station.id, at=at("07:00"), day_from=MONDAY + timedelta(days=13), days=14)
    past = await open_slots(station_id=station.id, at=at("07:00"), day_from=MONDAY - timedelta(days=9), days=9)

    assert [((slot.day - MONDAY).days, slot.starts) for slot in week] == [
        *((ahead, starts) for ahead in (0, 2, 3, 4) for starts in ("08:30", "14:00")),
        (5, "09:00"),
    ]
    assert {(slot.day - MONDAY).days for slot in far} == {14}
    assert past == []


async def test_a_special_day_of_the_station_wins_over_one_of_all() -> None:
    station, other = await make_station(), await make_station()
    await make_day(MONDAY, note="放假")
    await make_day(MONDAY, station=station, hours=("09:00-09:30",), note="值班")

    assert await starts_on(station, MONDAY, now=at("07:00")) == ["09:00"]
    assert await starts_on(other, MONDAY, now=at("07:00")) == []
    assert (await take(station)).ends == "09:30"
    with pytest.raises(SlotNotOffered, match="今天这个服务站不上班"):
        await take(other)


async def test_taking_counts_and_giving_back_makes_room_again() -> None:
    station = await make_station(slot_capacity=2)

    first, second = await take(station), await take(station)
    with pytest.raises(SlotFull):
        await take(station)
    await give_back(slot_id=first.id)
    again = await take(station)

    assert first.id == second.id == again.id
    assert (again.capacity, again.taken) == (2, 2)
    offered = await open_slots(station_id=station.id, at=at("08:00"), days=1)
    assert [slot for slot in offered if slot.starts < "09:30"] == [
        OfferedSlot(MONDAY, "08:30", "09:00", 2),
        OfferedSlot(MONDAY, "09:00", "09:30", 0),
    ]


async def test_nothing_is_given_back_of_a_slot_that_nobody_took() -> None:
    slot = await take(await make_station())

    await give_back(slot_id=slot.id)
    await give_back(slot_id=slot.id)

    assert (await StationSlot.get(id=slot.id)).taken == 0


async def test_a_full_slot_names_the_next_free_ones() -> None:
    station = await make_station(slot_capacity=1, hours={1: ("09:00-10:00",), 2: ("09:00-10:00",)})
    await take(station, starts="09:00")

    with pytest.raises(SlotFull) as refused:
        await take(station, starts="09:00")

    assert refused.value.detail == ("这个时段已经约满。还有空的时段：今天 09:30、明天 09:00、明天 09:30。")


async def test_a_full_slot_with_nothing_after_it_names_earlier_ones_and_then_says_that_all_is_full() -> None:
    last = MONDAY + timedelta(days=BOOKABLE_DAYS)
    station = await make_station(slot_capacity=1, hours={1: ("09:00-10:00",)})
    for day in (MONDAY, MONDAY + timedelta(days=7), last):
        await take(station, day, "09:30")
    await take(station, last, "09:00")

    with pytest.raises(SlotFull, match="已经约满") as refused:
        await take(station, last, "09:30")
    await take(station, MONDAY, "09:00")
    await take(station, MONDAY + timedelta(days=7), "09:00")
    with pytest.raises(SlotFull) as nothing:
        await take(station, last, "09:30")

    assert refused.value.next_step == "还有空的时段：今天 09:00、11月30日（周一） 09:00"
    assert nothing.value.next_step == "两周内都约满了，请改约其他服务站，或直接到站问一问"


@pytest.mark.parametrize(
    ("ahead", "starts", "message"),
    [
        (0, "08:30", "已经过去"),
        (0, "09:10", "没有这个预约时段"),
        (0, "25:00", "没有这个预约时段"),
        (0, "11:30", "没有这个预约时段"),
        (-7, "09:00", "已经过去"),
        (-7, "09:10", "已经过去"),
        (5, "09:00", "11月28日（周六）这个服务站不上班"),
        (BOOKABLE_DAYS + 1, "09:00", "只能预约 14 天以内"),
    ],
)
async def test_what_is_not_offered_is_refused_with_the_reason(ahead: int, starts: str, message: str) -> None:
    station = await make_station()

    with pytest.raises(SlotNotOffered, match=message):
        await take(station, MONDAY + timedelta(days=ahead), starts, now="08:30")

    assert await StationSlot.all().count() == 0


async def test_a_station_that_offers_no_slots_says_why() -> None:
    closed = await make_station(closed_at=utc_now())
    no_parcels = await make_station(services=(StationService.CARD,))
    no_bookings = await make_station(slot_capacity=0)

    for station, refusal in ((closed, StationClosed), (no_parcels, StationTakesNoParcels)):
        with pytest.raises(refusal):
            await take(station)
        with pytest.raises(refusal):
            await open_slots(station_id=station.id, at=at("08:00"))
    with pytest.raises(StationTakesNoParcels):
        await take(no_bookings)
    with pytest.raises(StationNotFound):
        await take_slot(station_id=uuid4(), day=MONDAY, starts="09:00", at=at("08:00"))
    with pytest.raises(StationNotFound):
        await open_slots(station_id=uuid4(), at=at("08:00"))


async def test_a_change_of_hours_keeps_what_is_booked_and_offers_only_the_new() -> None:
    station = await make_station(slot_minutes=30)
    booked = await take(station, starts="09:00")
    await StationHours.filter(station_id=station.id).delete()
    await give_hours(station.id, {1: ("14:00-15:00",)})

    with pytest.raises(SlotNotOffered):
        await take(station, starts="09:00")

    assert (await StationSlot.get(id=booked.id)).taken == 1
    assert await starts_on(station, MONDAY, now=at("08:00")) == ["14:00", "14:30"]


async def test_longer_slots_leave_a_booked_one_as_long_as_it_was() -> None:
    station = await make_station(slot_minutes=30)
    await take(station, starts="08:30")
    await Station.filter(id=station.id).update(slot_minutes=60)

    [first, second, *_] = await open_slots(station_id=station.id, at=at("08:00"), days=1)

    assert (first.starts, first.ends, first.free) == ("08:30", "09:00", 3)
    assert (second.starts, second.ends, second.free) == ("09:30", "10:30", 4)


async def test_a_lower_capacity_binds_a_slot_that_is_half_taken_already() -> None:
    station = await make_station(slot_capacity=4)
    slots = [await take(station) for _ in range(3)]
    await Station.filter(id=station.id).update(slot_capacity=2)

    with pytest.raises(SlotFull):
        await take(station)
    await give_back(slot_id=slots[0].id)
    await give_back(slot_id=slots[0].id)
    last = await take(station)

    assert (last.capacity, last.taken) == (2, 2)
    assert await starts_free(station) == 0


async def starts_free(station: Station) -> int:
    offered = await open_slots(station_id=station.id, at=at("08:00"), days=1)
    return next(slot.free for slot in offered if slot.starts == "09:00")


async def test_a_place_taken_in_a_transaction_that_fails_is_free_again() -> None:
    station = await make_station()

    async def book_and_fail() -> None:
        async with transaction():
            await take(station)
            raise RuntimeError("后来的事没办成")

    with pytest.raises(RuntimeError, match="后来的事没办成"):
        await book_and_fail()

    assert await StationSlot.all().count() == 0


async def test_a_station_closes_after_the_booking_that_is_under_way_and_not_before() -> None:
    station = await make_station()
    staff = await staff_asker()
    has_taken = asyncio.Event()

    async def close() -> None:
        await has_taken.wait()
        await close_station(station_id=station.id, staff=staff, at=at("08:00"))

    closing = asyncio.create_task(close())
    async with transaction():
        await take(station)
        has_taken.set()
        await asyncio.sleep(0.2)
        was_closed_meanwhile = closing.done()
    await closing

    assert not was_closed_meanwhile
    with pytest.raises(StationClosed):
        await take(station)
    assert [booked.taken for booked in await list_booked_slots(station_id=station.id, at=at("08:00"))] == [1]
