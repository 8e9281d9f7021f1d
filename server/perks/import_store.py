"""导入入库 — stores planned perks hundreds at a time, by one statement for both new and known ones."""

from datetime import datetime

from models.base import new_id
from models.batches import CHUNK, Progress, insert_many, one_of, store_many
from models.transactions import execute
from server.perks.import_plan import PerkChange, Plan

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
_KEPT = {"id", "number", "merchant_id", "state"}
_PERKS = insert_many(
    "perks",
    _COLUMNS,
    fixed={"state_reason": "''", "is_sample": "false", "created_at": "$2", "updated_at": "$2"},
    # a perk suspended or ended while the file was read keeps its state; only a draft goes live
    conflict="ON CONFLICT (number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
    + ", updated_at = excluded.updated_at, "
    "state = CASE WHEN perks.state = 'draft' THEN excluded.state ELSE perks.state END WHERE perks.state <> 'ended'",
)
_LINKS = insert_many(
    "perk_branches",
    {"id": "uuid", "perk_id": "uuid", "branch_id": "uuid"},
    fixed={"created_at": "$2"},
    conflict="ON CONFLICT (perk_id, branch_id) DO NOTHING",
)
_UNLINK = one_of("DELETE FROM perk_branches WHERE id {keys}", "uuid")


async def store_perks(plan: Plan, *, at: datetime, progress: Progress | None) -> None:
    """Store the changes of a plan in the current transaction, in the order of the rows.

    Raises:
        IntegrityError: a number or a branch came or went since the plan was made.
    """
    total = len(plan.changes)
    for start in range(0, total, CHUNK):
        chunk = plan.changes[start : start + CHUNK]
        await store_many(_PERKS, [_perk(change) for change in chunk], at)
        removed = [link for change in chunk for link in change.removed_links]
        if removed:
            await execute(_UNLINK, removed)
        await store_many(_LINKS, [link for change in chunk for link in _links(change)], at)
        if progress is not None:
            progress(start + len(chunk), total)


def _perk(change: PerkChange) -> dict[str, object]:
    return {"id": change.id, "state": change.state.value, **change.values}


def _links(change: PerkChange) -> list[dict[str, object]]:
    return [{"id": new_id(), "perk_id": change.id, "branch_id": branch} for branch in change.added_branches]
