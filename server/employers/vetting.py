"""用人单位审核 — every change of an employer's state (人力资源市场暂行条例 28: vetted before a fair)."""

from datetime import datetime
from uuid import UUID

from models.employers import EMPLOYER_TRANSITIONS, Employer, EmployerDeed, EmployerStateForbids
from models.transactions import execute, transaction
from server.accounts.guards import EmployerMember, StaffMember
from server.audit.service import record
from server.employers.service import get_visible_employer
from server.tables.cells import mask_digits

_VERBS = {
    EmployerDeed.APPROVED: "通过审核",
    EmployerDeed.REFUSED: "不予通过",
    EmployerDeed.SUBMITTED: "再次提交审核",
    EmployerDeed.SUSPENDED: "暂停",
    EmployerDeed.REINSTATED: "恢复",
}
_WITH_REASON_SHOWN = frozenset({EmployerDeed.REFUSED, EmployerDeed.SUSPENDED})


async def approve_employer(*, employer_id: UUID, staff: StaffMember, at: datetime) -> Employer:
    """Approve a submitted employer, which may recruit from now on.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerStateForbids: it is not waiting for staff.
    """
    return await _vet(employer_id, EmployerDeed.APPROVED, reason="", staff=staff, at=at)


async def refuse_employer(*, employer_id: UUID, reason: str, staff: StaffMember, at: datetime) -> Employer:
    """Refuse a submitted employer; its members read the reason and may submit it again.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerStateForbids: it is not waiting for staff.
    """
    return await _vet(employer_id, EmployerDeed.REFUSED, reason=reason, staff=staff, at=at)


async def suspend_employer(*, employer_id: UUID, reason: str, staff: StaffMember, at: datetime) -> Employer:
    """Stop an approved employer at once: the guard reads the state at every request.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerStateForbids: it is not approved.
    """
    return await _vet(employer_id, EmployerDeed.SUSPENDED, reason=reason, staff=staff, at=at)


async def reinstate_employer(*, employer_id: UUID, reason: str, staff: StaffMember, at: datetime) -> Employer:
    """Let a suspended employer go on; the reason is kept in the audit.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerStateForbids: it is not suspended.
    """
    return await _vet(employer_id, EmployerDeed.REINSTATED, reason=reason, staff=staff, at=at)


async def submit_employer(*, member: EmployerMember, at: datetime) -> Employer:
    """Submit the asker's own refused employer again.

    Raises:
        EmployerStateForbids: it was not refused.
    """
    async with transaction():
        await move_employer(member.employer_id, EmployerDeed.SUBMITTED, reason="", at=at)
        await _audit(member.employer_id, EmployerDeed.SUBMITTED, account_id=member.account_id, role=member.role)
    return await Employer.get(id=member.employer_id)


async def _vet(employer_id: UUID, deed: EmployerDeed, *, reason: str, staff: StaffMember, at: datetime) -> Employer:
    async with transaction():
        await get_visible_employer(employer_id=employer_id, staff=staff)
        await move_employer(employer_id, deed, reason=reason, at=at)
        await _audit(employer_id, deed, account_id=staff.account_id, role=staff.staff_role.value, reason=reason)
    return await Employer.get(id=employer_id)


async def move_employer(employer_id: UUID, deed: EmployerDeed, *, reason: str, at: datetime) -> None:
    """Change an employer's state in the caller's transaction.

    Raises:
        EmployerStateForbids: the deed does not begin in its state.
    """
    before, after = EMPLOYER_TRANSITIONS[deed]
    moved = await execute(
        "UPDATE employers SET state = $1, state_reason = $2, updated_at = $3 WHERE id = $4 AND state = $5",
        after.value,
        reason if deed in _WITH_REASON_SHOWN else "",
        at,
        employer_id,
        before.value,
    )
    if not moved:
        found = (await Employer.get(id=employer_id)).state
        raise EmployerStateForbids(f"这个单位现在是「{found.label}」状态，不能{_VERBS[deed]}")


async def _audit(employer_id: UUID, deed: EmployerDeed, *, account_id: UUID, role: str, reason: str = "") -> None:
    await record(
        account_id=account_id,
        role=role,
        action=f"employer.{deed.value}",
        record_type="employer",
        record_id=employer_id,
        detail={"reason": mask_digits(reason)} if reason else {},
    )
