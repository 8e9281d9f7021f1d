"""SQLite 引擎 — Tortoise's SQLite client with write locks taken at BEGIN, for several processes on one file."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

T = TypeVar("T")

BUSY_TIMEOUT_MILLISECONDS = 10_000

PRAGMAS = {
    "busy_timeout": BUSY_TIMEOUT_MILLISECONDS,
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
}
"""In this order: the busy timeout must already hold while the journal mode is being changed."""


class DatabaseBusy(OperationalError):
    """Another process held SQLite's write lock for longer than the busy timeout. 数据库忙"""


def instant_text(value: datetime) -> str:
    """Return the text under which an aware instant is stored: UTC, so that text order is time order.

    Raises:
        ValueError: the instant carries no time zone.
    """
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    return value.astimezone(UTC).isoformat(" ")


sqlite3.register_adapter(datetime, instant_text)
# Replaces the adapter of Tortoise's executor (imported above), which keeps whatever offset the instant has:
# two offsets in one column would make "<" and ORDER BY wrong.


def translated(fault: sqlite3.Error) -> Exception:
    """Return Tortoise's exception for a fault of the driver."""
    if isinstance(fault, sqlite3.IntegrityError):
        return IntegrityError(fault)
    if fault.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(fault)
    if fault.sqlite_errorcode == sqlite3.SQLITE_CANTOPEN:
        return DBConnectionError(fault)
    return OperationalError(fault)


async def fetch(connection: aiosqlite.Connection, sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    """Return the rows of a query, in one trip to the connection's thread."""

    def run() -> list[dict[str, Any]]:
        return [dict(row) for row in connection._conn.execute(sql, values)]

    return await _in_thread(connection, run)


async def execute(connection: aiosqlite.Connection, sql: str, values: Sequence[object]) -> int:
    """Run a statement and return how many rows it wrote itself, not counting triggers.

    The driver's ``rowcount`` knows nothing of statements that begin with WITH, hence SQLite's own ``changes()``.
    """

    def run() -> int:
        driver = connection._conn
        before = driver.total_changes
        driver.execute(sql, values).fetchall()
        if driver.total_changes == before:
            return 0
        return int(driver.execute("SELECT changes()").fetchone()[0])

    return await _in_thread(connection, run)


async def _in_thread(connection: aiosqlite.Connection, run: Callable[[], T]) -> T:
    in_thread: Callable[[Callable[[], T]], Awaitable[T]] = connection._execute
    return await in_thread(run)


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that owns the write lock from its first statement, so that no later statement can lose it."""

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            raise translated(fault) from fault


class ImmediateTransactionContext(SqliteTransactionContext):
    """Enters and leaves a transaction so that no failure keeps the lock or an open transaction behind."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            # A cancelled BEGIN may still succeed in the connection's thread; the rollback queues behind it.
            get_connections().reset(token)
            try:
                await self._roll_back()
            finally:
                self._trxlock.release()
            raise
        self.token = token
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if self.connection._finalized:
                return
            if exc_type is None:
                await self._commit()
            else:
                await self._roll_back()
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _commit(self) -> None:
        try:
            await self.connection.commit()
        except sqlite3.Error as fault:
            await self._roll_back()
            raise translated(fault) from fault
        except BaseException:
            await self._roll_back()
            raise

    async def _roll_back(self) -> None:
        if self.connection._connection:
            await asyncio.shield(self.connection._connection.rollback())


class ImmediateClient(SqliteClient):
    """The client of one process: one connection, whose thread never keeps the process alive."""

    async def create_connection(self, with_db: bool) -> None:
        if self._connection:
            return
        connector = aiosqlite.connect(
            self.filename, isolation_level=None, timeout=BUSY_TIMEOUT_MILLISECONDS / 1000, cached_statements=512
        )
        # Else a process whose shutdown failed half-way would wait for this thread for ever and ignore SIGTERM.
        connector._thread.daemon = True
        try:
            connection = await connector
        except sqlite3.Error as fault:
            # its thread reports its end to this loop; wait for that, or it may find the loop closed
            await asyncio.to_thread(connector._thread.join, 5)
            raise translated(fault) from fault
        connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        self._connection = connection
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
