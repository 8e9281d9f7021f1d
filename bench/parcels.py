"""寄件基准 — booking a parcel, and showing one with its timeline, beside the hand-written."""

import asyncio
import itertools
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from bench.compare import compare, print_heading, print_row, serving
from bench.data import add_account
from bench.load import get, post
from config.clock import beijing_day
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.accounts import Purpose
from models.parcels import ParcelState
from models.transactions import execute
from server.parcels.booking_store import MOST_OPEN
from tests.factories.cards import give_consent
from tests.factories.parcels import make_parcel, make_tariff
from tests.factories.stations import EVERY_DAY, make_station
from tests.parcels.desk import Desk

WANTED = {"POST /v1/parcels": 0.5, "GET /v1/parcels/{number}": 0.8}
SHOWN = 200
_ANY_KEY = "A" * 43
_SLOTS = [f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 30)]


@dataclass(frozen=True, slots=True)
class Family:
    """Who books and follows: ours is asked with the token, the rival believes the account's id."""

    account_id: UUID
    token: str


def measure_parcels(address: str, *, rounds: int, seconds: float, bookings: int) -> None:
    """Print both comparisons; every booking is of a person who still has a place for it."""
    each = -(-(rounds + 1) * bookings // MOST_OPEN)
    desk, families, shown = asyncio.run(_prepare(address, families=2 * each))
    print()
    print_heading(rounds)
    ours, theirs = (_bookings(desk, part) for part in (families[:each], families[each:]))

    def mine(count: int) -> list[bytes]:
        return [
            post("/v1/parcels", body, token=family.token, key=secrets.token_hex(12))
            for family, body in itertools.islice(ours, count)
        ]

    def rivals(count: int) -> list[bytes]:
        return [_believed(post("/parcels", body), family) for family, body in itertools.islice(theirs, count)]

    cases: list[tuple[str, Callable[[int], list[bytes]], Callable[[int], list[bytes]], int]] = [
        ("POST /v1/parcels", mine, rivals, bookings),
        (
            "GET /v1/parcels/{number}",
            lambda _: [get(f"/v1/parcels/{number}", token=family.token) for family, number in shown],
            lambda _: [_believed(get(f"/parcels/{number}"), family) for family, number in shown],
            1,
        ),
    ]
    with tempfile.TemporaryDirectory() as name, serving(address, _ANY_KEY, Path(name)) as ports:
        for label, own, rival, number in cases:
            row = compare(Path(name), ports, label, own, rival, rounds=rounds, seconds=seconds, count=number)
            print_row(row, wanted=WANTED[label])


def _bookings(desk: Desk, families: list[Family]) -> Iterator[tuple[Family, bytes]]:
    """Yield a booking of each family in turn, over the slots of the day, until all have used up their places."""
    for number, family in enumerate(itertools.chain.from_iterable(itertools.repeat(families, MOST_OPEN))):
        yield family, msgspec.json.encode(desk.request(starts=_SLOTS[number % len(_SLOTS)]))


def _believed(request: bytes, family: Family) -> bytes:
    return request.replace(b"Host: bench\r\n", f"Host: bench\r\nX-Account: {family.account_id}\r\n".encode(), 1)


async def _prepare(address: str, *, families: int) -> tuple[Desk, list[Family], list[tuple[Family, str]]]:
    context = await open_database(address, model_modules=MODEL_MODULES, pool=4)
    try:
        now = datetime.now(UTC)
        tariff = await make_tariff()
        station = await make_station(hours=EVERY_DAY, slot_capacity=30_000)
        people = [Family(*await add_account(f"family-{number}", now)) for number in range(families)]
        for family in people:
            await give_consent(family.account_id, purpose=Purpose.PARCELS)
        shown = [
            (
                family,
                (
                    await make_parcel(
                        account_id=family.account_id, station=station, tariff=tariff, state=ParcelState.IN_TRANSIT
                    )
                ).number,
            )
            for family in people[:SHOWN]
        ]
        await execute("ANALYZE")
    finally:
        await close_database(context)
    return Desk(station, beijing_day(now) + timedelta(days=2)), people, shown
