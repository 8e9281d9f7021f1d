"""迁移程序测试 — applied once, all or nothing, and never on top of changed files."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from config.database import DatabaseUnreachable, PostgresAddress, parse_address
from models.migrations.runner import FILES, MigrationDrift, MigrationFailed, MigrationFault, migrate, pending, verify

Write = Callable[..., Path]

PEOPLE = "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL); -- ends; here\n"
PETS = "CREATE TABLE pets (id INT PRIMARY KEY, owner_id INT NOT NULL REFERENCES people (id) ON DELETE RESTRICT);\n"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing was ever applied."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'made' / 'on the way' / 'youbing.sqlite3'}"
    address: str = request.getfixturevalue("empty_postgres_address")
    return address


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the same migration files for both databases and return their directory."""

    def write(**files: str) -> Path:
        for dialect in ("sqlite", "postgres"):
            directory = tmp_path / "files" / dialect
            directory.mkdir(parents=True, exist_ok=True)
            for name, sql in files.items():
                (directory / f"{name.removeprefix('m')}.sql").write_text(sql, encoding="utf-8")
        return tmp_path / "files"

    return write


async def read(address: str, sql: str) -> list[tuple[object, ...]]:
    parsed = parse_address(address)
    if isinstance(parsed, PostgresAddress):
        connection = await asyncpg.connect(**parsed.credentials())
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()
    with closing(sqlite3.connect(parsed.path)) as connection:
        return connection.execute(sql).fetchall()


async def test_pending_files_are_applied_in_order_and_once(empty_address: str, write: Write) -> None:
    files = write(m0002_pets=PETS, m0001_people=PEOPLE)

    assert await pending(empty_address, files=files) == ["0001_people", "0002_pets"]
    assert await migrate(empty_address, files=files) == ["0001_people", "0002_pets"]
    assert await migrate(empty_address, files=files) == []
    assert await pending(empty_address, files=files) == []
    await verify(empty_address, files=files)


async def test_an_unmigrated_database_is_not_verified(empty_address: str, write: Write) -> None:
    with pytest.raises(MigrationFault, match="0001_people"):
        await verify(empty_address, files=write(m0001_people=PEOPLE))


async def test_a_failing_file_leaves_the_database_as_before(empty_address: str, write: Write) -> None:
    files = write(m0001_people=PEOPLE, m0002_pets=PETS + "CREATE TABLE people (id INT);")

    with pytest.raises(MigrationFailed, match="0002_pets"):
        await migrate(empty_address, files=files)

    assert await pending(empty_address, files=files) == ["0001_people", "0002_pets"]
    assert await migrate(empty_address, files=write(m0002_pets=PETS)) == ["0001_people", "0002_pets"]


async def test_a_file_changed_after_it_was_applied_is_found(empty_address: str, write: Write) -> None:
    files = write(m0001_people=PEOPLE)
    await migrate(empty_address, files=files)
    write(m0001_people=PEOPLE + "-- 改动\n")

    for operation in (migrate, pending, verify):
        with pytest.raises(MigrationDrift, match="0001_people"):
            await operation(empty_address, files=files)


async def test_a_database_newer_than_the_program_is_found(empty_address: str, write: Write) -> None:
    files = write(m0001_people=PEOPLE, m0002_pets=PETS)
    await migrate(empty_address, files=files)
    for dialect in ("sqlite", "postgres"):
        (files / dialect / "0002_pets.sql").unlink()

    with pytest.raises(MigrationDrift, match="0002_pets"):
        await migrate(empty_address, files=files)


@pytest.mark.parametrize("ending", ["COMMIT;", "delete from people;\ncommit work;", "BEGIN;", "ROLLBACK ;"])
async def test_a_file_cannot_end_the_transaction(empty_address: str, write: Write, ending: str) -> None:
    files = write(m0001_people=PEOPLE + ending)

    with pytest.raises(MigrationFailed, match="0001_people"):
        await migrate(empty_address, files=files)

    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError, sqlite3.DatabaseError)):
        await read(empty_address, "SELECT * FROM people")


@pytest.mark.parametrize("names", [["m1_people"], ["m0001_People"], ["m0001_people", "m0001_pets"]])
async def test_names_without_a_clear_order_are_refused(empty_address: str, write: Write, names: list[str]) -> None:
    files = write(**dict.fromkeys(names, PEOPLE))

    with pytest.raises(MigrationFault):
        await migrate(empty_address, files=files)


async def test_three_runners_at_once_apply_everything_once(empty_address: str, write: Write) -> None:
    files = write(m0001_people=PEOPLE, m0002_pets=PETS, m0003_row="INSERT INTO people VALUES (1, '张三');")
    program = (
        "import asyncio, pathlib, sys; from models.migrations.runner import migrate; "
        "print(len(asyncio.run(migrate(sys.argv[1], files=pathlib.Path(sys.argv[2])))))"
    )
    command = [sys.executable, "-c", program, empty_address, str(files)]

    pipe, root = asyncio.subprocess.PIPE, FILES.parents[1]
    runners = [await asyncio.create_subprocess_exec(*command, cwd=root, stdout=pipe) for _ in range(3)]
    async with asyncio.timeout(30):
        applied = await asyncio.gather(*(runner.communicate() for runner in runners))

    assert sorted(output.strip() for output, _ in applied) == [b"0", b"0", b"3"]
    assert await read(empty_address, "SELECT name FROM people") == [("张三",)]


async def test_the_children_of_a_rebuilt_parent_survive(tmp_path: Path, write: Write) -> None:
    address = f"sqlite://{tmp_path / 'youbing.sqlite3'}"
    rows = "INSERT INTO people VALUES (1, '张三'); INSERT INTO pets VALUES (7, 1);"
    await migrate(address, files=write(m0001_people=PEOPLE, m0002_pets=PETS, m0003_rows=rows))
    rebuild = """
        CREATE TABLE people_new (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, town TEXT);
        INSERT INTO people_new SELECT id, name, NULL FROM people;
        DROP TABLE people;
        ALTER TABLE people_new RENAME TO people;
    """

    await migrate(address, files=write(m0004_rebuild=rebuild))

    pairs = await read(address, "SELECT pets.id, people.name FROM pets JOIN people ON people.id = owner_id")
    assert pairs == [(7, "张三")]
    assert {row[2] for row in await read(address, "PRAGMA foreign_key_list(pets)")} == {"people"}


async def test_a_file_that_orphans_rows_is_rolled_back(tmp_path: Path, write: Write) -> None:
    address = f"sqlite://{tmp_path / 'youbing.sqlite3'}"
    rows = "INSERT INTO people VALUES (1, '张三'); INSERT INTO pets VALUES (7, 1);"
    await migrate(address, files=write(m0001_people=PEOPLE, m0002_pets=PETS, m0003_rows=rows))

    with pytest.raises(MigrationFailed, match="pets"):
        await migrate(address, files=write(m0004_orphan="DELETE FROM people;"))

    assert await read(address, "SELECT count(*) FROM people") == [(1,)]


async def test_a_trigger_and_a_quoted_semicolon_stay_whole(tmp_path: Path, write: Write) -> None:
    address = f"sqlite://{tmp_path / 'youbing.sqlite3'}"
    trigger = """
        CREATE TRIGGER renamed AFTER UPDATE ON people BEGIN
            INSERT INTO people VALUES (new.id + 100, 'a;b');
            DELETE FROM people WHERE id = 0;
        END;
        INSERT INTO people VALUES (1, 'x'); UPDATE people SET name = 'y';
    """

    await migrate(address, files=write(m0001_people=PEOPLE, m0002_trigger=trigger))

    assert await read(address, "SELECT * FROM people ORDER BY id") == [(1, "y"), (101, "a;b")]


async def test_a_file_that_stops_inside_a_statement_is_refused(tmp_path: Path, write: Write) -> None:
    with pytest.raises(MigrationFailed, match="0001_people"):
        await migrate(f"sqlite://{tmp_path / 'x.sqlite3'}", files=write(m0001_people="CREATE TABLE people (id INT)"))


async def test_an_unreachable_server_is_named_without_the_password() -> None:
    with pytest.raises(DatabaseUnreachable) as fault:
        await migrate("postgres://user:p%40ss@127.0.0.1:1/youbing")

    assert "127.0.0.1:1/youbing" in str(fault.value)
    assert "p@ss" not in str(fault.value)


def test_both_databases_have_the_same_migrations() -> None:
    names = {dialect: sorted(path.name for path in (FILES / dialect).iterdir()) for dialect in ("sqlite", "postgres")}

    assert names["sqlite"] == names["postgres"]
