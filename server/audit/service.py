"""审计业务 — an entry goes into the transaction of its deed; sealing is the worker's, so deeds never queue for it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from config.clock import utc_now
from models.base import new_id
from models.batches import insert_many, store_many
from models.transactions import execute

INSERT = (
    "INSERT INTO audit_entries (id, created_at, account_id, role, action, record_type, record_id, detail) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)


async def record(
    *,
    account_id: UUID | None,
    role: str,
    action: str,
    record_type: str,
    record_id: object,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write one audit entry in the current transaction. ``detail`` holds ids, states and reasons, never personal data.

    ``account_id`` None stands for the command line or the worker.
    """
    await execute(
        INSERT,
        new_id(),
        utc_now(),
        account_id,
        role,
        action,
        record_type,
        str(record_id),
        msgspec.json.encode(detail or {}).decode(),
    )


_MANY = insert_many(
    "audit_entries",
    {"id": "uuid", "record_id": "text", "detail": "text"},
    fixed={"created_at": "$2", "account_id": "$3", "role": "$4", "action": "$5", "record_type": "$6"},
)


async def record_many(
    *,
    account_id: UUID | None,
    role: str,
    action: str,
    record_type: str,
    details: Sequence[tuple[object, Mapping[str, object]]],
) -> None:
    """Write one audit entry for each record of a deed on many: its id and its detail. See ``record``."""
    rows = [
        {"id": new_id(), "record_id": str(identifier), "detail": msgspec.json.encode(detail).decode()}
        for identifier, detail in details
    ]
    await store_many(_MANY, rows, utc_now(), account_id, role, action, record_type)
