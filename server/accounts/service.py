"""账户业务 — opening and closing sessions, recording and withdrawing consent."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.accounts import Account, Consent, Purpose, Session
from models.base import new_id
from models.errors import Conflict, Invalid
from models.transactions import execute, fetch_row, fetch_rows, savepoint, transaction
from server.accounts.forgetting import forget_phone
from server.audit.service import record

CONSENT_VERSIONS: dict[Purpose, str] = {
    Purpose.CARD_BINDING: "2026-11",
    Purpose.PARCELS: "2026-11",
    Purpose.JOBS: "2026-11",
    Purpose.PHONE: "2026-11",
}
"""The versions of the texts now shown; agreeing to an older one is refused."""


class ConsentRequired(Conflict):
    message = "还没有同意收集办理这项服务所需的个人信息"
    next_step = "请先阅读并同意隐私说明，再继续办理；不同意也可以到退役军人服务站线下办理"


class ConsentOutdated(Invalid):
    message = "隐私说明已经更新"
    next_step = "请重新打开小程序，阅读最新的隐私说明后再同意"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just opened; the token is shown this once and stored only as a hash."""

    token: str
    account_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """Who an account is to us: roles, and what limits them."""

    id: UUID
    roles: tuple[str, ...]
    town_code: str | None
    merchant_name: str | None
    consents: tuple[Purpose, ...]


async def open_session(*, openid: str, unionid: str | None, lifetime_days: int, at: datetime) -> OpenedSession:
    """Log the person behind an openid in; the first log-in makes the account."""
    token = secrets.token_urlsafe(32)
    expires_at = at + timedelta(days=lifetime_days)
    async with transaction():
        account_id = await _account_of(openid=openid, unionid=unionid, at=at)
        session = await Session.create(account_id=account_id, token_hash=hash_token(token), expires_at=expires_at)
        await record(
            account_id=account_id, role="person", action="session.opened", record_type="session", record_id=session.id
        )
    return OpenedSession(token=token, account_id=account_id, expires_at=expires_at)


async def _account_of(*, openid: str, unionid: str | None, at: datetime) -> UUID:
    await execute(
        "INSERT INTO accounts (id, created_at, openid, unionid) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (openid) DO NOTHING",
        new_id(),
        at,
        openid,
        unionid,
    )
    account = await Account.get(openid=openid)
    if unionid and account.unionid != unionid:
        account.unionid = unionid
        await account.save(update_fields=["unionid"])
    return account.id


async def close_session(*, session_id: UUID, account_id: UUID, at: datetime) -> None:
    """Revoke a session at once; revoking it again changes nothing."""
    async with transaction():
        revoked = await execute(
            "UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", at, session_id
        )
        if revoked:
            await record(
                account_id=account_id,
                role="person",
                action="session.closed",
                record_type="session",
                record_id=session_id,
            )


async def summarise(*, account_id: UUID) -> AccountSummary:
    """Return the roles and consents of an account. A role that is suspended or removed is not listed."""
    row = await fetch_row(
        "SELECT (SELECT c.state FROM cards c WHERE c.account_id = a.id) AS card_state, "
        "s.role AS staff_role, s.town_code, m.name AS merchant_name, e.id AS membership_id, "
        "EXISTS (SELECT 1 FROM station_staff t WHERE t.account_id = s.account_id AND t.removed_at IS NULL) AS posted "
        "FROM accounts a "
        "LEFT JOIN staff_members s ON s.account_id = a.id AND s.suspended_at IS NULL "
        "LEFT JOIN clerks k ON k.account_id = a.id AND k.removed_at IS NULL "
        "LEFT JOIN merchants m ON m.id = k.merchant_id AND m.state = 'active' "
        "LEFT JOIN employer_members e ON e.account_id = a.id AND e.removed_at IS NULL WHERE a.id = $1",
        account_id,
    )
    assert row is not None
    roles = (
        ("veteran", row["card_state"] == "active"),
        ("clerk", row["merchant_name"] is not None),
        ("employer", row["membership_id"] is not None),
        ("staff", row["staff_role"] is not None),
        ("station_staff", bool(row["posted"])),
        ("administrator", row["staff_role"] == "administrator"),
    )
    consents = await consents_in_force(account_id=account_id)
    return AccountSummary(
        id=account_id,
        roles=tuple(name for name, held in roles if held),
        town_code=row["town_code"],
        merchant_name=row["merchant_name"],
        consents=tuple(consent.purpose for consent in consents),
    )


async def consents_in_force(*, account_id: UUID) -> list[Consent]:
    """Return what a person has agreed to and not withdrawn, in the order of granting."""
    return await Consent.filter(account_id=account_id, withdrawn_at=None).order_by("created_at")


async def grant_consent(*, account_id: UUID, purpose: Purpose, version: str, at: datetime) -> Consent:
    """Record that a person agreed to a purpose; agreeing again to the same version returns the first record.

    Raises:
        ConsentOutdated: the version is not the text that is shown now.
    """
    if version != CONSENT_VERSIONS[purpose]:
        raise ConsentOutdated
    async with transaction():
        existing = await Consent.get_or_none(account_id=account_id, purpose=purpose, withdrawn_at=None)
        if existing is not None and existing.version == version:
            return existing
        if existing is not None:
            await Consent.filter(id=existing.id).update(withdrawn_at=at)
        try:
            async with savepoint():
                consent = await Consent.create(account_id=account_id, purpose=purpose, version=version, created_at=at)
        except IntegrityError:  # the same tap, twice at once
            return await Consent.get(account_id=account_id, purpose=purpose, withdrawn_at=None)
        await record(
            account_id=account_id,
            role="person",
            action="consent.granted",
            record_type="consent",
            record_id=consent.id,
            detail={"purpose": purpose.value, "version": version},
        )
        return consent


async def withdraw_consent(*, account_id: UUID, purpose: Purpose, at: datetime) -> None:
    """Withdraw a consent (个人信息保护法 15); withdrawing what is not in force changes nothing.

    With the consent to ``phone`` goes the mobile, which was kept for nothing else.
    """
    async with transaction():
        rows = await fetch_rows(
            "UPDATE consents SET withdrawn_at = $1 WHERE account_id = $2 AND purpose = $3 AND withdrawn_at IS NULL "
            "RETURNING id",
            at,
            account_id,
            purpose.value,
        )
        for row in rows:
            await record(
                account_id=account_id,
                role="person",
                action="consent.withdrawn",
                record_type="consent",
                record_id=row["id"],
                detail={"purpose": purpose.value},
            )
        if purpose is Purpose.PHONE:
            await forget_phone(account_id=account_id)


async def require_consent(*, account_id: UUID, purpose: Purpose) -> None:
    """Refuse to go on without a consent in force.

    Raises:
        ConsentRequired: there is none for this purpose.
    """
    if not await Consent.exists(account_id=account_id, purpose=purpose, withdrawn_at=None):
        raise ConsentRequired


def hash_token(token: str) -> str:
    """Return the stored form of a bearer token or a one-time code: both are random, so one hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
