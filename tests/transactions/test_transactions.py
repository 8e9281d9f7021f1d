"""事务测试 — what is stored, what is not, and what runs afterwards."""
# ruff: noqa: PT012 - what a transaction does before its exception is what these tests are about

import asyncio
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import IntegrityError

from models.errors import Conflict
from models.transactions import (
    TransactionAbandoned,
    after_commit,
    after_rollback,
    execute,
    fetch_rows,
    savepoint,
    transaction,
)
from tests.transactions.records import Entry

pytestmark = pytest.mark.usefixtures("entries")


async def add(name: str, amount: int = 1) -> None:
    await execute("INSERT INTO entries (id, name, amount) VALUES ($1, $2, $3)", uuid4(), name, amount)


async def names() -> list[str]:
    return [row["name"] for row in await fetch_rows("SELECT name FROM entries ORDER BY name")]


async def test_a_transaction_that_ends_well_is_stored() -> None:
    async with transaction():
        await add("甲")
        await Entry.create(id=uuid4(), name="乙", amount=2)

    assert set(await names()) == {"甲", "乙"}


async def test_an_exception_rolls_back_raw_statements_and_models_alike() -> None:
    with pytest.raises(Conflict):
        async with transaction():
            await add("甲")
            await Entry.create(id=uuid4(), name="乙", amount=2)
            raise Conflict

    assert await names() == []


async def test_an_inner_transaction_joins_the_outer_one() -> None:
    with pytest.raises(Conflict):
        async with transaction():
            async with transaction():
                await add("甲")
            raise Conflict

    assert await names() == []


async def test_a_swallowed_failure_of_a_joined_operation_stores_nothing() -> None:
    with pytest.raises(TransactionAbandoned):
        async with transaction():
            try:
                async with transaction():
                    await add("甲")
                    raise Conflict
            except Conflict:
                await add("乙")

    assert await names() == []


async def test_a_savepoint_takes_a_failed_insert_back_and_leaves_the_rest_good() -> None:
    await add("甲")

    async with transaction():
        await add("乙")
        with pytest.raises(IntegrityError):
            async with savepoint():
                await add("丙")
                await add("甲")
        await add("丁")

    assert set(await names()) == {"甲", "乙", "丁"}


async def test_an_operation_that_fails_inside_a_savepoint_does_not_doom_the_transaction() -> None:
    async with transaction():
        with pytest.raises(Conflict):
            async with savepoint(), transaction():
                await add("甲")
                raise Conflict
        await add("乙")

    assert await names() == ["乙"]


async def test_a_refusal_leaves_its_record() -> None:
    async def record() -> None:
        await add("拒绝")

    with pytest.raises(Conflict):
        async with transaction():
            await add("甲")
            after_rollback(record)
            raise Conflict

    assert await names() == ["拒绝"]


async def test_a_refusal_caught_at_a_savepoint_leaves_its_record_too() -> None:
    async def record() -> None:
        await add("拒绝")

    async with transaction():
        with pytest.raises(Conflict):
            async with savepoint():
                after_rollback(record)
                raise Conflict
        await add("甲")

    assert set(await names()) == {"拒绝", "甲"}


async def test_a_stored_transaction_runs_nothing_meant_for_a_rollback() -> None:
    async def record() -> None:
        await add("拒绝")

    async with transaction():
        after_rollback(record)
        await add("甲")

    assert await names() == ["甲"]


async def test_a_record_that_fails_never_hides_the_refusal() -> None:
    async def fail() -> None:
        await add("半")
        raise RuntimeError

    async def record() -> None:
        await add("拒绝")

    with capture_logs() as logs, pytest.raises(Conflict):
        async with transaction():
            after_rollback(fail)
            after_rollback(record)
            raise Conflict

    assert await names() == ["拒绝"]
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("transactions.after_rollback_failed", "error")]


async def test_what_follows_a_commit_sees_it_and_runs_in_order() -> None:
    seen: list[object] = []

    async def read() -> None:
        seen.append(await names())

    async with transaction():
        async with transaction():
            after_commit(read)
            after_commit(lambda: seen.append("之后"))
        await add("甲")
        assert seen == []

    assert seen == [["甲"], "之后"]


async def test_a_rolled_back_transaction_or_savepoint_announces_nothing() -> None:
    seen: list[str] = []

    with pytest.raises(Conflict):
        async with transaction():
            after_commit(lambda: seen.append("整体"))
            raise Conflict
    async with transaction():
        with pytest.raises(Conflict):
            async with savepoint():
                after_commit(lambda: seen.append("部分"))
                raise Conflict

    assert seen == []


async def test_a_failing_announcement_is_logged_and_the_deed_stays() -> None:
    def fail() -> None:
        raise RuntimeError

    with capture_logs() as logs:
        async with transaction():
            await add("甲")
            after_commit(fail)

    assert await names() == ["甲"]
    assert [entry["event"] for entry in logs] == ["transactions.after_commit_failed"]


async def test_outside_a_transaction_nothing_can_follow_its_end() -> None:
    async def record() -> None: ...

    with pytest.raises(RuntimeError):
        after_commit(lambda: None)
    with pytest.raises(RuntimeError):
        after_rollback(record)
    with pytest.raises(RuntimeError):
        async with savepoint():
            pass


async def test_a_task_that_outlives_its_transaction_is_told_so() -> None:
    may_write = asyncio.Event()

    async def late() -> None:
        await may_write.wait()
        await add("迟")

    async with transaction():
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    may_write.set()

    with pytest.raises(TransactionAbandoned):
        await task
    assert await names() == []


async def test_a_cancelled_transaction_stores_nothing_and_blocks_nobody() -> None:
    started = asyncio.Event()

    async def hang() -> None:
        async with transaction():
            await add("甲")
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(5), transaction():
        await add("乙")
    assert await names() == ["乙"]


async def test_transactions_cancelled_at_any_moment_leak_no_connection() -> None:
    async def write(number: int) -> None:
        async with transaction():
            await add(f"{number}")

    for steps in range(60):
        task = asyncio.create_task(write(steps))
        for _ in range(steps % 20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    async with asyncio.timeout(5):
        await asyncio.gather(*(write(1000 + number) for number in range(20)))
    assert len([name for name in await names() if int(name) >= 1000]) == 20
