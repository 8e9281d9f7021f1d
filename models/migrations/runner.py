"""迁移程序 — applies the numbered SQL files, one runner at a time, all or nothing."""

import asyncio
import hashlib
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from config.clock import utc_now
from config.database import DatabaseUnreachable, PostgresAddress, SqliteAddress, parse_address

FILES = Path(__file__).parent
"""Holds ``postgres/NNNN_name.sql`` and ``sqlite/NNNN_name.sql``, the same names in both."""

_NAME = re.compile(r"\d{4}_[a-z0-9_]+")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_CONTROL = re.compile(
    r"(?:^|;)\s*(?:BEGIN|COMMIT|ROLLBACK|START)(?:\s+(?:WORK|TRANSACTION|IMMEDIATE|EXCLUSIVE|DEFERRED))?\s*;",
    re.IGNORECASE | re.MULTILINE,
)
_ADVISORY_LOCK = 0x596F7562696E67
_WAIT_SECONDS = 60

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    checksum CHAR(64) NOT NULL,
    applied_at {instant} NOT NULL
)
"""
_APPLIED = "SELECT name, checksum FROM schema_migrations"


class MigrationFault(RuntimeError):
    """The database and the migration files do not go together; the message is for the operator."""


class MigrationDrift(MigrationFault):
    """A file was changed, or is missing, after it was applied."""


class MigrationFailed(MigrationFault):
    """A file could not be applied; nothing of the run was kept."""


@dataclass(frozen=True)
class Migration:
    """One SQL file."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(address: str, *, files: Path = FILES) -> list[str]:
    """Apply what is pending and return its names; several callers at once apply everything once.

    Raises:
        MigrationDrift: an applied file differs from the one at hand, or is not at hand.
        MigrationFailed: a file cannot be applied; the database is as before.
        DatabaseUnreachable: the database does not answer.
    """
    parsed = parse_address(address)
    if isinstance(parsed, SqliteAddress):
        return await asyncio.to_thread(_migrate_sqlite, parsed, load(files / "sqlite"))
    return await _migrate_postgres(parsed, load(files / "postgres"))


async def pending(address: str, *, files: Path = FILES) -> list[str]:
    """Return the names that ``migrate`` would apply, in order; writes nothing.

    Raises:
        MigrationDrift: an applied file differs from the one at hand, or is not at hand.
        DatabaseUnreachable: the database does not answer.
    """
    parsed = parse_address(address)
    if isinstance(parsed, SqliteAddress):
        applied = await asyncio.to_thread(_applied_sqlite, parsed)
        return [migration.name for migration in outstanding(load(files / "sqlite"), applied)]
    return [migration.name for migration in outstanding(load(files / "postgres"), await _applied_postgres(parsed))]


async def verify(address: str, *, files: Path = FILES) -> None:
    """Return when the database is exactly what the files make.

    Raises:
        MigrationFault: a file is pending, was changed after it was applied, or is missing.
        DatabaseUnreachable: the database does not answer.
    """
    names = await pending(address, files=files)
    if names:
        raise MigrationFault(f"数据库还没有迁移：{'、'.join(names)}。请先运行 python -m server migrate")


def load(directory: Path) -> list[Migration]:
    """Return the files of a directory in order.

    Raises:
        MigrationFault: a name is not ``NNNN_name.sql``, two files have one number, or one ends the transaction.
    """
    migrations: list[Migration] = []
    for path in sorted(directory.glob("*.sql")):
        if not _NAME.fullmatch(path.stem):
            raise MigrationFault(f"迁移文件名须写成 0001_name.sql：{path.name}")
        if migrations and migrations[-1].name[:4] == path.stem[:4]:
            raise MigrationFault(f"迁移文件编号重复：{migrations[-1].name}、{path.stem}")
        migration = Migration(path.stem, path.read_text(encoding="utf-8"))
        if _CONTROL.search(_COMMENT.sub("", migration.sql)):
            raise _ends_transaction(migration)
        migrations.append(migration)
    return migrations


def _ends_transaction(migration: Migration) -> MigrationFailed:
    return MigrationFailed(f"迁移 {migration.name} 会结束事务：文件里不能写 BEGIN、COMMIT、ROLLBACK")


def outstanding(migrations: Sequence[Migration], applied: Mapping[str, str]) -> list[Migration]:
    """Return what is not applied yet, given the checksums of what is.

    Raises:
        MigrationDrift: an applied file differs from the one at hand, or is not at hand.
    """
    known = {migration.name: migration.checksum for migration in migrations}
    missing = sorted(applied.keys() - known.keys())
    if missing:
        raise MigrationDrift(f"数据库里已执行的迁移在程序中找不到：{'、'.join(missing)}。请使用不低于数据库的程序版本")
    changed = sorted(name for name, checksum in applied.items() if known[name] != checksum)
    if changed:
        raise MigrationDrift(f"迁移文件在执行后被改动：{'、'.join(changed)}。请恢复原文件，把改动写成新的迁移")
    return [migration for migration in migrations if migration.name not in applied]


def statements(sql: str) -> Iterator[str]:
    """Yield the statements of SQLite text; triggers and quoted semicolons stay whole.

    Raises:
        ValueError: the text ends inside a statement.
    """
    statement = ""
    for piece in re.split(r"(?<=;)", sql):
        statement += piece
        if piece.endswith(";") and sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if _COMMENT.sub("", statement).strip():
        raise ValueError("the last statement has no end")


# SQLite


@contextmanager
def _sqlite(address: SqliteAddress) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(address.path, isolation_level=None, timeout=_WAIT_SECONDS)
    except sqlite3.Error as fault:
        raise DatabaseUnreachable(f"打不开数据库（{address.place}）：{fault}") from fault
    try:
        yield connection
    finally:
        connection.close()


def _migrate_sqlite(address: SqliteAddress, migrations: Sequence[Migration]) -> list[str]:
    address.path.parent.mkdir(parents=True, exist_ok=True)
    with _sqlite(address) as connection:
        _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        # Both hold for this connection only and do nothing inside a transaction: a table may be rebuilt
        # (made anew, filled, renamed) without its children's rows being deleted or their references rewritten.
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA legacy_alter_table=ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_TABLE.format(instant="TIMESTAMP"))
            names = []
            for migration in outstanding(migrations, dict(connection.execute(_APPLIED).fetchall())):
                _apply_sqlite(connection, migration)
                names.append(migration.name)
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise MigrationFailed(f"迁移后外键不完整：{sorted({row[0] for row in broken})}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return names


def _apply_sqlite(connection: sqlite3.Connection, migration: Migration) -> None:
    try:
        for statement in statements(migration.sql):
            connection.execute(statement)
            if not connection.in_transaction:
                raise _ends_transaction(migration)
        connection.execute(
            "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES (?, ?, ?)",
            (migration.name, migration.checksum, utc_now().isoformat(" ")),
        )
    except (sqlite3.Error, ValueError) as fault:
        raise MigrationFailed(f"迁移 {migration.name} 失败：{fault}") from fault


def _applied_sqlite(address: SqliteAddress) -> dict[str, str]:
    if not address.path.exists():
        return {}
    with _sqlite(address) as connection:
        known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
        try:
            return dict(connection.execute(_APPLIED).fetchall()) if connection.execute(known).fetchone() else {}
        except sqlite3.Error as fault:
            raise DatabaseUnreachable(f"读不出数据库（{address.place}）：{fault}") from fault


def _patiently(deed: Callable[[], object]) -> None:
    """Repeat what SQLite refuses at once, without its busy timeout, while another process holds the file."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            deed()
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


# PostgreSQL


async def _postgres(address: PostgresAddress) -> Any:
    try:
        return await asyncpg.connect(**address.credentials())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise DatabaseUnreachable(f"连不上数据库（{address.place}）：{fault}") from fault


async def _migrate_postgres(address: PostgresAddress, migrations: Sequence[Migration]) -> list[str]:
    connection = await _postgres(address)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _ADVISORY_LOCK)
            await connection.execute(_TABLE.format(instant="TIMESTAMPTZ"))
            names = []
            for migration in outstanding(migrations, dict(await connection.fetch(_APPLIED))):
                await _apply_postgres(connection, migration)
                names.append(migration.name)
        return names
    finally:
        await connection.close()


async def _apply_postgres(connection: Any, migration: Migration) -> None:
    try:
        await connection.execute(migration.sql)
        if not connection.is_in_transaction():
            raise _ends_transaction(migration)
        await connection.execute(
            "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
            migration.name,
            migration.checksum,
            utc_now(),
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise MigrationFailed(f"迁移 {migration.name} 失败：{fault}") from fault


async def _applied_postgres(address: PostgresAddress) -> dict[str, str]:
    connection = await _postgres(address)
    try:
        if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
            return {}
        return dict(await connection.fetch(_APPLIED))
    finally:
        await connection.close()
