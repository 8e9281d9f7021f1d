"""审核用人单位"""

import asyncio
import json
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.employers import EMPLOYER_TRANSITIONS, Employer, EmployerDeed, EmployerState
from tests.employers.people import hire
from tests.factories.employers import make_employer
from tests.service import Answer, Client

WHY = {"reason": "证照与名称不符"}
PATHS = {
    EmployerDeed.APPROVED: ("approval", None),
    EmployerDeed.REFUSED: ("refusal", WHY),
    EmployerDeed.SUSPENDED: ("suspension", WHY),
    EmployerDeed.REINSTATED: ("reinstatement", WHY),
}


async def vet(staff: Client, employer: Employer, deed: EmployerDeed) -> Answer:
    path, body = PATHS[deed]
    return await staff.post(f"/v1/staff/employers/{employer.id}/{path}", body)


@pytest.mark.parametrize("state", EmployerState)
@pytest.mark.parametrize("deed", PATHS)
async def test_staff_do_a_deed_only_in_the_state_it_belongs_to(
    service: Client, town_staff: Client, deed: EmployerDeed, state: EmployerState
) -> None:
    employer = await make_employer(state=state)
    before, after = EMPLOYER_TRANSITIONS[deed]

    answer = await vet(town_staff, employer, deed)

    if state is before:
        assert (answer.status, answer.json["employer"]["state"]) == (200, after.value)
    else:
        assert (answer.status, answer.code) == (409, "EmployerStateForbids")
        assert state.label in answer.json["detail"]
        assert (await Employer.get(id=employer.id)).state is state


async def test_a_refused_employer_reads_why_corrects_and_submits_again(service: Client, town_staff: Client) -> None:
    hr = await hire(service, "hr", state=EmployerState.SUBMITTED)

    await vet(town_staff, hr.employer, EmployerDeed.REFUSED)
    refused = await hr.client.get("/v1/employer")
    corrected = await hr.client.patch("/v1/employer", {"name": "正确的名称"})
    submitted = await hr.client.post("/v1/employer/submission")
    again = await hr.client.post("/v1/employer/submission")
    await vet(town_staff, hr.employer, EmployerDeed.APPROVED)
    approved = await hr.client.get("/v1/employer")

    assert (refused.json["state"], refused.json["state_reason"]) == ("refused", "证照与名称不符")
    assert "重新提交" in refused.json["next_step"]
    assert corrected.status == 200
    assert (submitted.json["state"], submitted.json["state_reason"]) == ("submitted", "")
    assert (again.status, again.code) == (409, "EmployerStateForbids")
    assert (approved.json["state"], approved.json["next_step"]) == ("approved", "")


async def test_a_suspended_employer_reads_why_until_it_is_reinstated(service: Client, town_staff: Client) -> None:
    hr = await hire(service, "hr")

    await vet(town_staff, hr.employer, EmployerDeed.SUSPENDED)
    suspended = await hr.client.get("/v1/employer")
    await vet(town_staff, hr.employer, EmployerDeed.REINSTATED)
    reinstated = await hr.client.get("/v1/employer")

    assert (suspended.json["state"], suspended.json["state_reason"]) == ("suspended", "证照与名称不符")
    assert suspended.json["next_step"]
    assert (reinstated.json["state"], reinstated.json["state_reason"]) == ("approved", "")


async def test_every_change_of_state_is_audited_with_its_reason(service: Client, town_staff: Client) -> None:
    employer = await make_employer(state=EmployerState.SUBMITTED)

    for deed in (EmployerDeed.APPROVED, EmployerDeed.SUSPENDED, EmployerDeed.REINSTATED):
        await vet(town_staff, employer, deed)

    entries = await AuditEntry.filter(record_type="employer").order_by("created_at").values_list("action", "detail")
    assert [(action, json.loads(detail)) for action, detail in entries] == [
        ("employer.approved", {}),
        ("employer.suspended", WHY),
        ("employer.reinstated", WHY),
    ]


async def test_of_approvals_at_once_one_is_done(service: Client, town_staff: Client, administrator: Client) -> None:
    employer = await make_employer(state=EmployerState.SUBMITTED)

    answers = await asyncio.gather(
        *(vet(staff, employer, EmployerDeed.APPROVED) for staff in (town_staff, administrator) * 3)
    )

    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    assert {answer.code for answer in answers if answer.status == 409} == {"EmployerStateForbids"}
    assert await AuditEntry.filter(action="employer.approved").count() == 1


async def test_approval_and_refusal_at_once_leave_one_of_the_two(
    service: Client, town_staff: Client, administrator: Client
) -> None:
    employer = await make_employer(state=EmployerState.SUBMITTED)

    answers = await asyncio.gather(
        vet(town_staff, employer, EmployerDeed.APPROVED), vet(administrator, employer, EmployerDeed.REFUSED)
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    winner = next(answer for answer in answers if answer.status == 200)
    assert (await Employer.get(id=employer.id)).state == winner.json["employer"]["state"]


async def test_what_was_vetted_is_what_stays_when_a_change_comes_at_once(service: Client, town_staff: Client) -> None:
    hr = await hire(service, "hr", state=EmployerState.SUBMITTED)

    approved, changed = await asyncio.gather(
        vet(town_staff, hr.employer, EmployerDeed.APPROVED), hr.client.patch("/v1/employer", {"name": "另一个名称"})
    )

    assert approved.status == 200
    assert (changed.status, changed.code) in {(200, ""), (409, "EmployerAlreadyVetted")}
    stored = await Employer.get(id=hr.employer.id)
    assert stored.state is EmployerState.APPROVED
    assert (stored.name == "另一个名称") is (changed.status == 200)


@pytest.mark.parametrize("deed", PATHS)
async def test_an_unknown_employer_and_one_of_another_town_are_not_found(
    service: Client, other_town_staff: Client, deed: EmployerDeed
) -> None:
    employer = await make_employer(state=EMPLOYER_TRANSITIONS[deed][0])

    foreign = await vet(other_town_staff, employer, deed)
    unknown = await vet(other_town_staff, Employer(id=uuid4()), deed)

    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "EmployerNotFound")


async def test_staff_see_the_employers_of_their_town_and_of_none(
    service: Client, town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    own = await make_employer()
    nowhere = await make_employer(town_code=None)

    mine = await town_staff.get("/v1/staff/employers")
    theirs = await other_town_staff.get("/v1/staff/employers")
    everything = await administrator.get("/v1/staff/employers")
    hidden = await other_town_staff.get(f"/v1/staff/employers/{own.id}")

    assert [item["id"] for item in mine.json["items"]] == [str(nowhere.id), str(own.id)]
    assert [item["id"] for item in theirs.json["items"]] == [str(nowhere.id)]
    assert len(everything.json["items"]) == 2
    assert (hidden.status, hidden.code) == (404, "EmployerNotFound")


async def test_the_list_is_paged_newest_first_without_gaps_or_repeats(service: Client, administrator: Client) -> None:
    made = [str((await make_employer()).id) for _ in range(5)]

    seen, cursor = [], ""
    while cursor is not None:
        page = await administrator.get(f"/v1/staff/employers?limit=2&cursor={cursor}")
        seen += [item["id"] for item in page.json["items"]]
        cursor = page.json["next_cursor"]

    assert seen == made[::-1]


async def test_employers_are_found_by_name_code_and_state(service: Client, administrator: Client) -> None:
    pump = await make_employer(name="高邮水泵厂")
    await make_employer(name="百分百_书店", state=EmployerState.SUBMITTED)

    async def names(**params: str) -> list[str]:
        answer = await administrator.get("/v1/staff/employers", params=params)
        return [item["name"] for item in answer.json["items"]]

    assert await names(q="水泵") == ["高邮水泵厂"]
    assert await names(q=pump.credit_code) == ["高邮水泵厂"]
    assert await names(state="submitted") == ["百分百_书店"]
    assert await names(q="_") == ["百分百_书店"]
