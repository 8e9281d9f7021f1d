"""撤销收寄"""

from datetime import timedelta

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.manifests import Manifest, ManifestParcel
from models.notifications import Notification
from models.parcels import EventKind, Parcel, ParcelState, TrackingEvent
from server.parcels.states import Happening, derive
from tests.parcels.counter.conftest import Counter
from tests.service import Answer

NOW = utc_now()


async def undo(counter: Counter, parcel: Parcel) -> Answer:
    path = f"/v1/station/parcels/{parcel.number}/acceptance-reversal"
    return await counter.clerk.post(path, {"reason": "称错了"})


async def test_a_slip_is_taken_back_and_the_parcel_accepted_anew(counter: Counter) -> None:
    family = await counter.clerk.login("family-of-a-slip")
    parcel = await counter.parcel(account_id=family.account_id)
    await counter.accept(parcel)
    await counter.track(parcel, "RR123456785CN")

    undone = await undo(counter, parcel)

    assert (undone.status, undone.json["parcel"]["state"], undone.json["may"]) == (200, "booked", ["accept", "refuse"])
    stored = await Parcel.get(id=parcel.id)
    assert (stored.accepted_at, stored.paid_fen, stored.tracking_number, stored.next_poll_at) == (None,) * 4
    assert (stored.id_inspected, stored.contents_inspected) == ("", False)
    assert await Notification.filter(account_id=family.account_id, event="parcel.booked").count() == 1
    shown = (await family.get(f"/v1/parcels/{parcel.number}")).json
    assert shown["timeline"][0]["sentence"] == "驿站撤销了收寄登记：称错了"
    assert (await AuditEntry.get(action="parcel.acceptance_undone")).detail == '{"paid_fen":1500}'
    assert (await counter.accept(parcel)).json["parcel"]["state"] == "accepted"
    assert await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.ACCEPTED).count() == 2


async def test_after_a_quarter_of_an_hour_it_stands(counter: Counter) -> None:
    parcel = await counter.parcel()
    await counter.accept(parcel)
    await Parcel.filter(id=parcel.id).update(accepted_at=utc_now() - timedelta(minutes=15, seconds=1))

    answer = await undo(counter, parcel)

    assert (answer.status, answer.code) == (409, "AcceptanceNotUndoable")


@pytest.mark.parametrize("state", [ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.HANDED_OVER])
async def test_only_what_is_accepted_is_taken_back(counter: Counter, state: ParcelState) -> None:
    parcel = await counter.parcel(state=state)

    assert (await undo(counter, parcel)).code == "AcceptanceNotUndoable"
    assert (await Parcel.get(id=parcel.id)).state is state


async def test_what_is_on_a_manifest_is_taken_off_first(counter: Counter) -> None:
    parcel = await counter.parcel()
    await counter.accept(parcel)
    manifest = await Manifest.create(
        number="JJ1", station_id=counter.station.id, carrier="ems", day=utc_now().date(), updated_at=utc_now()
    )
    await ManifestParcel.create(manifest=manifest, parcel=parcel, position=1, number=parcel.number, weight_grams=1)

    assert (await undo(counter, parcel)).code == "ParcelAlreadyLoaded"
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.ACCEPTED


def test_a_booking_told_twice_undoes_nothing() -> None:
    kinds = (EventKind.BOOKED, EventKind.ACCEPTED, EventKind.BOOKED)
    events = [Happening(kind, NOW + timedelta(hours=hour), str(hour)) for hour, kind in enumerate(kinds)]

    derived = derive(events)

    assert derived is not None
    assert derived.state is ParcelState.ACCEPTED
