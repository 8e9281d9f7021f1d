"""幂等 — a repeated request gets the stored reply, and the deed is done once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.clock import utc_now
from models.base import new_id
from models.errors import Conflict, Invalid
from models.transactions import Dialects, execute, fetch_row

KEPT_FOR = timedelta(hours=24)


class StillInProgress(Conflict):
    message = "同一请求正在处理中"
    next_step = "请过几秒用同一个 Idempotency-Key 再试"


class KeyReused(Invalid):
    message = "这个 Idempotency-Key 已用于另一个请求"
    next_step = "请为新的请求换一个新的 Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Reply:
    """答复 — a status and an encoded body."""

    status: int
    body: bytes


_PUT = (
    "INSERT INTO stored_replies (id, account_id, key, fingerprint, status, body, created_at) "
    "SELECT $1::uuid, $2::uuid, $3::text, $4::text, 0, $5::bytea, $6::timestamptz {source} "
    "ON CONFLICT (account_id, key) DO UPDATE "
    "SET fingerprint = excluded.fingerprint, status = 0, body = excluded.body, created_at = excluded.created_at "
    "WHERE stored_replies.created_at <= $7::timestamptz RETURNING 1 AS is_claimed"
)
_CLAIM = Dialects(
    postgres="WITH held AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($8::bigint) AS is_free), put AS ("
    + _PUT.format(source="FROM held WHERE is_free")
    + ") SELECT is_free, EXISTS (SELECT 1 FROM put) AS is_claimed FROM held",
    sqlite=_PUT.format(source="WHERE $8 IS NOT NULL").replace("RETURNING 1", "RETURNING 1 AS is_free, 1"),
)


async def claim(*, account_id: UUID, key: str, fingerprint: str, at: datetime) -> Reply | None:
    """Claim a key inside the transaction that does the deed; return the stored reply if the deed was done before.

    The claim, the deed and the stored reply commit together or not at all, so a crash leaves nothing half done.
    On PostgreSQL a second request is told that the first is in flight; SQLite has one writer, so there it waits
    and is given the first one's reply.

    Raises:
        StillInProgress: the first request under this key has not been answered yet.
        KeyReused: the key stands for a request with another path or body.
    """
    claimed = await fetch_row(
        _CLAIM, new_id(), account_id, key, fingerprint, b"", at, at - KEPT_FOR, _lock_number(account_id, key)
    )
    if claimed is not None and not claimed["is_free"]:
        raise StillInProgress
    if claimed is not None and claimed["is_claimed"]:
        return None
    row = await fetch_row(
        "SELECT fingerprint, status, body FROM stored_replies WHERE account_id = $1 AND key = $2", account_id, key
    )
    assert row is not None
    if row["fingerprint"] != fingerprint:
        raise KeyReused
    return Reply(status=row["status"], body=bytes(row["body"]))


async def store(*, account_id: UUID, key: str, reply: Reply) -> None:
    """Keep the reply to a claimed key, in the same transaction."""
    await execute(
        "UPDATE stored_replies SET status = $1, body = $2 WHERE account_id = $3 AND key = $4",
        reply.status,
        reply.body,
        account_id,
        key,
    )


async def purge_stored_replies() -> int:
    """Delete the replies that are past their day; return how many."""
    return await execute("DELETE FROM stored_replies WHERE created_at <= $1", utc_now() - KEPT_FOR)


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """Return the hash by which two requests are the same request."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def _lock_number(account_id: UUID, key: str) -> int:
    digest = hashlib.blake2b(account_id.bytes + key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
