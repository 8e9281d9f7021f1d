"""事务 — one transaction an operation, what follows its end, and SQL text on either database.

Two transactions that lock the same rows lock them in one order (by id): there is no automatic retry, because
an operation may have spoken to ``after_commit`` and its caller already repeats safely through idempotency keys.
"""

import inspect
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from sqlite3 import Error as SqliteFault
from typing import Any, TypeAlias, cast
from uuid import UUID

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import require_context

from config import postgres_engine, sqlite_engine
from config.database import CONNECTION
from config.sqlite_engine import instant_text

log = structlog.get_logger()

Row: TypeAlias = Mapping[str, Any]
"""A row read by name: ``row["title"]``, ``row.items()``. Iterating the row itself differs between the databases."""

Rollback: TypeAlias = Callable[[], Awaitable[None]]
Commit: TypeAlias = Callable[[], Awaitable[None] | None]


class TransactionAbandoned(RuntimeError):
    """The code left a transaction in a state in which nothing more may be stored; a fault of ours, not a refusal."""


@dataclass(slots=True)
class _Transaction:
    is_open: bool = True
    is_doomed: bool = False
    """An operation inside failed and its caller swallowed the failure: half a deed must not be stored."""
    after_commit: list[Commit] = field(default_factory=list)
    after_rollback: list[Rollback] = field(default_factory=list)
    owed: list[Rollback] = field(default_factory=list)
    """The ``after_rollback`` of savepoints that were rolled back: due however the transaction ends."""


_current: ContextVar[_Transaction | None] = ContextVar("transaction", default=None)
_held: ContextVar[Any | None] = ContextVar("held", default=None)


@dataclass(frozen=True, slots=True)
class Dialects:
    """One query in two texts, where the databases do not share one."""

    postgres: str
    sqlite: str


# Transactions


def _connection() -> BaseDBAsyncClient:
    state = _current.get()
    if state is not None and not state.is_open:
        raise TransactionAbandoned("a task outlived the transaction it was started in")
    return require_context().connections.get(CONNECTION)


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Run the block in one transaction; inside another one, join it.

    An exception rolls everything back. A joined block that fails dooms the whole transaction, even if its caller
    catches the exception; where that is wanted, put the block in ``savepoint()``.

    Raises:
        TransactionAbandoned: a joined block failed and the outermost block ended as if it had not.
    """
    state = _current.get()
    if state is None:
        async with _outermost() as client:
            yield client
        return
    client = _connection()
    try:
        yield client
    except BaseException:
        state.is_doomed = True
        raise


@asynccontextmanager
async def _outermost() -> AsyncIterator[BaseDBAsyncClient]:
    state = _Transaction()
    client, held = _connection(), _held.get()
    context = client._in_transaction() if held is None else postgres_engine.transaction_on(client, held)
    try:
        async with context as client:
            token = _current.set(state)
            try:
                yield client
                if state.is_doomed:
                    raise TransactionAbandoned("an operation inside the transaction failed; use savepoint()")
            finally:
                state.is_open = False
                _current.reset(token)
    except Exception:
        await _run_after_rollback([*state.owed, *state.after_rollback])
        raise
    await _run_after_rollback(state.owed)
    await _run_after_commit(state.after_commit)


@asynccontextmanager
async def savepoint() -> AsyncIterator[BaseDBAsyncClient]:
    """Run a risky part so that its failure, if caught outside, leaves the rest of the transaction good.

    Raises:
        RuntimeError: there is no transaction around it.
    """
    state = _require("savepoint")
    commits, rollbacks, was_doomed = len(state.after_commit), len(state.after_rollback), state.is_doomed
    try:
        async with _connection()._in_transaction() as client:
            yield client
            if state.is_doomed and not was_doomed:
                raise TransactionAbandoned("an operation inside the savepoint failed and the failure was swallowed")
    except BaseException:
        state.is_doomed = was_doomed
        del state.after_commit[commits:]
        state.owed += state.after_rollback[rollbacks:]
        del state.after_rollback[rollbacks:]
        raise


class one_connection:
    """Let every query and transaction of a short block use one connection of the pool instead of fetching one each.

    Fetching and returning costs a quarter of a short query. The block must not wait for the network or run two
    queries at once. On SQLite, which has one connection, this does nothing. A class, because a generator would cost
    half of what is saved.
    """

    __slots__ = ("_connection", "_pool", "_token")

    async def __aenter__(self) -> None:
        client = _connection()
        self._pool = None
        if _current.get() is not None or _held.get() is not None or client.capabilities.dialect != "postgres":
            return
        self._pool = cast(Any, client)._pool
        try:
            self._connection = await self._pool.acquire()
        except postgres_engine.FOREIGN_FAULTS as fault:
            raise postgres_engine.translated(fault) from fault
        self._token = _held.set(self._connection)

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            _held.reset(self._token)
            await self._pool.release(self._connection)


def after_commit(callback: Commit) -> None:
    """Call ``callback`` once the outermost transaction is stored; its failure is logged and changes nothing.

    Raises:
        RuntimeError: there is no transaction.
    """
    _require("after_commit").after_commit.append(callback)


def after_rollback(callback: Rollback) -> None:
    """Call ``callback`` in a transaction of its own if the outermost one is rolled back by an ``Exception``.

    So a refusal leaves its record. A callback that fails is logged and never takes the place of the refusal.
    It is not called when the request is cancelled or the process dies.

    Raises:
        RuntimeError: there is no transaction.
    """
    _require("after_rollback").after_rollback.append(callback)


def _require(operation: str) -> _Transaction:
    state = _current.get()
    if state is None or not state.is_open:
        raise RuntimeError(f"{operation} needs a transaction around it")
    return state


async def _run_after_rollback(callbacks: Sequence[Rollback]) -> None:
    for callback in callbacks:
        try:
            async with transaction():
                await callback()
        except Exception:
            log.exception("transactions.after_rollback_failed")


async def _run_after_commit(callbacks: Sequence[Commit]) -> None:
    for callback in callbacks:
        try:
            outcome = callback()
            if inspect.isawaitable(outcome):
                await outcome
        except Exception:
            log.exception("transactions.after_commit_failed")


# SQL text


async def fetch_rows(sql: str | Dialects, *values: object) -> list[Row]:
    """Return the rows of a query with ``$1 … $n``, also of an ``UPDATE … RETURNING``.

    On SQLite the same text is used with ``?1 …`` and without ``::casts``; a list becomes JSON text for
    ``json_each($1)``. Instants, days and UUIDs come back as text there: read them by ``as_instant``, ``as_uuid``.

    Raises:
        IntegrityError, OperationalError, DBConnectionError: Tortoise's, on both databases.
    """
    if (held := _held.get()) is not None:
        return await _fetch_held(held, sql if isinstance(sql, str) else sql.postgres, values)
    client = _connection()
    if client.capabilities.dialect == "postgres":
        text = sql if isinstance(sql, str) else sql.postgres
        client.log.debug(text)
        try:
            async with client.acquire_connection() as connection:
                return cast(list[Row], await connection.fetch(text, *values))
        except postgres_engine.FOREIGN_FAULTS as fault:
            raise postgres_engine.translated(fault) from fault
    text = sqlite_text(sql if isinstance(sql, str) else sql.sqlite)
    client.log.debug(text)
    try:
        async with client.acquire_connection() as connection:
            return cast(list[Row], await sqlite_engine.fetch(connection, text, [sqlite_value(v) for v in values]))
    except SqliteFault as fault:
        raise sqlite_engine.translated(fault) from fault


async def _fetch_held(connection: Any, text: str, values: Sequence[object]) -> list[Row]:
    try:
        return cast(list[Row], await connection.fetch(text, *values))
    except postgres_engine.FOREIGN_FAULTS as fault:
        raise postgres_engine.translated(fault) from fault


async def fetch_row(sql: str | Dialects, *values: object) -> Row | None:
    """Return the first row of a query, or None. See ``fetch_rows``."""
    rows = await fetch_rows(sql, *values)
    return rows[0] if rows else None


async def execute(sql: str | Dialects, *values: object) -> int:
    """Run a statement and return how many rows it inserted, updated or deleted. See ``fetch_rows``."""
    client = _connection()
    if client.capabilities.dialect == "postgres":
        text = sql if isinstance(sql, str) else sql.postgres
        client.log.debug(text)
        held = _held.get()
        try:
            if held is not None:
                return _count_in(await held.execute(text, *values))
            async with client.acquire_connection() as connection:
                return _count_in(await connection.execute(text, *values))
        except postgres_engine.FOREIGN_FAULTS as fault:
            raise postgres_engine.translated(fault) from fault
    text = sqlite_text(sql if isinstance(sql, str) else sql.sqlite)
    client.log.debug(text)
    try:
        async with client.acquire_connection() as connection:
            return await sqlite_engine.execute(connection, text, [sqlite_value(v) for v in values])
    except SqliteFault as fault:
        raise sqlite_engine.translated(fault) from fault


def is_postgres() -> bool:
    """Return whether the open database is PostgreSQL."""
    return _connection().capabilities.dialect == "postgres"


def _count_in(status: str) -> int:
    """Return the count of a command tag such as ``INSERT 0 3`` or ``UPDATE 3``; other commands have none."""
    command, _, rest = status.partition(" ")
    return int(rest.rpartition(" ")[2]) if command in ("INSERT", "UPDATE", "DELETE", "MERGE") else 0


_PLACEHOLDER_OR_CAST = re.compile(
    r"('(?:[^']|'')*')|\$(\d+)|::[a-z_][a-z0-9_]*(?:\([0-9, ]*\))?(?:\[\])?", re.IGNORECASE
)


@lru_cache(maxsize=1024)
def sqlite_text(sql: str) -> str:
    """Return SQL text with ``?n`` for ``$n`` and without casts; quoted text stays as it is."""
    return _PLACEHOLDER_OR_CAST.sub(lambda m: m[1] or (f"?{m[2]}" if m[2] else ""), sql)


def sqlite_value(value: object) -> object:
    """Return a value as Tortoise's fields store it in SQLite.

    Raises:
        ValueError: an instant carries no time zone.
    """
    match value:
        case datetime():
            return instant_text(value)
        case UUID() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case bool():
            return int(value)
        case list() | tuple():
            return json.dumps([sqlite_value(item) for item in value], ensure_ascii=False)
    return value


def as_instant(value: datetime | str) -> datetime:
    """Return an instant read by ``fetch_rows``, aware, in UTC."""
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def as_uuid(value: UUID | str) -> UUID:
    """Return a UUID read by ``fetch_rows``."""
    return value if isinstance(value, UUID) else UUID(value)
