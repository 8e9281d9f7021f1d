"""工作人员管理 — invited by an administrator (the first one by the command line), suspended at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.accounts import StaffInvitation, StaffMember, StaffRole
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.towns import Town
from models.transactions import Dialects, execute, fetch_rows, savepoint, transaction
from server.accounts.codes import make_code, read_code
from server.accounts.service import hash_token
from server.audit.service import record

INVITATION_DAYS = 7


class StaffInvitationUnknown(NotFound):
    message = "没有这个邀请码"
    next_step = "请向系统管理员核对，或申请新的邀请码"


class StaffInvitationUsed(Conflict):
    message = "这个邀请码已经被使用"
    next_step = "每个邀请码只能用一次，请向系统管理员申请新的邀请码"


class StaffInvitationExpired(Conflict):
    message = "这个邀请码已经过期"
    next_step = f"邀请码 {INVITATION_DAYS} 天内有效，请向系统管理员申请新的邀请码"


class AlreadyStaff(Conflict):
    message = "当前账号已经是工作人员"
    next_step = "如要更换岗位，请联系系统管理员"


class StaffInvitationMisaddressed(Invalid):
    message = "岗位和乡镇不相符"
    next_step = "服务站工作人员须选定乡镇，系统管理员不选乡镇"


class StaffMemberNotFound(NotFound):
    message = "没有这名工作人员"
    next_step = "请刷新名单后再试"


class LastAdministrator(Conflict):
    message = "这是最后一名在岗的系统管理员，停用后没有人能管理系统"
    next_step = "请先邀请另一名系统管理员并等其加入，再停用这一名"


@dataclass(frozen=True, slots=True)
class StaffInvited:
    """An invitation just made; the code is shown this once and stored only as a hash."""

    id: UUID
    code: str
    expires_at: datetime


async def invite(
    *, role: StaffRole, town_code: str | None, display_name: str, inviter_id: UUID | None, at: datetime
) -> StaffInvited:
    """Make a code, good for seven days and one use, that makes its bearer staff. ``inviter_id`` None: the command line.

    Raises:
        StaffInvitationMisaddressed: staff without a town of ours, or an administrator with one.
    """
    is_addressed = town_code is not None and await Town.exists(code=town_code)
    if is_addressed is not (role is StaffRole.STAFF) or (role is StaffRole.ADMINISTRATOR and town_code is not None):
        raise StaffInvitationMisaddressed(errors=(FieldError("town_code", StaffInvitationMisaddressed.next_step),))
    code, expires_at = make_code(), at + timedelta(days=INVITATION_DAYS)
    async with transaction():
        invitation = await StaffInvitation.create(
            role=role,
            town_code=town_code,
            display_name=display_name,
            code_hash=hash_token(read_code(code)),
            expires_at=expires_at,
            created_at=at,
        )
        await _audit("staff.invited", invitation.id, by=inviter_id, role=role, town_code=town_code)
    return StaffInvited(id=invitation.id, code=code, expires_at=expires_at)


async def join(*, code: str, account_id: UUID, at: datetime) -> StaffMember:
    """Make an account the member of staff that an invitation calls for; its own repetition gets the member again.

    Raises:
        InvitationMistyped: the check sign shows a slip of the finger.
        StaffInvitationUnknown: no such code.
        StaffInvitationUsed: somebody else joined by it.
        StaffInvitationExpired: it is older than seven days.
        AlreadyStaff: the account is staff already; the code stays good.
    """
    invitation = await StaffInvitation.get_or_none(code_hash=hash_token(read_code(code)))
    if invitation is None:
        raise StaffInvitationUnknown
    async with transaction():
        used = await execute(
            "UPDATE staff_invitations SET used_at = $1, used_by_id = $2 "
            "WHERE id = $3 AND used_at IS NULL AND expires_at > $1",
            at,
            account_id,
            invitation.id,
        )
        if not used:
            return await _repeated(invitation.id, account_id=account_id)
        try:
            async with savepoint():
                member = await StaffMember.create(
                    account_id=account_id,
                    role=invitation.role,
                    town_code=invitation.town_code,
                    display_name=invitation.display_name,
                    created_at=at,
                )
        except IntegrityError:
            raise AlreadyStaff from None
        await _audit("staff.joined", member.id, by=account_id, role=member.role, town_code=member.town_code)
        return member


async def _repeated(invitation_id: UUID, *, account_id: UUID) -> StaffMember:
    invitation = await StaffInvitation.get(id=invitation_id)
    if invitation.used_at is None:
        raise StaffInvitationExpired
    member = await StaffMember.get_or_none(account_id=account_id)
    if invitation.used_by_id != account_id or member is None:
        raise StaffInvitationUsed
    return member


async def list_members() -> list[StaffMember]:
    """Return all staff, suspended ones too, in the order of joining."""
    return await StaffMember.all().order_by("created_at", "id")


async def suspend(*, member_id: UUID, by: UUID, at: datetime) -> StaffMember:
    """Take a person's rights away at once; doing it again changes nothing.

    Raises:
        StaffMemberNotFound: there is none.
        LastAdministrator: nobody would be left to administer.
    """
    async with transaction():
        # lock every administrator first: two who suspend each other at the same moment must take turns
        await fetch_rows(
            Dialects(
                postgres="SELECT id FROM staff_members WHERE role = 'administrator' ORDER BY id FOR UPDATE",
                sqlite="SELECT id FROM staff_members WHERE role = 'administrator'",
            )
        )
        suspended = await execute(
            "UPDATE staff_members SET suspended_at = $1 WHERE id = $2 AND suspended_at IS NULL AND (role = 'staff' "
            "OR EXISTS (SELECT 1 FROM staff_members o WHERE o.role = 'administrator' AND o.suspended_at IS NULL "
            "AND o.id <> $2))",
            at,
            member_id,
        )
        member = await _get(member_id)
        if member.suspended_at is None:
            raise LastAdministrator
        if suspended:
            await _audit("staff.suspended", member_id, by=by, role=member.role, town_code=member.town_code)
        return member


async def reinstate(*, member_id: UUID, by: UUID, at: datetime) -> StaffMember:
    """Give a person's rights back; doing it again changes nothing.

    Raises:
        StaffMemberNotFound: there is none.
    """
    async with transaction():
        changed = await execute(
            "UPDATE staff_members SET suspended_at = NULL WHERE id = $1 AND suspended_at IS NOT NULL", member_id
        )
        member = await _get(member_id)
        if changed:
            await _audit("staff.reinstated", member_id, by=by, role=member.role, town_code=member.town_code)
        return member


async def _get(member_id: UUID) -> StaffMember:
    member = await StaffMember.get_or_none(id=member_id)
    if member is None:
        raise StaffMemberNotFound
    return member


async def _audit(action: str, record_id: UUID, *, by: UUID | None, role: StaffRole, town_code: str | None) -> None:
    await record(
        account_id=by,
        role="administrator" if by else "system",
        action=action,
        record_type="staff_member",
        record_id=record_id,
        detail={"role": role.value, "town_code": town_code},
    )
