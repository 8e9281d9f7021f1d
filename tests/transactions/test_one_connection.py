"""一条连接 — a short block whose queries and transactions share one connection."""

# ruff: noqa: PT012 - what is raised is raised inside the transaction under test

import asyncio

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError

from config.database import close_database, open_database
from models import MODEL_MODULES
from models.transactions import after_rollback, execute, fetch_row, one_connection, savepoint, transaction

PUT = "INSERT INTO shared_state (key, value, expires_at) VALUES ($1, $2, 0)"


async def stored() -> int:
    row = await fetch_row("SELECT count(*) AS n FROM shared_state")
    assert row is not None
    return int(row["n"])


async def test_a_transaction_inside_commits_and_rolls_back_as_a_whole(database: TortoiseContext) -> None:
    async with one_connection():
        async with transaction():
            await execute(PUT, "kept", "1")
        with pytest.raises(ValueError, match="no"):
            async with transaction():
                await execute(PUT, "lost", "1")
                raise ValueError("no")

        assert await stored() == 1


async def test_a_savepoint_and_an_after_rollback_work_inside(database: TortoiseContext) -> None:
    async def note() -> None:
        await execute(PUT, "note", "1")

    async with one_connection():
        with pytest.raises(ValueError, match="no"):
            async with transaction():
                await execute(PUT, "lost", "1")
                with pytest.raises(IntegrityError):
                    async with savepoint():
                        await execute(PUT, "lost", "2")
                after_rollback(note)
                raise ValueError("no")
        row = await fetch_row("SELECT key FROM shared_state")

    assert row is not None
    assert row["key"] == "note"


async def test_a_pool_of_one_serves_many_blocks_with_transactions_without_a_standstill(
    database_address: str,
) -> None:
    context = await open_database(database_address, model_modules=MODEL_MODULES, pool=1)

    async def work(number: int) -> None:
        async with one_connection():
            await stored()
            async with transaction():
                await execute(PUT, f"key-{number}", "1")

    try:
        async with asyncio.timeout(20):
            await asyncio.gather(*(work(number) for number in range(20)))
        assert await stored() == 20
    finally:
        await close_database(context)


async def test_what_is_inside_is_not_seen_outside_before_it_commits(postgres_address: str) -> None:
    context = await open_database(postgres_address, model_modules=MODEL_MODULES, pool=2)
    try:
        async with one_connection(), transaction():
            await execute(PUT, "key", "1")
            other = await asyncpg.connect(postgres_address)
            seen = await other.fetchval("SELECT count(*) FROM shared_state")
            await other.close()

            assert seen == 0
    finally:
        await close_database(context)
