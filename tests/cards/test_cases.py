"""核对件 — over HTTP."""

import json
from typing import Any
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.cards import Card, CardCase, CardState, CaseState
from server.cards.cases import Submitted, open_case
from tests.cards.test_staff import OTHER_TOWN, staff
from tests.factories.cards import make_account, make_card, sample_id_number
from tests.factories.merchants import SOME_TOWN, make_town
from tests.service import Client


async def some_case(*, town_code: str | None = SOME_TOWN) -> CardCase:
    """Make an open case of a new account."""
    if town_code is not None:
        await make_town(town_code)
    submitted = Submitted(name="王语嫣", id_number=sample_id_number(4_321), card_last4="1234")
    account = await make_account()
    number = await open_case(account_id=account.id, submitted=submitted, town_code=town_code, at=utc_now())
    return await CardCase.get(number=number)


async def audited(action: str) -> dict[str, Any]:
    """Return the detail of the one entry of an action."""
    detail: dict[str, Any] = json.loads((await AuditEntry.get(action=action)).detail)
    return detail


async def test_cases_are_listed_newest_first_page_by_page_for_the_own_town(service: Client) -> None:
    member = await staff(service)
    own = [await some_case(), await some_case(town_code=None), await some_case()]
    await some_case(town_code=OTHER_TOWN)

    first = await member.get("/v1/staff/card-cases?state=open&limit=2")
    second = await member.get(f"/v1/staff/card-cases?state=open&limit=2&cursor={first.json['next_cursor']}")
    closed = await member.get("/v1/staff/card-cases?state=rejected")

    listed = [item["number"] for item in (*first.json["items"], *second.json["items"])]
    assert listed == [case.number for case in reversed(own)]
    assert second.json["next_cursor"] is None
    assert closed.json["items"] == []


async def test_an_administrator_sees_the_cases_of_all_towns(service: Client) -> None:
    admin = await staff(service, town_code=None)
    await some_case()
    await some_case(town_code=OTHER_TOWN)

    answer = await admin.get("/v1/staff/card-cases")

    assert len(answer.json["items"]) == 2


async def test_a_broken_cursor_is_refused(service: Client) -> None:
    member = await staff(service)

    answer = await member.get("/v1/staff/card-cases?cursor=abc")

    assert (answer.status, answer.code) == (422, "CursorInvalid")


async def test_a_case_shows_what_was_submitted_masked(service: Client) -> None:
    member, case = await staff(service), await some_case()

    answer = await member.get(f"/v1/staff/card-cases/{case.id}")

    assert answer.json["submitted"]["masked_name"] == "王**"
    assert answer.json["submitted"]["card_last4"] == "1234"
    assert sample_id_number(4_321).encode() not in answer.body


async def test_another_towns_case_does_not_exist(service: Client) -> None:
    member, case = await staff(service), await some_case(town_code=OTHER_TOWN)

    shown = await member.get(f"/v1/staff/card-cases/{case.id}")
    closed = await member.post(f"/v1/staff/card-cases/{case.id}/resolution", {"outcome": "rejected", "note": "不符"})
    unknown = await member.get(f"/v1/staff/card-cases/{uuid4()}")

    assert {(answer.status, answer.code) for answer in (shown, closed, unknown)} == {(404, "CardCaseNotFound")}


async def test_verifying_in_person_binds_the_card_and_wipes_what_was_typed(service: Client) -> None:
    member, case, card = await staff(service), await some_case(), await make_card()
    body = {"outcome": "verified", "card_id": str(card.id), "note": "当面核对"}

    answer = await member.post(f"/v1/staff/card-cases/{case.id}/resolution", body)
    again = await member.post(f"/v1/staff/card-cases/{case.id}/resolution", body)

    closed, bound = await CardCase.get(id=case.id), await Card.get(id=card.id)
    assert (answer.status, answer.json["state"], answer.json["submitted"]) == (200, "verified", None)
    assert (closed.submitted_sealed, closed.card_id) == (None, card.id)
    assert bound.account_id == case.account_id
    assert (again.status, again.code) == (409, "CardCaseResolved")
    assert await audited("card_case.resolved") == {
        "account_id": str(case.account_id),
        "verified": True,
        "card_id": str(card.id),
        "former_account_id": None,
    }


async def test_verifying_in_person_moves_a_card_that_somebody_else_had_bound(service: Client) -> None:
    member, case = await staff(service), await some_case()
    other = await make_account()
    card = await make_card(account_id=other.id)

    answer = await member.post(
        f"/v1/staff/card-cases/{case.id}/resolution", {"outcome": "verified", "card_id": str(card.id)}
    )

    assert answer.status == 200
    assert (await Card.get(id=card.id)).account_id == case.account_id
    assert (await audited("card_case.resolved"))["former_account_id"] == str(other.id)


async def test_rejecting_a_case_keeps_the_note_for_the_person(service: Client) -> None:
    member, case = await staff(service), await some_case()

    answer = await member.post(
        f"/v1/staff/card-cases/{case.id}/resolution", {"outcome": "rejected", "note": "证号与本人不符"}
    )

    closed = await CardCase.get(id=case.id)
    assert answer.json["note"] == "证号与本人不符"
    assert (closed.state, closed.submitted_sealed) == (CaseState.REJECTED, None)


@pytest.mark.parametrize(
    ("body", "field"), [({"outcome": "verified"}, "card_id"), ({"outcome": "rejected", "note": " "}, "note")]
)
async def test_an_incomplete_resolution_names_what_is_missing(
    service: Client, body: dict[str, str], field: str
) -> None:
    member, case = await staff(service), await some_case()

    answer = await member.post(f"/v1/staff/card-cases/{case.id}/resolution", body)

    assert (answer.status, answer.code) == (422, "CaseResolutionIncomplete")
    assert answer.json["errors"][0]["field"] == field


async def test_a_case_is_not_verified_with_a_card_that_cannot_be_bound(service: Client) -> None:
    member, case = await staff(service), await some_case()
    suspended = await make_card(state=CardState.SUSPENDED)
    elsewhere = await make_card(town_code=OTHER_TOWN)
    path = f"/v1/staff/card-cases/{case.id}/resolution"

    first = await member.post(path, {"outcome": "verified", "card_id": str(suspended.id)})
    second = await member.post(path, {"outcome": "verified", "card_id": str(elsewhere.id)})
    third = await member.post(path, {"outcome": "verified", "card_id": str(uuid4())})
    await make_card(account_id=case.account_id)
    fourth = await member.post(path, {"outcome": "verified", "card_id": str((await make_card()).id)})

    assert [answer.code for answer in (first, second, third, fourth)] == [
        "CardSuspended",
        "CardNotFound",
        "CardNotFound",
        "HasAnotherCard",
    ]
    assert (await CardCase.get(id=case.id)).state == CaseState.OPEN
