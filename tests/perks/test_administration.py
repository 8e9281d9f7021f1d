"""优惠管理"""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from config.clock import utc_now
from models.accounts import StaffRole
from models.audit import AuditEntry
from models.perks import PERK_TRANSITIONS, Perk, PerkBranch, PerkState
from models.redemptions import PerkUsage
from tests.factories.merchants import SOME_TOWN, make_branch, make_merchant, make_town
from tests.factories.perks import SOME_CATEGORY, make_category, make_perk
from tests.merchants.conftest import make_staff
from tests.service import Answer, Client


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    return await make_staff(service, "an-administrator", role=StaffRole.ADMINISTRATOR)


async def create(administrator: Client, **overrides: object) -> Answer:
    await make_category()
    body: dict[str, Any] = {
        "number": "GY-001",
        "category": SOME_CATEGORY,
        "title": "早茶九折",
        "description": "堂食早茶九折，酒水除外",
        "provider": "高邮市退役军人事务局",
    }
    return await administrator.post("/v1/staff/perks", body | overrides)


async def deed(administrator: Client, perk: Perk, name: str) -> Answer:
    body = None if name == "publication" else {"reason": "核实中"}
    return await administrator.post(f"/v1/staff/perks/{perk.id}/{name}", body)


async def test_a_perk_begins_as_a_draft_with_all_its_terms(service: Client, administrator: Client) -> None:
    town = await make_town()
    branch = await make_branch(merchant=await make_merchant(name="秦邮早茶"))

    created = await create(
        administrator,
        provider="",
        merchant_id=str(branch.merchant_id),
        branch_ids=[str(branch.id)],
        weekdays=[1, 7],
        hours=["18:00-02:00"],
        card_kinds=["veteran"],
        households=[town.code],
        limits={"per_person_day": 1, "total_ever": 100},
    )
    read = await administrator.get(f"/v1/staff/perks/{created.json['id']}")

    assert created.status == 201
    assert read.json == created.json
    assert (created.json["state"], created.json["provider"]) == ("draft", "秦邮早茶")
    assert [item["id"] for item in created.json["branches"]] == [str(branch.id)]
    assert (created.json["weekdays"], created.json["hours"]) == ([1, 7], ["18:00-02:00"])
    assert created.json["limits"]["per_person_day"] == 1
    assert (await Perk.get(number="GY-001")).search_text != ""


async def test_a_draft_is_seen_by_staff_only(service: Client, administrator: Client) -> None:
    created = await create(administrator)

    public = await service.get(f"/v1/perks/{created.json['id']}")

    assert (public.status, public.code) == (404, "PerkNotFound")


async def test_one_number_is_one_perk_even_at_once(service: Client, administrator: Client) -> None:
    await make_category()

    answers = await asyncio.gather(*(create(administrator) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 4
    assert {answer.code for answer in answers if answer.status == 409} == {"PerkNumberTaken"}


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"provider": " "}, "provider"),
        ({"merchant_id": str(uuid4())}, "merchant_id"),
        ({"branch_ids": [str(uuid4())]}, "branch_ids"),
        ({"starts_on": "2026-02-02", "ends_on": "2026-02-01"}, "ends_on"),
        ({"hours": ["25:00-26:00"]}, "hours"),
        ({"hours": ["09:00-09:00"]}, "hours"),
        ({"households": ["110000000"]}, "households"),
        ({"limits": {"per_person_day": 5, "per_person_month": 4}}, "per_person_month"),
        ({"limits": {"total_day": 5, "total_ever": 4}}, "total_ever"),
    ],
)
async def test_terms_that_cannot_hold_are_refused_at_their_field(
    service: Client, administrator: Client, terms: dict[str, object], field: str
) -> None:
    answer = await create(administrator, **terms)

    assert (answer.status, answer.code) == (422, "PerkTermsInvalid")
    assert field in {error["field"] for error in answer.json["errors"]}
    assert await Perk.all().count() == 0


async def test_a_branch_of_another_merchant_cannot_grant_the_perk(service: Client, administrator: Client) -> None:
    merchant, foreign = await make_merchant(), await make_branch()

    answer = await create(administrator, merchant_id=str(merchant.id), branch_ids=[str(foreign.id)])

    assert (answer.status, answer.code) == (422, "PerkTermsInvalid")


async def test_all_faults_are_told_at_once(service: Client, administrator: Client) -> None:
    answer = await create(administrator, category="nonsense", hours=["x"], provider="")

    assert {error["field"] for error in answer.json["errors"]} == {"category", "hours", "provider"}


@pytest.mark.parametrize("state", list(PerkState))
@pytest.mark.parametrize(
    ("name", "target"),
    [("publication", PerkState.LIVE), ("suspension", PerkState.SUSPENDED), ("end", PerkState.ENDED)],
)
async def test_a_perk_moves_only_as_the_table_of_transitions_says(
    service: Client, administrator: Client, state: PerkState, name: str, target: PerkState
) -> None:
    perk = await make_perk(state=state)

    answer = await deed(administrator, perk, name)

    if target in PERK_TRANSITIONS[state]:
        assert (answer.status, answer.json["state"]) == (200, target)
        assert await AuditEntry.filter(record_type="perk", record_id=str(perk.id)).count() == 1
    else:
        assert (answer.status, answer.code) == (409, "PerkStateForbids")
        assert (await Perk.get(id=perk.id)).state is state


@pytest.mark.parametrize("name", ["publication", "suspension", "end"])
async def test_an_unknown_perk_is_not_found(service: Client, administrator: Client, name: str) -> None:
    answer = await deed(administrator, Perk(id=uuid4()), name)

    assert (answer.status, answer.code) == (404, "PerkNotFound")


async def test_of_many_publications_at_once_one_is_done(service: Client, administrator: Client) -> None:
    perk = await make_perk(state=PerkState.DRAFT)

    answers = await asyncio.gather(*(deed(administrator, perk, "publication") for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [200] + [409] * 4
    assert await AuditEntry.filter(action="perk.published").count() == 1


async def test_a_perk_without_a_source_is_not_published(service: Client, administrator: Client) -> None:
    perk = await make_perk(state=PerkState.DRAFT, source="")

    refused = await deed(administrator, perk, "publication")
    await administrator.patch(f"/v1/staff/perks/{perk.id}", {"source": "合作协议"})
    published = await deed(administrator, perk, "publication")

    assert (refused.status, refused.code) == (409, "PerkHasNoSource")
    assert published.json["state"] == "live"


async def test_a_perk_of_a_merchant_is_not_published_without_branches(service: Client, administrator: Client) -> None:
    branch = await make_branch()
    perk = await make_perk(state=PerkState.DRAFT, merchant_id=branch.merchant_id)

    refused = await deed(administrator, perk, "publication")
    await administrator.patch(f"/v1/staff/perks/{perk.id}", {"branch_ids": [str(branch.id)]})
    published = await deed(administrator, perk, "publication")

    assert (refused.status, refused.code) == (409, "PerkHasNoBranches")
    assert published.status == 200


async def test_a_live_perk_is_changed_and_the_audit_names_the_fields(service: Client, administrator: Client) -> None:
    one = await make_branch()
    other = await make_branch(merchant_id=one.merchant_id)
    perk = await make_perk(branches=[one], per_person_day=1, total_ever=10)

    changed = await administrator.patch(
        f"/v1/staff/perks/{perk.id}",
        {"title": "新名称", "limits": {"per_person_day": 2}, "branch_ids": [str(other.id)], "documents": ""},
    )

    assert changed.status == 200
    assert (changed.json["title"], changed.json["limits"]["per_person_day"]) == ("新名称", 2)
    assert changed.json["limits"]["total_ever"] == 10
    assert [item["id"] for item in changed.json["branches"]] == [str(other.id)]
    entry = await AuditEntry.get(action="perk.changed")
    assert json.loads(entry.detail) == {"fields": ["per_person_day", "title", "branches"], "state": "live"}


async def test_a_renamed_perk_is_found_by_its_new_name(service: Client, administrator: Client) -> None:
    perk = await make_perk(title="旧名称")

    await administrator.patch(f"/v1/staff/perks/{perk.id}", {"title": "汗蒸体验"})
    found = await service.get("/v1/perks", params={"q": "汗蒸"})

    assert [item["id"] for item in found.json["items"]] == [str(perk.id)]


async def test_a_change_that_changes_nothing_is_not_audited(service: Client, administrator: Client) -> None:
    perk = await make_perk()

    same = await administrator.patch(f"/v1/staff/perks/{perk.id}", {"title": perk.title})

    assert same.status == 200
    assert await AuditEntry.filter(action="perk.changed").count() == 0


async def test_changes_of_two_fields_at_once_both_stand(service: Client, administrator: Client) -> None:
    perk = await make_perk()
    address = f"/v1/staff/perks/{perk.id}"

    await asyncio.gather(
        administrator.patch(address, {"title": "新名称"}), administrator.patch(address, {"documents": "身份证"})
    )

    after = await Perk.get(id=perk.id)
    assert (after.title, after.documents) == ("新名称", "身份证")


async def test_a_total_below_what_is_used_is_refused_with_the_figure(service: Client, administrator: Client) -> None:
    perk = await make_perk(total_ever=100)
    await PerkUsage.create(perk_id=perk.id, subject="all", period="ever", used=37)

    refused = await administrator.patch(f"/v1/staff/perks/{perk.id}", {"limits": {"total_ever": 36}})
    taken = await administrator.patch(f"/v1/staff/perks/{perk.id}", {"limits": {"total_ever": 37}})

    assert (refused.status, refused.code) == (409, "TotalBelowUse")
    assert "37" in refused.json["detail"]
    assert (taken.json["limits"]["total_ever"], taken.json["used_ever"]) == (37, 37)


@pytest.mark.parametrize(
    ("changes", "code"), [({"source": ""}, "PerkHasNoSource"), ({"branch_ids": []}, "PerkHasNoBranches")]
)
async def test_a_live_perk_keeps_its_source_and_branches(
    service: Client, administrator: Client, changes: dict[str, object], code: str
) -> None:
    perk = await make_perk(branches=[await make_branch()])

    answer = await administrator.patch(f"/v1/staff/perks/{perk.id}", changes)

    assert (answer.status, answer.code) == (409, code)
    assert await PerkBranch.filter(perk_id=perk.id).count() == 1


async def test_an_ended_perk_is_not_changed(service: Client, administrator: Client) -> None:
    perk = await make_perk(state=PerkState.ENDED)

    ended = await administrator.patch(f"/v1/staff/perks/{perk.id}", {"title": "新名称"})
    absent = await administrator.patch(f"/v1/staff/perks/{uuid4()}", {"title": "新名称"})

    assert (ended.status, ended.code) == (409, "PerkStateForbids")
    assert (absent.status, absent.code) == (404, "PerkNotFound")


async def test_the_list_is_paged_and_filtered(service: Client, administrator: Client) -> None:
    made = [str((await make_perk(state=PerkState.DRAFT)).id) for _ in range(3)]
    live = await make_perk(title="景区免票", updated_at=utc_now())

    seen, cursor = [], ""
    while cursor is not None:
        page = await administrator.get(f"/v1/staff/perks?state=draft&limit=2&cursor={cursor}")
        seen += [item["id"] for item in page.json["items"]]
        cursor = page.json["next_cursor"]
    found = await administrator.get("/v1/staff/perks", params={"q": "免票"})

    assert seen == made[::-1]
    assert [item["id"] for item in found.json["items"]] == [str(live.id)]


async def test_staff_read_perks_and_only_an_administrator_writes_them(service: Client, administrator: Client) -> None:
    staff = await make_staff(service, "town-staff", role=StaffRole.STAFF, town_code=SOME_TOWN)
    perk = await make_perk()

    read = await staff.get(f"/v1/staff/perks/{perk.id}")
    writing = await staff.patch(f"/v1/staff/perks/{perk.id}", {"title": "新名称"})
    ending = await deed(staff, perk, "end")

    assert read.status == 200
    assert {writing.code, ending.code} == {"NotAdministrator"}
