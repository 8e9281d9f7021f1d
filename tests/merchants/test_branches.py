"""门店"""

import asyncio
import json
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.merchants import Branch
from tests.factories.merchants import SOME_TOWN, make_branch, make_clerk, make_merchant, make_town
from tests.service import Client

BRANCH = {"name": "人民路店", "town_code": SOME_TOWN, "address": "人民路 1 号"}


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"latitude": 32.78}, "longitude"),
        ({"longitude": 119.46}, "latitude"),
        ({"latitude": 119.46, "longitude": 32.78}, "latitude"),
        ({"latitude": 32.78, "longitude": -119.46}, "longitude"),
    ],
)
async def test_a_branch_lies_in_china_with_both_coordinates_or_none(
    service: Client, administrator: Client, place: dict[str, float], field: str
) -> None:
    await make_town()
    merchant = await make_merchant()

    answer = await administrator.post(f"/v1/staff/merchants/{merchant.id}/branches", BRANCH | place)

    assert (answer.status, answer.code) == (422, "CoordinatesImplausible")
    assert answer.json["errors"][0]["field"] == field


async def test_two_branches_of_one_merchant_have_two_names_even_at_once(service: Client, administrator: Client) -> None:
    await make_town()
    merchant = await make_merchant()

    answers = await asyncio.gather(
        *(administrator.post(f"/v1/staff/merchants/{merchant.id}/branches", BRANCH) for _ in range(4))
    )

    assert sorted(answer.code for answer in answers) == ["", "BranchExists", "BranchExists", "BranchExists"]
    assert await Branch.filter(merchant_id=merchant.id).count() == 1


async def test_a_branch_is_changed_and_the_rest_stays(service: Client, administrator: Client) -> None:
    branch = await make_branch(latitude=32.78, longitude=119.46, address="旧址")

    moved = await administrator.patch(f"/v1/staff/branches/{branch.id}", {"address": "新址"})
    torn = await administrator.patch(f"/v1/staff/branches/{branch.id}", {"latitude": None})
    renamed = await administrator.patch(f"/v1/staff/branches/{branch.id}", {"town_code": "999"})

    assert (moved.json["address"], moved.json["latitude"], moved.json["name"]) == ("新址", 32.78, branch.name)
    assert torn.code == "CoordinatesImplausible"
    assert renamed.code == "TownUnknown"
    assert json.loads((await AuditEntry.get(action="branch.changed")).detail) == {"fields": ["address"]}


async def test_a_branch_cannot_take_the_name_of_another(service: Client, administrator: Client) -> None:
    branch = await make_branch(name="一店")
    other = await make_branch(name="二店", merchant_id=branch.merchant_id)

    answer = await administrator.patch(f"/v1/staff/branches/{other.id}", {"name": "一店"})

    assert (answer.status, answer.code) == (409, "BranchExists")


async def test_a_closed_branch_stops_its_clerks_until_it_is_reopened(service: Client, administrator: Client) -> None:
    clerk = await service.login("a-clerk")
    branch_id = (await make_clerk(account_id=clerk.account_id)).branch_id

    closed = await administrator.post(f"/v1/staff/branches/{branch_id}/closure")
    again = await administrator.post(f"/v1/staff/branches/{branch_id}/closure")
    stopped = await clerk.get("/v1/merchant")
    reopened = await administrator.post(f"/v1/staff/branches/{branch_id}/reopening")
    twice = await administrator.post(f"/v1/staff/branches/{branch_id}/reopening")
    goes_on = await clerk.get("/v1/merchant")

    assert closed.json["closed_at"].endswith("+08:00")
    assert (again.status, again.code) == (409, "BranchAlreadyClosed")
    assert (stopped.status, stopped.code) == (403, "BranchClosed")
    assert reopened.json["closed_at"] is None
    assert (twice.status, twice.code) == (409, "BranchNotClosed")
    assert goes_on.status == 200


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("POST", "/closure"), ("POST", "/reopening")])
async def test_an_unknown_branch_is_not_found(service: Client, administrator: Client, method: str, path: str) -> None:
    body = {"name": "新名"} if method == "PATCH" else None

    answer = await administrator.call(method, f"/v1/staff/branches/{uuid4()}{path}", json=body)

    assert (answer.status, answer.code) == (404, "BranchNotFound")
