"""登记的竞争 — one key, one invitation, one card: asked for by many at once, given once."""

import asyncio
from collections.abc import Mapping
from typing import cast
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.accounts import Consent
from models.cards import Card, CardCase
from models.merchants import Clerk, Merchant
from tests.factories.cards import give_consent, make_card, make_staff
from tests.factories.merchants import sample_credit_code
from tests.perks.till import Shop
from tests.races.ledger import count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Client

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def newcomers(house: TwoWorkers, number: int) -> list[Client]:
    """Return people who have just logged in for the first time."""
    return await asyncio.gather(*(house.stranger.login(f"newcomer-{uuid4().hex}") for _ in range(number)))


async def administrator(house: TwoWorkers) -> Client:
    [client] = await newcomers(house, 1)
    await make_staff(client.account_id, town_code=None)
    return client


async def test_one_key_sent_twenty_times_at_once_registers_one_merchant(house: TwoWorkers) -> None:
    staff = await administrator(house)
    credit_code = sample_credit_code(700_001)
    body = {"name": "示例重复登记商户", "credit_code": credit_code}
    headers = {"Idempotency-Key": uuid4().hex}

    answers = await asyncio.gather(
        *(staff.post("/v1/staff/merchants", body, headers=headers) for _ in range(20)),
    )
    last = await staff.post("/v1/staff/merchants", body, headers=headers)

    assert set(outcomes(answers)) <= {"201", "StillInProgress"}
    assert outcomes(answers)["201"] >= 1
    assert {answer.body for answer in (*answers, last) if answer.status == 201} == {last.body}
    assert cast(Mapping[str, str], last.headers)["Idempotency-Replayed"] == "true"
    merchant = await Merchant.get(credit_code=credit_code)
    noted = "SELECT count(*) AS n FROM audit_entries WHERE record_type = 'merchant' AND record_id = $1"
    assert await count(noted, str(merchant.id)) == 1


@pytest.mark.parametrize("has_key", [False, True], ids=["plain", "idempotency-key"])
async def test_twenty_consents_of_one_person_at_once_are_one(house: TwoWorkers, has_key: bool) -> None:
    [person] = await newcomers(house, 1)
    body = {"purpose": "card_binding", "version": "2026-11"}
    headers = {"Idempotency-Key": uuid4().hex} if has_key else {}

    answers = await asyncio.gather(*(person.post("/v1/consents", body, headers=headers) for _ in range(20)))

    assert set(outcomes(answers)) <= ({"201", "StillInProgress"} if has_key else {"201"})
    assert len({answer.json["granted_at"] for answer in answers if answer.status == 201}) == 1
    assert await Consent.filter(account_id=person.account_id).count() == 1


async def test_twenty_people_with_one_invitation_make_one_clerk(house: TwoWorkers, shop: Shop) -> None:
    staff = await administrator(house)
    asked = {"branch_id": str(shop.branch.id), "display_name": "竞争收银台"}
    invitation = await staff.post(f"/v1/staff/merchants/{shop.merchant.id}/clerk-invitations", asked)
    assert invitation.status == 201
    people = await newcomers(house, 20)

    answers = await asyncio.gather(
        *(person.post("/v1/merchant/memberships", {"invitation": invitation.json["code"]}) for person in people)
    )

    assert outcomes(answers) == {"201": 1, "InvitationUsed": 19}
    joined = next(person for person, answer in zip(people, answers, strict=True) if answer.status == 201)
    clerk = await Clerk.get(display_name="竞争收银台")
    assert (await clerk.account).id == joined.account_id


def claim_of(card: Card, **overrides: str) -> dict[str, str]:
    claimed = {"name": card.holder.name, "id_number": card.holder.id_number, "card_last4": card.last4}
    return claimed | overrides


async def test_ten_accounts_that_claim_one_card_at_once_bind_it_to_one(house: TwoWorkers) -> None:
    card = await make_card()
    people = await newcomers(house, 10)
    for person in people:
        await give_consent(person.account_id)

    answers = await asyncio.gather(*(person.post("/v1/card/claims", claim_of(card)) for person in people))

    assert outcomes(answers) == {"201": 1, "CardAlreadyBound": 9}
    bound = next(person for person, answer in zip(people, answers, strict=True) if answer.status == 201)
    fresh = await Card.get(id=card.id).select_related("account")
    assert fresh.account is not None
    assert fresh.account.id == bound.account_id
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'card.bound' AND record_id = $1"
    assert await count(noted, str(card.id)) == 1


async def test_of_twenty_wrong_claims_at_once_five_are_compared(house: TwoWorkers) -> None:
    card = await make_card()
    [person] = await newcomers(house, 1)
    await give_consent(person.account_id)

    answers = await asyncio.gather(
        *(person.post("/v1/card/claims", claim_of(card, name="王语嫣")) for _ in range(20)),
    )
    right = await person.post("/v1/card/claims", claim_of(card))

    assert outcomes(answers) == {"ClaimMismatch": 5, "ClaimTriesUsedUp": 15}
    assert right.code == "ClaimTriesUsedUp"
    assert await CardCase.filter(account_id=person.account_id).count() == 1
    tries = "SELECT tries AS n FROM card_claim_tallies WHERE account_id = $1 AND day = $2"
    assert await count(tries, person.account_id, beijing_day(utc_now())) == 5
