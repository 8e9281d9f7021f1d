"""证件管理 — what staff do to a card: find it, see behind the mask, suspend, reinstate, revoke, replace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.base import new_id
from models.cards import CARD_NUMBER, Card, CardState, CardStateUnsuitable, RosterFault
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.fields import seal
from models.identifiers import IdNumber, Mobile
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.cards.identity import hash_card_number, hash_id_number, hash_mobile, parse_card_number
from server.cards.roster_plan import new_pseudonym
from server.tables.cells import mask_digits


class CardNotFound(NotFound):
    message = "没有这张优待证"
    next_step = "请重新查询；其他乡镇持证人的证由该乡镇或市局办理"


class CardNumberTaken(Conflict):
    message = "这个优待证号已经登记过"
    next_step = "请核对新证的证号；确属重复登记的请联系市局"


class SearchUnreadable(Invalid):
    message = "查询条件有误"
    next_step = "请只填身份证号、手机号、优待证号中的一项，并填写完整的号码"


class DisclosedField(StrEnum):
    """明文字段 — what may be shown unmasked, each by name."""

    NAME = "name"
    ID_NUMBER = "id_number"
    MOBILE = "mobile"
    CARD_NUMBER = "card_number"


@dataclass(frozen=True, slots=True)
class CardSearch:
    """查询条件 — one whole number of one kind, and what it is for."""

    id_number: str | None
    mobile: str | None
    card_number: str | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """换发 — the new card and why."""

    card_number: str
    issued_on: date | None
    expires_on: date | None
    reason: str


async def search_cards(*, search: CardSearch, staff: StaffMember) -> list[Card]:
    """Return the cards, with holders, that a whole number points to in the asker's town, the newest first; audited.

    Raises:
        SearchUnreadable: not exactly one number, or a malformed one.
    """
    field, criterion = _criterion(search)
    async with transaction():
        found = await Card.filter(**criterion).select_related("holder").order_by("-created_at", "-id").limit(100)
        seen = [card for card in found if staff.sees_town(card.holder.town_id)]
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="card.searched",
            record_type="card_search",
            record_id=next(iter(criterion.values())),
            detail={"by": field, "purpose": mask_digits(search.purpose), "cards": [str(card.id) for card in seen]},
        )
    return seen


def _criterion(search: CardSearch) -> tuple[str, dict[str, str]]:
    given = [
        (field, text)
        for field, text in (
            ("id_number", search.id_number),
            ("mobile", search.mobile),
            ("card_number", search.card_number),
        )
        if text is not None
    ]
    if len(given) != 1:
        raise SearchUnreadable(errors=(FieldError("", "请填身份证号、手机号、优待证号中的一项"),))
    field, text = given[0]
    try:
        match field:
            case "id_number":
                return field, {"holder__id_number_hash": hash_id_number(IdNumber.parse(text))}
            case "mobile":
                return field, {"holder__mobile_hash": hash_mobile(Mobile.parse(text))}
        return field, {"number_hash": hash_card_number(parse_card_number(text))}
    except ValueError as fault:
        raise SearchUnreadable(errors=(FieldError(field, str(fault)),)) from None


async def get_card(*, card_id: UUID, staff: StaffMember) -> Card:
    """Return a card with its holder.

    Raises:
        CardNotFound: there is none of this id in the asker's town.
    """
    card = await Card.get_or_none(id=card_id).select_related("holder")
    if card is None:
        raise CardNotFound
    staff.require_town(card.holder.town_id, CardNotFound)
    return card


async def disclose(
    *, card_id: UUID, fields: Sequence[DisclosedField], purpose: str, staff: StaffMember
) -> dict[DisclosedField, str | None]:
    """Return fields of a card and its holder in clear; who saw which and what for is on record. 查看明文。

    Raises:
        CardNotFound: there is none of this id in the asker's town.
    """
    async with transaction():
        card = await get_card(card_id=card_id, staff=staff)
        wanted = sorted(set(fields))
        await _audit(staff, "card.disclosed", card, {"fields": wanted, "purpose": mask_digits(purpose)})
    return {field: _clear(card, field) for field in wanted}


def _clear(card: Card, field: DisclosedField) -> str | None:
    match field:
        case DisclosedField.NAME:
            return card.holder.name
        case DisclosedField.ID_NUMBER:
            return str(card.holder.id_number)
        case DisclosedField.MOBILE:
            mobile = card.holder.mobile
            return None if mobile is None else str(mobile)
    return card.number


async def change_state(*, card_id: UUID, to: CardState, reason: str, staff: StaffMember) -> Card:
    """Suspend, reinstate or revoke a card, in force at once; ``reason`` is shown to the holder unless reinstated.

    Raises:
        CardNotFound: there is none of this id in the asker's town.
        CardStateUnsuitable: the card's state does not allow it.
    """
    async with transaction():
        card = await get_card(card_id=card_id, staff=staff)
        before = CardState(card.state)
        card.require_transition(to)
        card.state, card.state_reason = to, "" if to is CardState.ACTIVE else reason
        changed = await execute(
            "UPDATE cards SET state = $1, state_reason = $2 WHERE id = $3 AND state = $4",
            to.value,
            card.state_reason,
            card.id,
            before.value,
        )
        if not changed:
            raise CardStateUnsuitable
        await _audit(staff, f"card.{_DEEDS[to]}", card, {"from": before.value, "reason": mask_digits(reason)})
        return card


_DEEDS = {CardState.ACTIVE: "reinstated", CardState.SUSPENDED: "suspended", CardState.REVOKED: "revoked"}


async def replace_card(*, card_id: UUID, replacement: Replacement, staff: StaffMember, at: datetime) -> Card:
    """Put a new card in the place of an old one; the binding moves to it, passes of the old one end. 换发。

    Raises:
        CardNotFound: there is none of this id in the asker's town.
        RosterFault: the new number or its period is malformed.
        CardStateUnsuitable: the old card is revoked or was replaced.
        CardNumberTaken: some card has the new number.
    """
    number = _check(replacement)
    async with transaction():
        old = await get_card(card_id=card_id, staff=staff)
        old.require_transition(CardState.REPLACED)
        changed = await execute(
            "UPDATE cards SET state = 'replaced', state_reason = $1, account_id = NULL, bound_at = NULL "
            "WHERE id = $2 AND state = $3 AND COALESCE(account_id::text, '') = $4",
            replacement.reason,
            old.id,
            CardState(old.state).value,
            str(old.account_id or ""),
        )
        if not changed:
            raise CardStateUnsuitable
        new = await _create_successor(old, number=number, replacement=replacement, at=at)
        await execute("UPDATE cards SET replaced_by_id = $1 WHERE id = $2", new.id, old.id)
        await _audit(
            staff, "card.replaced", old, {"new_card_id": str(new.id), "reason": mask_digits(replacement.reason)}
        )
        return new


def _check(replacement: Replacement) -> str:
    try:
        number = parse_card_number(replacement.card_number)
    except ValueError as fault:
        raise RosterFault("card_number", str(fault)) from None
    issued, expires = replacement.issued_on, replacement.expires_on
    if issued is not None and expires is not None and expires < issued:
        raise RosterFault("expires_on", "早于发证日期，请核对两个日期")
    return number


async def _create_successor(old: Card, *, number: str, replacement: Replacement, at: datetime) -> Card:
    try:
        async with savepoint():
            new = await Card.create(
                id=new_id(),
                created_at=at,
                holder_id=old.holder_id,
                number_sealed=seal(CARD_NUMBER, number),
                number_hash=hash_card_number(number),
                last4=number[-4:],
                kind=old.kind,
                issued_on=replacement.issued_on,
                expires_on=replacement.expires_on,
                account_id=old.account_id,
                bound_at=old.bound_at,
                pseudonym=new_pseudonym(),
            )
    except IntegrityError:
        raise CardNumberTaken from None
    new.holder = old.holder
    return new


async def _audit(staff: StaffMember, action: str, card: Card, detail: dict[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="card",
        record_id=card.id,
        detail=detail,
    )
