"""优待证的对外样子 — records as JSON shapes, masked."""

from typing import Any

from config.clock import beijing
from models.cards import Card, CardCase, CardKind, CardState, CaseState
from server.cards.cases import submitted_in
from server.cards.schemas import CaseDetail, CaseView, MaskedCard, StaffCard, SubmittedView


def _fields(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "kind": CardKind(card.kind),
        "kind_label": CardKind(card.kind).label,
        "masked_name": card.holder.masked_name,
        "masked_id_number": card.holder.id_number.masked,
        "last4": card.last4,
        "state": CardState(card.state),
        "state_reason": card.state_reason,
        "issued_on": card.issued_on,
        "expires_on": card.expires_on,
        "bound_at": None if card.bound_at is None else beijing(card.bound_at),
    }


def show_card(card: Card) -> MaskedCard:
    """Return a card, read with its holder, as the holder sees it."""
    return MaskedCard(**_fields(card))


def show_staff_card(card: Card) -> StaffCard:
    """Return a card, read with its holder, as staff see it."""
    mobile = card.holder.mobile
    return StaffCard(
        **_fields(card),
        masked_mobile=None if mobile is None else mobile.masked,
        town_code=card.holder.town_id,
        is_bound=card.account_id is not None,
    )


def _case_fields(case: CardCase) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "state": CaseState(case.state),
        "town_code": case.town_id,
        "note": case.note,
        "created_at": beijing(case.created_at),
        "updated_at": beijing(case.updated_at),
        "resolved_at": None if case.resolved_at is None else beijing(case.resolved_at),
    }


def show_case(case: CardCase) -> CaseView:
    """Return a case as a list shows it."""
    return CaseView(**_case_fields(case))


def show_case_detail(case: CardCase) -> CaseDetail:
    """Return a case with what was submitted, masked."""
    typed = submitted_in(case)
    submitted = None
    if typed is not None:
        submitted = SubmittedView(
            masked_name=typed.masked_name, masked_id_number=typed.masked_id_number, card_last4=typed.card_last4
        )
    return CaseDetail(**_case_fields(case), submitted=submitted, card_id=case.card_id)
