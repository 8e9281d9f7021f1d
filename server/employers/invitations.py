"""用人单位邀请 — a one-time code that makes an account a member of one employer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.employers import Employer, EmployerInvitation, EmployerMember, EmployerState
from models.errors import Conflict, NotFound
from models.transactions import execute, transaction
from server.accounts.codes import make_code, read_code
from server.accounts.guards import EmployerMember as Asker
from server.accounts.guards import StaffMember
from server.accounts.service import hash_token
from server.audit.service import record
from server.employers.members import add_member
from server.employers.service import get_visible_employer

INVITATION_DAYS = 7


class EmployerInvitationUnknown(NotFound):
    message = "没有这个邀请码，或它已被撤回"
    next_step = "请向本单位发出邀请的人核对，或申请新的邀请码"


class EmployerInvitationUsed(Conflict):
    message = "这个邀请码已经被使用"
    next_step = "每个邀请码只能用一次，请向本单位申请新的邀请码"


class EmployerInvitationExpired(Conflict):
    message = "这个邀请码已经过期"
    next_step = f"邀请码 {INVITATION_DAYS} 天内有效，请向本单位申请新的邀请码"


class EmployerInvitationNotFound(NotFound):
    message = "没有找到这个邀请"
    next_step = "请刷新邀请列表后再试"


class EmployerSuspended(Conflict):
    message = "这个单位已被暂停，不能邀请或加入"
    next_step = EmployerState.SUSPENDED.next_step


@dataclass(frozen=True, slots=True)
class MemberInvited:
    """An invitation just made; the code is shown this once and stored only as a hash."""

    id: UUID
    code: str
    expires_at: datetime


async def invite_member(*, display_name: str, asker: Asker, at: datetime) -> MemberInvited:
    """Make a code, good for seven days and one use, that makes its bearer a member of the asker's own employer.

    Raises:
        EmployerSuspended: the employer is suspended.
    """
    if asker.state is EmployerState.SUSPENDED:
        raise EmployerSuspended
    return await _invite(asker.employer_id, display_name, account_id=asker.account_id, role=asker.role, at=at)


async def invite_member_by_staff(
    *, employer_id: UUID, display_name: str, staff: StaffMember, at: datetime
) -> MemberInvited:
    """Make such a code for an employer that staff entered, or whose members are gone.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerSuspended: the employer is suspended.
    """
    employer = await get_visible_employer(employer_id=employer_id, staff=staff)
    if employer.state is EmployerState.SUSPENDED:
        raise EmployerSuspended(next_step="请先恢复这个单位，再发邀请")
    return await _invite(employer_id, display_name, account_id=staff.account_id, role=staff.staff_role.value, at=at)


async def _invite(employer_id: UUID, display_name: str, *, account_id: UUID, role: str, at: datetime) -> MemberInvited:
    code, expires_at = make_code(), at + timedelta(days=INVITATION_DAYS)
    async with transaction():
        invitation = await EmployerInvitation.create(
            employer_id=employer_id,
            code_hash=hash_token(read_code(code)),
            display_name=display_name,
            expires_at=expires_at,
            created_at=at,
        )
        await record(
            account_id=account_id,
            role=role,
            action="employer_invitation.made",
            record_type="employer_invitation",
            record_id=invitation.id,
            detail={"employer_id": str(employer_id)},
        )
    return MemberInvited(id=invitation.id, code=code, expires_at=expires_at)


async def revoke_invitation(*, invitation_id: UUID, member: Asker, at: datetime) -> None:
    """Take back an unused invitation of the asker's own employer; taking it back again changes nothing.

    Raises:
        EmployerInvitationNotFound: the employer made no such invitation.
        EmployerInvitationUsed: somebody has joined by it; remove that member instead.
    """
    if not await EmployerInvitation.exists(id=invitation_id, employer_id=member.employer_id):
        raise EmployerInvitationNotFound
    await _revoke(invitation_id, account_id=member.account_id, role=member.role, at=at)


async def revoke_invitation_by_staff(*, invitation_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take back an unused invitation by staff.

    Raises:
        EmployerInvitationNotFound: there is none, or its employer is of another town.
        EmployerInvitationUsed: somebody has joined by it; remove that member instead.
    """
    invitation = await EmployerInvitation.get_or_none(id=invitation_id).select_related("employer")
    if invitation is None:
        raise EmployerInvitationNotFound
    staff.require_town(invitation.employer.town_id, EmployerInvitationNotFound)
    await _revoke(invitation_id, account_id=staff.account_id, role=staff.staff_role.value, at=at)


async def _revoke(invitation_id: UUID, *, account_id: UUID, role: str, at: datetime) -> None:
    async with transaction():
        revoked = await execute(
            "UPDATE employer_invitations SET revoked_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL",
            at,
            invitation_id,
        )
        if revoked:
            await record(
                account_id=account_id,
                role=role,
                action="employer_invitation.revoked",
                record_type="employer_invitation",
                record_id=invitation_id,
            )
        elif await EmployerInvitation.exists(id=invitation_id, used_at__isnull=False):
            raise EmployerInvitationUsed(next_step="如不应加入，请在成员名单中移除")


async def list_open_invitations(*, employer_id: UUID, at: datetime) -> list[EmployerInvitation]:
    """Return an employer's invitations that are still good, in the order of making."""
    return await EmployerInvitation.filter(
        employer_id=employer_id, used_at=None, revoked_at=None, expires_at__gt=at
    ).order_by("created_at", "id")


async def join_employer(*, code: str, account_id: UUID, at: datetime) -> Employer:
    """Make an account the member that an invitation calls for.

    The account that used a code may repeat the request and gets its employer again. Of two people with one code
    one joins: the use is one guarded UPDATE.

    Raises:
        InvitationMistyped: the check sign shows a slip of the finger.
        EmployerInvitationUnknown: no such code, or it was taken back.
        EmployerInvitationUsed: somebody else joined by it.
        EmployerInvitationExpired: it is older than seven days.
        EmployerSuspended: the employer is suspended.
        AlreadyEmployerMember: the account acts for an employer already; the code stays good.
    """
    code_hash = hash_token(read_code(code))
    async with transaction():
        invitation = await EmployerInvitation.get_or_none(code_hash=code_hash, revoked_at=None).select_related(
            "employer"
        )
        if invitation is None:
            raise EmployerInvitationUnknown
        if invitation.employer.state is EmployerState.SUSPENDED:
            raise EmployerSuspended
        used = await execute(
            "UPDATE employer_invitations SET used_at = $1, used_by_id = $2 "
            "WHERE id = $3 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $1",
            at,
            account_id,
            invitation.id,
        )
        if used:
            employer_id, name = invitation.employer_id, invitation.display_name
            await add_member(account_id=account_id, employer_id=employer_id, display_name=name, at=at)
        else:
            await _accept_repetition(invitation.id, account_id=account_id)
    return invitation.employer


async def _accept_repetition(invitation_id: UUID, *, account_id: UUID) -> None:
    """Say why a code could not be used, unless this account is the one that used it."""
    invitation = await EmployerInvitation.get(id=invitation_id)
    if invitation.revoked_at is not None:
        raise EmployerInvitationUnknown
    if invitation.used_at is None:
        raise EmployerInvitationExpired
    is_member = await EmployerMember.exists(account_id=account_id, employer_id=invitation.employer_id, removed_at=None)
    if invitation.used_by_id != account_id or not is_member:
        raise EmployerInvitationUsed
