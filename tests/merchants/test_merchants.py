"""商户登记、暂停和恢复"""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.merchants import Merchant
from tests.factories.merchants import SOME_TOWN, make_branch, make_clerk, make_merchant, make_town, sample_credit_code
from tests.service import Answer, Client

TODAY = beijing_day(utc_now())


def wrong_check_sign(code: str) -> str:
    return code[:-1] + ("1" if code[-1] != "1" else "2")


async def create(administrator: Client, **overrides: object) -> Answer:
    body = {"name": "秦邮早茶", "credit_code": sample_credit_code(999_001)}
    return await administrator.post("/v1/staff/merchants", body | overrides)


async def test_a_merchant_is_entered_with_its_branches(service: Client, administrator: Client) -> None:
    await make_town()
    branch = {
        "name": "人民路店",
        "town_code": SOME_TOWN,
        "address": "人民路 1 号",
        "telephone": "0514-84612345",
        "latitude": 32.78,
        "longitude": 119.46,
    }

    created = await create(administrator, branches=[branch], licence_from="2020-01-01")
    read = await administrator.get(f"/v1/staff/merchants/{created.json['merchant']['id']}")

    assert created.status == 201
    assert created.json["merchant"]["state"] == "active"
    assert branch.items() <= created.json["branches"][0].items()
    assert read.json == created.json


async def test_a_credit_code_is_stored_as_the_licence_shows_it(service: Client, administrator: Client) -> None:
    code = sample_credit_code(999_001)

    created = await create(administrator, credit_code=f" {code[:6].lower()}-{code[6:].lower()} ")

    assert created.json["merchant"]["credit_code"] == code


async def test_a_malformed_credit_code_is_refused_at_its_field(service: Client, administrator: Client) -> None:
    answer = await create(administrator, credit_code="91321084")

    assert (answer.status, answer.code) == (422, "CreditCodeInvalid")
    assert answer.json["errors"][0]["field"] == "credit_code"


async def test_a_wrong_check_sign_is_refused_unless_a_note_says_why(service: Client, administrator: Client) -> None:
    wrong = wrong_check_sign(sample_credit_code(999_001))

    refused = await create(administrator, credit_code=wrong)
    created = await create(administrator, credit_code=wrong, credit_code_note="试点期间发的执照，已核对原件")

    assert (refused.status, refused.code) == (422, "CreditCodeCheckWrong")
    assert created.status == 201
    entry = await AuditEntry.get(action="merchant.created")
    assert json.loads(entry.detail) == {"credit_code_note": "试点期间发的执照，已核对原件"}


async def test_a_note_on_a_right_credit_code_is_not_kept(service: Client, administrator: Client) -> None:
    created = await create(administrator, credit_code_note="多余的说明")

    assert created.json["merchant"]["credit_code_note"] == ""


async def test_one_credit_code_is_one_merchant_even_at_once(service: Client, administrator: Client) -> None:
    answers = await asyncio.gather(*(create(administrator) for _ in range(6)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    assert {answer.code for answer in answers if answer.status == 409} == {"MerchantExists"}
    assert await Merchant.all().count() == 1


async def test_a_licence_that_is_over_is_refused(service: Client, administrator: Client) -> None:
    yesterday = await create(administrator, licence_to=(TODAY - timedelta(days=2)).isoformat())
    far = await create(administrator, licence_to=(TODAY + timedelta(days=2)).isoformat())

    assert (yesterday.status, yesterday.code) == (422, "LicenceExpired")
    assert far.status == 201


async def test_a_licence_cannot_end_before_it_begins(service: Client, administrator: Client) -> None:
    answer = await create(administrator, licence_from="2035-01-02", licence_to="2035-01-01")

    assert (answer.status, answer.code) == (422, "LicencePeriodReversed")


async def test_a_faulty_branch_leaves_no_merchant_behind(service: Client, administrator: Client) -> None:
    branch = {"name": "人民路店", "town_code": "999999999", "address": "人民路 1 号"}

    answer = await create(administrator, branches=[branch])

    assert (answer.status, answer.code) == (422, "TownUnknown")
    assert await Merchant.all().count() == 0


async def test_a_change_is_audited_with_the_names_of_its_fields(service: Client, administrator: Client) -> None:
    merchant = await make_merchant(name="旧名")

    changed = await administrator.patch(
        f"/v1/staff/merchants/{merchant.id}", {"name": "新名", "credit_code": merchant.credit_code}
    )

    assert changed.json["merchant"]["name"] == "新名"
    assert json.loads((await AuditEntry.get(action="merchant.changed")).detail) == {"fields": ["name"]}


async def test_a_merchant_whose_licence_ran_out_can_still_be_renamed(service: Client, administrator: Client) -> None:
    merchant = await make_merchant(licence_to=TODAY - timedelta(days=9))

    renamed = await administrator.patch(f"/v1/staff/merchants/{merchant.id}", {"name": "新名"})
    extended = await administrator.patch(f"/v1/staff/merchants/{merchant.id}", {"licence_to": None})

    assert renamed.status == 200
    assert extended.json["merchant"]["licence_to"] is None


async def test_a_change_to_the_credit_code_of_another_merchant_is_refused(
    service: Client, administrator: Client
) -> None:
    one, other = await make_merchant(), await make_merchant()

    answer = await administrator.patch(f"/v1/staff/merchants/{one.id}", {"credit_code": other.credit_code})

    assert (answer.status, answer.code) == (409, "MerchantExists")


async def test_suspension_stops_the_clerks_at_once_and_reinstatement_lets_them_go_on(
    service: Client, administrator: Client
) -> None:
    clerk = await service.login("a-clerk")
    record = await make_clerk(account_id=clerk.account_id)
    address = f"/v1/staff/merchants/{record.merchant_id}"

    suspended = await administrator.post(f"{address}/suspension", {"reason": "投诉核实中"})
    stopped = await clerk.get("/v1/merchant")
    reinstated = await administrator.post(f"{address}/reinstatement", {"reason": "核实无误"})
    goes_on = await clerk.get("/v1/merchant")

    assert (suspended.json["merchant"]["state"], suspended.json["merchant"]["state_reason"]) == (
        "suspended",
        "投诉核实中",
    )
    assert (stopped.status, stopped.code) == (403, "MerchantSuspended")
    assert (reinstated.json["merchant"]["state"], reinstated.json["merchant"]["state_reason"]) == ("active", "")
    assert goes_on.status == 200
    reasons = await AuditEntry.filter(record_type="merchant").order_by("created_at").values_list("action", "detail")
    assert [(action, json.loads(detail)) for action, detail in reasons] == [
        ("merchant.suspended", {"reason": "投诉核实中"}),
        ("merchant.reinstated", {"reason": "核实无误"}),
    ]


async def test_of_many_suspensions_at_once_one_is_done(service: Client, administrator: Client) -> None:
    merchant = await make_merchant()

    answers = await asyncio.gather(
        *(administrator.post(f"/v1/staff/merchants/{merchant.id}/suspension", {"reason": "核实"}) for _ in range(5))
    )

    assert sorted(answer.status for answer in answers) == [200] + [409] * 4
    assert {answer.code for answer in answers if answer.status == 409} == {"MerchantAlreadySuspended"}
    assert await AuditEntry.filter(action="merchant.suspended").count() == 1


async def test_what_is_not_suspended_is_not_reinstated(service: Client, administrator: Client) -> None:
    merchant = await make_merchant()

    answer = await administrator.post(f"/v1/staff/merchants/{merchant.id}/reinstatement", {"reason": "恢复"})

    assert (answer.status, answer.code) == (409, "MerchantNotSuspended")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "新名"}),
        ("POST", "/suspension", {"reason": "核实"}),
        ("POST", "/reinstatement", {"reason": "核实"}),
        ("POST", "/branches", {"name": "店", "town_code": SOME_TOWN, "address": "路"}),
        ("POST", "/clerk-invitations", {"branch_id": str(uuid4()), "display_name": "一号"}),
    ],
)
async def test_an_unknown_merchant_is_not_found(
    service: Client, administrator: Client, method: str, path: str, body: object
) -> None:
    answer = await administrator.call(method, f"/v1/staff/merchants/{uuid4()}{path}", json=body)

    assert (answer.status, answer.code) == (404, "MerchantNotFound")


async def test_staff_see_the_merchants_with_a_branch_in_their_town(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    branch = await make_branch()
    await make_branch(merchant_id=branch.merchant_id)
    await make_merchant()

    mine = await town_staff.get("/v1/staff/merchants")
    theirs = await other_town_staff.get("/v1/staff/merchants")
    detail = await town_staff.get(f"/v1/staff/merchants/{branch.merchant_id}")
    hidden = await other_town_staff.get(f"/v1/staff/merchants/{branch.merchant_id}")

    assert [item["id"] for item in mine.json["items"]] == [str(branch.merchant_id)]
    assert theirs.json["items"] == []
    assert detail.status == 200
    assert (hidden.status, hidden.code) == (404, "MerchantNotFound")


async def test_the_list_is_paged_newest_first_without_gaps_or_repeats(service: Client, administrator: Client) -> None:
    made = [str((await make_merchant()).id) for _ in range(5)]

    seen, cursor = [], ""
    while cursor is not None:
        page = await administrator.get(f"/v1/staff/merchants?limit=2&cursor={cursor}")
        seen += [item["id"] for item in page.json["items"]]
        cursor = page.json["next_cursor"]

    assert seen == made[::-1]


async def test_merchants_are_found_by_name_code_and_state(service: Client, administrator: Client) -> None:
    tea = await make_merchant(name="秦邮早茶馆")
    await make_merchant(name="百分百_书店", state="suspended")

    by_name = await administrator.get("/v1/staff/merchants", params={"q": "早茶"})
    by_code = await administrator.get("/v1/staff/merchants", params={"q": tea.credit_code})
    by_state = await administrator.get("/v1/staff/merchants", params={"state": "suspended"})
    wildcard = await administrator.get("/v1/staff/merchants", params={"q": "_"})

    assert [item["name"] for item in by_name.json["items"]] == ["秦邮早茶馆"]
    assert [item["name"] for item in by_code.json["items"]] == ["秦邮早茶馆"]
    assert [item["name"] for item in by_state.json["items"]] == ["百分百_书店"]
    assert [item["name"] for item in wildcard.json["items"]] == ["百分百_书店"]


async def test_only_an_administrator_enters_and_suspends_merchants(service: Client, town_staff: Client) -> None:
    branch = await make_branch()

    entering = await create(town_staff)
    suspending = await town_staff.post(f"/v1/staff/merchants/{branch.merchant_id}/suspension", {"reason": "核实"})
    closing = await town_staff.post(f"/v1/staff/branches/{branch.id}/closure")

    assert {answer.code for answer in (entering, suspending, closing)} == {"NotAdministrator"}
