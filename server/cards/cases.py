"""核对件 — claims that did not match the roster, and what a person at the counter makes of them."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from config.clock import beijing_day
from models.base import new_id
from models.cards import CASE_SUBMITTED, Card, CardCase, CardNotUsable, CaseState, card_refusal
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.fields import seal, unseal
from models.identifiers import IdNumber, mask_name
from models.transactions import execute, fetch_row, savepoint, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.cards.administration import get_card

_NUMBERS_TRIED = 5


class CardCaseNotFound(NotFound):
    message = "没有这个核对件"
    next_step = "请回到列表刷新后再找；其他乡镇的核对件由该乡镇办理"


class CardCaseResolved(Conflict):
    message = "这个核对件已经办结"
    next_step = "请刷新列表；结果有误的，请该用户重新提交绑定"


class CaseResolutionIncomplete(Invalid):
    message = "办理结果没有填完整"
    next_step = "核对通过请选定优待证，不通过请写明原因"


class HasAnotherCard(Conflict):
    message = "这个账户已经绑定了另一张优待证"
    next_step = "请先让本人在小程序中解除原来的绑定，再办结"


class Submitted(msgspec.Struct, frozen=True):
    """What a person typed in a claim."""

    name: str
    id_number: str
    card_last4: str

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_id_number(self) -> str:
        return IdNumber(self.id_number).masked


@dataclass(frozen=True, slots=True)
class Resolution:
    """办理结果 — what staff found: verified with the card, or rejected with the reason that the person reads."""

    verified: bool
    card_id: UUID | None
    note: str


def make_case_number() -> str:
    """Return seven random digits and their check digit (ISO 7064 MOD 11,10): a slip in one digit is noticed."""
    digits = f"{secrets.randbelow(10**7):07d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the ISO 7064 MOD 11,10 check digit of digits."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


async def open_case(*, account_id: UUID, submitted: Submitted, town_code: str | None, at: datetime) -> str:
    """Open the account's case, or refresh the one that is open; return its number.

    It joins the caller's transaction, which must be stored although the claim is refused.
    """
    sealed = seal(CASE_SUBMITTED, msgspec.json.encode(submitted).decode())
    async with transaction():
        for _ in range(_NUMBERS_TRIED):
            try:
                async with savepoint():
                    row = await fetch_row(
                        "INSERT INTO card_cases (id, created_at, number, account_id, submitted_sealed, town_id, state, "
                        "note, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', '', $2) "
                        "ON CONFLICT (account_id) WHERE state = 'open' DO UPDATE SET "
                        "submitted_sealed = excluded.submitted_sealed, town_id = excluded.town_id, "
                        "updated_at = excluded.updated_at RETURNING number",
                        new_id(),
                        at,
                        make_case_number(),
                        account_id,
                        sealed,
                        town_code,
                    )
            except IntegrityError:  # the number is taken
                continue
            assert row is not None
            return str(row["number"])
        raise RuntimeError("no free case number")


async def list_cases(*, staff: StaffMember, state: CaseState | None, before: UUID | None, limit: int) -> list[CardCase]:
    """Return the cases of the asker's town and of no town, the newest first, from after the case ``before``."""
    found = CardCase.all()
    if state is not None:
        found = found.filter(state=state)
    if not staff.is_administrator:
        found = found.filter(Q(town_id=staff.town_code) | Q(town_id=None))
    if before is not None:
        found = found.filter(id__lt=before)
    return await found.order_by("-id").limit(limit)


async def get_case(*, case_id: UUID, staff: StaffMember) -> CardCase:
    """Return a case.

    Raises:
        CardCaseNotFound: there is none of this id in the asker's town.
    """
    case = await CardCase.get_or_none(id=case_id)
    if case is None:
        raise CardCaseNotFound
    staff.require_town(case.town_id, CardCaseNotFound)
    return case


def submitted_in(case: CardCase) -> Submitted | None:
    """Return what the person typed, None once the case is closed."""
    if case.submitted_sealed is None:
        return None
    return msgspec.json.decode(unseal(CASE_SUBMITTED, case.submitted_sealed), type=Submitted)


async def resolve_case(*, case_id: UUID, resolution: Resolution, staff: StaffMember, at: datetime) -> CardCase:
    """Close a case after seeing the person and the documents; verified binds the card. 办结核对件。

    A card that is bound elsewhere moves to the case's account: the person in front of the counter holds it. What
    was submitted is wiped.

    Raises:
        CardCaseNotFound: no such case in the asker's town.
        CaseResolutionIncomplete: verified without a card, or rejected without a reason.
        CardNotFound: no such card in the asker's town.
        CardNotUsable: the card is suspended, revoked, replaced or expired.
        HasAnotherCard: the account is bound to another card.
        CardCaseResolved: somebody closed it before.
    """
    _require_complete(resolution)
    async with transaction():
        case = await get_case(case_id=case_id, staff=staff)
        card = await _find_bindable(resolution, staff=staff, at=at)
        await _close(case, card=card, note=resolution.note, at=at)
        detail: dict[str, object] = {"account_id": str(case.account_id), "verified": resolution.verified}
        if card is not None:
            former = await _bind_in_person(case=case, card=card, at=at)
            detail |= {"card_id": str(card.id), "former_account_id": None if former is None else str(former)}
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="card_case.resolved",
            record_type="card_case",
            record_id=case.id,
            detail=detail,
        )
        return await CardCase.get(id=case.id)


def _require_complete(resolution: Resolution) -> None:
    if resolution.verified and resolution.card_id is None:
        raise CaseResolutionIncomplete(errors=(FieldError("card_id", "请先查到并选定这个人的优待证"),))
    if not resolution.verified and not resolution.note.strip():
        raise CaseResolutionIncomplete(errors=(FieldError("note", "请写明不通过的原因，申请人会看到"),))


async def _close(case: CardCase, *, card: Card | None, note: str, at: datetime) -> None:
    closed = await execute(
        "UPDATE card_cases SET state = $1, note = $2, card_id = $3, submitted_sealed = NULL, resolved_at = $4, "
        "updated_at = $4 WHERE id = $5 AND state = 'open'",
        (CaseState.REJECTED if card is None else CaseState.VERIFIED).value,
        note,
        None if card is None else card.id,
        at,
        case.id,
    )
    if not closed:
        raise CardCaseResolved


async def _find_bindable(resolution: Resolution, *, staff: StaffMember, at: datetime) -> Card | None:
    """Return the card that staff chose, None when they rejected the case."""
    if not resolution.verified or resolution.card_id is None:
        return None
    card = await get_card(card_id=resolution.card_id, staff=staff)
    refusal = card_refusal(state=card.state, expires_on=card.expires_on, day=beijing_day(at))
    if refusal is not None:
        raise refusal
    return card


async def _bind_in_person(*, case: CardCase, card: Card, at: datetime) -> UUID | None:
    """Bind a card to a case's account and return the account that had it before."""
    former = card.account_id if card.account_id != case.account_id else None
    await release_revoked_card(account_id=case.account_id)
    try:
        async with savepoint():
            bound = await execute(
                "UPDATE cards SET account_id = $1, bound_at = $2 WHERE id = $3 AND state = 'active'",
                case.account_id,
                at,
                card.id,
            )
    except IntegrityError:
        raise HasAnotherCard from None
    if not bound:  # suspended or revoked a moment ago
        raise CardNotUsable
    return former


async def release_revoked_card(*, account_id: UUID) -> None:
    """Take a revoked card off an account, so that the person's next card can be bound."""
    await execute(
        "UPDATE cards SET account_id = NULL, bound_at = NULL WHERE account_id = $1 AND state = 'revoked'", account_id
    )
