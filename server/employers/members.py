"""用人单位成员 — which accounts act for an employer, and the end of that."""

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.employers import EmployerMember
from models.errors import Conflict, NotFound
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import EmployerMember as Asker
from server.accounts.guards import StaffMember
from server.audit.service import record


class AlreadyEmployerMember(Conflict):
    message = "当前账号已经是一个用人单位的成员"
    next_step = "请先在小程序中退出原来的单位，再登记或加入"


class EmployerMemberNotFound(NotFound):
    message = "没有找到这名成员"
    next_step = "请刷新成员名单后再试"


class LastEmployerMember(Conflict):
    message = "这是本单位最后一名成员，退出后没有人能管理本单位"
    next_step = "请先邀请一名同事加入；单位不再招聘的，请联系退役军人服务站"


async def add_member(*, account_id: UUID, employer_id: UUID, display_name: str, at: datetime) -> EmployerMember:
    """Make an account a member of an employer; the caller's transaction is around it.

    Raises:
        AlreadyEmployerMember: the account acts for an employer already.
    """
    try:
        async with savepoint():
            member = await EmployerMember.create(
                account_id=account_id, employer_id=employer_id, display_name=display_name, created_at=at
            )
    except IntegrityError:
        raise AlreadyEmployerMember from None
    await record(
        account_id=account_id,
        role="employer",
        action="employer_member.joined",
        record_type="employer_member",
        record_id=member.id,
        detail={"employer_id": str(employer_id)},
    )
    return member


async def list_members(*, employer_id: UUID) -> list[EmployerMember]:
    """Return the members that act for an employer, in the order of joining."""
    return await EmployerMember.filter(employer_id=employer_id, removed_at=None).order_by("created_at", "id")


async def remove_member(*, member_id: UUID, asker: Asker, at: datetime) -> None:
    """End a membership of the asker's own employer at once. Removing again changes nothing.

    Raises:
        EmployerMemberNotFound: the employer never had such a member.
        LastEmployerMember: nobody would be left.
    """
    await _remove(
        member_id, employer_id=asker.employer_id, account_id=asker.account_id, action="employer_member.removed", at=at
    )


async def remove_member_by_staff(*, member_id: UUID, staff: StaffMember, at: datetime) -> None:
    """End a membership by staff at once, the last one of an employer too. Removing again changes nothing.

    Raises:
        EmployerMemberNotFound: there is none, or the employer is of another town.
    """
    member = await EmployerMember.get_or_none(id=member_id).select_related("employer")
    if member is None:
        raise EmployerMemberNotFound
    staff.require_town(member.employer.town_id, EmployerMemberNotFound)
    async with transaction():
        removed = await execute(
            "UPDATE employer_members SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL", at, member_id
        )
        if removed:
            await record(
                account_id=staff.account_id,
                role=staff.staff_role.value,
                action="employer_member.removed",
                record_type="employer_member",
                record_id=member_id,
            )


async def leave_employer(*, account_id: UUID, at: datetime) -> None:
    """End the asker's own membership at once; leaving when one is no member changes nothing.

    Raises:
        LastEmployerMember: nobody would be left.
    """
    member = await EmployerMember.get_or_none(account_id=account_id, removed_at=None)
    if member is not None:
        await _remove(
            member.id, employer_id=member.employer_id, account_id=account_id, action="employer_member.left", at=at
        )


async def _remove(member_id: UUID, *, employer_id: UUID, account_id: UUID, action: str, at: datetime) -> None:
    async with transaction():
        # takes the employer's row: two members who remove each other at the same moment must take turns
        await execute("UPDATE employers SET updated_at = updated_at WHERE id = $1", employer_id)
        removed = await execute(
            "UPDATE employer_members SET removed_at = $1 WHERE id = $2 AND employer_id = $3 AND removed_at IS NULL "
            "AND EXISTS (SELECT 1 FROM employer_members o WHERE o.employer_id = $3 AND o.removed_at IS NULL "
            "AND o.id <> $2)",
            at,
            member_id,
            employer_id,
        )
        if not removed:
            await _say_why(member_id, employer_id=employer_id)
            return
        await record(
            account_id=account_id,
            role="employer",
            action=action,
            record_type="employer_member",
            record_id=member_id,
        )


async def _say_why(member_id: UUID, *, employer_id: UUID) -> None:
    member = await EmployerMember.get_or_none(id=member_id, employer_id=employer_id)
    if member is None:
        raise EmployerMemberNotFound
    if member.removed_at is None:
        raise LastEmployerMember
