"""取消和改约 — only while booked; the place is given back once and never lost in between."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.notifications import Notification
from models.parcels import Collection, EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import Station, StationService, StationSlot
from server.parcels.steps import Appointment, ParcelNotBooked, SlotMissing, cancel, reschedule
from server.stations.slots import SlotFull, SlotNotOffered, StationTakesNoParcels, take_slot
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel
from tests.factories.stations import EVERY_DAY, make_day, make_station
from tests.service import Client

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TOMORROW, LATER = date(2026, 11, 3), date(2026, 11, 5)


async def booked(station: Station | None = None, *, starts: str = "09:00") -> Parcel:
    account = await make_account()
    station = station or await make_station(hours=EVERY_DAY)
    slot_id = await take_slot(station_id=station.id, day=TOMORROW, starts=starts, at=AT)
    return await make_parcel(account_id=account.id, station=station, slot_id=slot_id, open_place=1, booked_at=AT)


async def taken(station_id: object) -> dict[tuple[date, str], int]:
    return {(slot.day, slot.starts): slot.taken for slot in await StationSlot.filter(station_id=station_id)}


async def test_a_cancelled_parcel_gives_its_place_back_once(database: TortoiseContext) -> None:
    parcel = await booked()
    assert parcel.account_id is not None

    for _ in range(3):
        await cancel(number=parcel.number, reason="不寄了", account_id=parcel.account_id, at=AT + timedelta(hours=1))

    await parcel.refresh_from_db()
    assert (parcel.state, parcel.open_place) == (ParcelState.CANCELLED, None)
    assert parcel.ended_at == AT + timedelta(hours=1)
    assert await taken(parcel.station_id) == {(TOMORROW, "09:00"): 0}
    assert await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.CANCELLED).count() == 1
    assert await AuditEntry.filter(action="parcel.cancelled", record_id=str(parcel.id)).count() == 1
    assert [m.event for m in await Notification.filter(account_id=parcel.account_id)] == ["parcel.cancelled"]


@pytest.mark.parametrize("state", [s for s in ParcelState if s not in (ParcelState.BOOKED, ParcelState.CANCELLED)])
async def test_what_was_brought_is_not_cancelled_nor_moved(database: TortoiseContext, state: ParcelState) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, state=state)

    with pytest.raises(ParcelNotBooked, match=state.label):
        await cancel(number=parcel.number, reason="", account_id=account.id, at=utc_now())
    with pytest.raises(ParcelNotBooked, match=state.label):
        await reschedule(
            number=parcel.number, to=Appointment(beijing_day(utc_now()), "09:00"), account_id=account.id, at=utc_now()
        )


async def test_another_slot_is_taken_and_the_old_one_given_back(database: TortoiseContext) -> None:
    parcel = await booked()
    assert parcel.account_id is not None

    for day, starts in ((LATER, "10:00"), (TOMORROW, "08:30"), (TOMORROW, "08:30")):
        await reschedule(number=parcel.number, to=Appointment(day, starts), account_id=parcel.account_id, at=AT)

    counts = await taken(parcel.station_id)
    assert counts == {(TOMORROW, "09:00"): 0, (LATER, "10:00"): 0, (TOMORROW, "08:30"): 1}
    await parcel.refresh_from_db()
    slot = await StationSlot.get(id=parcel.slot_id)
    assert (slot.day, slot.starts) == (TOMORROW, "08:30")


async def test_a_full_slot_leaves_the_old_one_as_it_was(database: TortoiseContext) -> None:
    station = await make_station(hours=EVERY_DAY, slot_capacity=1)
    parcel = await booked(station)
    await take_slot(station_id=station.id, day=TOMORROW, starts="10:00", at=AT)
    assert parcel.account_id is not None

    with pytest.raises(SlotFull, match="约满"):
        await reschedule(number=parcel.number, to=Appointment(TOMORROW, "10:00"), account_id=parcel.account_id, at=AT)

    assert await taken(station.id) == {(TOMORROW, "09:00"): 1, (TOMORROW, "10:00"): 1}


async def test_a_parcel_for_the_counter_needs_a_slot(database: TortoiseContext) -> None:
    parcel = await booked()
    assert parcel.account_id is not None

    with pytest.raises(SlotMissing):
        await reschedule(number=parcel.number, to=Appointment(LATER), account_id=parcel.account_id, at=AT)


async def test_a_collection_at_home_moves_to_a_day_on_which_the_station_works(database: TortoiseContext) -> None:
    account, station = await make_account(), await make_station(hours=EVERY_DAY)
    await make_day(TOMORROW, station=station)
    parcel = await make_parcel(
        account_id=account.id, station=station, collection=Collection.HOME, collect_on=LATER, booked_at=AT
    )

    await reschedule(number=parcel.number, to=Appointment(date(2026, 11, 4)), account_id=account.id, at=AT)
    for day, words in (
        (TOMORROW, "明天这个服务站不上班"),
        (date(2026, 11, 1), "已经过去"),
        (date(2026, 11, 17), "14 天以内"),
    ):
        with pytest.raises(SlotNotOffered, match=words):
            await reschedule(number=parcel.number, to=Appointment(day), account_id=account.id, at=AT)

    await parcel.refresh_from_db()
    assert parcel.collect_on == date(2026, 11, 4)


async def test_nothing_is_fetched_today_once_the_station_has_closed(database: TortoiseContext) -> None:
    account, station = await make_account(), await make_station(hours=EVERY_DAY)
    parcel = await make_parcel(
        account_id=account.id, station=station, collection=Collection.HOME, collect_on=LATER, booked_at=AT
    )
    today = Appointment(date(2026, 11, 2))

    await reschedule(number=parcel.number, to=today, account_id=account.id, at=AT)
    with pytest.raises(SlotNotOffered, match="下班"):
        await reschedule(number=parcel.number, to=today, account_id=account.id, at=AT + timedelta(hours=8))


async def test_a_station_that_takes_no_parcels_any_more_fetches_none(database: TortoiseContext) -> None:
    account = await make_account()
    station = await make_station(hours=EVERY_DAY, services=(StationService.CARD,))
    parcel = await make_parcel(
        account_id=account.id, station=station, collection=Collection.HOME, collect_on=LATER, booked_at=AT
    )

    with pytest.raises(StationTakesNoParcels):
        await reschedule(number=parcel.number, to=Appointment(LATER), account_id=account.id, at=AT)


async def test_a_family_cancels_and_moves_over_http(mother: Client, neighbour: Client) -> None:
    station = await make_station(hours=EVERY_DAY)
    day = beijing_day(utc_now()) + timedelta(days=2)
    slot_id = await take_slot(station_id=station.id, day=day, starts="09:00", at=utc_now())
    parcel = await make_parcel(account_id=mother.account_id, station=station, slot_id=slot_id)
    path = f"/v1/parcels/{parcel.number}"

    foreign = await neighbour.post(f"{path}/cancellation", {})
    moved = await mother.post(f"{path}/rescheduling", {"day": day.isoformat(), "starts": "10:30"})
    cancelled = await mother.post(f"{path}/cancellation", {"reason": "不寄了"})
    late = await mother.post(f"{path}/rescheduling", {"day": day.isoformat(), "starts": "10:30"})

    assert foreign.code == "ParcelNotFound"
    assert moved.json["parcel"]["appointment"] == {"day": day.isoformat(), "starts": "10:30", "ends": "11:00"}
    assert (cancelled.json["parcel"]["state"], cancelled.json["may_cancel"]) == ("cancelled", False)
    assert cancelled.json["timeline"][0]["sentence"] == "寄件预约已经取消：不寄了"
    assert (late.status, late.code) == (409, "ParcelNotBooked")
    assert late.json["detail"] == "包裹已取消，不能再取消或改约。要寄的话请重新预约。"
    assert set((await taken(station.id)).values()) == {0}
