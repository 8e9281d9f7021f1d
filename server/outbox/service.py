"""发件箱业务 — puts work into the outbox, inside the transaction of the deed that needs it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from config.clock import utc_now
from models.base import new_id
from models.batches import insert_many, store_many
from models.outbox import OutboxState
from models.transactions import execute


async def enqueue(kind: str, payload: Mapping[str, object], *, run_at: datetime | None = None) -> UUID:
    """Store one piece of work in the current transaction; it is done at least once, at ``run_at`` or at once.

    ``payload`` holds ids; personal data is looked up when the work is done.
    """
    at = utc_now()
    identifier = new_id()
    await execute(
        "INSERT INTO outbox_messages "
        "(id, created_at, kind, payload, state, run_at, attempts, locked_until, last_fault) "
        "VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, '')",
        identifier,
        at,
        kind,
        msgspec.json.encode(payload).decode(),
        OutboxState.WAITING.value,
        run_at or at,
    )
    return identifier


_MANY = insert_many(
    "outbox_messages",
    {"id": "uuid", "payload": "text"},
    fixed={
        "created_at": "$2",
        "run_at": "$2",
        "kind": "$3",
        "state": f"'{OutboxState.WAITING}'",
        "attempts": "0",
        "last_fault": "''",
    },
)


async def enqueue_many(kind: str, payloads: Sequence[Mapping[str, object]]) -> None:
    """Store many pieces of work of one kind in the current transaction, each to be done at once by itself."""
    rows = [{"id": new_id(), "payload": msgspec.json.encode(payload).decode()} for payload in payloads]
    await store_many(_MANY, rows, utc_now(), kind)
