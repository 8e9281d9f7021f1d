"""运行与看护"""

import asyncio
import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from config.database import PostgresAddress, parse_address
from server.run.supervisor import FALSE_STARTS_BEFORE_GIVING_UP, Child, Supervisor, bind
from tests.run.installation import Installation, processes, running, until


@contextmanager
def write_lock(directory: Path) -> Iterator[None]:
    """Keep every writer of a SQLite installation waiting, as a slow disk or another tool would."""
    connection = sqlite3.connect(directory / "youbing.sqlite3", isolation_level=None, timeout=10)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def count_rows(directory: Path, table: str) -> int:
    connection = sqlite3.connect(directory / "youbing.sqlite3")
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


async def stops_listening(installation: Installation) -> None:
    port = int(installation.base.rsplit(":", 1)[1])

    def is_refused() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    await until(is_refused)


async def test_a_first_start_needs_nothing_and_seeds_once(tmp_path: Path) -> None:
    async with running(tmp_path, "--no-outbox") as first, aiohttp.ClientSession() as http:
        answer = await first.login(http, "demo-clerk")
        async with http.get(first.base + "/readyz") as ready:
            assert ready.status == 200
        assert answer.status == 201
        assert (await answer.json())["account"]["merchant_name"].startswith("示例")
        assert "demo-admin" in first.greeting
        assert "/docs" in first.greeting
        assert "SQLite" in first.greeting
        assert "示例丙" in first.greeting
        assert "/sandbox/phone" in first.greeting
        async with http.get(first.base + "/sandbox/phone/people") as people:
            assert people.status == 200, "the fake WeChat runs and the web process knows where"
        assert await first.stop() == 0
    perks = count_rows(tmp_path, "perks")

    async with running(tmp_path, "--no-outbox") as second:
        await second.stop()

    assert count_rows(tmp_path, "perks") == perks > 0


async def test_it_runs_on_an_empty_postgres_and_never_prints_its_password(
    tmp_path: Path, empty_postgres_address: str
) -> None:
    parsed = parse_address(empty_postgres_address)
    assert isinstance(parsed, PostgresAddress)
    address = f"postgres://{parsed.user}:p4ssw0rd@/{parsed.database}?host={parsed.host}"
    if parsed.password:
        address = empty_postgres_address

    async with running(tmp_path, "--workers", "2", DATABASE_URL=address) as installation:
        async with aiohttp.ClientSession() as http:
            answer = await installation.login(http)
        assert answer.status == 201
        assert "PostgreSQL" in installation.greeting
        assert "p4ssw0rd" not in installation.greeting + (tmp_path / "log").read_text()
        connection = await asyncpg.connect(**parsed.credentials())
        seals = 0
        async with asyncio.timeout(15):
            while not seals:
                seals = await connection.fetchval("SELECT count(*) FROM audit_seals")
                await asyncio.sleep(0.1)
        await connection.close()
        assert await installation.stop() == 0


async def test_a_killed_child_is_back_within_five_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, "--workers", "2") as installation:
        await until(lambda: len(installation.child_pids()) == 3)
        await until(lambda: (tmp_path / "log").read_text().count("_ready") == 3)
        for victim in (next(iter(installation.web_pids())), *(installation.child_pids() - installation.web_pids())):
            others = installation.child_pids() - {victim}
            ready = (tmp_path / "log").read_text().count("_ready")

            os.kill(victim, signal.SIGKILL)

            await until(lambda before=ready: (tmp_path / "log").read_text().count("_ready") > before, seconds=5)
            assert others < installation.child_pids()
        async with aiohttp.ClientSession() as http:
            assert (await installation.login(http)).status == 201
        assert await installation.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_flight_gets_its_answer_before_the_end(tmp_path: Path, number: signal.Signals) -> None:
    async with running(tmp_path, "--no-outbox") as installation, aiohttp.ClientSession() as http:
        with write_lock(tmp_path):
            request = asyncio.create_task(installation.login(http))
            done, _ = await asyncio.wait({request}, timeout=0.5)
            assert not done

            installation.process.send_signal(number)
            await has_heard(installation)

        assert (await request).status == 201
        assert await installation.ended() == 0


async def has_heard(installation: Installation) -> None:
    """Wait until the web process knows that it is to stop."""
    await until(lambda: "run.web_stopping" in (installation.directory / "log").read_text())


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, "--no-outbox") as installation, aiohttp.ClientSession() as http:
        with write_lock(tmp_path):
            request = asyncio.create_task(installation.login(http))
            await asyncio.wait({request}, timeout=0.5)
            installation.process.send_signal(signal.SIGTERM)
            await has_heard(installation)

            async with asyncio.timeout(3):
                code = await installation.stop()

            with suppress(aiohttp.ClientError):
                await request
        assert code == 1


async def test_the_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    async with running(tmp_path, "--workers", "2") as installation:
        children = installation.child_pids()
        assert len(children) == 3

        installation.process.kill()

        await until(lambda: not children & {each.pid for each in processes()}, seconds=8)
        await stops_listening(installation)


async def test_two_starts_at_once_on_one_directory_migrate_and_seed_once(tmp_path: Path) -> None:
    async def start() -> int:
        async with running(tmp_path, "--no-outbox") as installation:
            return await installation.stop()

    codes = await asyncio.gather(start(), start())

    assert codes == [0, 0]
    assert count_rows(tmp_path, "towns") == 13
    assert count_rows(tmp_path, "pass_keys") == 1
    assert count_rows(tmp_path, "card_holders") == 6


async def test_it_gives_up_when_no_web_process_can_start(capfd: pytest.CaptureFixture[str]) -> None:
    with bind("127.0.0.1", 0) as listener:
        broken = Child("web-1", ("no-such-command",), is_web=True)
        supervisor = Supervisor([broken], listener=listener, grace_seconds=1)

        code = await supervisor.run(lambda: None)

    assert code == 1
    assert broken.false_starts == FALSE_STARTS_BEFORE_GIVING_UP
    assert "服务无法启动" in capfd.readouterr().err


def test_a_child_that_keeps_dying_is_started_after_growing_pauses() -> None:
    child = Child("web-1", (), is_web=True)

    pauses = []
    for lives in (0, 1, 2, 3, 9):
        child.short_lives = lives
        pauses.append(child.pause_seconds())

    assert pauses == [0.0, 0.1, 0.2, 0.4, 2.0]
