"""PostgreSQL 引擎 — Tortoise's asyncpg client that never leaks a connection and names every foreign fault."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, TransactionManagementError

Deed: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]

FOREIGN_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""Everything asyncpg raises; a command timeout is a ``TimeoutError``, which is an ``OSError``."""

_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,
)


class DeadlockBroken(OperationalError):
    """PostgreSQL ended this transaction to break a deadlock or keep it serialisable; nothing was stored. 死锁"""


def translated(fault: BaseException) -> Exception:
    """Return Tortoise's exception for a fault of asyncpg or of the network."""
    if isinstance(fault, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(fault)
    if isinstance(fault, asyncpg.TransactionRollbackError):
        return DeadlockBroken(fault)
    if isinstance(fault, asyncpg.InvalidTransactionStateError):
        return TransactionManagementError(fault)
    if isinstance(fault, _UNREACHABLE):
        return DBConnectionError(fault)
    if isinstance(fault, asyncpg.InterfaceError) and not isinstance(fault, ValueError):
        return DBConnectionError(fault)
    return OperationalError(fault)


async def keep_session(connection: Any) -> None:
    """Leave a connection as it is when it returns to the pool.

    asyncpg's default costs a round trip for every statement outside a transaction, to undo session state (SET,
    LISTEN, session advisory locks). Nothing of ours makes any; an open transaction is rolled back before this.
    """


class TranslatingTransaction(TransactionWrapper):
    """A transaction whose foreign faults arrive as Tortoise's."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(TranslatingTransaction(self))

    async def _translate_exceptions(self, func: Deed, *args: Any, **kwargs: Any) -> Any:
        try:
            return await func(self, *args, **kwargs)
        except FOREIGN_FAULTS as fault:
            raise translated(fault) from fault

    async def commit(self) -> None:
        try:
            await super().commit()
        except FOREIGN_FAULTS as fault:
            raise translated(fault) from fault


class SafeTransactionContext(TransactionContextPooled):
    """Gives the connection back to the pool also when BEGIN fails or is cancelled."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        try:
            self.client._connection = await pool.acquire()
        except FOREIGN_FAULTS as fault:
            raise translated(fault) from fault
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(self.client._connection)
            raise
        return self.client


class HeldTransactionContext(TransactionContext):
    """A transaction on a connection that somebody else fetched from the pool and will return."""

    def __init__(self, client: TranslatingTransaction, connection: Any) -> None:
        self.client = client
        self._connection = connection

    async def __aenter__(self) -> TransactionalDBClient:
        self.client._connection = self._connection
        self._token = get_connections().set(self.client.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self._token)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.client._finalized:
                if exc_type:
                    await self.client.rollback()
                else:
                    await self.client.commit()
        finally:
            get_connections().reset(self._token)


def transaction_on(client: Any, connection: Any) -> TransactionContext:
    """Return a transaction of ``client`` that runs on a connection already fetched from its pool."""
    return HeldTransactionContext(TranslatingTransaction(client), connection)


class PostgresClient(AsyncpgDBClient):
    """The client of one process: a pool of connections."""

    def _in_transaction(self) -> TransactionContext:
        return SafeTransactionContext(TranslatingTransaction(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Deed, *args: Any, **kwargs: Any) -> Any:
        try:
            return await func(self, *args, **kwargs)
        except FOREIGN_FAULTS as fault:
            raise translated(fault) from fault


client_class = PostgresClient
