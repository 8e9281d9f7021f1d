"""到站直寄"""

from typing import Any

import pytest

from models.audit import AuditEntry
from models.parcels import Parcel, ParcelState
from models.stations import Station
from server.parcels.terms import parcel_terms
from tests.factories.stations import make_station
from tests.parcels.counter.conftest import Counter
from tests.parcels.desk import HOME, UNIT
from tests.service import Client

WALK_INS = "/v1/station/parcels"


def walk_in(**changes: Any) -> dict[str, Any]:
    """Return two kilograms of somebody to a unit in 云南: 20 元, no concession for units in this tariff."""
    return {
        "sender": HOME,
        "recipient": UNIT,
        "contents": [{"name": "咸鸭蛋", "quantity": 2}],
        "weight_grams": 2000,
        "length_mm": 300,
        "width_mm": 200,
        "height_mm": 100,
        "service": "standard",
        "quoted_fen": 2000,
        "terms_version": parcel_terms().version,
        "consent_spoken": True,
    } | changes


async def test_somebody_without_a_booking_is_booked_accepted_and_gets_a_label(counter: Counter) -> None:
    answer = await counter.clerk.post(WALK_INS, walk_in())

    assert answer.status == 201
    number = answer.json["parcel"]["number"]
    parcel = await Parcel.get(number=number)
    assert (parcel.account_id, parcel.slot_id, parcel.station_id) == (None, None, counter.station.id)
    assert answer.json["may"] == ["accept", "refuse"]
    accepted = await counter.accept(parcel, confirmed_total_fen=2000)
    assert accepted.json["parcel"]["state"] == "accepted"
    assert (await counter.clerk.get(f"{WALK_INS}/{number}/label.pdf")).status == 200
    entry = await AuditEntry.get(action="parcel.booked_at_counter")
    assert entry.account_id == counter.clerk.account_id
    assert '"consent":"spoken"' in entry.detail


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"consent_spoken": False}, 400, "MalformedRequest"),
        ({"terms_version": "1999-01"}, 409, "ParcelTermsOutdated"),
        ({"sender": UNIT}, 422, "SenderNotCivil"),
        ({"recipient": UNIT | {"street": "示例路1号"}}, 422, "StreetBesideUnit"),
        ({"quoted_fen": 1}, 409, "QuoteChanged"),
        ({"service": "balloon"}, 422, "ServiceNotOffered"),
        ({"weight_grams": 21_000}, 409, "ServiceImpossible"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_nothing_is_kept(
    counter: Counter, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await counter.clerk.post(WALK_INS, walk_in(**changes))

    assert (answer.status, answer.code) == (status, code)
    assert await Parcel.all().count() == 0


async def test_nobody_books_at_another_station(counter: Counter, other_clerk: Client) -> None:
    station: Station = counter.station

    foreign = await other_clerk.post(WALK_INS, walk_in(station_id=str(station.id)))
    unknown = await counter.clerk.post(WALK_INS, walk_in(station_id=str((await make_station()).id)))

    assert (foreign.code, unknown.code) == ("StationNotFound", "StationNotFound")
    assert await Parcel.filter(state=ParcelState.BOOKED).count() == 0
