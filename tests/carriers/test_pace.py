"""查询节奏 — in any sixty seconds no more than the limit, counted by all processes together."""

import random
from datetime import UTC, datetime, timedelta

from server.carriers.pace import Pace
from server.state.memory import MemoryState

START = datetime(2026, 11, 5, tzinfo=UTC)


async def test_no_sixty_seconds_hold_more_than_the_limit() -> None:
    paces = [Pace("a", state := MemoryState(), 7), Pace("a", state, 7)]
    dice = random.Random(4)
    at, taken = START, list[datetime]()

    for _ in range(2_000):
        at += timedelta(seconds=dice.choice((0, 0, 0.4, 1, 9, 31)))
        if await dice.choice(paces).take(at=at):
            taken.append(at)

    assert max(sum(first <= other < first + timedelta(minutes=1) for other in taken) for first in taken) == 7


async def test_a_question_given_back_may_be_asked_by_another() -> None:
    pace = Pace("a", MemoryState(), 1)

    assert await pace.take(at=START)
    assert not await pace.take(at=START)
    await pace.give_back(at=START)
    assert await pace.take(at=START)
