"""用人单位业务 — registering, entering, correcting and reading employers."""

import dataclasses
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from models.accounts import Purpose
from models.employers import Employer, EmployerState
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import EmployerMember, StaffMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.employers.members import add_member
from server.employers.terms import EmployerChanges, EmployerTerms, columns_of, read_terms
from server.outbox.service import enqueue
from server.tables.cells import mask_digits

FIRST_MEMBER = "登记人"
RENAMED = "employers.renamed"
"""Outbox: an employer has another name; ``{employer_id}``."""
_CONTACT = frozenset({"contact_name", "contact_mobile"})
_VETTED_FIELDS = frozenset({"name", "credit_code", "town_code", "nature"})
"""The nature too: whom a veteran's age and schooling may be relaxed by hangs on it (退役军人保障法 42)."""


class EmployerNotFound(NotFound):
    message = "没有找到这个用人单位"
    next_step = "请返回用人单位列表刷新后再试；其他乡镇的单位由当地服务站或系统管理员查看"


class EmployerExists(Conflict):
    message = "这个统一社会信用代码已经登记过用人单位"
    next_step = "请向本单位已加入的同事索取邀请码；不知道由谁登记的，请联系退役军人服务站"


class EmployerOfAnotherTown(Invalid):
    message = "服务站只登记本乡镇的用人单位"
    next_step = "请选择本乡镇，或请单位所在乡镇的服务站登记；单位不在高邮的请留空"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("town_code", "不是您所在的乡镇（街道）"),))


class EmployerAlreadyVetted(Conflict):
    message = "单位名称、信用代码、所在乡镇和单位性质已经审核，不能自行修改"
    next_step = "确有变更的，请带证照联系退役军人服务站"


async def register_employer(*, terms: EmployerTerms, account_id: UUID, at: datetime) -> Employer:
    """Register an employer by a person, who becomes its first member; it waits for staff. 登记用人单位。

    Raises:
        EmployerCreditCodeInvalid: not 18 of the signs that a credit code has.
        EmployerCreditCodeCheckWrong: the check sign is wrong (GB 32100-2015); only staff may let that pass.
        EmployerContactInvalid: the contact's number is no mobile.
        EmployerTownUnknown: the code is none of the town units.
        ConsentRequired: no consent to ``jobs`` is in force.
        EmployerExists: the credit code is another employer's.
        AlreadyEmployerMember: the account acts for an employer already.
    """
    read = await read_terms(dataclasses.asdict(terms) | {"credit_code_note": ""})
    await require_consent(account_id=account_id, purpose=Purpose.JOBS)
    async with transaction():
        employer = await _store(read, at=at)
        await add_member(account_id=account_id, employer_id=employer.id, display_name=FIRST_MEMBER, at=at)
        await record(
            account_id=account_id,
            role="person",
            action="employer.registered",
            record_type="employer",
            record_id=employer.id,
        )
    return employer


async def enter_employer(*, terms: EmployerTerms, staff: StaffMember, at: datetime) -> Employer:
    """Enter an employer by staff; it waits to be vetted, which is a deed of its own. A wrong check sign is audited.

    Raises:
        EmployerCreditCodeInvalid, EmployerContactInvalid, EmployerTownUnknown, EmployerExists: as at registration.
        EmployerCreditCodeCheckWrong: the check sign is wrong and no note says why that is right.
        EmployerOfAnotherTown: staff of a town enter employers of that town, or of none.
    """
    read = await read_terms(dataclasses.asdict(terms), is_staff=True)
    if not staff.sees_town(terms.town_code):
        raise EmployerOfAnotherTown
    note = read["credit_code_note"]  # set only where the check sign was let pass
    async with transaction():
        employer = await _store(read, at=at)
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="employer.entered",
            record_type="employer",
            record_id=employer.id,
            detail={"credit_code_note": note} if note else {},
        )
    return employer


async def update_employer(*, changes: EmployerChanges, member: EmployerMember, at: datetime) -> Employer:
    """Change some of what is known of the asker's own employer; the audit names the fields.

    Raises:
        EmployerCreditCodeInvalid, EmployerCreditCodeCheckWrong, EmployerContactInvalid, EmployerTownUnknown,
        EmployerExists: as at registration.
        ConsentRequired: the contact changes and no consent to ``jobs`` is in force.
        EmployerAlreadyVetted: name, credit code, town or nature of an employer that was approved.
    """
    wanted = changes.wanted()
    known = await get_own_employer(member=member)
    if wanted.get("credit_code") == known.credit_code:
        del wanted["credit_code"]  # sent along unchanged: what staff let pass stays let pass
    if "credit_code" in wanted:
        wanted["credit_code_note"] = ""
    read = await read_terms(wanted)
    if _CONTACT & read.keys():
        await require_consent(account_id=member.account_id, purpose=Purpose.JOBS)
    async with transaction():
        # takes the row for this transaction on both databases, so that it is not approved in the middle
        await execute("UPDATE employers SET updated_at = updated_at WHERE id = $1", member.employer_id)
        employer = await Employer.get(id=member.employer_id)
        changed = {name: value for name, value in read.items() if _plain(employer, name) != value}
        if employer.state in (EmployerState.APPROVED, EmployerState.SUSPENDED) and _VETTED_FIELDS & changed.keys():
            raise EmployerAlreadyVetted
        if changed:
            await _change(employer, changed, member=member, at=at)
    return employer


async def correct_employer(
    *, employer_id: UUID, changes: EmployerChanges, reason: str, staff: StaffMember, at: datetime
) -> Employer:
    """Correct name, town or nature of an employer by staff, after vetting too; the audit names fields and reason.

    A new name is passed on (``RENAMED``), for it is found in the employer's postings.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
        EmployerTownUnknown: the code is none of the town units.
        EmployerOfAnotherTown: staff of a town would lose the employer from sight.
    """
    read = await read_terms(changes.wanted(), is_staff=True)
    async with transaction():
        await execute("UPDATE employers SET updated_at = updated_at WHERE id = $1", employer_id)
        employer = await get_visible_employer(employer_id=employer_id, staff=staff)
        if not staff.sees_town(read.get("town_code", employer.town_id)):
            raise EmployerOfAnotherTown
        changed = {name: value for name, value in read.items() if _plain(employer, name) != value}
        if not changed:
            return employer
        columns = columns_of(changed)
        employer.update_from_dict(columns | {"updated_at": at})
        await employer.save(update_fields=[*columns, "updated_at"])
        if "name" in changed:
            await enqueue(RENAMED, {"employer_id": str(employer_id)})
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="employer.corrected",
            record_type="employer",
            record_id=employer_id,
            detail={"fields": sorted(changed), "reason": mask_digits(reason)},
        )
    return employer


def _plain(employer: Employer, name: str) -> object:
    return employer.town_id if name == "town_code" else getattr(employer, name)


async def _change(employer: Employer, changed: dict[str, str | None], *, member: EmployerMember, at: datetime) -> None:
    columns = columns_of(changed)
    employer.update_from_dict(columns | {"updated_at": at})
    try:
        async with savepoint():
            await employer.save(update_fields=[*columns, "updated_at"])
    except IntegrityError:
        raise EmployerExists from None
    await record(
        account_id=member.account_id,
        role=member.role,
        action="employer.changed",
        record_type="employer",
        record_id=employer.id,
        detail={"fields": sorted(changed)},
    )


async def _store(read: dict[str, str | None], *, at: datetime) -> Employer:
    try:
        async with savepoint():
            return await Employer.create(**columns_of(read), created_at=at, updated_at=at)
    except IntegrityError:
        raise EmployerExists from None


async def get_own_employer(*, member: EmployerMember) -> Employer:
    """Return the employer that the asker acts for."""
    return await Employer.get(id=member.employer_id)


async def get_visible_employer(*, employer_id: UUID, staff: StaffMember) -> Employer:
    """Return an employer that is this staff member's business: of their town, or of none.

    Raises:
        EmployerNotFound: there is none, or it is of another town.
    """
    employer = await Employer.get_or_none(id=employer_id)
    if employer is None:
        raise EmployerNotFound
    staff.require_town(employer.town_id, EmployerNotFound)
    return employer


async def list_employers(
    *, staff: StaffMember, q: str = "", state: EmployerState | None = None, after: UUID | None = None, limit: int = 20
) -> list[Employer]:
    """Return employers, newest first, of which ``q`` is in the name or begins the credit code.

    Staff of a town see those of the town and of none. ``after`` is the last id of the page before.
    """
    found = Employer.all()
    if q:
        found = found.filter(Q(name__icontains=q) | Q(credit_code__istartswith=q))
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(id__lt=after)
    if not staff.is_administrator:
        found = found.filter(Q(town_id=staff.town_code) | Q(town_id__isnull=True))
    return await found.order_by("-id").limit(limit)
