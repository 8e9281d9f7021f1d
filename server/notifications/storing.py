"""消息入库 — notifications and the subscribe messages planned for them, many in one statement (two on SQLite)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from models.batches import CHUNK, as_json, insert_many
from models.transactions import Dialects, execute, fetch_row, is_postgres, transaction

NEWS_FOR = timedelta(hours=24)
"""A subscribe message that waited longer is not sent any more; the inbox has it."""
_FEW = 20
"""Rows that are encoded at once; more are encoded beside the loop."""


class ToldRow(msgspec.Struct):
    """待写的消息 — a notification as the statement reads it; without a template it is for the inbox only."""

    id: UUID
    account_id: UUID
    event: str
    title: str
    text: str
    link: str
    dedupe_key: str
    delivery_id: UUID | None = None
    template: str | None = None
    is_urgent: bool = False
    field_values: str = "{}"


_TOLD = {
    "id": "uuid",
    "account_id": "uuid",
    "event": "text",
    "title": "text",
    "text": "text",
    "link": "text",
    "dedupe_key": "text",
}
_INBOX = insert_many("notifications", _TOLD, fixed={"created_at": "$2"}, conflict="ON CONFLICT (dedupe_key) DO NOTHING")
_SENT_BY = {"delivery_id": "uuid", "template": "text", "is_urgent": "boolean", "field_values": "text"}
_PLAN = (
    "INSERT INTO notification_deliveries (id, created_at, notification_id, account_id, template, is_urgent, "
    "field_values, state, run_at, expires_at, attempts, failures) SELECT "
)
_IN_USE = "t.is_on AND t.template_id IS NOT NULL"
_BOTH = (
    f"WITH x AS (SELECT * FROM jsonb_to_recordset($1::text::jsonb) "
    f"AS r({', '.join(f'{name} {kind}' for name, kind in (_TOLD | _SENT_BY).items())})), "
    f"told AS (INSERT INTO notifications ({', '.join(_TOLD)}, created_at) SELECT {', '.join(_TOLD)}, $2 FROM x "
    "ON CONFLICT (dedupe_key) DO NOTHING RETURNING id), "
    f"planned AS ({_PLAN} x.delivery_id, $2, x.id, x.account_id, x.template, x.is_urgent, x.field_values, 'waiting', "
    "$2, $3, 0, 0 FROM x JOIN told ON told.id = x.id JOIN notification_templates t ON t.key = x.template "
    f"WHERE {_IN_USE}) SELECT COUNT(*) AS n FROM told"
)
_PLANNED = (
    f"{_PLAN} json_extract(value, '$.delivery_id'), $2, n.id, n.account_id, t.key, "
    "json_extract(value, '$.is_urgent'), json_extract(value, '$.field_values'), 'waiting', $2, $3, 0, 0 "
    "FROM json_each($1) JOIN notifications n ON n.id = json_extract(value, '$.id') "
    f"JOIN notification_templates t ON t.key = json_extract(value, '$.template') WHERE {_IN_USE}"
)


async def store_told(rows: Sequence[ToldRow], *, at: datetime) -> int:
    """Store notifications in the current transaction, each once for its key; return how many were new.

    Of those that are new and whose template is in use a delivery is stored with them.
    """
    stored = 0
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        text = as_json(chunk) if len(chunk) <= _FEW else await asyncio.to_thread(as_json, chunk)
        has_template = any(row.template is not None for row in chunk)
        stored += await (_store_planned(text, at) if has_template else execute(_INBOX, text, at))
    return stored


async def _store_planned(text: str, at: datetime) -> int:
    if is_postgres():
        row = await fetch_row(_BOTH, text, at, at + NEWS_FOR)
        return int(row["n"]) if row else 0
    async with transaction():
        stored = await execute(_INBOX, text, at)
        if stored:
            await execute(Dialects(postgres="", sqlite=_PLANNED), text, at, at + NEWS_FOR)
    return stored
