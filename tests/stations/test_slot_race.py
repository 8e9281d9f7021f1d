"""预约时段的竞争 — the last places of a slot, asked for through fifty connections of two processes at once."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from config.clock import beijing_day, utc_now
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.stations import StationSlot
from tests.factories.stations import EVERY_DAY, make_station

ROOT = Path(__file__).parents[2]
PLACES, TAKERS = 7, 25
"""So many places, and so many takers in each of the two processes."""

TAKE = """
import asyncio, sys
from datetime import date
from uuid import UUID
from config.clock import utc_now
from config.database import close_database, open_database
from models import MODEL_MODULES
from server.stations.slots import SlotFull, give_back, take_slot

async def take(station_id, day):
    try:
        return await take_slot(station_id=UUID(station_id), day=date.fromisoformat(day), starts="09:00", at=utc_now())
    except SlotFull:
        return None

async def main(address, takers, *about):
    context = await open_database(address, model_modules=MODEL_MODULES, pool=int(takers))
    try:
        await race(int(takers), *about)
    finally:
        await close_database(context)

async def race(takers, station_id, day, returned):
    print("ready", flush=True)
    sys.stdin.readline()
    taken = await asyncio.gather(*(take(station_id, day) for _ in range(takers)))
    places = [slot_id for slot_id in taken if slot_id is not None]
    given_back = places[: int(returned)]
    await asyncio.gather(*(give_back(slot_id=slot_id) for slot_id in given_back))
    print(len(places), len(given_back), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def taken_by_two_processes(address: str, *about: str) -> tuple[int, int]:
    """Let both begin once both are ready; return how many places they got together, and how many they gave back."""
    pipe = asyncio.subprocess.PIPE
    takers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", TAKE, address, str(TAKERS), *about), cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
        )
        for _ in range(2)
    ]
    for taker in takers:
        assert taker.stdout is not None
        assert await taker.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(taker.communicate(b"go\n") for taker in takers))
    assert [(taker.returncode, errors) for taker, (_, errors) in zip(takers, outputs, strict=True)] == [(0, b"")] * 2
    counts = [[int(word) for word in output.split()] for output, _ in outputs]
    return sum(places for places, _ in counts), sum(given_back for _, given_back in counts)


async def test_fifty_at_once_get_exactly_the_places_there_are(database_address: str) -> None:
    context = await open_database(database_address, model_modules=MODEL_MODULES, pool=5)
    station = await make_station(hours=EVERY_DAY, slot_capacity=PLACES)
    day = beijing_day(utc_now()) + timedelta(days=1)

    taken = await taken_by_two_processes(database_address, str(station.id), str(day), "0")

    slot = await StationSlot.get(station_id=station.id)
    await close_database(context)
    assert (taken, slot.taken, slot.capacity) == ((PLACES, 0), PLACES, PLACES)


async def test_places_given_back_meanwhile_are_never_counted_twice(database_address: str) -> None:
    context = await open_database(database_address, model_modules=MODEL_MODULES, pool=5)
    station = await make_station(hours=EVERY_DAY, slot_capacity=PLACES)
    day = beijing_day(utc_now()) + timedelta(days=1)

    taken, given_back = await taken_by_two_processes(database_address, str(station.id), str(day), "2")

    slot = await StationSlot.get(station_id=station.id)
    await close_database(context)
    assert 0 < given_back <= 4
    assert slot.taken == taken - given_back <= slot.capacity == PLACES
