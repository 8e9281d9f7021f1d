"""成批 — many rows in one statement, sent as one JSON text that either database reads."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from models.transactions import Dialects, Row, execute, fetch_rows

CHUNK = 500
"""Rows a statement: enough that the statement's own cost does not count, few enough to show progress."""

Progress = Callable[[int, int], None]
"""Called with the rows done and the rows in all."""


def insert_many(
    table: str, columns: Mapping[str, str], *, fixed: Mapping[str, str] | None = None, conflict: str = ""
) -> Dialects:
    """Return the INSERT of many rows: ``$1`` is their JSON, an array of objects with the columns' names.

    ``columns`` are names with PostgreSQL's types, ``fixed`` names with an SQL text that is the same for all rows,
    such as ``$2``; ``conflict`` is an ``ON CONFLICT`` clause.
    """
    same = fixed or {}
    insert = f"INSERT INTO {table} ({', '.join((*columns, *same))}) SELECT "
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return Dialects(
        postgres=insert
        + ", ".join((*(f"x.{name}" for name in columns), *same.values()))
        + f" FROM jsonb_to_recordset($1::text::jsonb) AS x({kinds}) {conflict}",
        sqlite=insert
        + ", ".join((*(f"json_extract(value, '$.{name}')" for name in columns), *same.values()))
        + f" FROM json_each($1) WHERE 1 {conflict}",  # without WHERE, SQLite would take ON for a join's
    )


def one_of(sql: str, kind: str) -> Dialects:
    """Return a query in which ``{keys}`` says that the column before it is one of the values in ``$1``."""
    return Dialects(
        postgres=sql.replace("{keys}", f"= ANY($1::{kind}[])"),
        sqlite=sql.replace("{keys}", "IN (SELECT value FROM json_each($1))"),
    )


async def fetch_many(sql: Dialects, keys: Sequence[object]) -> list[Row]:
    """Return the rows of a query of ``one_of`` for however many keys."""
    rows: list[Row] = []
    for start in range(0, len(keys), CHUNK):
        rows += await fetch_rows(sql, list(keys[start : start + CHUNK]))
    return rows


async def store_many(sql: Dialects, rows: Sequence[object], *values: object, progress: Progress | None = None) -> None:
    """Run a statement of ``insert_many`` over rows in the current transaction, in their order.

    Raises:
        IntegrityError: a row does not fit what is stored.
    """
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        await execute(sql, await asyncio.to_thread(as_json, chunk), *values)
        if progress is not None:
            progress(start + len(chunk), len(rows))


def as_json(rows: Sequence[object]) -> str:
    """Return rows as the JSON text that the statements read."""
    return msgspec.json.encode(rows).decode()
