"""绑定优待证"""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.audit import AuditEntry
from models.cards import (
    Card,
    CardCase,
    CardClaimTally,
    CardExpired,
    CardReplaced,
    CardRevoked,
    CardState,
    CardSuspended,
    CaseState,
)
from server.accounts.service import ConsentRequired
from server.cards.cases import submitted_in
from server.cards.claims import (
    AccountAlreadyHasCard,
    CardAlreadyBound,
    ClaimMismatch,
    ClaimTriesUsedUp,
    ClaimUnreadable,
    claim_card,
)
from server.state.database import DatabaseState
from tests.factories.cards import (
    make_account,
    make_card,
    make_consenting_account,
    make_holder,
    sample_id_number,
)

AT = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
"""One minute before midnight in Beijing."""

pytestmark = pytest.mark.usefixtures("database")


async def attempt(account_id: UUID, card: Card | None = None, *, at: datetime = AT, **overrides: Any) -> Card:
    """Claim a card as its holder would, but for what a test says otherwise."""
    values: dict[str, Any] = {"name": "段誉明", "id_number": sample_id_number(9_999), "card_last4": "1234"}
    if card is not None:
        values |= {"id_number": card.holder.id_number, "card_last4": card.last4, "name": card.holder.name}
    return await claim_card(account_id=account_id, state=DatabaseState(), at=at, **(values | overrides))


async def test_a_matching_claim_binds_the_card() -> None:
    card, account = await make_card(), await make_consenting_account()

    bound = await attempt(account.id, card)

    assert (bound.id, bound.account_id, bound.bound_at) == (card.id, account.id, AT)
    assert await AuditEntry.exists(action="card.bound", record_id=str(card.id), account_id=account.id)


async def test_repeating_a_claim_that_succeeded_answers_the_card_and_costs_no_try() -> None:
    card, account = await make_card(), await make_consenting_account()

    for _ in range(7):
        bound = await attempt(account.id, card)

    assert bound.id == card.id
    assert (await CardClaimTally.get(account_id=account.id)).tries == 1


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("阿依古丽·买买提", "阿依古丽．买买提"),
        ("段誉明", " 段 誉 明 "),
        ("段誉", "段　誉"),
    ],
)
async def test_a_name_matches_however_dots_and_blanks_are_typed(stored: str, typed: str) -> None:
    card, account = await make_card(name=stored), await make_consenting_account()

    bound = await attempt(account.id, card, name=typed)

    assert bound.id == card.id


async def test_id_number_and_digits_match_in_small_letters_and_full_width() -> None:
    card = await make_card(id_number="11010519491231002X", number="YD000000000A1B")
    account = await make_consenting_account()

    bound = await attempt(account.id, card, id_number="１１０１０５１９４９１２３１００２x", card_last4="0a1b")

    assert bound.id == card.id


async def test_without_consent_nothing_is_looked_at() -> None:
    card, account = await make_card(), await make_account()

    with pytest.raises(ConsentRequired):
        await attempt(account.id, card)

    assert await CardClaimTally.all().count() == await CardCase.all().count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "段"), ("name", "段1"), ("id_number", "321084197001010012"), ("id_number", ""), ("card_last4", "12345")],
)
async def test_a_malformed_field_is_named_and_is_no_try(field: str, value: str) -> None:
    account = await make_consenting_account()

    with pytest.raises(ClaimUnreadable) as refusal:
        await attempt(account.id, **{field: value})

    assert [error.field for error in refusal.value.errors] == [field]
    assert await CardClaimTally.all().count() == 0


@pytest.mark.parametrize("field", ["name", "id_number", "card_last4"])
async def test_a_mismatch_does_not_tell_which_field_was_wrong(field: str) -> None:
    card, account = await make_card(number="YD0000000000001234"), await make_consenting_account()
    wrong = {"name": "王语", "id_number": sample_id_number(5_000), "card_last4": "4321"}

    with pytest.raises(ClaimMismatch) as refusal:
        await attempt(account.id, card, **{field: wrong[field]})

    case = await CardCase.get(account_id=account.id)
    assert refusal.value.message == ClaimMismatch.message
    assert refusal.value.next_step == f"{ClaimMismatch.next_step}，请报核对件编号 {case.number}"
    assert refusal.value.errors == ()
    assert (await Card.get(id=card.id)).account_id is None


async def test_mismatches_refresh_one_case_of_the_account_in_the_holders_town() -> None:
    card, account = await make_card(), await make_consenting_account()

    for name in ("王语", "木婉清"):
        with pytest.raises(ClaimMismatch):
            await attempt(account.id, card, name=name)

    case = await CardCase.get(account_id=account.id)
    submitted = submitted_in(case)
    assert submitted is not None
    assert (submitted.name, submitted.id_number) == ("木婉清", card.holder.id_number)
    assert case.town_id == card.holder.town_id
    assert case.submitted_sealed is not None
    assert "木婉清" not in case.submitted_sealed


async def test_a_case_of_a_stranger_belongs_to_no_town() -> None:
    account = await make_consenting_account()

    with pytest.raises(ClaimMismatch):
        await attempt(account.id)

    assert (await CardCase.get(account_id=account.id)).town_id is None


async def test_success_after_a_mismatch_closes_the_case_and_wipes_what_was_typed() -> None:
    card, account = await make_card(), await make_consenting_account()
    with pytest.raises(ClaimMismatch):
        await attempt(account.id, card, name="王语")

    await attempt(account.id, card)

    case = await CardCase.get(account_id=account.id)
    assert (case.state, case.submitted_sealed, case.card_id) == (CaseState.VERIFIED, None, card.id)


async def test_the_sixth_try_of_a_beijing_day_is_refused_even_if_it_is_right() -> None:
    card, account = await make_card(), await make_consenting_account()
    for _ in range(5):
        with pytest.raises(ClaimMismatch):
            await attempt(account.id, card, name="王语")

    with pytest.raises(ClaimTriesUsedUp) as refusal:
        await attempt(account.id, card)
    bound = await attempt(account.id, card, at=AT + timedelta(minutes=1))

    assert refusal.value.retry_after_seconds == 60
    assert bound.id == card.id


async def test_one_id_number_is_tried_ten_times_a_day_whoever_asks() -> None:
    card = await make_card()
    accounts = [await make_consenting_account() for _ in range(11)]
    for account in accounts[:10]:
        with pytest.raises(ClaimMismatch):
            await attempt(account.id, card, name="王语")

    with pytest.raises(ClaimTriesUsedUp):
        await attempt(accounts[10].id, card)

    assert (await attempt(accounts[10].id, card, at=AT + timedelta(minutes=1))).id == card.id


async def test_twenty_tries_at_once_count_five() -> None:
    card, account = await make_card(), await make_consenting_account()

    outcomes = await asyncio.gather(
        *(attempt(account.id, card, name="王语") for _ in range(20)), return_exceptions=True
    )

    assert sum(isinstance(outcome, ClaimMismatch) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, ClaimTriesUsedUp) for outcome in outcomes) == 15
    assert await CardCase.all().count() == 1


async def test_two_accounts_that_claim_one_card_at_once_bind_it_once() -> None:
    card = await make_card()
    accounts = [await make_consenting_account() for _ in range(6)]

    outcomes = await asyncio.gather(*(attempt(account.id, card) for account in accounts), return_exceptions=True)

    assert sum(isinstance(outcome, Card) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, CardAlreadyBound) for outcome in outcomes) == 5


async def test_one_account_that_claims_two_cards_at_once_gets_one() -> None:
    cards, account = [await make_card(), await make_card()], await make_consenting_account()

    outcomes = await asyncio.gather(*(attempt(account.id, card) for card in cards), return_exceptions=True)

    assert sum(isinstance(outcome, Card) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AccountAlreadyHasCard) for outcome in outcomes) == 1


async def test_a_card_bound_to_another_account_becomes_a_case() -> None:
    card, account = await make_card(account_id=(await make_account()).id), await make_consenting_account()

    with pytest.raises(CardAlreadyBound) as refusal:
        await attempt(account.id, card)

    case = await CardCase.get(account_id=account.id)
    assert case.number in refusal.value.next_step


async def test_an_account_with_a_card_claims_no_other() -> None:
    account = await make_consenting_account()
    await make_card(account_id=account.id)

    with pytest.raises(AccountAlreadyHasCard):
        await attempt(account.id, await make_card())


async def test_after_its_card_was_revoked_an_account_may_bind_the_next() -> None:
    account, holder = await make_consenting_account(), await make_holder()
    old = await make_card(holder=holder, account_id=account.id, state=CardState.REVOKED)
    new = await make_card(holder=holder)

    bound = await attempt(account.id, new)

    assert bound.id == new.id
    assert (await Card.get(id=old.id)).account_id is None


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"state": CardState.SUSPENDED, "state_reason": "遗失"}, CardSuspended),
        ({"state": CardState.REVOKED}, CardRevoked),
        ({"state": CardState.REPLACED}, CardReplaced),
        ({"expires_on": date(2026, 11, 22)}, CardExpired),
    ],
)
async def test_a_card_that_is_not_good_is_refused_with_its_reason(fields: dict[str, Any], refusal: type) -> None:
    card, account = await make_card(**fields), await make_consenting_account()

    with pytest.raises(refusal) as raised:
        await attempt(account.id, card)

    assert fields.get("state_reason", "") in raised.value.message
    assert await CardCase.all().count() == 0


async def test_a_card_is_good_on_its_last_day() -> None:
    card, account = await make_card(expires_on=date(2026, 11, 23)), await make_consenting_account()

    assert (await attempt(account.id, card)).id == card.id


async def test_taken_case_numbers_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    accounts = [await make_consenting_account() for _ in range(2)]

    for account in accounts:
        with pytest.raises(ClaimMismatch):
            await attempt(account.id)

    assert {case.number[:7] for case in await CardCase.all()} == {"0000007", "0000008"}
