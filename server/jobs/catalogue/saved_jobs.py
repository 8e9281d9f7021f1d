"""收藏的岗位 — postings that a person keeps an eye on."""

from datetime import datetime
from uuid import UUID

from models.base import new_id
from models.errors import NotFound
from models.transactions import Row, execute, fetch_rows, transaction
from server.audit.service import record
from server.jobs.catalogue.detail import get_job
from server.jobs.catalogue.ways import COLUMNS


class SavedJobNotFound(NotFound):
    message = "您没有收藏这个岗位"
    next_step = "请返回收藏列表刷新后再试"


async def save_job(*, posting_id: UUID, account_id: UUID, at: datetime) -> Row:
    """Keep a posting that the person can see; saving again keeps the first time. 收藏。

    Raises:
        JobNotFound: there is no such posting for this person.
    """
    await get_job(posting_id=posting_id, account_id=account_id, at=at)
    async with transaction():
        added = await execute(
            "INSERT INTO saved_jobs (id, created_at, account_id, posting_id) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (account_id, posting_id) DO NOTHING",
            new_id(),
            at,
            account_id,
            posting_id,
        )
        if added:
            await _note("saved_job.added", posting_id, account_id)
    [row] = await _saved(account_id, "AND p.id = $2", posting_id)
    return row


async def remove_saved_job(*, posting_id: UUID, account_id: UUID) -> None:
    """Keep a posting no longer.

    Raises:
        SavedJobNotFound: the person has not saved it.
    """
    async with transaction():
        removed = await execute(
            "DELETE FROM saved_jobs WHERE account_id = $1 AND posting_id = $2", account_id, posting_id
        )
        if not removed:
            raise SavedJobNotFound
        await _note("saved_job.removed", posting_id, account_id)


async def list_saved_jobs(*, account_id: UUID, after: UUID | None = None, limit: int = 20) -> list[Row]:
    """Return what a person saved, in whatever state it is now, the last saved first.

    ``after`` is the ``saved_id`` of the last row before; rows carry it with ``saved_at`` and the posting's columns.
    """
    beyond, values = ("AND s.id < $2", [after]) if after else ("", [])
    return await _saved(account_id, f"{beyond} ORDER BY s.id DESC LIMIT {limit}", *values)


async def _saved(account_id: UUID, rest: str, *values: object) -> list[Row]:
    return await fetch_rows(
        f"SELECT {COLUMNS}, p.state, e.state AS employer_state, s.id AS saved_id, s.created_at AS saved_at "
        "FROM saved_jobs s JOIN job_postings p ON p.id = s.posting_id JOIN employers e ON e.id = p.employer_id "
        f"WHERE s.account_id = $1 {rest}",
        account_id,
        *values,
    )


async def _note(action: str, posting_id: UUID, account_id: UUID) -> None:
    await record(account_id=account_id, role="person", action=action, record_type="job_posting", record_id=posting_id)
