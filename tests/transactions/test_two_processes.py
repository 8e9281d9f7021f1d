"""两个进程测试 — writers in two processes share one SQLite file, and one database of PostgreSQL."""

import asyncio
import sys
from pathlib import Path

import pytest

from models.transactions import execute, fetch_row, transaction

WRITER = """
import asyncio, sys
from uuid import uuid4
from config.database import close_database, open_database
from models.transactions import execute, fetch_row, transaction

async def write(name):
    async with transaction():
        await fetch_row("SELECT count(*) FROM entries")
        await execute("INSERT INTO entries (id, name, amount) VALUES ($1, $2, 1)", uuid4(), name)
        await execute("UPDATE entries SET amount = amount + 1 WHERE name = '总数'")

async def main(address, process):
    context = await open_database(address, model_modules=["tests.transactions.records"], pool=5)
    await asyncio.gather(*(write(f"{process}-{number}") for number in range(150)))
    await close_database(context)

asyncio.run(main(*sys.argv[1:]))
"""

FORGETFUL = """
import asyncio, sys
from config.database import open_database
from models.transactions import fetch_row

async def main(address):
    await open_database(address, model_modules=["tests.transactions.records"], pool=5)
    await fetch_row("SELECT 1 AS one")
    print("ready", flush=True)
    if sys.argv[2] == "wait":
        await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""

ROOT = Path(__file__).parents[2]


async def start(program: str, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *arguments, cwd=ROOT, stdout=pipe, stderr=pipe
    )


async def test_two_processes_write_at_once_and_nothing_is_locked_or_lost(entries: str) -> None:
    await fetch_row("INSERT INTO entries (id, name, amount) VALUES ('00000000-0000-0000-0000-000000000000', '总数', 0)")

    writers = [await start(WRITER, entries, name) for name in ("甲", "乙")]
    outputs = await asyncio.gather(*(writer.communicate() for writer in writers))

    assert [(writer.returncode, errors) for writer, (_, errors) in zip(writers, outputs, strict=True)] == [(0, b"")] * 2
    row = await fetch_row("SELECT count(*) AS rows, sum(amount) AS total FROM entries WHERE name <> '总数'")
    assert row is not None
    assert (row["rows"], row["total"]) == (300, 300)
    counted = await fetch_row("SELECT amount FROM entries WHERE name = '总数'")
    assert counted is not None
    assert counted["amount"] == 300


async def test_a_process_that_forgets_to_close_ends_all_the_same(entries: str) -> None:
    forgetful = await start(FORGETFUL, entries, "leave")

    async with asyncio.timeout(15):
        output, _ = await forgetful.communicate()

    assert (output, forgetful.returncode) == (b"ready\n", 0)


async def test_a_process_with_an_open_database_obeys_sigterm(entries: str) -> None:
    waiting = await start(FORGETFUL, entries, "wait")
    assert waiting.stdout is not None
    async with asyncio.timeout(15):
        assert await waiting.stdout.readline() == b"ready\n"

        waiting.terminate()
        await waiting.communicate()

    assert waiting.returncode == -15


@pytest.mark.usefixtures("entries")
async def test_a_conditional_update_keeps_a_limit_exact_among_tasks() -> None:
    await execute("INSERT INTO entries (id, name, amount) VALUES ('00000000-0000-0000-0000-000000000000', '余量', 20)")

    async def take() -> int:
        async with transaction():
            return await execute("UPDATE entries SET amount = amount - 1 WHERE name = '余量' AND amount > 0")

    taken = await asyncio.gather(*(take() for _ in range(50)))

    assert sum(taken) == 20
