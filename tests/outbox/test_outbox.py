"""发件箱"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.outbox import OutboxMessage, OutboxState
from models.transactions import transaction
from server.outbox.periodic import do_if_due
from server.outbox.service import enqueue
from server.outbox.tasks import LEASE_SECONDS, Periodic, Task
from server.outbox.worker import claim, do_due, finish, keep_doing, pause_after, postpone
from server.state.database import DatabaseState

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


class Recorder:
    """A task that writes down what it was asked to do, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.done: list[dict[str, Any]] = []
        self.failures = failures

    async def __call__(self, payload: dict[str, Any]) -> None:
        self.done.append(payload)
        if len(self.done) <= self.failures:
            raise ValueError("张三 180****1999")


async def test_a_message_is_done_once_and_then_gone() -> None:
    await enqueue("greet", {"id": 7}, run_at=NOW)
    recorder = Recorder()

    first = await do_due({"greet": Task(recorder)}, at=NOW)
    second = await do_due({"greet": Task(recorder)}, at=NOW)

    assert (first, second) == (1, 0)
    assert recorder.done == [{"id": 7}]
    assert await OutboxMessage.all().count() == 0


async def test_a_message_of_a_deed_that_was_rolled_back_does_not_exist() -> None:
    async def refused_deed() -> None:
        async with transaction():
            await enqueue("greet", {}, run_at=NOW)
            raise RuntimeError("refused")

    with pytest.raises(RuntimeError, match="refused"):
        await refused_deed()

    assert await claim(at=NOW) == []


async def test_a_message_is_not_done_before_its_time() -> None:
    await enqueue("greet", {}, run_at=NOW + timedelta(minutes=1))

    early = await claim(at=NOW)
    later = await claim(at=NOW + timedelta(minutes=1))

    assert (len(early), len(later)) == (0, 1)


async def test_a_claimed_message_is_nobody_elses_until_its_lease_is_over() -> None:
    await enqueue("greet", {}, run_at=NOW)
    crashed = await claim(at=NOW)

    within = await claim(at=NOW + timedelta(seconds=LEASE_SECONDS - 1))
    after = await claim(at=NOW + timedelta(seconds=LEASE_SECONDS))

    assert (len(crashed), len(within), len(after)) == (1, 0, 1)
    assert (crashed[0].id, crashed[0].attempts, after[0].attempts) == (after[0].id, 1, 2)


async def test_a_worker_that_lost_its_lease_cannot_remove_the_message_of_the_next_one() -> None:
    await enqueue("greet", {}, run_at=NOW)
    slow = await claim(at=NOW)
    await claim(at=NOW + timedelta(seconds=LEASE_SECONDS))

    await finish(slow[0])
    await postpone(slow[0], fault="late", at=NOW, max_attempts=1)

    message = await OutboxMessage.get()
    assert (message.attempts, message.state, message.last_fault) == (2, OutboxState.WAITING, "")


async def test_several_workers_never_claim_one_message_twice() -> None:
    for number in range(40):
        await enqueue("greet", {"number": number}, run_at=NOW)

    batches = await asyncio.gather(*(claim(at=NOW) for _ in range(8)))

    claimed = [message.id for batch in batches for message in batch]
    assert len(claimed) == len(set(claimed)) == 40
    assert max(len(batch) for batch in batches) <= 10


async def test_a_failed_message_is_tried_again_after_a_pause_that_grows() -> None:
    await enqueue("greet", {}, run_at=NOW)
    recorder = Recorder(failures=1)

    await do_due({"greet": Task(recorder)}, at=NOW)

    message = await OutboxMessage.get()
    assert message.state == OutboxState.WAITING
    assert message.locked_until is None
    assert "ValueError" in message.last_fault
    assert "张三" not in message.last_fault
    assert await do_due({"greet": Task(recorder)}, at=message.run_at) == 1
    assert await OutboxMessage.all().count() == 0


def test_the_pause_doubles_to_an_hour_and_is_never_in_step() -> None:
    first, tenth, twentieth = ([pause_after(n).total_seconds() for _ in range(50)] for n in (1, 8, 20))

    assert all(3.75 <= seconds <= 6.25 for seconds in first)
    assert all(480 <= seconds <= 800 for seconds in tenth)
    assert all(2700 <= seconds <= 4500 for seconds in twentieth)
    assert len(set(first)) > 1


async def test_a_message_that_never_succeeds_is_kept_as_dead() -> None:
    await enqueue("greet", {}, run_at=NOW)
    task = Task(Recorder(failures=99), max_attempts=2)
    await do_due({"greet": task}, at=NOW)
    again_at = (await OutboxMessage.get()).run_at

    await do_due({"greet": task}, at=again_at)

    message = await OutboxMessage.get()
    assert (message.state, message.attempts) == (OutboxState.DEAD, 2)
    assert await claim(at=again_at + timedelta(days=9)) == []


async def test_a_message_that_ends_its_worker_every_time_is_buried_without_another_try() -> None:
    await enqueue("crash", {}, run_at=NOW)
    recorder = Recorder()
    for attempt in range(2):
        await claim(at=NOW + timedelta(seconds=LEASE_SECONDS * attempt))

    await do_due({"crash": Task(recorder, max_attempts=2)}, at=NOW + timedelta(seconds=LEASE_SECONDS * 2))

    assert recorder.done == []
    assert (await OutboxMessage.get()).state == OutboxState.DEAD


async def test_a_message_of_an_unknown_kind_waits_for_a_worker_that_knows_it() -> None:
    await enqueue("tomorrow", {}, run_at=NOW)

    await do_due({}, at=NOW)

    message = await OutboxMessage.get()
    assert (message.state, message.attempts) == (OutboxState.WAITING, 1)


async def test_one_failure_does_not_hold_up_the_others_of_a_batch() -> None:
    await enqueue("fail", {}, run_at=NOW)
    await enqueue("greet", {}, run_at=NOW)
    recorder = Recorder()

    await do_due({"fail": Task(Recorder(failures=9)), "greet": Task(recorder)}, at=NOW)

    assert len(recorder.done) == 1
    assert await OutboxMessage.all().values_list("kind", flat=True) == ["fail"]


async def test_a_worker_told_to_stop_finishes_what_it_has_begun() -> None:
    await enqueue("slow", {})
    stop, begun, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(payload: dict[str, Any]) -> None:
        begun.set()
        await finished.wait()

    running = asyncio.create_task(keep_doing({"slow": Task(slow)}, stop))
    async with asyncio.timeout(10):
        await begun.wait()
        stop.set()
        finished.set()
        await running

    assert await OutboxMessage.all().count() == 0


async def test_periodic_work_is_done_by_one_of_several_workers() -> None:
    calls = []

    async def sweep() -> int:
        calls.append(1)
        return 1

    periodic = Periodic("sweep", 3600, sweep)

    done = await asyncio.gather(*(do_if_due(periodic, DatabaseState()) for _ in range(5)))

    assert sorted(done) == [False, False, False, False, True]
    assert len(calls) == 1
