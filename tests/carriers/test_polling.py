"""轮询 — seldom enough for each number and for all; a carrier that is down is left alone, then caught up with."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tortoise.context import TortoiseContext

from models.parcels import Parcel, ParcelState
from server.carriers.kuaidi100_client import CarrierDown, Question
from server.carriers.polling import EVERY, Poller
from server.state.database import DatabaseState
from server.state.memory import MemoryState
from tests.carriers.recordings import entries, result
from tests.factories.parcels import make_parcel

START = datetime(2026, 11, 5, 0, 0, tzinfo=UTC)
BOOKED_AT = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)


@dataclass
class Platform:
    """Answers with a whole journey, or is down; remembers what it was asked."""

    is_down: bool = False
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> bytes | None:
        self.asked.append(question)
        if self.is_down:
            raise CarrierDown
        return json.dumps(result(entries(), number=question.num, com=question.com)).encode()


def still(at: datetime) -> Callable[[], datetime]:
    """Return a clock that stands at an instant."""
    return lambda: at


async def due_parcels(count: int, **overrides: object) -> list[Parcel]:
    """Make parcels that were handed over and are due."""
    return [
        await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, next_poll_at=START, **overrides)
        for _ in range(count)
    ]


async def test_a_due_parcel_is_asked_for_and_delivered_and_then_left_alone(database: TortoiseContext) -> None:
    (parcel,) = await due_parcels(1)
    platform = Platform()
    poller = Poller(platform.ask, MemoryState(), per_minute=60)

    asked = [await poller.poll_due(now=still(START + minutes * timedelta(minutes=1))) for minutes in range(0, 120, 10)]

    assert asked == [1] + [0] * 11
    assert [(question.com, question.num, question.phone) for question in platform.asked] == [
        ("ems", parcel.tracking_number, "")
    ]
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.DELIVERED


async def test_only_companies_that_want_it_get_the_last_four_digits(database: TortoiseContext) -> None:
    await due_parcels(1, carrier="shunfeng")
    platform = Platform()

    await Poller(platform.ask, MemoryState(), per_minute=60).poll_due(now=still(START))

    assert platform.asked[0].phone == "2888"
    assert "2888" not in repr(platform.asked[0])


async def test_many_at_once_never_ask_twice_for_one_number(database: TortoiseContext) -> None:
    await due_parcels(12)
    platform = Platform()
    poller = Poller(platform.ask, DatabaseState(), per_minute=1_000)

    asked = await asyncio.gather(*(poller.poll_due(now=still(START)) for _ in range(5)))

    assert sum(asked) == 12
    assert len({question.num for question in platform.asked}) == len(platform.asked) == 12


async def test_a_number_that_fails_is_asked_for_ever_more_seldom(database: TortoiseContext) -> None:
    (parcel,) = await due_parcels(1)
    platform = Platform(is_down=True)
    at, pauses = START, []

    for _ in range(4):
        await Poller(platform.ask, MemoryState(), per_minute=60).poll_due(now=still(at))
        due = (await Parcel.get(id=parcel.id)).next_poll_at
        assert due is not None
        pauses.append(due - at)
        at = due

    assert pauses == [EVERY, EVERY * 2, EVERY * 4, EVERY * 8]
