"""交接单的竞争 — two processes: a parcel is on one manifest, one courier signs, what is closed stays as counted."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.manifests import Manifest, ManifestParcel, ManifestState
from models.parcels import EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import Station
from tests.factories.parcels import make_parcel
from tests.factories.stations import EVERY_DAY, make_station, make_station_staff
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Answer, Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

MANIFESTS = "/v1/station/manifests"


async def clerk_at(house: TwoWorkers, station: Station) -> Client:
    clerk = await house.stranger.login(f"manifest-clerk-{uuid4().hex}")
    await make_station_staff(station, clerk.account_id)
    return clerk


async def deed(clerk: Client, number: str, name: str, **body: Any) -> Answer:
    return await clerk.post(f"{MANIFESTS}/{number}/{name}", body or None)


async def opened(clerk: Client, carrier: str) -> str:
    number: str = (await clerk.post(MANIFESTS, {"carrier": carrier})).json["manifest"]["number"]
    return number


async def accepted(station: Station) -> Parcel:
    return await make_parcel(station=station, state=ParcelState.ACCEPTED)


async def test_twenty_openings_at_once_are_one_manifest(house: TwoWorkers) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)

    answers = await asyncio.gather(*(clerk.post(MANIFESTS, {"carrier": "ems"}) for _ in range(20)))

    assert outcomes(answers) == {"201": 20}
    assert len({answer.json["manifest"]["number"] for answer in answers}) == 1
    assert await Manifest.filter(station_id=station.id).count() == 1


async def test_one_parcel_scanned_for_two_manifests_at_once_is_on_one(house: TwoWorkers) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)
    first = await opened(clerk, "ems")
    await deed(clerk, first, "parcels", scanned=(await accepted(station)).number)
    await deed(clerk, first, "closing")
    second = await opened(clerk, "ems")
    await Manifest.filter(number=first).update(state=ManifestState.OPEN, carrier="ems", day="2026-01-01")
    parcels = [await accepted(station) for _ in range(8)]

    answers = await asyncio.gather(
        *(deed(clerk, number, "parcels", scanned=parcel.number) for parcel in parcels for number in (first, second))
    )

    assert outcomes(answers) == {"200": 8, "ParcelOnManifest": 8}
    assert await ManifestParcel.filter(parcel_id__in=[parcel.id for parcel in parcels]).count() == 8
    for number in (first, second):
        positions = await ManifestParcel.filter(manifest__number=number).values_list("position", flat=True)
        assert len(set(positions)) == len(positions)


async def test_couriers_who_sign_at_once_hand_over_once(house: TwoWorkers) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)
    number, parcel = await opened(clerk, "ems"), await accepted(station)
    await deed(clerk, number, "parcels", scanned=parcel.number)
    await deed(clerk, number, "closing")
    code = (await deed(clerk, number, "courier-code")).json["code"]

    answers = await asyncio.gather(
        *(deed(clerk, number, "signature", code=code, courier_name=f"快递员{n}", parcels=1) for n in range(5))
    )

    counted = outcomes(answers)
    assert counted["200"] == 1
    assert set(counted) <= {"200", "ManifestNotClosed", "CourierCodeInvalid"}
    assert await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.HANDED_OVER).count() == 1


@pytest.mark.parametrize("round_", range(4))
async def test_what_is_added_while_it_closes_is_counted_or_refused(house: TwoWorkers, round_: int) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)
    number = await opened(clerk, "ems")
    await deed(clerk, number, "parcels", scanned=(await accepted(station)).number)
    late = [await accepted(station) for _ in range(6)]

    *added, closing = await asyncio.gather(
        *(deed(clerk, number, "parcels", scanned=parcel.number) for parcel in late), deed(clerk, number, "closing")
    )

    assert closing.status == 200
    counted = outcomes(added)
    assert set(counted) <= {"200", "ManifestNotOpen"}
    shown = (await clerk.get(f"{MANIFESTS}/{number}")).json
    assert shown["manifest"]["parcels"] == len(shown["rows"]) == 1 + counted["200"]
    assert shown["is_intact"] is True


async def test_the_right_code_is_no_use_after_five_wrong_ones_at_once(house: TwoWorkers) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)
    number = await opened(clerk, "ems")
    await deed(clerk, number, "parcels", scanned=(await accepted(station)).number)
    await deed(clerk, number, "closing")
    code = (await deed(clerk, number, "courier-code")).json["code"]
    wrong = "000000" if code != "000000" else "000001"

    answers = await asyncio.gather(
        *(deed(clerk, number, "signature", code=wrong, courier_name="王快递", parcels=1) for _ in range(20))
    )

    assert outcomes(answers) == {"CourierCodeInvalid": 20}
    assert (await Manifest.get(number=number)).courier_tries == 5
    assert (await deed(clerk, number, "signature", code=code, courier_name="王快递", parcels=1)).status == 409


@pytest.mark.parametrize("round_", range(4))
async def test_a_parcel_is_loaded_or_its_acceptance_undone(house: TwoWorkers, round_: int) -> None:
    station = await make_station(hours=EVERY_DAY)
    clerk = await clerk_at(house, station)
    number, parcels = await opened(clerk, "ems"), [await accepted(station) for _ in range(4)]
    await Parcel.filter(id__in=[parcel.id for parcel in parcels]).update(accepted_at=utc_now())

    answers = await asyncio.gather(
        *(deed(clerk, number, "parcels", scanned=parcel.number) for parcel in parcels),
        *(
            clerk.post(f"/v1/station/parcels/{parcel.number}/acceptance-reversal", {"reason": "称错了"})
            for parcel in parcels
        ),
    )

    loaded, undone = answers[:4], answers[4:]
    for parcel, one, other in zip(parcels, loaded, undone, strict=True):
        assert {one.status, other.status} == {200, 409}
        on_it = await ManifestParcel.exists(parcel_id=parcel.id)
        state = (await Parcel.get(id=parcel.id)).state
        assert (on_it, state) in {(True, ParcelState.ACCEPTED), (False, ParcelState.BOOKED)}
