"""刷脸绑定 — a passed face check does once what staff would do who see the person and the ID card."""

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.clock import beijing_day
from models.cards import Card, CardHolder, CardState, card_refusal
from models.errors import Conflict, FieldError, Invalid
from models.face_checks import FaceCheck, FaceCheckState
from models.transactions import execute, savepoint, transaction
from server.audit.service import record
from server.cards.cases import release_revoked_card
from server.cards.claims import AccountAlreadyHasCard, ClaimUnreadable, close_open_case
from server.cards.faces import FaceCheckExpired, get_face_check, hash_name
from server.cards.identity import parse_last4
from server.notifications.service import Event, notify


class FaceCheckNotPassed(Conflict):
    message = "这次核身还没有通过"
    next_step = "请先完成刷脸核身，再绑定"


class FaceCheckUsed(Conflict):
    message = "这次核身已经用过"
    next_step = "一次核身只能绑定一次；需要再绑定请重新刷脸"


class FaceMatchesNoCard(Conflict):
    message = "登记信息里没有找到您的优待证"
    next_step = "请用姓名、身份证号和优待证后四位提交绑定，由工作人员核对；或带证件到就近的退役军人服务站"


class ManyCards(Invalid):
    message = "您名下不止一张优待证"
    next_step = "请填写要绑定的那张优待证的后四位"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("card_last4", "请填要绑定的那张的后四位"),))


async def bind_by_face(*, check_id: UUID, account_id: UUID, card_last4: str | None, at: datetime) -> Card:
    """Bind the card of the person whose face WeChat confirmed; return it with its holder. 刷脸绑定。

    Name and ID number count as compared, so neither the last four digits nor a card that another account has bound
    needs staff: the card moves, and the other account is told. What differs from the roster stays with staff.
    Repeating a binding that was done returns the card again.

    Raises:
        FaceCheckNotFound: it is not this account's.
        FaceCheckNotPassed, FaceCheckUsed, FaceCheckExpired: it proves nothing, or no longer.
        ClaimUnreadable: the digits are malformed.
        AccountAlreadyHasCard: another card is bound to the account.
        FaceMatchesNoCard: the roster has nobody of this name and number, or no such card of theirs.
        ManyCards: they have several, and it was not said which.
        CardNotUsable: the card is suspended, revoked, replaced or expired.
    """
    last4 = _read(card_last4)
    async with transaction():
        check = await _hold_check(check_id, account_id)
        own = await Card.get_or_none(account_id=account_id).select_related("holder")
        if own is not None and own.state != CardState.REVOKED:
            if check.card_id != own.id:
                raise AccountAlreadyHasCard
            return own
        _require_good(check, at=at)
        card = await _hold_card(await _find_card(check, last4=last4, at=at))
        await _bind(check, card, at=at)
        return await Card.get(id=card.id).select_related("holder")


async def _hold_check(check_id: UUID, account_id: UUID) -> FaceCheck:
    """Take the check's row for this transaction: of two bindings at once the second sees what the first did."""
    await execute("UPDATE face_checks SET state = state WHERE id = $1 AND account_id = $2", check_id, account_id)
    return await get_face_check(check_id=check_id, account_id=account_id)


async def _hold_card(card: Card) -> Card:
    """Take the card's row for this transaction before anything refers to it: two who bind it then take turns."""
    await execute("UPDATE cards SET bound_at = bound_at WHERE id = $1", card.id)
    return await Card.get(id=card.id)


def _read(card_last4: str | None) -> str | None:
    try:
        return None if card_last4 is None else parse_last4(card_last4)
    except ValueError as fault:
        raise ClaimUnreadable(errors=(FieldError("card_last4", str(fault)),)) from None


def _require_good(check: FaceCheck, *, at: datetime) -> None:
    if check.state is FaceCheckState.USED:
        raise FaceCheckUsed
    if check.state is not FaceCheckState.PASSED:
        raise FaceCheckNotPassed
    if at >= check.expires_at:
        raise FaceCheckExpired


async def _find_card(check: FaceCheck, *, last4: str | None, at: datetime) -> Card:
    holder = await CardHolder.get_or_none(id_number_hash=check.id_number_hash)
    if holder is None or hash_name(holder.name) != check.name_hash:
        raise FaceMatchesNoCard
    cards = await Card.filter(holder_id=holder.id, **({} if last4 is None else {"last4": last4})).order_by("-id")
    good = [card for card in cards if card.state == CardState.ACTIVE]
    if len(good) > 1:
        raise ManyCards
    card = next(iter(good or cards), None)
    if card is None:
        raise FaceMatchesNoCard
    refusal = card_refusal(state=card.state, expires_on=card.expires_on, day=beijing_day(at))
    if refusal is not None:
        raise refusal(f"{refusal.message}（{card.state_reason}）" if card.state_reason else None)
    return card


async def _bind(check: FaceCheck, card: Card, *, at: datetime) -> None:
    used = await execute(
        "UPDATE face_checks SET state = 'used', used_at = $1, card_id = $2 "
        "WHERE id = $3 AND state = 'passed' AND expires_at > $1",
        at,
        card.id,
        check.id,
    )
    if not used:
        raise FaceCheckUsed
    await release_revoked_card(account_id=check.account_id)
    try:
        async with savepoint():
            bound = await execute(
                "UPDATE cards SET account_id = $1, bound_at = $2 WHERE id = $3 AND state = 'active'",
                check.account_id,
                at,
                card.id,
            )
    except IntegrityError:  # the same account bound another card a moment ago
        raise AccountAlreadyHasCard from None
    if not bound:
        raise FaceMatchesNoCard
    await close_open_case(account_id=check.account_id, card_id=card.id, note="本人刷脸核身通过", at=at)
    await _record(check, card, at=at)


async def _record(check: FaceCheck, card: Card, *, at: datetime) -> None:
    former = card.account_id if card.account_id != check.account_id else None
    await record(
        account_id=check.account_id,
        role="person",
        action="card.bound",
        record_type="card",
        record_id=card.id,
        detail={"face_check_id": str(check.id), "former_account_id": None if former is None else str(former)},
    )
    if former is not None:
        told = Event(
            name="card.moved",
            key=f"card_moved:{check.id.hex}",
            title="优待证已绑定到另一个微信账号",
            text="持证人本人刷脸核身后，把优待证绑定到了另一个微信账号。如果不是您本人操作，请带证件到就近的退役军人服务站核对",
            link="/v1/card",
        )
        await notify(account_id=former, event=told, at=at)
