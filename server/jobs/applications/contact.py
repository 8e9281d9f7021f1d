"""投递的联系方式 — seen by the employer only while the seeker agrees, for this application; every look is audited."""

from datetime import datetime
from uuid import UUID

from models.accounts import Purpose
from models.applications import APPLICATION_CONTACT
from models.errors import Conflict
from models.fields import unseal
from models.transactions import Row, execute, fetch_row, transaction
from server.accounts.guards import EmployerMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.jobs.applications.steps import ApplicationNotFound
from server.jobs.seekers.identity import Contact
from server.jobs.seekers.profile import read_contact


class ApplicationOver(Conflict):
    message = "这份投递已经结束，不再向用人单位提供联系方式"
    next_step = "需要联系的，请直接联系用人单位"


class ContactNotShared(Conflict):
    message = "求职者还没有同意向本单位提供联系方式，或已收回同意"
    next_step = "可以先安排面试或说明意向，求职者会收到消息，同意后即可查看"


async def share_contact(*, application_id: UUID, account_id: UUID, at: datetime) -> None:
    """Let the employer of one application see the contact (个人信息保护法 23); sharing again keeps the first time.

    Raises:
        ApplicationNotFound: this person has no such application.
        ConsentRequired: no consent to ``jobs`` is in force.
        ApplicationOver: the person was refused or has withdrawn.
    """
    async with transaction():
        await _require_own(application_id, account_id)
        await require_consent(account_id=account_id, purpose=Purpose.JOBS)
        shared = await execute(
            "UPDATE job_applications SET contact_shared_at = $1 WHERE id = $2 AND account_id = $3 "
            "AND contact_shared_at IS NULL AND contact_sealed IS NOT NULL AND state NOT IN ('refused', 'withdrawn')",
            at,
            application_id,
            account_id,
        )
        if shared:
            await note_sharing(application_id, account_id=account_id)
            return
        row = await _require_own(application_id, account_id)
        if row["contact_shared_at"] is None:
            raise ApplicationOver


async def note_sharing(application_id: UUID, *, account_id: UUID) -> None:
    """Write into the audit log that a person agreed, in the transaction in which the contact is shared."""
    await _audit("contact_shared", application_id, account_id=account_id, role="person")


async def withhold_contact(*, application_id: UUID, account_id: UUID) -> None:
    """Hide the contact from the employer from now on (个人信息保护法 15); hiding again changes nothing.

    Raises:
        ApplicationNotFound: this person has no such application.
    """
    async with transaction():
        await _require_own(application_id, account_id)
        hidden = await execute(
            "UPDATE job_applications SET contact_shared_at = NULL WHERE id = $1 AND account_id = $2 "
            "AND contact_shared_at IS NOT NULL",
            application_id,
            account_id,
        )
        if hidden:
            await _audit("contact_withheld", application_id, account_id=account_id, role="person")


async def disclose_contact(*, application_id: UUID, member: EmployerMember) -> Contact:
    """Return the contact of an applicant to a member of the employer; the look is audited. 查看联系方式。

    Raises:
        ApplicationNotFound: the asker's employer has no such application.
        ContactNotShared: the person does not agree, or no longer.
    """
    async with transaction():
        row = await fetch_row(
            "SELECT contact_sealed, contact_shared_at FROM job_applications WHERE id = $1 AND employer_id = $2",
            application_id,
            member.employer_id,
        )
        if row is None:
            raise ApplicationNotFound
        if row["contact_shared_at"] is None:
            raise ContactNotShared
        await _audit("contact_seen", application_id, account_id=member.account_id, role=member.role)
    return contact_in(row["contact_sealed"])


def contact_in(sealed: str) -> Contact:
    """Return the name and the mobile behind a sealed contact, as they were when the person applied."""
    return read_contact(unseal(APPLICATION_CONTACT, sealed))


def masked_name_in(sealed: str | None) -> str:
    """Return the masked name behind a sealed contact, empty once its time of keeping is over."""
    return contact_in(sealed).masked_name if sealed else ""


async def _require_own(application_id: UUID, account_id: UUID) -> Row:
    row = await fetch_row(
        "SELECT contact_shared_at FROM job_applications WHERE id = $1 AND account_id = $2", application_id, account_id
    )
    if row is None:
        raise ApplicationNotFound
    return row


async def _audit(deed: str, application_id: UUID, *, account_id: UUID, role: str) -> None:
    await record(
        account_id=account_id,
        role=role,
        action=f"job_application.{deed}",
        record_type="job_application",
        record_id=application_id,
    )
