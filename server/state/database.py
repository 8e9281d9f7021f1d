"""数据库共享状态 — the default: one table, every verb one statement."""

import time

from models.transactions import execute, fetch_row


class DatabaseState:
    """A SharedState in the table ``shared_state``; life spans are kept as whole epoch seconds."""

    async def get(self, key: str) -> str | None:
        row = await fetch_row("SELECT value FROM shared_state WHERE key = $1 AND expires_at > $2", key, _now())
        return None if row is None else str(row["value"])

    async def set(self, key: str, value: str, *, ttl_seconds: int) -> None:
        await execute(
            "INSERT INTO shared_state (key, value, expires_at) VALUES ($1, $2, $3) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
            key,
            value,
            _now() + ttl_seconds,
        )

    async def add(self, key: str, value: str, *, ttl_seconds: int) -> bool:
        row = await fetch_row(
            "INSERT INTO shared_state (key, value, expires_at) VALUES ($1, $2, $3) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at "
            "WHERE shared_state.expires_at <= $4 RETURNING key",
            key,
            value,
            _now() + ttl_seconds,
            _now(),
        )
        return row is not None

    async def increment(self, key: str, *, by: int = 1, ttl_seconds: int) -> int:
        row = await fetch_row(
            "INSERT INTO shared_state (key, value, expires_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET "
            "value = CASE WHEN shared_state.expires_at <= $4 THEN excluded.value "
            "ELSE CAST(CAST(shared_state.value AS BIGINT) + $5 AS TEXT) END, "
            "expires_at = CASE WHEN shared_state.expires_at <= $4 THEN excluded.expires_at "
            "ELSE shared_state.expires_at END RETURNING value",
            key,
            str(by),
            _now() + ttl_seconds,
            _now(),
            by,
        )
        assert row is not None
        return int(row["value"])

    async def delete(self, key: str) -> None:
        await execute("DELETE FROM shared_state WHERE key = $1", key)


async def purge_expired() -> int:
    """Delete what nobody can see any more; return how many keys."""
    return await execute("DELETE FROM shared_state WHERE expires_at <= $1", _now())


def _now() -> int:
    return int(time.time())
