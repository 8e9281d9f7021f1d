"""换密钥 — re-encrypting every sealed field under the first of ``FIELD_KEYS``, after which the old key may go."""

import asyncio
from collections.abc import Callable

from tortoise.context import require_context
from tortoise.models import Model

from models.fields import SealedField, seal, unseal
from models.secrets import keyring
from models.transactions import Row, execute, fetch_row, fetch_rows, transaction

Progress = Callable[[int, int], None]


async def rotate_field_keys(*, batch: int = 500, progress: Progress | None = None) -> int:
    """Re-encrypt every value that is not under the current key; return how many. 轮换字段密钥。

    It may run beside the service and be repeated: a value that somebody changed meanwhile is left to them, and it
    is current by then. ``progress`` hears (rows looked at, rows in all).

    Raises:
        UnreadableSecret: a value is under a key that is not configured; what was done before stays done.
    """
    sealed = {model: purposes for model in _models() if (purposes := _purposes(model))}
    total = sum([await _count(model) for model in sealed])
    looked_at = rewritten = 0
    for model, purposes in sealed.items():
        last: object | None = None
        while rows := await _batch(model, purposes, after=last, size=batch):
            last = rows[-1]["id"]
            rewritten += await _rewrite(model, rows, purposes)
            looked_at += len(rows)
            if progress is not None:
                progress(looked_at, max(total, looked_at))
    return rewritten


def _models() -> list[type[Model]]:
    apps = require_context().apps
    assert apps is not None
    return [model for models in apps.values() for model in models.values()]


def _purposes(model: type[Model]) -> dict[str, str]:
    """Return the sealed columns of a model, each with its purpose."""
    return {
        field.source_field or name: field.purpose
        for name, field in model._meta.fields_map.items()
        if isinstance(field, SealedField)
    }


async def _count(model: type[Model]) -> int:
    row = await fetch_row(f"SELECT count(*) AS n FROM {model._meta.db_table}")
    assert row is not None
    return int(row["n"])


async def _batch(model: type[Model], purposes: dict[str, str], *, after: object | None, size: int) -> list[Row]:
    columns = ", ".join(("id", *purposes))
    select = f"SELECT {columns} FROM {model._meta.db_table}"
    if after is None:
        return await fetch_rows(f"{select} ORDER BY id LIMIT $1", size)
    return await fetch_rows(f"{select} WHERE id > $1 ORDER BY id LIMIT $2", after, size)


async def _rewrite(model: type[Model], rows: list[Row], purposes: dict[str, str]) -> int:
    changes = await asyncio.to_thread(_reseal, rows, purposes)
    if not changes:
        return 0
    async with transaction():
        return sum(
            [
                await execute(
                    f"UPDATE {model._meta.db_table} SET {column} = $1 WHERE id = $2 AND {column} = $3", new, key, old
                )
                for column, new, key, old in changes
            ]
        )


def _reseal(rows: list[Row], purposes: dict[str, str]) -> list[tuple[str, str, object, str]]:
    ring = keyring()
    return [
        (column, seal(purpose, unseal(purpose, row[column])), row["id"], row[column])
        for row in rows
        for column, purpose in purposes.items()
        if row[column] is not None and not ring.is_current(row[column])
    ]
