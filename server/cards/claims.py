"""绑定优待证 — a person names the holder and the card, and a match binds the card to the account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.clock import beijing_day, beijing_midnight
from models.accounts import Purpose
from models.base import new_id
from models.cards import Card, CardHolder, CardNotUsable, CardState, card_refusal
from models.errors import Conflict, FieldError, Invalid, TooMany
from models.identifiers import IdNumber
from models.transactions import execute, savepoint, transaction
from server.accounts.service import require_consent
from server.audit.service import record
from server.cards.cases import Submitted, open_case, release_revoked_card
from server.cards.identity import hash_id_number, parse_last4, parse_name, plain_name
from server.state.protocol import SharedState

TRIES_A_DAY = 5
TRIES_A_DAY_PER_PERSON = 10
"""For one ID number, whoever asks: otherwise many accounts could guess the four digits between them."""


class ClaimUnreadable(Invalid):
    message = "填写的内容有误"
    next_step = "请对照身份证和优待证修改后再提交，这次不计入次数"


class ClaimTriesUsedUp(TooMany):
    message = "今天核对的次数已用完"
    next_step = "请明天再试，或带身份证和优待证到就近的退役军人服务站当面办理"


class AccountAlreadyHasCard(Conflict):
    message = "当前账号已经绑定了一张优待证"
    next_step = "请在「我的优待证」查看；要换绑另一张，请先解除绑定"


class ClaimMismatch(Conflict):
    message = "填写的内容与登记信息对不上"
    next_step = "请核对后再试，或带身份证和优待证到就近的退役军人服务站当面核对"


class CardAlreadyBound(Conflict):
    message = "这张优待证已绑定在另一个微信账号上"
    next_step = "如果不是您本人操作，请带身份证和优待证到就近的退役军人服务站当面核对"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it is compared."""

    account_id: UUID
    name: str
    id_number: IdNumber
    last4: str

    @property
    def submitted(self) -> Submitted:
        return Submitted(name=self.name, id_number=str(self.id_number), card_last4=self.last4)


async def claim_card(
    *, account_id: UUID, name: str, id_number: str, card_last4: str, state: SharedState, at: datetime
) -> Card:
    """Bind the card of the person named to the account; return it with its holder. 绑定优待证。

    Repeating a claim that succeeded returns the card again and costs no try. It must not run inside a transaction:
    the tries and the case outlive the refusal.

    Raises:
        ClaimUnreadable: a field is malformed; no try is counted.
        ConsentRequired: no consent to ``card_binding`` is in force.
        AccountAlreadyHasCard: another card is bound to the account.
        ClaimTriesUsedUp: five tries of the account, or ten for the ID number, on this Beijing day.
        ClaimMismatch: name, ID number and digits are not those of one card; a case is open for staff.
        CardNotUsable: the card is suspended, revoked, replaced or expired.
        CardAlreadyBound: another account has it; a case is open for staff.
    """
    claim = read_claim(account_id=account_id, name=name, id_number=id_number, card_last4=card_last4)
    await require_consent(account_id=account_id, purpose=Purpose.CARD_BINDING)
    own = await Card.get_or_none(account_id=account_id).select_related("holder")
    if own is not None and own.state != CardState.REVOKED:
        if not _matches(own, claim):
            raise AccountAlreadyHasCard
        return own
    await _count_try(claim, state=state, at=at)
    outcome = await _attempt(claim, at=at)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


def read_claim(*, account_id: UUID, name: str, id_number: str, card_last4: str) -> Claim:
    """Return a claim as it is compared.

    Raises:
        ClaimUnreadable: with one error for each malformed field.
    """
    errors: list[FieldError] = []
    values: list[str] = []
    for key, text, parse in (
        ("name", name, parse_name),
        ("id_number", id_number, IdNumber.parse),
        ("card_last4", card_last4, parse_last4),
    ):
        try:
            values.append(parse(text))
        except ValueError as fault:
            errors.append(FieldError(key, str(fault)))
    if errors:
        raise ClaimUnreadable(errors=tuple(errors))
    return Claim(account_id=account_id, name=values[0], id_number=IdNumber(values[1]), last4=values[2])


async def _count_try(claim: Claim, *, state: SharedState, at: datetime) -> None:
    day = beijing_day(at)
    until = max(1, int((beijing_midnight(day + timedelta(days=1)) - at).total_seconds()))
    counted = await execute(
        "INSERT INTO card_claim_tallies (id, created_at, account_id, day, tries) VALUES ($1, $2, $3, $4, 1) "
        "ON CONFLICT (account_id, day) DO UPDATE SET tries = card_claim_tallies.tries + 1 "
        "WHERE card_claim_tallies.tries < $5",
        new_id(),
        at,
        claim.account_id,
        day,
        TRIES_A_DAY,
    )
    if not counted:
        raise ClaimTriesUsedUp(retry_after_seconds=until)
    key = f"card-claims:{day}:{hash_id_number(claim.id_number)}"
    if await state.increment(key, ttl_seconds=86_400) > TRIES_A_DAY_PER_PERSON:
        raise ClaimTriesUsedUp(retry_after_seconds=until)


async def _attempt(claim: Claim, *, at: datetime) -> Card | Conflict:
    """Bind the card and return it, or return the refusal: what is stored on the way to it must be kept."""
    async with transaction():
        holder = await CardHolder.get_or_none(id_number_hash=hash_id_number(claim.id_number))
        card = None if holder is None else await _find_card(holder, claim)
        if holder is None or card is None:
            number = await _open_case(claim, holder=holder, at=at)
            return ClaimMismatch(next_step=f"{ClaimMismatch.next_step}，请报核对件编号 {number}")
        refusal = card_refusal(state=card.state, expires_on=card.expires_on, day=beijing_day(at))
        if refusal is not None:
            return _not_usable(card, refusal)
        try:
            async with savepoint():
                await release_revoked_card(account_id=claim.account_id)
                bound = await execute(
                    "UPDATE cards SET account_id = $1, bound_at = $2 "
                    "WHERE id = $3 AND account_id IS NULL AND state = 'active'",
                    claim.account_id,
                    at,
                    card.id,
                )
        except IntegrityError:  # the same account bound another card a moment ago
            return AccountAlreadyHasCard()
        if bound:
            await _record_binding(claim, card=card, at=at)
        fresh = await Card.get(id=card.id).select_related("holder")
        if fresh.account_id == claim.account_id:
            return fresh
        number = await _open_case(claim, holder=holder, at=at)
        return CardAlreadyBound(next_step=f"{CardAlreadyBound.next_step}，请报核对件编号 {number}")


async def _find_card(holder: CardHolder, claim: Claim) -> Card | None:
    """Return the holder's card that is claimed, the one in force before others with the same last digits."""
    if plain_name(holder.name) != claim.name:
        return None
    cards = await Card.filter(holder_id=holder.id, last4=claim.last4).order_by("-created_at", "-id")
    return min(cards, key=lambda card: card.state != CardState.ACTIVE, default=None)


def _matches(card: Card, claim: Claim) -> bool:
    return (card.holder.id_number_hash, plain_name(card.holder.name), card.last4) == (
        hash_id_number(claim.id_number),
        claim.name,
        claim.last4,
    )


def _not_usable(card: Card, refusal: type[CardNotUsable]) -> CardNotUsable:
    return refusal(f"{refusal.message}（{card.state_reason}）") if card.state_reason else refusal()


async def _open_case(claim: Claim, *, holder: CardHolder | None, at: datetime) -> str:
    town_code = None if holder is None else holder.town_id
    number = await open_case(account_id=claim.account_id, submitted=claim.submitted, town_code=town_code, at=at)
    await record(
        account_id=claim.account_id,
        role="person",
        action="card.claim_referred",
        record_type="card_case",
        record_id=number,
    )
    return number


async def _record_binding(claim: Claim, *, card: Card, at: datetime) -> None:
    await close_open_case(account_id=claim.account_id, card_id=card.id, note="本人重新填写后核对成功", at=at)
    await record(account_id=claim.account_id, role="person", action="card.bound", record_type="card", record_id=card.id)


async def close_open_case(*, account_id: UUID, card_id: UUID, note: str, at: datetime) -> None:
    """Close the case of an account whose card was bound without staff; what was typed is removed."""
    await execute(
        "UPDATE card_cases SET state = 'verified', note = $1, card_id = $2, submitted_sealed = NULL, "
        "resolved_at = $3, updated_at = $3 WHERE account_id = $4 AND state = 'open'",
        note,
        card_id,
        at,
        account_id,
    )
