"""订阅的搜索 — conditions that a person saves, to be told of new postings that fit."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from models.base import new_id
from models.errors import Conflict, Invalid, NotFound
from models.jobs import SavedSearch
from models.transactions import Dialects, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.audit.service import record
from server.jobs.catalogue.criteria import Criteria
from server.search.pairs import NothingToSearch, query_terms

MOST = 10
"""A person's saved searches; the table has so many places for each."""


class TooManySavedSearches(Conflict):
    message = f"最多订阅 {MOST} 个搜索"
    next_step = "请先删除不再需要的订阅"


class SavedSearchNotFound(NotFound):
    message = "没有找到这个订阅"
    next_step = "请返回订阅列表刷新后再试"


class SavedSearchEmpty(Invalid):
    message = "这个订阅没有任何条件，会收到所有新岗位"
    next_step = "请至少选一个条件，例如乡镇或岗位名称"


async def save_search(*, name: str, criteria: Criteria, account_id: UUID, at: datetime) -> SavedSearch:
    """Save a search; from now on its person is told of postings that go live and fit. 订阅。

    Raises:
        SavedSearchEmpty: without a condition.
        NothingToSearch: the words hold no character that could be found.
        TooManySavedSearches: the person has ten.
    """
    _check(criteria)
    search_id = new_id()
    async with transaction():
        if not await _take_place(search_id, name, criteria, account_id, at=at):
            raise TooManySavedSearches
        await _note("saved_search.added", search_id, account_id)
    return await SavedSearch.get(id=search_id)


async def _take_place(search_id: UUID, name: str, criteria: Criteria, account_id: UUID, *, at: datetime) -> bool:
    """Store a search in the first free place of its person; of two who want the same one the other looks again."""
    for _ in range(MOST):
        free = await fetch_row(
            "SELECT min(n.slot) AS slot FROM (SELECT 1 AS slot UNION ALL SELECT slot + 1 FROM saved_searches "
            f"WHERE account_id = $1 AND slot < {MOST}) AS n WHERE NOT EXISTS "
            "(SELECT 1 FROM saved_searches s WHERE s.account_id = $1 AND s.slot = n.slot)",
            account_id,
        )
        if free is None or free["slot"] is None:
            return False
        stored = await execute(
            "INSERT INTO saved_searches (id, created_at, account_id, name, criteria, is_paused, slot, updated_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $2) ON CONFLICT (account_id, slot) DO NOTHING",
            search_id,
            at,
            account_id,
            name,
            encode_criteria(criteria),
            False,
            free["slot"],
        )
        if stored:
            return True
    return False


async def list_saved_searches(*, account_id: UUID) -> list[SavedSearch]:
    """Return a person's saved searches, newest first."""
    return await SavedSearch.filter(account_id=account_id).order_by("-id")


async def get_saved_search(*, search_id: UUID, account_id: UUID) -> SavedSearch:
    """Return a saved search of a person.

    Raises:
        SavedSearchNotFound: this person has no such search.
    """
    found = await SavedSearch.get_or_none(id=search_id, account_id=account_id)
    if found is None:
        raise SavedSearchNotFound
    return found


async def change_saved_search(
    *,
    search_id: UUID,
    account_id: UUID,
    at: datetime,
    name: str | UnsetType = UNSET,
    criteria: Criteria | UnsetType = UNSET,
    is_paused: bool | UnsetType = UNSET,
) -> SavedSearch:
    """Change name or conditions, pause or resume; what went live during a pause is not told afterwards.

    Raises:
        SavedSearchNotFound: this person has no such search.
        SavedSearchEmpty, NothingToSearch: as when it is saved.
    """
    if criteria is not UNSET:
        _check(criteria)
    changed: dict[str, Any] = {
        key: value for key, value in (("name", name), ("is_paused", is_paused)) if value is not UNSET
    }
    if criteria is not UNSET:
        changed["criteria"] = encode_criteria(criteria)
    async with transaction():
        if not await SavedSearch.filter(id=search_id, account_id=account_id).update(**changed, updated_at=at):
            raise SavedSearchNotFound
        await _note("saved_search.changed", search_id, account_id)
    return await SavedSearch.get(id=search_id)


_TAKE = "SELECT id FROM saved_searches WHERE id = $1 AND account_id = $2"


async def remove_saved_search(*, search_id: UUID, account_id: UUID) -> None:
    """Remove a saved search with what it found.

    Raises:
        SavedSearchNotFound: this person has no such search.
    """
    async with transaction():
        # taken first, so that no task adds a match in the middle; on SQLite the transaction excludes it by itself
        if await fetch_row(Dialects(postgres=f"{_TAKE} FOR UPDATE", sqlite=_TAKE), search_id, account_id) is None:
            raise SavedSearchNotFound
        await execute("DELETE FROM saved_search_matches WHERE search_id = $1", search_id)
        await execute("DELETE FROM saved_searches WHERE id = $1", search_id)
        await _note("saved_search.removed", search_id, account_id)


async def list_active(*, employer_id: UUID) -> list[tuple[UUID, Criteria]]:
    """Return every search that is not paused, but for those of people who blocked the employer."""
    rows = await fetch_rows(
        "SELECT s.id, s.criteria FROM saved_searches s WHERE NOT s.is_paused AND NOT EXISTS "
        "(SELECT 1 FROM blocked_employers b WHERE b.account_id = s.account_id AND b.employer_id = $1)",
        employer_id,
    )
    return [(as_uuid(row["id"]), decode_criteria(row["criteria"])) for row in rows]


def encode_criteria(criteria: Criteria) -> str:
    """Return conditions as they are stored; empty ones are left out."""
    kept = {name: value for name in criteria.__slots__ if (value := getattr(criteria, name)) not in ("", None, False)}
    return msgspec.json.encode(kept).decode()


@lru_cache(maxsize=4096)
def decode_criteria(text: str) -> Criteria:
    """Return stored conditions."""
    return msgspec.json.decode(text, type=Criteria)


def _check(criteria: Criteria) -> None:
    if criteria == Criteria(negotiable=criteria.negotiable):
        raise SavedSearchEmpty
    if criteria.q and not query_terms(criteria.q):
        raise NothingToSearch


async def _note(action: str, search_id: UUID, account_id: UUID) -> None:
    await record(account_id=account_id, role="person", action=action, record_type="saved_search", record_id=search_id)
