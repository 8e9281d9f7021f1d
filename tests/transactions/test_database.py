"""数据库地址测试 — addresses, connections and what an operator reads when they are wrong."""

import asyncio
import socket
import sqlite3
from pathlib import Path

import pytest
from tortoise.exceptions import DBConnectionError, OperationalError

from config.database import (
    DatabaseUnreachable,
    InvalidDatabaseAddress,
    PostgresAddress,
    SqliteAddress,
    close_database,
    database_config,
    open_database,
    parse_address,
)
from config.sqlite_engine import DatabaseBusy
from models.transactions import execute, fetch_row, is_postgres, savepoint, transaction
from tests import databases
from tests.transactions.records import CREATE, Entry

MODELS = ["tests.transactions.records"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_password_may_be_percent_encoded(scheme: str) -> None:
    parsed = parse_address(f"{scheme}://you%40b:p%40s%2Fs%3A%25@db.example:5433/you%62ing?sslmode=require")

    assert parsed == PostgresAddress("db.example", 5433, "youbing", "you@b", "p@s/s:%", "require")
    assert "p@s" not in repr(parsed)
    assert parsed.credentials()["ssl"] == "require"


def test_a_socket_directory_and_the_usual_port_are_understood() -> None:
    assert parse_address("postgres:///youbing?host=/run/postgresql") == PostgresAddress(
        "/run/postgresql", 5432, "youbing", None, None
    )


@pytest.mark.parametrize("path", ["var/youbing.sqlite3", "/srv/邮兵 100%/youbing.sqlite3"])
def test_a_sqlite_path_is_taken_as_written(path: str) -> None:
    assert parse_address(f"sqlite://{path}") == SqliteAddress(Path(path))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "youbing.sqlite3",
        "mysql://user:secret@host/name",
        "sqlite://",
        "sqlite://:memory:",
        "postgres://user:secret@host",
        "postgres://user:secret@host:port/name",
        "postgres://user:sec/ret@host:1/name",
        "postgres://user:[secret@host/name",
        "postgres://user:secret@host/name?sslmode=secret",
        "postgres://user:secret@host/name?pool=5",
        "postgres://user:secret@host/name?sslmode",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InvalidDatabaseAddress) as fault:
        parse_address(address)

    assert "secret" not in str(fault.value)
    assert fault.value.__cause__ is None


def test_the_pool_is_as_large_as_the_settings_say() -> None:
    config = database_config("postgres://user:secret@host/name", model_modules=MODELS, pool=7)

    assert config["connections"]["default"]["credentials"]["maxsize"] == 7
    assert config["use_tz"] is True


async def test_an_unreachable_server_is_named_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{closed.getsockname()[1]}/youbing"

        with pytest.raises(DatabaseUnreachable, match=place) as fault:
            await open_database(f"postgres://user:secret@{place}", model_modules=MODELS, pool=1)

    assert "secret" not in str(fault.value)


async def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="nowhere"):
        await open_database(f"sqlite://{tmp_path / 'nowhere' / 'x.sqlite3'}", model_modules=MODELS, pool=1)


async def test_a_database_can_be_opened_again_after_it_was_closed(database_address: str) -> None:
    for _ in range(2):
        context = await open_database(database_address, model_modules=MODELS, pool=1)
        assert is_postgres() is database_address.startswith("postgres")
        await close_database(context)
        await close_database(context)


async def test_sqlite_and_postgres_take_turns_in_one_process(sqlite_address: str, postgres_address: str) -> None:
    for address in (sqlite_address, postgres_address):
        context = await open_database(address, model_modules=MODELS, pool=1)
        await execute(CREATE)
        entry = await Entry.create(id="00000000-0000-0000-0000-000000000001", name="甲", amount=1)
        assert (await Entry.get(id=entry.id)).name == "甲"
        await close_database(context)


async def test_sqlite_checks_foreign_keys_and_keeps_a_write_ahead_log(sqlite_address: str) -> None:
    context = await open_database(sqlite_address, model_modules=MODELS, pool=1)

    found = {name: await fetch_row(f"PRAGMA {name}") for name in ("foreign_keys", "journal_mode", "synchronous")}

    assert [tuple(row.values()) for row in found.values() if row] == [(1,), ("wal",), (1,)]
    await close_database(context)


async def test_a_lock_held_elsewhere_for_too_long_is_named_and_leaves_nothing_locked(sqlite_address: str) -> None:
    context = await open_database(sqlite_address, model_modules=MODELS, pool=1)
    await execute("PRAGMA busy_timeout=20")
    await execute("CREATE TABLE entries (name TEXT)")
    other = sqlite3.connect(sqlite_address.removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseBusy):
        async with transaction():
            await execute("INSERT INTO entries VALUES ('甲')")
    with pytest.raises(DatabaseBusy):
        await execute("INSERT INTO entries VALUES ('甲')")
    other.execute("ROLLBACK")
    other.close()

    async with transaction():
        assert await execute("INSERT INTO entries VALUES ('乙')") == 1
    await close_database(context)


async def test_postgres_ends_statements_that_run_too_long(postgres_address: str) -> None:
    context = await open_database(postgres_address, model_modules=MODELS, pool=1)

    names = ("statement_timeout", "idle_in_transaction_session_timeout", "jit")
    limits = [await fetch_row(f"SHOW {name}") for name in names]
    assert [tuple(row.values()) for row in limits if row] == [("30s",), ("1min",), ("off",)]
    async with transaction():
        await execute("SET LOCAL statement_timeout = '20ms'")
        with pytest.raises(OperationalError):
            async with savepoint():
                await fetch_row("SELECT pg_sleep(5)")
    await close_database(context)


async def test_a_connection_that_the_server_ended_is_replaced(postgres_address: str) -> None:
    context = await open_database(postgres_address, model_modules=MODELS, pool=1)

    with pytest.raises(DBConnectionError):
        await fetch_row("SELECT pg_terminate_backend(pg_backend_pid())")

    async with asyncio.timeout(5):
        row = await fetch_row("SELECT 1 AS one")
    assert row is not None
    assert row["one"] == 1
    await close_database(context)


def test_without_postgres_a_test_is_skipped_at_home_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception), databases.postgres_or_skip():
        raise databases.NoPostgres("没有 PostgreSQL")

    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="没有 PostgreSQL"), databases.postgres_or_skip():
        raise databases.NoPostgres("没有 PostgreSQL")
