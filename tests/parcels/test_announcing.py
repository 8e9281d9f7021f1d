"""包裹消息 — a family hears of every change once, and of ten events in one batch once."""

from datetime import UTC, datetime, timedelta

import msgspec
from tortoise.context import TortoiseContext

from models.notifications import Notification, NotificationDelivery
from models.parcels import EventKind, Parcel, ParcelState
from server.notifications.fields import FieldKind, fit
from server.parcels.announcing import announce
from server.parcels.events import Change, NewEvent, record_events
from tests.factories.cards import make_account
from tests.factories.notifications import use_template
from tests.factories.parcels import make_parcel

AT = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
_K = EventKind


async def handed_over() -> Parcel:
    account = await make_account()
    return await make_parcel(account_id=account.id, state=ParcelState.HANDED_OVER, booked_at=AT - timedelta(days=1))


def carriers(parcel: Parcel, *kinds: EventKind) -> list[NewEvent]:
    return [
        NewEvent(parcel_id=parcel.id, kind=kind, occurred_at=AT + timedelta(hours=hour), source="ems")
        for hour, kind in enumerate(kinds)
    ]


async def test_many_events_in_one_batch_tell_the_family_once_and_what_it_came_to(database: TortoiseContext) -> None:
    parcel = await handed_over()
    kinds = (_K.COLLECTED, *[_K.IN_TRANSIT] * 6, _K.ARRIVED, _K.OUT_FOR_DELIVERY, _K.DELIVERED)

    recorded = await record_events(carriers(parcel, *kinds), at=AT)
    told = await announce(recorded.changes, at=AT + timedelta(days=1))

    assert (recorded.new, told) == (10, 1)
    message = await Notification.get(account_id=parcel.account_id)
    assert message.event == "parcel.delivered"
    assert message.title == f"包裹 {parcel.number} 已签收"
    assert message.text == (
        "11月2日（周一）23:00，包裹已签收。请和收件人核对东西是否完好；破损或缺少的，请在「售后」里提出。"
    )
    assert message.link == f"/v1/parcels/{parcel.number}"


async def test_each_batch_tells_of_its_own_change_and_a_repeated_one_of_nothing(database: TortoiseContext) -> None:
    parcel = await handed_over()
    first, second = carriers(parcel, _K.IN_TRANSIT, _K.OUT_FOR_DELIVERY)

    for events in ([first], [first], [second], [first, second]):
        recorded = await record_events(events, at=AT)
        await announce(recorded.changes, at=AT)
        await announce(recorded.changes, at=AT)

    told = [message.event for message in await Notification.filter(account_id=parcel.account_id).order_by("id")]
    assert told == ["parcel.in_transit", "parcel.out_for_delivery"]


async def test_a_subscribe_message_gets_number_state_and_what_to_do_as_its_fields(database: TortoiseContext) -> None:
    await use_template("parcel")
    parcel = await handed_over()

    recorded = await record_events(carriers(parcel, _K.READY_FOR_PICKUP), at=AT)
    await announce(recorded.changes, at=AT)

    planned = await NotificationDelivery.get(account_id=parcel.account_id)
    values = msgspec.json.decode(planned.field_values)
    assert planned.template == "parcel"
    assert (values["number"], values["state"]) == (parcel.number, "待取件")
    assert fit(FieldKind.CHARACTER_STRING, parcel.number) == parcel.number


def test_every_state_of_a_parcel_is_a_phrase_that_wechat_takes() -> None:
    assert [state.label for state in ParcelState if fit(FieldKind.PHRASE, state.label) is None] == []


async def test_a_walk_in_parcel_tells_nobody(database: TortoiseContext) -> None:
    parcel = await make_parcel(state=ParcelState.HANDED_OVER, booked_at=AT - timedelta(days=1))

    recorded = await record_events(carriers(parcel, _K.IN_TRANSIT), at=AT)

    assert len(recorded.changes) == 1
    assert await announce(recorded.changes, at=AT) == 0
    assert await Notification.all().count() == 0


async def test_changes_of_several_calls_are_merged_and_a_way_back_is_not_told(database: TortoiseContext) -> None:
    parcel, other = await handed_over(), await handed_over()
    there = Change(parcel.id, ParcelState.IN_TRANSIT, ParcelState.EXCEPTION, AT)
    back = Change(parcel.id, ParcelState.EXCEPTION, ParcelState.IN_TRANSIT, AT)
    on = Change(other.id, ParcelState.HANDED_OVER, ParcelState.IN_TRANSIT, AT)
    further = Change(other.id, ParcelState.IN_TRANSIT, ParcelState.DELIVERED, AT)

    assert await announce([there, on, back, further], at=AT) == 1

    message = await Notification.get()
    assert (message.account_id, message.event) == (other.account_id, "parcel.delivered")


async def test_nothing_changed_is_nothing_told(database: TortoiseContext) -> None:
    assert await announce([], at=AT) == 0
