"""知识版本 — reading one, and the one statement by which each step of it is taken."""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec

from bot.knowledge.entries import Entry
from models.base import new_id
from models.errors import NotFound
from models.knowledge import (
    KNOWLEDGE_TRANSITIONS,
    OPEN_STATES,
    KnowledgeDeed,
    KnowledgeState,
    KnowledgeStateForbids,
    KnowledgeVersion,
)
from models.transactions import execute, fetch_row
from server.accounts.guards import StaffMember
from server.audit.service import record

_INSERT = (
    "INSERT INTO knowledge_versions (id, created_at, slug, number, state, is_retirement, content, content_digest, "
    "revision, editors, author_id, reviewer_id, effective_from, effective_to, published_at, note, reason, updated_at) "
    "SELECT $1::uuid, $2::timestamptz, $3::text, coalesce(max(number), 0) + 1, $4, $5::boolean, $6, $7, 1, $8, "
    "$9::uuid, $10::uuid, $11::date, NULL, $12::timestamptz, $13, $14, $2::timestamptz "
    "FROM knowledge_versions WHERE slug = $3::text "
    "HAVING $15::integer IS NULL OR coalesce(max(number), 0) = $15::integer "
    "ON CONFLICT DO NOTHING"
)
_MOVE = (
    "UPDATE knowledge_versions SET state = $1, revision = revision + 1, reason = $2, updated_at = $3 "
    "WHERE id = $4 AND revision = $5 AND state IN ({states})"
)


class KnowledgeTopicNotFound(NotFound):
    message = "没有这个知识条目"
    next_step = "请从列表里选，新条目请先建草稿"


class KnowledgeDraftNotFound(NotFound):
    message = "这个条目现在没有草稿"
    next_step = "请先建草稿"


def digest_of(entry: Entry) -> str:
    """Return what tells one content from another; the day of its review does not count."""
    plain = msgspec.structs.replace(entry, reviewed_on=date.min)
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()[:16]


def entry_of(version: KnowledgeVersion) -> Entry:
    """Return the content of a version."""
    return msgspec.json.decode(version.content, type=Entry)


async def find_open(slug: str) -> KnowledgeVersion | None:
    """Return the version of a topic that is being written or reviewed."""
    return await KnowledgeVersion.filter(slug=slug, state__in=list(OPEN_STATES)).first()


async def get_open(slug: str) -> KnowledgeVersion:
    """Return the version of a topic that is being written or reviewed.

    Raises:
        KnowledgeDraftNotFound: there is none.
    """
    version = await find_open(slug)
    if version is None:
        raise KnowledgeDraftNotFound
    return version


async def last_number(slug: str) -> int:
    """Return the number of the last version of a topic, 0 if staff wrote none."""
    row = await fetch_row("SELECT coalesce(max(number), 0) AS n FROM knowledge_versions WHERE slug = $1", slug)
    return int(row["n"]) if row else 0


async def add_version(
    *,
    entry: Entry,
    state: KnowledgeState,
    staff: StaffMember,
    at: datetime,
    note: str = "",
    reason: str = "",
    effective_from: date | None = None,
    is_retirement: bool = False,
    after: int | None = None,
) -> UUID | None:
    """Store the next version of a topic in the caller's transaction; None if another one is open or came between.

    ``after`` is the number that has to be the last one still.
    """
    identifier = new_id()
    is_published = state is KnowledgeState.PUBLISHED
    stored = await execute(
        _INSERT,
        identifier,
        at,
        entry.slug,
        state.value,
        is_retirement,
        msgspec.json.encode(entry).decode(),
        digest_of(entry),
        msgspec.json.encode([str(staff.account_id)]).decode(),
        staff.account_id,
        staff.account_id if is_published else None,
        effective_from,
        at if is_published else None,
        note,
        reason,
        after,
    )
    return identifier if stored else None


async def move(
    version: KnowledgeVersion, deed: KnowledgeDeed, *, revision: int, staff: StaffMember, at: datetime, reason: str = ""
) -> None:
    """Take one step of a version in the caller's transaction, if it is still as its reader saw it.

    Raises:
        KnowledgeStateForbids: the deed does not begin in its state, or it was changed meanwhile.
    """
    before, after = KNOWLEDGE_TRANSITIONS[deed]
    states = ", ".join(f"'{state.value}'" for state in sorted(before))
    if not await execute(_MOVE.format(states=states), after.value, reason, at, version.id, revision):
        raise KnowledgeStateForbids
    await note(version, deed.value, staff)


async def note(version: KnowledgeVersion, deed: str, staff: StaffMember) -> None:
    """Put a deed on record."""
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=f"knowledge.{deed}",
        record_type="knowledge_version",
        record_id=version.id,
        detail={"slug": version.slug, "number": version.number},
    )
