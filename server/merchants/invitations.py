"""店员邀请 — a one-time code that makes an account a clerk of one branch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.errors import Conflict, NotFound
from models.merchants import Branch, Clerk, ClerkInvitation, MerchantState
from models.transactions import Row, as_instant, as_uuid, execute, fetch_row, savepoint, transaction
from server.accounts.codes import make_code, read_code
from server.accounts.guards import BranchClosed, MerchantSuspended, StaffMember
from server.accounts.service import hash_token
from server.audit.service import record
from server.merchants.branches import BranchNotFound
from server.merchants.clerks import Till, find_till
from server.merchants.service import get_visible_merchant

INVITATION_DAYS = 7


class InvitationUnknown(NotFound):
    message = "没有这个邀请码，或它已被撤回"
    next_step = "请向店里负责人核对，或申请新的邀请码"


class InvitationUsed(Conflict):
    message = "这个邀请码已经被使用"
    next_step = "每个邀请码只能用一次，请向店里负责人申请新的邀请码"


class InvitationExpired(Conflict):
    message = "这个邀请码已经过期"
    next_step = f"邀请码 {INVITATION_DAYS} 天内有效，请向店里负责人申请新的邀请码"


class AlreadyAClerk(Conflict):
    message = "当前账号已经是一家门店的店员"
    next_step = "请先在小程序中退出原来的门店，再输入邀请码"


class InvitationNotFound(NotFound):
    message = "没有找到这个邀请"
    next_step = "请刷新商户详情后再试"


class MerchantNotActive(Conflict):
    message = "这个商户已被暂停，不能邀请店员"
    next_step = "请先恢复商户，再发邀请"


class BranchNotOpen(Conflict):
    message = "这个门店已关闭，不能邀请店员"
    next_step = "请换一个营业中的门店，或先恢复这个门店"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation just made; the code is shown this once and stored only as a hash."""

    id: UUID
    code: str
    expires_at: datetime


async def invite_clerk(
    *, merchant_id: UUID, branch_id: UUID, display_name: str, staff: StaffMember, at: datetime
) -> Invitation:
    """Make a code, good for seven days and one use, that makes its bearer a clerk of a branch.

    Raises:
        MerchantNotFound: there is none, or none in the town of the staff member.
        BranchNotFound: the merchant has no such branch, or it lies in another town.
        MerchantNotActive: the merchant is suspended.
        BranchNotOpen: the branch is closed.
    """
    merchant = await get_visible_merchant(merchant_id=merchant_id, staff=staff)
    branch = await Branch.get_or_none(id=branch_id, merchant_id=merchant_id)
    if branch is None:
        raise BranchNotFound
    staff.require_town(branch.town_id, BranchNotFound)
    if merchant.state is not MerchantState.ACTIVE:
        raise MerchantNotActive
    if branch.closed_at is not None:
        raise BranchNotOpen
    code, expires_at = make_code(), at + timedelta(days=INVITATION_DAYS)
    async with transaction():
        invitation = await ClerkInvitation.create(
            merchant_id=merchant_id,
            branch_id=branch_id,
            code_hash=hash_token(read_code(code)),
            display_name=display_name,
            expires_at=expires_at,
            created_at=at,
        )
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="clerk_invitation.made",
            record_type="clerk_invitation",
            record_id=invitation.id,
            detail={"merchant_id": str(merchant_id), "branch_id": str(branch_id)},
        )
    return Invitation(id=invitation.id, code=code, expires_at=expires_at)


async def revoke_invitation(*, invitation_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take an unused invitation back; taking it back again changes nothing.

    Raises:
        InvitationNotFound: there is none, or its branch lies in another town.
        InvitationUsed: somebody has joined by it; remove that clerk instead.
    """
    invitation = await ClerkInvitation.get_or_none(id=invitation_id).select_related("branch")
    if invitation is None:
        raise InvitationNotFound
    staff.require_town(invitation.branch.town_id, InvitationNotFound)
    async with transaction():
        revoked = await execute(
            "UPDATE clerk_invitations SET revoked_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL",
            at,
            invitation_id,
        )
        if revoked:
            await record(
                account_id=staff.account_id,
                role=staff.staff_role.value,
                action="clerk_invitation.revoked",
                record_type="clerk_invitation",
                record_id=invitation_id,
            )
        elif await ClerkInvitation.exists(id=invitation_id, used_at__isnull=False):
            raise InvitationUsed(next_step="如要停止这名店员核验，请在店员列表中移除")


async def join_merchant(*, code: str, account_id: UUID, at: datetime) -> Till:
    """Make an account the clerk that an invitation calls for.

    The account that used a code may repeat the request and gets its membership again. Of two people with one code
    one joins: the use is one guarded UPDATE.

    Raises:
        InvitationMistyped: the check sign shows a slip of the finger.
        InvitationUnknown: no such code, or it was taken back.
        InvitationUsed: somebody else joined by it.
        InvitationExpired: it is older than seven days.
        MerchantSuspended: the merchant is suspended.
        BranchClosed: the branch is closed.
        AlreadyAClerk: the account is a clerk already; the code stays good.
    """
    code_hash = hash_token(read_code(code))
    async with transaction():
        invitation = await _find_invitation(code_hash)
        if invitation is None:
            raise InvitationUnknown
        if invitation["state"] != MerchantState.ACTIVE:
            raise MerchantSuspended
        if invitation["closed_at"] is not None:
            raise BranchClosed
        used = await execute(
            "UPDATE clerk_invitations SET used_at = $1 "
            "WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $1",
            at,
            as_uuid(invitation["id"]),
        )
        if used:
            await _make_clerk(invitation, account_id=account_id, at=at)
        else:
            await _accept_repetition(code_hash, account_id=account_id)
    till = await find_till(account_id=account_id)
    if till is None:
        raise InvitationUsed  # the clerk was removed at this very moment
    return till


async def _find_invitation(code_hash: str) -> Row | None:
    return await fetch_row(
        "SELECT i.id, i.merchant_id, i.branch_id, i.display_name, i.used_at, m.state, b.closed_at "
        "FROM clerk_invitations i JOIN merchants m ON m.id = i.merchant_id JOIN branches b ON b.id = i.branch_id "
        "WHERE i.code_hash = $1 AND i.revoked_at IS NULL",
        code_hash,
    )


async def _make_clerk(invitation: Row, *, account_id: UUID, at: datetime) -> None:
    try:
        async with savepoint():
            clerk = await Clerk.create(
                account_id=account_id,
                merchant_id=as_uuid(invitation["merchant_id"]),
                branch_id=as_uuid(invitation["branch_id"]),
                display_name=invitation["display_name"],
                created_at=at,
            )
    except IntegrityError:
        raise AlreadyAClerk from None
    await record(
        account_id=account_id,
        role="clerk",
        action="clerk.joined",
        record_type="clerk",
        record_id=clerk.id,
        detail={"merchant_id": str(invitation["merchant_id"]), "branch_id": str(invitation["branch_id"])},
    )


async def _accept_repetition(code_hash: str, *, account_id: UUID) -> None:
    """Say why a code could not be used, unless this account is the one that used it."""
    invitation = await _find_invitation(code_hash)
    if invitation is None:
        raise InvitationUnknown
    if invitation["used_at"] is None:
        raise InvitationExpired
    is_own = await Clerk.exists(
        account_id=account_id,
        branch_id=as_uuid(invitation["branch_id"]),
        created_at=as_instant(invitation["used_at"]),
        removed_at=None,
    )
    if not is_own:
        raise InvitationUsed
