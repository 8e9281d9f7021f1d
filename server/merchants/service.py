"""商户业务 — entering, changing, suspending and reinstating merchants; what staff see of them."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, UnsetType
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from config.clock import beijing_day
from models.errors import Conflict, FieldError, Invalid
from models.identifiers import CreditCode, CreditCodeCheckFailed
from models.merchants import Branch, Clerk, ClerkInvitation, Merchant, MerchantState
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.merchants.branches import BranchTerms, MerchantNotFound, create_branch


class MerchantExists(Conflict):
    message = "这个统一社会信用代码已经登记过商户"
    next_step = "请在商户列表中按信用代码查找，直接为它增加门店"


class CreditCodeInvalid(Invalid):
    message = "统一社会信用代码有误"
    next_step = "请对照营业执照逐位核对"


class CreditCodeCheckWrong(Invalid):
    message = "统一社会信用代码的校验位不对"
    next_step = "请对照营业执照逐位核对；如执照上确实如此，请在「信用代码说明」里写明理由后再提交"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("credit_code", "校验位不对，请逐位核对"),))


class LicencePeriodReversed(Invalid):
    message = "营业期限的结束日期早于开始日期"
    next_step = "请对照营业执照核对营业期限"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("licence_to", "不能早于开始日期"),))


class LicenceExpired(Invalid):
    message = "营业期限已过"
    next_step = "请商户提供换发后的营业执照；长期有效的请把结束日期留空"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("licence_to", "早于今天，请核对"),))


class MerchantAlreadySuspended(Conflict):
    message = "这个商户已经是暂停状态"
    next_step = "无需再次暂停"


class MerchantNotSuspended(Conflict):
    message = "这个商户没有被暂停"
    next_step = "无需恢复"


@dataclass(frozen=True, slots=True)
class MerchantTerms:
    """What staff enter of a merchant. ``licence_to`` is the last day; None means 长期."""

    name: str
    credit_code: str
    credit_code_note: str = ""
    licence_from: date | None = None
    licence_to: date | None = None


@dataclass(frozen=True, slots=True)
class MerchantChanges:
    """What staff change of a merchant; what is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    credit_code: str | UnsetType = UNSET
    credit_code_note: str | UnsetType = UNSET
    licence_from: date | UnsetType | None = UNSET
    licence_to: date | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class MerchantDetail:
    """A merchant with all its branches, its clerks at work and its invitations still good."""

    merchant: Merchant
    branches: list[Branch]
    clerks: list[Clerk]
    invitations: list[ClerkInvitation]


async def create_merchant(
    *, terms: MerchantTerms, branches: Sequence[BranchTerms] = (), staff: StaffMember, at: datetime
) -> Merchant:
    """Enter a merchant with its branches; it is active at once. A wrong check sign let pass is audited.

    Raises:
        CreditCodeInvalid: not 18 of the signs that a credit code has.
        CreditCodeCheckWrong: the check sign is wrong (GB 32100-2015) and no note says why that is right.
        LicencePeriodReversed, LicenceExpired: the period of the licence is impossible, or over.
        MerchantExists: the credit code is another merchant's.
        TownUnknown, CoordinatesImplausible, BranchExists: a branch is at fault; nothing is stored.
    """
    checked = _check(terms, at=at)
    try:
        async with transaction():
            merchant = await Merchant.create(**dataclasses.asdict(checked), created_at=at, updated_at=at)
            note = checked.credit_code_note  # set only where the check sign was let pass
            detail: dict[str, object] = {"credit_code_note": note} if note else {}
            await _audit("merchant.created", merchant.id, staff=staff, detail=detail)
            for branch in branches:
                await create_branch(merchant_id=merchant.id, terms=branch, staff=staff, at=at)
    except IntegrityError:
        raise MerchantExists from None
    return merchant


async def update_merchant(*, merchant_id: UUID, changes: MerchantChanges, staff: StaffMember, at: datetime) -> Merchant:
    """Change some of a merchant's terms; the result is checked as a new merchant's is.

    Raises:
        MerchantNotFound: there is none.
        CreditCodeInvalid, CreditCodeCheckWrong, LicencePeriodReversed, LicenceExpired, MerchantExists: as at creation.
    """
    wanted = {
        field.name: value
        for field in dataclasses.fields(changes)
        if (value := getattr(changes, field.name)) is not UNSET
    }
    try:
        async with transaction():
            merchant = await get_visible_merchant(merchant_id=merchant_id, staff=staff)
            before = MerchantTerms(
                **{field.name: getattr(merchant, field.name) for field in dataclasses.fields(MerchantTerms)}
            )
            # a licence that ran out long ago does not forbid correcting the name
            after = _check(dataclasses.replace(before, **wanted), at=at if "licence_to" in wanted else None)
            changed = [name for name in wanted if getattr(before, name) != getattr(after, name)]
            if changed:
                merchant.update_from_dict({name: getattr(after, name) for name in changed} | {"updated_at": at})
                await merchant.save(update_fields=[*changed, "updated_at"])
                await _audit("merchant.changed", merchant_id, staff=staff, detail={"fields": changed})
    except IntegrityError:
        raise MerchantExists from None
    return merchant


def _check(terms: MerchantTerms, *, at: datetime | None) -> MerchantTerms:
    """Return the terms with the credit code in its written form; the note stays only where it is needed."""
    try:
        code, note = CreditCode.vouched(terms.credit_code, note=terms.credit_code_note)
    except CreditCodeCheckFailed:
        raise CreditCodeCheckWrong from None
    except ValueError as fault:
        raise CreditCodeInvalid(errors=(FieldError("credit_code", str(fault)),)) from None
    if terms.licence_to:
        if terms.licence_from and terms.licence_to < terms.licence_from:
            raise LicencePeriodReversed
        if at and terms.licence_to < beijing_day(at):
            raise LicenceExpired
    return dataclasses.replace(terms, credit_code=str(code), credit_code_note=note)


async def list_merchants(
    *, staff: StaffMember, q: str = "", state: MerchantState | None = None, after: UUID | None = None, limit: int = 20
) -> list[Merchant]:
    """Return merchants, newest first, of which ``q`` is in the name or begins the credit code.

    Staff of a town see those with a branch in it. ``after`` is the last id of the page before.
    """
    found = Merchant.all()
    if q:
        found = found.filter(Q(name__icontains=q) | Q(credit_code__istartswith=q))
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(id__lt=after)
    if not staff.is_administrator:
        found = found.filter(branches__town_id=staff.town_code).distinct()
    return await found.order_by("-id").limit(limit)


async def get_visible_merchant(*, merchant_id: UUID, staff: StaffMember) -> Merchant:
    """Return a merchant that is this staff member's business.

    Raises:
        MerchantNotFound: there is none, or it has no branch in the town of the staff member.
    """
    merchant = await Merchant.get_or_none(id=merchant_id)
    if merchant is None:
        raise MerchantNotFound
    if not staff.is_administrator and not await Branch.exists(merchant_id=merchant_id, town_id=staff.town_code):
        raise MerchantNotFound
    return merchant


async def get_merchant_detail(*, merchant_id: UUID, staff: StaffMember, at: datetime) -> MerchantDetail:
    """Return a merchant and what belongs to it; staff of a town see clerks and invitations of that town only.

    Raises:
        MerchantNotFound: there is none, or it has no branch in the town of the staff member.
    """
    merchant = await get_visible_merchant(merchant_id=merchant_id, staff=staff)
    branches = await Branch.filter(merchant_id=merchant_id).order_by("name", "id")
    seen = [branch.id for branch in branches if staff.sees_town(branch.town_id)]
    clerks = await Clerk.filter(branch_id__in=seen, removed_at=None).order_by("created_at", "id")
    invitations = await ClerkInvitation.filter(
        branch_id__in=seen, used_at=None, revoked_at=None, expires_at__gt=at
    ).order_by("created_at", "id")
    return MerchantDetail(merchant=merchant, branches=branches, clerks=clerks, invitations=invitations)


async def suspend_merchant(*, merchant_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """Stop everything of a merchant at once: the clerks' guard reads the state at every request.

    Raises:
        MerchantNotFound: there is none.
        MerchantAlreadySuspended: it is suspended.
    """
    target = MerchantState.SUSPENDED
    if not await _move(merchant_id, "merchant.suspended", target=target, reason=reason, staff=staff, at=at):
        raise MerchantAlreadySuspended


async def reinstate_merchant(*, merchant_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """Let a suspended merchant go on where it stopped.

    Raises:
        MerchantNotFound: there is none.
        MerchantNotSuspended: it is active.
    """
    target = MerchantState.ACTIVE
    if not await _move(merchant_id, "merchant.reinstated", target=target, reason=reason, staff=staff, at=at):
        raise MerchantNotSuspended


async def _move(
    merchant_id: UUID, action: str, *, target: MerchantState, reason: str, staff: StaffMember, at: datetime
) -> bool:
    async with transaction():
        moved = await execute(
            "UPDATE merchants SET state = $1, state_reason = $2, updated_at = $3 WHERE id = $4 AND state <> $1",
            target.value,
            reason if target is MerchantState.SUSPENDED else "",
            at,
            merchant_id,
        )
        if moved:
            await _audit(action, merchant_id, staff=staff, detail={"reason": reason})
        elif not await Merchant.exists(id=merchant_id):
            raise MerchantNotFound
    return bool(moved)


async def _audit(action: str, merchant_id: UUID, *, staff: StaffMember, detail: dict[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="merchant",
        record_id=merchant_id,
        detail=detail,
    )
