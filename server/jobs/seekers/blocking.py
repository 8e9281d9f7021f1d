"""不看的用人单位 — employers whose postings a person does not want to be offered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.base import new_id
from models.employers import Employer, EmployerState
from models.errors import NotFound
from models.seekers import BlockedEmployer
from models.transactions import execute, transaction
from server.audit.service import record
from server.employers.service import EmployerNotFound


class BlockedEmployerNotFound(NotFound):
    message = "这个单位不在不看的名单里"
    next_step = "请刷新名单后再试"


@dataclass(frozen=True, slots=True)
class Blocked:
    """An employer of the list, and since when; ``id`` is the entry's, for paging."""

    id: UUID
    employer_id: UUID
    employer_name: str
    blocked_at: datetime


async def block_employer(*, employer_id: UUID, account_id: UUID, at: datetime) -> Blocked:
    """Keep an employer's postings out of a person's recommendations; again changes nothing. 不看这个单位。

    Raises:
        EmployerNotFound: there is none that ever recruited here.
    """
    recruiting = (EmployerState.APPROVED, EmployerState.SUSPENDED)
    employer = await Employer.get_or_none(id=employer_id, state__in=recruiting)
    if employer is None:
        raise EmployerNotFound(next_step="请返回岗位列表刷新后再试")
    async with transaction():
        is_new = await execute(
            "INSERT INTO blocked_employers (id, created_at, account_id, employer_id) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (account_id, employer_id) DO NOTHING",
            new_id(),
            at,
            account_id,
            employer_id,
        )
        if is_new:
            await _audit("employer.blocked", employer_id, account_id)
        entry = await BlockedEmployer.get(account_id=account_id, employer_id=employer_id)
    return Blocked(entry.id, employer_id, employer.name, entry.created_at)


async def unblock_employer(*, employer_id: UUID, account_id: UUID) -> None:
    """Let an employer's postings be recommended to a person again.

    Raises:
        BlockedEmployerNotFound: this person does not block it.
    """
    async with transaction():
        removed = await execute(
            "DELETE FROM blocked_employers WHERE account_id = $1 AND employer_id = $2", account_id, employer_id
        )
        if not removed:
            raise BlockedEmployerNotFound
        await _audit("employer.unblocked", employer_id, account_id)


async def list_blocked_employers(*, account_id: UUID, after: UUID | None = None, limit: int = 20) -> list[Blocked]:
    """Return the employers that a person blocks, the latest first; ``after`` is the last id of the page before."""
    found = BlockedEmployer.filter(account_id=account_id)
    if after is not None:
        found = found.filter(id__lt=after)
    entries = await found.order_by("-id").limit(limit).select_related("employer")
    return [Blocked(entry.id, entry.employer_id, entry.employer.name, entry.created_at) for entry in entries]


async def _audit(action: str, employer_id: UUID, account_id: UUID) -> None:
    await record(account_id=account_id, role="person", action=action, record_type="employer", record_id=employer_id)
