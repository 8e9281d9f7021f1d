"""岗位目录任务 — a posting that went live is laid beside the saved searches, and people are told in digests."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.clock import beijing_day, utc_now
from models.base import new_id
from models.jobs import JobKind
from models.transactions import Dialects, Row, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.jobs.catalogue.matching import Offer, fits
from server.jobs.catalogue.saved_searches import list_active
from server.notifications.service import Event, notify

QUIET = timedelta(minutes=1)
"""A digest goes out when nothing new has come for so long: an import is told once."""
LONGEST_WAIT = timedelta(minutes=10)
MATCHES_KEPT = timedelta(days=90)

_OPEN = "p.state = 'live' AND e.state = 'approved' AND (p.closes_on IS NULL OR p.closes_on >= $1)"
_INSERT = (
    "INSERT INTO saved_search_matches (id, created_at, search_id, posting_id) "
    "SELECT m.id, $1::timestamptz, m.search_id, $2::uuid FROM"
)
_ONCE = "WHERE true ON CONFLICT (search_id, posting_id) DO NOTHING"
_MARK = Dialects(
    postgres=f"{_INSERT} unnest($3::uuid[], $4::uuid[]) AS m (id, search_id) {_ONCE}",
    sqlite=f"{_INSERT} (SELECT i.value AS id, s.value AS search_id FROM json_each($3) i "
    f"JOIN json_each($4) s ON s.key = i.key) m {_ONCE}",
)


async def posting_published(payload: dict[str, Any]) -> None:
    """Do the work of a message ``jobs.posting_published``: ``{posting_id}``."""
    await match_posting(posting_id=UUID(payload["posting_id"]), at=utc_now())


async def match_posting(*, posting_id: UUID, at: datetime) -> int:
    """Mark a posting for every saved search that it fits, once for each; return how many were new.

    Nothing is marked of a posting that is open no longer, nor for people who blocked its employer.
    """
    row = await fetch_row(
        "SELECT p.employer_id, p.search_text, p.town_id, p.kind, p.pay_min_fen, p.pay_max_fen, p.schooling_rank "
        f"FROM job_postings p JOIN employers e ON e.id = p.employer_id WHERE {_OPEN} AND p.id = $2",
        beijing_day(at),
        posting_id,
    )
    if row is None:
        return 0
    offer = await _offer(row, posting_id)
    searches = await list_active(employer_id=as_uuid(row["employer_id"]))
    found = [search_id for search_id, criteria in searches if fits(offer, criteria)]
    if not found:
        return 0
    return await execute(_MARK, at, posting_id, [new_id() for _ in found], found)


async def _offer(row: Row, posting_id: UUID) -> Offer:
    fairs = await fetch_rows(
        "SELECT b.fair_id FROM fair_postings b JOIN job_fairs f ON f.id = b.fair_id "
        "WHERE b.posting_id = $1 AND f.state = 'published'",
        posting_id,
    )
    return Offer(
        words=frozenset(row["search_text"].split()),
        town=row["town_id"],
        kind=JobKind(row["kind"]),
        pay_min_fen=row["pay_min_fen"],
        pay_max_fen=row["pay_max_fen"],
        schooling_rank=row["schooling_rank"],
        fair_ids=frozenset(as_uuid(fair["fair_id"]) for fair in fairs),
    )


async def tell_matches(*, at: datetime) -> int:
    """Tell people of the new postings that fit their saved searches, one message a search; return how many messages.

    A search waits until nothing new has come for a minute, ten minutes at the most, so that an import of thousands is
    one message. What was marked and the message are stored together: run twice, or by two workers, it tells once.
    """
    due = await fetch_rows(
        "SELECT search_id FROM saved_search_matches WHERE notified_at IS NULL GROUP BY search_id "
        "HAVING max(created_at) <= $1 OR min(created_at) <= $2",
        at - QUIET,
        at - LONGEST_WAIT,
    )
    return sum([await _tell(as_uuid(row["search_id"]), at=at) for row in due])


async def _tell(search_id: UUID, *, at: datetime) -> bool:
    async with transaction():
        taken = await fetch_rows(
            "UPDATE saved_search_matches SET notified_at = $1 WHERE search_id = $2 AND notified_at IS NULL "
            "RETURNING id, posting_id",
            at,
            search_id,
        )
        if not taken:
            return False
        search = await fetch_row("SELECT account_id, name, is_paused FROM saved_searches WHERE id = $1", search_id)
        fresh = {str(row["posting_id"]) for row in taken}
        open_ones = [row for row in await _still_open(search_id, at=at) if str(row["id"]) in fresh]
        if search is None or search["is_paused"] or not open_ones:
            return False
        await execute("UPDATE saved_searches SET notified_at = $1 WHERE id = $2", at, search_id)
        event = _event(search_id, min(str(row["id"]) for row in taken), search["name"], open_ones)
        return await notify(account_id=as_uuid(search["account_id"]), event=event, at=at)


async def _still_open(search_id: UUID, *, at: datetime) -> list[Row]:
    return await fetch_rows(
        "SELECT p.id, p.title, e.name FROM saved_search_matches m JOIN job_postings p ON p.id = m.posting_id "
        f"JOIN employers e ON e.id = p.employer_id WHERE {_OPEN} AND m.search_id = $2 AND m.notified_at = $3 "
        "ORDER BY p.id",
        beijing_day(at),
        search_id,
        at,
    )


def _event(search_id: UUID, match_id: str, name: str, found: list[Row]) -> Event:
    key = f"saved_search:{match_id}"
    if len(found) == 1:
        [only] = found
        text = f"有 1 个新岗位符合「{name}」：{only['name']}招聘{only['title']}"
        return Event("saved_search.matched", key, "有新岗位", text, f"/v1/jobs/{only['id']}")
    text = f"有 {len(found)} 个新岗位符合「{name}」"
    return Event("saved_search.matched", key, "有新岗位", text, f"/v1/saved-searches/{search_id}")


async def purge_matches(*, at: datetime) -> int:
    """Delete matches that were told more than 90 days ago; return how many."""
    return await execute("DELETE FROM saved_search_matches WHERE notified_at < $1", at - MATCHES_KEPT)
