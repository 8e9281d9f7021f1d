"""店员 — where an account stands at a till, and the end of that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.errors import NotFound
from models.merchants import Clerk
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record


class ClerkNotFound(NotFound):
    message = "没有找到这名店员"
    next_step = "请刷新商户详情后再试"


@dataclass(frozen=True, slots=True)
class Till:
    """收银台 — where a clerk stands."""

    clerk_id: UUID
    merchant_id: UUID
    merchant_name: str
    branch_id: UUID
    branch_name: str
    branch_address: str
    branch_telephone: str
    town_code: str
    display_name: str
    joined_at: datetime


async def find_till(*, account_id: UUID) -> Till | None:
    """Return where an account stands as a clerk, None when it is none."""
    clerk = await Clerk.get_or_none(account_id=account_id, removed_at=None).select_related("merchant", "branch")
    if clerk is None:
        return None
    return Till(
        clerk_id=clerk.id,
        merchant_id=clerk.merchant.id,
        merchant_name=clerk.merchant.name,
        branch_id=clerk.branch.id,
        branch_name=clerk.branch.name,
        branch_address=clerk.branch.address,
        branch_telephone=clerk.branch.telephone,
        town_code=clerk.branch.town_id,
        display_name=clerk.display_name,
        joined_at=clerk.created_at,
    )


async def leave_merchant(*, account_id: UUID, at: datetime) -> None:
    """End the asker's own clerkship at once; leaving when one is no clerk changes nothing."""
    clerk = await Clerk.get_or_none(account_id=account_id, removed_at=None)
    if clerk is not None:
        await _remove(clerk.id, account_id=account_id, role="clerk", action="clerk.left", at=at)


async def remove_clerk(*, clerk_id: UUID, staff: StaffMember, at: datetime) -> None:
    """End a clerkship at once: the guard reads it at every request. Removing again changes nothing.

    Raises:
        ClerkNotFound: there is none, or the branch lies in another town.
    """
    clerk = await Clerk.get_or_none(id=clerk_id).select_related("branch")
    if clerk is None:
        raise ClerkNotFound
    staff.require_town(clerk.branch.town_id, ClerkNotFound)
    await _remove(clerk_id, account_id=staff.account_id, role=staff.staff_role.value, action="clerk.removed", at=at)


async def _remove(clerk_id: UUID, *, account_id: UUID, role: str, action: str, at: datetime) -> None:
    async with transaction():
        if await execute("UPDATE clerks SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL", at, clerk_id):
            await record(account_id=account_id, role=role, action=action, record_type="clerk", record_id=clerk_id)
