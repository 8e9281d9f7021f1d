"""包裹工厂 — a parcel that a test asks for has the state that its events make."""

import pytest
from tortoise.context import TortoiseContext

from models.parcels import EventKind, ParcelState, TrackingEvent
from server.parcels.events import NewEvent, record_events
from server.parcels.states import ENDS
from tests.factories.cards import make_account
from tests.factories.parcels import _JOURNEYS, make_parcel, make_station


@pytest.mark.parametrize("state", ParcelState)
async def test_a_parcel_of_every_state_can_be_made(database: TortoiseContext, state: ParcelState) -> None:
    parcel = await make_parcel(state=state, station=await make_station())

    assert parcel.state is state
    assert (parcel.ended_at is not None) is (state in ENDS)
    events = await TrackingEvent.filter(parcel_id=parcel.id).order_by("occurred_at")
    assert tuple(event.kind for event in events) == _JOURNEYS[state]


async def test_whoever_brings_a_parcel_has_its_place_again(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, open_place=1)
    assert parcel.open_place == 1

    accepted = NewEvent(parcel_id=parcel.id, kind=EventKind.ACCEPTED, occurred_at=parcel.state_at)
    await record_events([accepted], at=parcel.state_at)

    await parcel.refresh_from_db()
    assert (parcel.state, parcel.open_place) == (ParcelState.ACCEPTED, None)
