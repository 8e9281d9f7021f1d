"""售后的竞争 — two processes: one matter is opened once, answered once, objected to once."""

import asyncio
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.parcel_cases import ParcelCase
from models.parcels import ParcelState
from server.parcels.cases.opening import find_incidents
from tests.factories.parcels import make_parcel
from tests.factories.stations import EVERY_DAY, make_station, make_station_staff
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes

pytestmark = pytest.mark.asyncio(loop_scope="package")

CLAIM = {"kind": "claim", "problem": "damaged", "text": "碎了", "claimed_fen": 5000}


async def test_a_claim_sent_twenty_times_is_opened_granted_and_objected_to_once(house: TwoWorkers) -> None:
    station = await make_station(hours=EVERY_DAY)
    family = await house.stranger.login(f"claims-{uuid4().hex}")
    clerk = await house.stranger.login(f"claims-clerk-{uuid4().hex}")
    await make_station_staff(station, clerk.account_id)
    parcel = await make_parcel(account_id=family.account_id, station=station, state=ParcelState.DELIVERED)

    opened = await asyncio.gather(*(family.post(f"/v1/parcels/{parcel.number}/cases", CLAIM) for _ in range(20)))

    assert outcomes(opened) == {"201": 1, "CaseAlreadyOpen": 19}
    case = await ParcelCase.get(parcel_id=parcel.id)
    answers = await asyncio.gather(
        *(
            clerk.post(f"/v1/station/parcel-cases/{case.number}/answer", {"answer": "赔", "granted_fen": amount})
            for amount in range(100, 120)
        )
    )
    assert outcomes(answers) == {"200": 1, "CaseNotOpen": 19}
    [granted] = [answer.json["granted_fen"] for answer in answers if answer.status == 200]
    await case.refresh_from_db()
    assert case.granted_fen == granted
    objections = await asyncio.gather(
        *(family.post(f"/v1/parcel-cases/{case.number}/objection", {"text": "不够"}) for _ in range(10))
    )
    counted = outcomes(objections)
    assert counted["200"] == 1
    assert set(counted) <= {"200", "ObjectedAlready", "CaseNotAnswered"}


async def test_a_lost_parcel_found_by_many_at_once_opens_one_case(house: TwoWorkers) -> None:
    parcel = await make_parcel(state=ParcelState.LOST)

    await asyncio.gather(*(find_incidents(at=utc_now()) for _ in range(5)))

    assert await ParcelCase.filter(parcel_id=parcel.id).count() == 1
