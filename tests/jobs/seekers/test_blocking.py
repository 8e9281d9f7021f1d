"""不看的用人单位测试"""

import asyncio
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.employers import EmployerState
from models.seekers import BlockedEmployer
from tests.factories.employers import make_employer
from tests.service import Client


async def test_blocking_listing_and_unblocking(service: Client) -> None:
    person = await service.login("a-seeker")
    employers = [await make_employer() for _ in range(3)]

    for employer in employers:
        assert (await person.post("/v1/blocked-employers", {"employer_id": str(employer.id)})).status == 201
    again = await person.post("/v1/blocked-employers", {"employer_id": str(employers[0].id)})
    page = await person.get("/v1/blocked-employers?limit=2")
    rest = await person.get(f"/v1/blocked-employers?limit=2&cursor={page.json['next_cursor']}")
    removed = await person.delete(f"/v1/blocked-employers/{employers[1].id}")
    twice = await person.delete(f"/v1/blocked-employers/{employers[1].id}")
    left = await person.get("/v1/blocked-employers")

    assert (again.status, again.json["employer_name"]) == (201, employers[0].name)
    assert [item["employer_id"] for item in page.json["items"]] == [str(employers[2].id), str(employers[1].id)]
    assert [item["employer_id"] for item in rest.json["items"]] == [str(employers[0].id)]
    assert rest.json["next_cursor"] is None
    assert (removed.status, twice.status, twice.code) == (204, 404, "BlockedEmployerNotFound")
    assert [item["employer_name"] for item in left.json["items"]] == [employers[2].name, employers[0].name]
    actions = [entry.action for entry in await AuditEntry.filter(record_type="employer").order_by("id")]
    assert actions == ["employer.blocked"] * 3 + ["employer.unblocked"]


async def test_twenty_taps_at_once_block_once(service: Client) -> None:
    person = await service.login("a-seeker")
    employer = await make_employer()
    body = {"employer_id": str(employer.id)}

    answers = await asyncio.gather(*(person.post("/v1/blocked-employers", body) for _ in range(20)))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert await BlockedEmployer.all().count() == 1
    assert await AuditEntry.filter(action="employer.blocked").count() == 1


@pytest.mark.parametrize("state", [EmployerState.SUBMITTED, EmployerState.REFUSED, None])
async def test_an_employer_that_never_recruited_is_not_found(service: Client, state: EmployerState | None) -> None:
    employer_id = uuid4() if state is None else (await make_employer(state=state)).id
    person = await service.login("a-seeker")

    answer = await person.post("/v1/blocked-employers", {"employer_id": str(employer_id)})

    assert (answer.status, answer.code) == (404, "EmployerNotFound")


async def test_a_list_is_its_persons_alone(service: Client) -> None:
    first, second = await service.login("first"), await service.login("second")
    employer = await make_employer()
    await first.post("/v1/blocked-employers", {"employer_id": str(employer.id)})

    assert (await second.get("/v1/blocked-employers")).json["items"] == []
    assert (await second.delete(f"/v1/blocked-employers/{employer.id}")).status == 404
    assert await BlockedEmployer.all().count() == 1
