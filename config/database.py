"""数据库 — the address of the database and Tortoise's configuration for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, set_global_context

from config import sqlite_engine
from config.postgres_engine import keep_session

CONNECTION = "default"
"""The name of the only connection."""

_SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_CONNECT_SECONDS = 10
_COMMAND_SECONDS = 40
"""Longer than the server's own statement timeout: this one only ends waiting on a dead network."""


class InvalidDatabaseAddress(ValueError):
    """DATABASE_URL cannot be used; the message never repeats the address, which may hold a password."""


class DatabaseUnreachable(ConnectionError):
    """The database could not be opened; the message names the step and the place, not the password."""


@dataclass(frozen=True)
class SqliteAddress:
    """A database file; its directory is made when it is migrated."""

    path: Path

    @property
    def place(self) -> str:
        return f"SQLite 文件 {self.path}"


@dataclass(frozen=True)
class PostgresAddress:
    """Where PostgreSQL is; ``host`` may be the directory of a Unix socket."""

    host: str
    port: int
    database: str
    user: str | None
    password: str | None = field(repr=False)
    sslmode: str | None = None

    @property
    def place(self) -> str:
        return f"PostgreSQL {self.host}:{self.port}/{self.database}"

    def credentials(self) -> dict[str, Any]:
        """Return the keyword arguments of ``asyncpg.connect``."""
        known: dict[str, Any] = {"host": self.host, "port": self.port, "database": self.database, "user": self.user}
        if self.password is not None:
            known["password"] = self.password
        if self.sslmode is not None:
            known["ssl"] = self.sslmode
        return known | {"timeout": _CONNECT_SECONDS}


def parse_address(address: str) -> SqliteAddress | PostgresAddress:
    """Return the parts of ``sqlite://path`` or ``postgres://user:password@host:port/name?sslmode=…``.

    The path is taken as written (``sqlite:///`` begins an absolute one); user, password and name are percent-decoded.

    Raises:
        InvalidDatabaseAddress: the address is of neither form.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        raise InvalidDatabaseAddress("DATABASE_URL 须以 sqlite:// 或 postgres:// 开头")
    if scheme == "sqlite":
        if not rest or rest.startswith(":memory:"):
            raise InvalidDatabaseAddress("DATABASE_URL：sqlite:// 后须写数据库文件的路径，不支持内存数据库")
        return SqliteAddress(Path(rest))
    if scheme in ("postgres", "postgresql"):
        return _parse_postgres(address)
    raise InvalidDatabaseAddress("DATABASE_URL 只支持 sqlite:// 和 postgres://")


def _parse_postgres(address: str) -> PostgresAddress:
    try:
        parts = urlsplit(address)
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        # The original message may quote a piece of the password, so it is not chained.
        raise InvalidDatabaseAddress(
            "DATABASE_URL 写法有误：用户名和密码里的特殊字符须写成百分号编码，例如 @ 写成 %40"
        ) from None
    sslmode, socket = options.pop("sslmode", None), options.pop("host", None)
    database = unquote(parts.path.removeprefix("/"))
    if options:
        raise InvalidDatabaseAddress(f"DATABASE_URL 含有不支持的参数：{'、'.join(sorted(options))}")
    if sslmode is not None and sslmode not in _SSL_MODES:
        raise InvalidDatabaseAddress(f"DATABASE_URL 的 sslmode 须是 {'、'.join(sorted(_SSL_MODES))} 之一")
    if not database or "/" in database:
        raise InvalidDatabaseAddress("DATABASE_URL 缺少数据库名：postgres://用户:密码@主机:端口/数据库名")
    return PostgresAddress(
        host=socket or parts.hostname or "localhost",
        port=port or 5432,
        database=database,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
        sslmode=sslmode,
    )


def database_config(address: str, *, model_modules: Sequence[str], pool: int) -> dict[str, Any]:
    """Return Tortoise's configuration for an address.

    Raises:
        InvalidDatabaseAddress: the address is neither SQLite nor PostgreSQL.
    """
    parsed = parse_address(address)
    if isinstance(parsed, SqliteAddress):
        engine, credentials = "config.sqlite_engine", {"file_path": str(parsed.path), **sqlite_engine.PRAGMAS}
    else:
        engine, credentials = "config.postgres_engine", _pool_credentials(parsed, pool)
    return {
        "connections": {CONNECTION: {"engine": engine, "credentials": credentials}},
        "apps": {"models": {"models": list(model_modules), "default_connection": CONNECTION}},
        "use_tz": True,
        "timezone": "UTC",
    }


def _pool_credentials(address: PostgresAddress, pool: int) -> dict[str, Any]:
    return address.credentials() | {
        "minsize": 1,
        "maxsize": pool,
        "command_timeout": _COMMAND_SECONDS,
        "reset": keep_session,
        # Our statements are few and fixed: keep them all prepared for as long as the connection lives.
        "statement_cache_size": 512,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "youbing",
            "jit": "off",  # compiling costs more than our short queries
            "statement_timeout": "30s",
            "idle_in_transaction_session_timeout": "60s",
        },
    }


async def open_database(address: str, *, model_modules: Sequence[str], pool: int) -> TortoiseContext:
    """Open the database, prove that it answers, and make it the one that every task of this process uses.

    Raises:
        InvalidDatabaseAddress: the address is neither SQLite nor PostgreSQL.
        DatabaseUnreachable: it does not answer; the message names the place.
    """
    place = parse_address(address).place
    config = database_config(address, model_modules=model_modules, pool=pool)
    EXECUTOR_CACHE.clear()  # keyed by the connection's name, whatever its dialect was before
    context = TortoiseContext()
    with context:
        await context.init(config=config)
        try:
            await context.db().execute_query("SELECT 1")
        except Exception as fault:
            await context.close_connections()
            raise DatabaseUnreachable(f"打不开数据库（{place}）：{fault}") from fault
    try:
        set_global_context(context)
    except BaseException:
        await context.close_connections()
        raise
    return context


async def close_database(context: TortoiseContext) -> None:
    """Close every connection of the context; a second call does nothing."""
    await context.close_connections()
