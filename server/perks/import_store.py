"""导入入库 — stores planned perks hundreds at a time, by one statement for both new and known ones."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from models.base import new_id
from models.transactions import Dialects, execute
from server.perks.import_plan import PerkChange, Plan

CHUNK = 500

_COLUMNS: dict[str, str] = {
    "id": "uuid",
    "number": "text",
    "category_id": "text",
    "title": "text",
    "description": "text",
    "merchant_id": "uuid",
    "provider": "text",
    "starts_on": "date",
    "ends_on": "date",
    "weekdays": "smallint",
    "hours": "text",
    "card_kinds": "text",
    "households": "text",
    "documents": "text",
    "per_person_day": "int",
    "per_person_month": "int",
    "per_person_year": "int",
    "per_person_ever": "int",
    "total_day": "int",
    "total_ever": "int",
    "source": "text",
    "state": "text",
    "search_text": "text",
}
_NAMES = ", ".join(_COLUMNS)
_KEPT = {"id", "number", "merchant_id", "state"}
# a perk suspended or ended while the file was read keeps its state; only a draft goes live
_UPSERT = (
    "ON CONFLICT (number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
    + ", updated_at = excluded.updated_at, "
    "state = CASE WHEN perks.state = 'draft' THEN excluded.state ELSE perks.state END WHERE perks.state <> 'ended'"
)
_INSERT = f"INSERT INTO perks ({_NAMES}, state_reason, is_sample, created_at, updated_at) SELECT "
_PERKS = Dialects(
    postgres=_INSERT
    + ", ".join(f"x.{name}" for name in _COLUMNS)
    + ", '', false, $2, $2 FROM jsonb_to_recordset($1::text::jsonb) AS x("
    + ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    + ") "
    + _UPSERT,
    sqlite=_INSERT
    + ", ".join(f"json_extract(value, '$.{name}')" for name in _COLUMNS)
    + ", '', 0, $2, $2 FROM json_each($1) WHERE 1 "
    + _UPSERT,
)
_LINKS = Dialects(
    postgres="INSERT INTO perk_branches (id, created_at, perk_id, branch_id) "
    "SELECT x.id, $2, x.perk_id, x.branch_id FROM jsonb_to_recordset($1::text::jsonb) "
    "AS x(id uuid, perk_id uuid, branch_id uuid) ON CONFLICT (perk_id, branch_id) DO NOTHING",
    sqlite="INSERT INTO perk_branches (id, created_at, perk_id, branch_id) "
    "SELECT json_extract(value, '$.id'), $2, json_extract(value, '$.perk_id'), json_extract(value, '$.branch_id') "
    "FROM json_each($1) WHERE 1 ON CONFLICT (perk_id, branch_id) DO NOTHING",
)
_UNLINK = Dialects(
    postgres="DELETE FROM perk_branches WHERE id = ANY($1::uuid[])",
    sqlite="DELETE FROM perk_branches WHERE id IN (SELECT value FROM json_each($1))",
)


async def store_perks(plan: Plan, *, at: datetime, progress: Callable[[int, int], None] | None) -> None:
    """Store the changes of a plan in the current transaction, in the order of the rows.

    Raises:
        IntegrityError: a number or a branch came or went since the plan was made.
    """
    total = len(plan.changes)
    for start in range(0, total, CHUNK):
        chunk = plan.changes[start : start + CHUNK]
        perks, links = await asyncio.to_thread(_encode, chunk)
        await execute(_PERKS, perks, at)
        removed = [link for change in chunk for link in change.removed_links]
        if removed:
            await execute(_UNLINK, removed)
        await execute(_LINKS, links, at)
        if progress is not None:
            progress(start + len(chunk), total)


def _encode(changes: Sequence[PerkChange]) -> tuple[str, str]:
    perks = [{"id": str(change.id), "state": change.state.value, **change.values} for change in changes]
    links = [
        {"id": str(new_id()), "perk_id": str(change.id), "branch_id": str(branch_id)}
        for change in changes
        for branch_id in change.added_branches
    ]
    return msgspec.json.encode(perks).decode(), msgspec.json.encode(links).decode()
