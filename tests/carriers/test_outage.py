"""承运方停机一小时 — booking and the counter go on; afterwards tracking catches up within the limits."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import aiohttp
import pytest_asyncio

from config.clock import utc_now
from models.accounts import Purpose
from models.parcels import Parcel, ParcelState
from server.carriers.circuit import Circuit, CircuitState
from server.carriers.fake.server import APART, MINUTE, RECORDED, Failure, FakeCarrier
from server.carriers.polling import poll_kuaidi100
from server.resources import resources
from tests.factories.cards import give_consent
from tests.factories.parcels import make_parcel
from tests.factories.stations import make_station_staff
from tests.parcels.counter.conftest import SEEN
from tests.parcels.desk import open_desk
from tests.service import Client, make_settings, serving

START = utc_now().replace(second=0, microsecond=0) + timedelta(minutes=1)
"""The counter works on the real clock, and what it does there has to be due on ours."""
BOOKED_AT = datetime(2026, 11, 2, tzinfo=UTC)
PER_MINUTE = 6
RUN_SECONDS = 20


class World:
    """The service and a carrier on one clock; the worker's run comes every twenty seconds."""

    def __init__(self, client: Client) -> None:
        self.client, self.now = client, START

    def clock(self) -> datetime:
        return self.now

    async def let_pass(self, duration: timedelta) -> None:
        until = self.now + duration
        while self.now < until:
            here = resources()
            await poll_kuaidi100(settings=here.settings, http=here.http, state=here.state, now=self.clock)
            self.now += timedelta(seconds=RUN_SECONDS)

    async def circuit(self) -> CircuitState:
        return await Circuit("kuaidi100", resources().state).look(at=self.now)


@pytest_asyncio.fixture
async def carrier() -> AsyncIterator[FakeCarrier]:
    async with FakeCarrier(customer="c", key="k", salt="s", now=lambda: START, per_minute=PER_MINUTE) as fake:
        yield fake


@pytest_asyncio.fixture
async def world(sqlite_address: str, carrier: FakeCarrier) -> AsyncIterator[World]:
    settings = make_settings(
        sqlite_address,
        kuaidi100_customer="c",
        kuaidi100_key="k",
        kuaidi100_origin=carrier.origin,
        kuaidi100_per_minute=PER_MINUTE,
    )
    async with serving(settings) as client:
        world = World(client)
        carrier.now = world.clock
        yield world


async def test_a_carrier_down_for_an_hour_stops_nobody_and_is_caught_up_with_inside_the_limit(
    world: World, carrier: FakeCarrier
) -> None:
    desk = await open_desk()
    parcels = [
        await make_parcel(station=desk.station, state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, next_poll_at=START)
        for _ in range(40)
    ]
    carrier.journeys = {str(parcel.tracking_number): RECORDED for parcel in parcels}
    carrier.failure = Failure.SERVER_ERROR
    family, clerk = await world.client.login("a-family"), await world.client.login("a-clerk")
    await give_consent(family.account_id, purpose=Purpose.PARCELS)
    await make_station_staff(desk.station, clerk.account_id)

    await world.let_pass(timedelta(minutes=30))
    circuit_inside = await world.circuit()
    booked = await family.post("/v1/parcels", desk.request())
    accepted = await clerk.post(f"/v1/station/parcels/{booked.json['number']}/acceptance", SEEN)
    path = f"/v1/station/parcels/{booked.json['number']}/tracking-number"
    tracked = await clerk.post(path, {"tracking_number": "RR123456785CN"})
    await world.let_pass(timedelta(minutes=30))
    tried = len(carrier.asked)
    carrier.failure = None
    await world.let_pass(timedelta(minutes=75))

    assert (booked.status, accepted.status, tracked.status) == (201, 200, 200)
    assert circuit_inside in (CircuitState.OPEN, CircuitState.HALF_OPEN)
    assert tried <= 12
    assert await Parcel.filter(state=ParcelState.DELIVERED).count() == len(parcels)
    assert await world.circuit() is CircuitState.CLOSED
    assert {asked.code for asked in carrier.asked[tried:]} == {"200", "500"}  # none too soon, none too many
    assert _most_in_a_minute([asked.at for asked in carrier.asked]) == PER_MINUTE
    assert _least_between_two_of_a_number(carrier) >= APART


async def test_an_answer_that_is_rubbish_opens_the_circuit_and_changes_no_parcel(
    world: World, carrier: FakeCarrier
) -> None:
    for _ in range(8):
        await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, next_poll_at=START)
    carrier.failure = Failure.RUBBISH

    await world.let_pass(timedelta(minutes=2))

    assert [asked.code for asked in carrier.asked] == ["RUBBISH"] * 6  # five in a row, one to see
    assert await world.circuit() is CircuitState.OPEN
    assert await Parcel.filter(state=ParcelState.HANDED_OVER).count() == 8


async def test_an_installation_without_a_contract_asks_nobody(sqlite_address: str, carrier: FakeCarrier) -> None:
    settings = make_settings(sqlite_address, kuaidi100_origin=carrier.origin)
    async with serving(settings), aiohttp.ClientSession() as http:
        await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, next_poll_at=START)

        asked = await poll_kuaidi100(settings=settings, http=http, state=resources().state, now=lambda: START)

    assert (asked, carrier.asked) == (0, [])


def _most_in_a_minute(instants: list[datetime]) -> int:
    return max(sum(first <= other < first + MINUTE for other in instants) for first in instants)


def _least_between_two_of_a_number(carrier: FakeCarrier) -> timedelta:
    asked: dict[str, list[datetime]] = {}
    for one in carrier.asked:
        asked.setdefault(one.param["num"], []).append(one.at)
    assert max(Counter(one.param["num"] for one in carrier.asked).values()) > 1
    return min(later - first for times in asked.values() for first, later in pairwise(times))
