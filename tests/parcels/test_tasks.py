"""包裹任务 — bookings that nobody came for end; people are forgotten in time, units earlier."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from models.addresses import AddressKind
from models.fields import seal
from models.manifests import MANIFEST_COURIER, Manifest, ManifestState
from models.notifications import Notification
from models.parcel_cases import CaseProblem, ParcelCase, ParcelCaseState
from models.parcels import Collection, EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import StationSlot
from server.parcels.tasks import forget_parcels, lapse_bookings
from tests.factories.cards import make_account
from tests.factories.parcels import make_manifest, make_parcel, make_parcel_case, make_party
from tests.factories.stations import EVERY_DAY, make_station

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


async def booked_for(day: date, **overrides: object) -> Parcel:
    account, station = await make_account(), await make_station(hours=EVERY_DAY)
    slot = await StationSlot.create(station_id=station.id, day=day, starts="09:00", ends="09:30", capacity=4, taken=1)
    values = {"account_id": account.id, "station": station, "slot_id": slot.id, "open_place": 1}
    return await make_parcel(**values | overrides, booked_at=AT - timedelta(days=20))


async def test_a_booking_waits_a_week_for_its_parcel_and_then_ends(database: TortoiseContext) -> None:
    abandoned, waiting = await booked_for(date(2026, 10, 25)), await booked_for(date(2026, 10, 26))
    at_home = await booked_for(
        date(2026, 11, 9), slot_id=None, collection=Collection.HOME, collect_on=date(2026, 10, 25)
    )
    brought = await booked_for(date(2026, 10, 25), state=ParcelState.ACCEPTED)

    assert await lapse_bookings(at=AT) == 2
    assert await lapse_bookings(at=AT) == 0

    states = {parcel.id: parcel.state for parcel in await Parcel.all()}
    assert states == {
        abandoned.id: ParcelState.CANCELLED,
        waiting.id: ParcelState.BOOKED,
        at_home.id: ParcelState.CANCELLED,
        brought.id: ParcelState.ACCEPTED,
    }
    assert (await StationSlot.get(id=abandoned.slot_id)).taken == 0
    event = await TrackingEvent.get(parcel_id=abandoned.id, kind=EventKind.CANCELLED)
    assert (event.text, event.account_id) == ("约好的时间过后 7 天没有交寄", None)
    assert (await Notification.get(account_id=abandoned.account_id)).event == "parcel.cancelled"


def unit_party() -> object:
    return make_party(kind=AddressKind.UNIT_CODE, region="云南省昆明市", address="云南省昆明市99999部队")


@pytest.mark.parametrize(
    ("state", "is_unit", "days", "is_forgotten"),
    [
        (ParcelState.DELIVERED, False, 179, False),
        (ParcelState.DELIVERED, False, 181, True),
        (ParcelState.DELIVERED, True, 89, False),
        (ParcelState.DELIVERED, True, 91, True),
        (ParcelState.CANCELLED, False, 181, True),
        (ParcelState.LOST, False, 181, True),
        (ParcelState.IN_TRANSIT, False, 179, False),
    ],
)
async def test_people_are_forgotten_in_time_and_units_earlier(
    database: TortoiseContext, state: ParcelState, is_unit: bool, days: int, is_forgotten: bool
) -> None:
    recipient = {"recipient": unit_party()} if is_unit else {}
    parcel = await make_parcel(state=state, booked_at=AT - timedelta(days=days + 1), **recipient)
    await TrackingEvent.filter(parcel_id=parcel.id).update(text="李四签收", place="昆明市")
    ended = parcel.state_at

    count = await forget_parcels(retention_days=180, at=ended + timedelta(days=days))

    await parcel.refresh_from_db()
    assert count == is_forgotten
    assert (parcel.sender_sealed is None, parcel.recipient_sealed is None) == (is_forgotten, is_forgotten)
    assert (parcel.contents == "[]", parcel.sender_last4_hash == "") == (is_forgotten, is_forgotten)
    assert (parcel.recipient_region == "") == (is_forgotten and is_unit)
    words = {(event.text, event.place) for event in await TrackingEvent.filter(parcel_id=parcel.id)}
    assert words == ({("", "")} if is_forgotten else {("李四签收", "昆明市")})
    assert (parcel.state, parcel.price_fen, parcel.weight_grams) == (state, 2000, 2000)


async def test_a_shorter_setting_forgets_units_earlier_too(database: TortoiseContext) -> None:
    parcel = await make_parcel(state=ParcelState.DELIVERED, recipient=unit_party(), booked_at=AT)

    assert await forget_parcels(retention_days=30, at=parcel.state_at + timedelta(days=31)) == 1
    assert await forget_parcels(retention_days=30, at=parcel.state_at + timedelta(days=31)) == 0


async def test_closed_cases_lose_their_words_and_signed_manifests_the_couriers_name(database: TortoiseContext) -> None:
    station, long_ago, lately = await make_station(), AT - timedelta(days=181), AT - timedelta(days=179)
    parcel = await make_parcel(station=station, state=ParcelState.DELIVERED)
    closed = {"state": ParcelCaseState.CLOSED, "answer": "已送到"}
    old = await make_parcel_case(parcel, **closed, closed_at=long_ago)
    young = await make_parcel_case(parcel, **closed, problem=CaseProblem.SERVICE, closed_at=lately)
    is_open = await make_parcel_case(parcel, problem=CaseProblem.OTHER)
    name = seal(MANIFEST_COURIER, "王快递")
    signed = [
        await make_manifest(station, state=ManifestState.SIGNED, courier_name_sealed=name, courier_signed_at=moment)
        for moment in (long_ago, lately)
    ]

    await forget_parcels(retention_days=180, at=AT)

    words = {case.id: (case.text, case.answer) for case in await ParcelCase.all()}
    assert words == {old.id: ("", ""), young.id: ("半个月还没到", "已送到"), is_open.id: ("半个月还没到", "")}
    assert [(await Manifest.get(id=one.id)).courier_name_sealed is None for one in signed] == [True, False]
