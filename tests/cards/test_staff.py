"""工作人员办理优待证 — over HTTP."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.cards import Card, CardState
from server.cards.pass_keys import ensure_pass_key
from server.cards.passes import read_pass
from server.tables.reading import read_table
from tests.cards.rosters import csv_of, line, make_towns
from tests.factories.cards import give_consent, make_card, make_staff
from tests.factories.merchants import SOME_TOWN
from tests.service import Client

OTHER_TOWN = "321084200"
WHY = {"reason": "持证人报失"}


async def staff(service: Client, *, town_code: str | None = SOME_TOWN, code: str = "staff") -> Client:
    """Return staff of a town, or an administrator."""
    member = await service.login(code)
    await make_staff(member.account_id, town_code=town_code)
    return member


async def test_a_roster_is_uploaded_tried_first_and_then_stored(service: Client) -> None:
    admin = await staff(service, town_code=None)
    await make_towns()
    data = csv_of([line(1), line(2)])

    tried = await admin.upload("/v1/staff/rosters?dry_run=true", filename="花名册.csv", data=data)
    between = await Card.all().count()
    stored = await admin.upload("/v1/staff/rosters", filename="花名册.csv", data=data)

    assert tried.json == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "dry_run": True}
    assert between == 0
    assert stored.json == tried.json | {"dry_run": False}
    assert await Card.all().count() == 2


async def test_a_faulty_roster_over_http_lists_its_cells(service: Client) -> None:
    admin = await staff(service, town_code=None)
    await make_towns()
    data = csv_of([line(1, 手机号="12"), line(2, 身份证号="321084197001010012")])

    answer = await admin.upload("/v1/staff/rosters", filename="花名册.csv", data=data)

    assert (answer.status, answer.code) == (422, "TableRejected")
    assert [error["field"] for error in answer.json["errors"]] == ["第2行「手机号」(F2)", "第3行「身份证号」(B3)"]
    assert b"321084197001010012" not in answer.body


async def test_staff_of_a_town_cannot_import_another_towns_people(service: Client) -> None:
    member = await staff(service, town_code=OTHER_TOWN)
    await make_towns()

    answer = await member.upload("/v1/staff/rosters", filename="花名册.csv", data=csv_of([line(1)]))

    assert (answer.status, answer.code) == (422, "TableRejected")
    assert "不是本乡镇" in answer.json["errors"][0]["message"]


async def test_the_template_is_a_workbook_with_the_columns(service: Client) -> None:
    member = await staff(service)

    answer = await member.get("/v1/staff/roster-template")

    header = read_table(answer.body, filename="x.xlsx").rows[0].values
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    assert header[:4] == ("姓名", "身份证号", "优待证号", "证件类别")


async def test_cards_are_found_by_each_whole_number_masked_and_on_record(service: Client) -> None:
    member = await staff(service)
    card = await make_card(mobile="18012341999", number="YD000000005678")
    numbers = {"id_number": card.holder.id_number, "mobile": "18012341999", "card_number": "yd0000 0000 5678"}

    answers = [
        await member.post("/v1/staff/card-searches", {field: str(text), "purpose": "来人咨询"})
        for field, text in numbers.items()
    ]

    for answer in answers:
        (found,) = answer.json["items"]
        assert (found["id"], found["masked_mobile"], found["last4"]) == (str(card.id), "180****1999", "5678")
        assert b"18012341999" not in answer.body
    entries = await AuditEntry.filter(action="card.searched").order_by("id")
    assert [json.loads(entry.detail)["by"] for entry in entries] == list(numbers)
    assert all(json.loads(entry.detail)["purpose"] == "来人咨询" for entry in entries)
    assert not any("18012341999" in entry.detail + entry.record_id for entry in entries)


async def test_a_search_finds_nothing_of_another_town(service: Client) -> None:
    member, card = await staff(service), await make_card(town_code=OTHER_TOWN)

    answer = await member.post(
        "/v1/staff/card-searches", {"id_number": str(card.holder.id_number), "purpose": "来人咨询"}
    )

    assert answer.json["items"] == []


@pytest.mark.parametrize(
    "numbers", [{}, {"mobile": "18012341999", "card_number": "YD1234"}, {"mobile": "1801"}, {"id_number": "1"}]
)
async def test_a_search_needs_exactly_one_whole_number(service: Client, numbers: dict[str, str]) -> None:
    member = await staff(service)

    answer = await member.post("/v1/staff/card-searches", {"purpose": "来人咨询", **numbers})

    assert (answer.status, answer.code) == (422, "SearchUnreadable")


async def test_a_disclosure_shows_only_the_fields_asked_for_and_is_on_record(service: Client) -> None:
    member, card = await staff(service), await make_card(name="段誉明", number="YD000000005678", mobile=None)
    path = f"/v1/staff/cards/{card.id}/disclosures"

    some_fields = await member.post(path, {"purpose": "寄送慰问信", "fields": ["name", "mobile"]})
    others = await member.post(path, {"purpose": "核对证件", "fields": ["id_number", "card_number"]})

    assert some_fields.json == {"name": "段誉明", "mobile": None}
    assert others.json == {"id_number": str(card.holder.id_number), "card_number": "YD000000005678"}
    details = [json.loads(entry.detail) for entry in await AuditEntry.filter(action="card.disclosed").order_by("id")]
    assert details[0] == {"fields": ["mobile", "name"], "purpose": "寄送慰问信"}


async def test_a_disclosure_is_never_stored_for_replay(service: Client) -> None:
    member, card = await staff(service), await make_card()
    path, key = f"/v1/staff/cards/{card.id}/disclosures", {"Idempotency-Key": "one"}

    for _ in range(2):
        await member.post(path, {"purpose": "核对证件", "fields": ["name"]}, headers=key)

    assert await AuditEntry.filter(action="card.disclosed").count() == 2


async def test_a_card_goes_through_its_states_and_each_step_is_on_record(service: Client) -> None:
    member, card = await staff(service), await make_card()
    path = f"/v1/staff/cards/{card.id}"

    suspended = await member.post(f"{path}/suspension", WHY)
    reinstated = await member.post(f"{path}/reinstatement", {"reason": "已找回"})
    revoked = await member.post(f"{path}/revocation", {"reason": "重复发放"})
    shown = await member.get(path)

    assert (suspended.json["state"], suspended.json["state_reason"]) == ("suspended", "持证人报失")
    assert (reinstated.json["state"], reinstated.json["state_reason"]) == ("active", "")
    assert (revoked.json["state"], shown.json["state"], shown.json["state_reason"]) == (
        "revoked",
        "revoked",
        "重复发放",
    )
    actions = await AuditEntry.filter(record_id=str(card.id)).order_by("id").values_list("action", flat=True)
    assert actions == ["card.suspended", "card.reinstated", "card.revoked"]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (CardState.ACTIVE, "reinstatement"),
        (CardState.SUSPENDED, "suspension"),
        (CardState.REVOKED, "reinstatement"),
        (CardState.REVOKED, "suspension"),
        (CardState.REPLACED, "revocation"),
    ],
)
async def test_a_step_that_the_state_does_not_allow_is_refused(service: Client, state: CardState, step: str) -> None:
    member, card = await staff(service), await make_card(state=state)

    answer = await member.post(f"/v1/staff/cards/{card.id}/{step}", WHY)

    assert (answer.status, answer.code) == (422, "CardStateUnsuitable")
    assert (await Card.get(id=card.id)).state == state


async def test_a_replacement_inherits_the_binding_under_a_new_pseudonym(service: Client) -> None:
    member, owner = await staff(service), await service.login("owner")
    await ensure_pass_key(at=utc_now())
    old = await make_card(account_id=owner.account_id)
    body = {"card_number": "NEW0000009876", "issued_on": "2026-11-01", "expires_on": "2036-11-01", **WHY}

    answer = await member.post(f"/v1/staff/cards/{old.id}/replacement", body)
    shown = await owner.post("/v1/card/passes")

    before, after = await Card.get(id=old.id), await Card.get(id=answer.json["id"])
    assert (answer.status, answer.json["last4"], answer.json["is_bound"]) == (201, "9876", True)
    assert (before.state, before.account_id) == (CardState.REPLACED, None)
    assert (await before.replaced_by).id == after.id  # type: ignore[union-attr]
    assert (after.account_id, after.number) == (owner.account_id, "NEW0000009876")
    assert (await read_pass(shown.json["pass"], at=utc_now())).pseudonym == after.pseudonym != before.pseudonym


async def test_a_replacement_that_cannot_be_is_refused_and_changes_nothing(service: Client) -> None:
    member, card = await staff(service), await make_card()
    taken, revoked = await make_card(number="YD0000000001"), await make_card(state=CardState.REVOKED)
    path = f"/v1/staff/cards/{card.id}/replacement"

    first = await member.post(path, {"card_number": taken.number, **WHY})
    second = await member.post(path, {"card_number": "##", **WHY})
    backwards = {"card_number": "YD0000000002", "issued_on": "2026-01-02", "expires_on": "2026-01-01"}
    third = await member.post(path, backwards | WHY)
    fourth = await member.post(f"/v1/staff/cards/{revoked.id}/replacement", {"card_number": "YD0000000003", **WHY})

    assert [answer.code for answer in (first, second, third, fourth)] == [
        "CardNumberTaken",
        "RosterFault",
        "RosterFault",
        "CardStateUnsuitable",
    ]
    assert (await Card.get(id=card.id)).state == CardState.ACTIVE


async def test_another_towns_card_does_not_exist(service: Client) -> None:
    member, card = await staff(service), await make_card(town_code=OTHER_TOWN)
    path = f"/v1/staff/cards/{card.id}"

    answers = [
        await member.get(path),
        await member.post(f"{path}/suspension", WHY),
        await member.post(f"{path}/reinstatement", WHY),
        await member.post(f"{path}/revocation", WHY),
        await member.post(f"{path}/replacement", {"card_number": "YD0000000003", **WHY}),
        await member.post(f"{path}/disclosures", {"purpose": "核对证件", "fields": ["name"]}),
        await member.get(f"/v1/staff/cards/{uuid4()}"),
    ]

    assert {(answer.status, answer.code) for answer in answers} == {(404, "CardNotFound")}
    assert await AuditEntry.filter(action__startswith="card.").count() == 0


async def test_an_administrator_acts_in_every_town_and_nobody_else_in_any(service: Client) -> None:
    admin, somebody = await staff(service, town_code=None), await service.login("somebody")
    card = await make_card(town_code=OTHER_TOWN)

    allowed = await admin.post(f"/v1/staff/cards/{card.id}/suspension", WHY)
    refused = await somebody.get(f"/v1/staff/cards/{card.id}")
    stranger = await service.get(f"/v1/staff/cards/{card.id}")

    assert allowed.status == 200
    assert (refused.status, refused.code) == (403, "NotStaff")
    assert (stranger.status, stranger.code) == (401, "Unauthenticated")


async def test_a_suspended_card_ends_its_passes_for_its_owner_at_once(service: Client) -> None:
    member, owner = await staff(service), await service.login("owner")
    await ensure_pass_key(at=utc_now() - timedelta(minutes=1))
    await give_consent(owner.account_id)
    card = await make_card(account_id=owner.account_id)
    before = await owner.post("/v1/card/passes")

    await member.post(f"/v1/staff/cards/{card.id}/suspension", WHY)
    after = await owner.post("/v1/card/passes")

    assert before.status == 201
    assert (after.status, after.code) == (409, "CardSuspended")
    assert "持证人报失" in after.json["detail"]
