"""登记和修改用人单位"""

import asyncio
import json
from typing import Any

import pytest

from models.audit import AuditEntry
from models.employers import Employer, EmployerMember, EmployerState
from models.transactions import fetch_row
from tests.employers.people import CODE, TERMS, Recruiter, consent, hire, register, wrong_check_sign
from tests.factories.employers import make_employer, make_employer_member
from tests.factories.merchants import SOME_TOWN, make_town, sample_credit_code
from tests.service import Client


async def test_a_person_registers_an_employer_and_becomes_its_first_member(service: Client) -> None:
    await make_town()
    person = await consent(await service.login("hr"))

    registered = await register(person, town_code=SOME_TOWN, introduction="生产水泵")
    mine = await person.get("/v1/employer")
    me = await person.get("/v1/me")

    assert registered.status == 201
    assert (registered.json["state"], registered.json["state_label"]) == ("submitted", "待审核")
    assert "审核" in registered.json["next_step"]
    assert mine.json == registered.json
    assert me.json["roles"] == ["employer"]


async def test_the_contact_is_stored_sealed_and_answered_masked(service: Client, administrator: Client) -> None:
    person = await consent(await service.login("hr"))

    registered = await register(person)
    listed = await administrator.get("/v1/staff/employers")
    detail = await administrator.get(f"/v1/staff/employers/{registered.json['id']}")

    row = await fetch_row("SELECT contact_name_sealed, contact_mobile_sealed FROM employers")
    assert row is not None
    stored = await Employer.get()
    assert (stored.contact_name, stored.contact_mobile) == ("木婉清", "18012341999")
    assert "木婉清" not in str(dict(row.items()))
    for seen in (registered.json, listed.json["items"][0], detail.json["employer"]):
        assert (seen["masked_contact_name"], seen["masked_contact_mobile"]) == ("木**", "180****1999")
    for answer in (registered, listed, detail):
        assert "木婉清" not in answer.body.decode()
        assert b"18012341999" not in answer.body


async def test_without_consent_nothing_is_stored(service: Client) -> None:
    person = await service.login("hr")

    answer = await register(person)

    assert (answer.status, answer.code) == (409, "ConsentRequired")
    assert await Employer.all().count() == 0


async def test_a_malformed_credit_code_is_refused_at_its_field(service: Client) -> None:
    answer = await register(await consent(await service.login("hr")), credit_code="91321084")

    assert (answer.status, answer.code) == (422, "EmployerCreditCodeInvalid")
    assert answer.json["errors"][0]["field"] == "credit_code"


async def test_a_wrong_check_sign_sends_a_person_to_the_station(service: Client) -> None:
    answer = await register(await consent(await service.login("hr")), credit_code=wrong_check_sign(CODE))

    assert (answer.status, answer.code) == (422, "EmployerCreditCodeCheckWrong")
    assert "服务站" in answer.json["detail"]


async def test_a_person_cannot_let_a_wrong_check_sign_pass(service: Client) -> None:
    person = await consent(await service.login("hr"))

    answer = await register(person, credit_code=wrong_check_sign(CODE), credit_code_note="执照如此")

    assert answer.status == 400


async def test_a_contact_without_a_mobile_is_refused_without_repeating_it(service: Client) -> None:
    answer = await register(await consent(await service.login("hr")), contact_mobile="0514-84612345")

    assert (answer.status, answer.code) == (422, "EmployerContactInvalid")
    assert answer.json["errors"][0]["field"] == "contact_mobile"
    assert b"84612345" not in answer.body


async def test_an_unknown_town_is_refused(service: Client) -> None:
    answer = await register(await consent(await service.login("hr")), town_code="999999999")

    assert (answer.status, answer.code) == (422, "EmployerTownUnknown")


async def test_one_credit_code_is_one_employer_even_at_once(service: Client) -> None:
    people = [await consent(await service.login(f"hr-{number}")) for number in range(6)]

    answers = await asyncio.gather(*(register(person) for person in people))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    assert {answer.code for answer in answers if answer.status == 409} == {"EmployerExists"}
    assert "邀请码" in next(answer.json["detail"] for answer in answers if answer.status == 409)
    assert await EmployerMember.all().count() == 1


async def test_one_person_registers_one_employer_even_at_once(service: Client) -> None:
    person = await consent(await service.login("hr"))

    answers = await asyncio.gather(
        *(register(person, credit_code=sample_credit_code(810_000 + number)) for number in range(4))
    )

    assert sorted(answer.code for answer in answers) == [""] + ["AlreadyEmployerMember"] * 3
    assert await Employer.all().count() == 1


async def test_staff_enter_an_employer_that_waits_to_be_vetted(service: Client, town_staff: Client) -> None:
    entered = await town_staff.post("/v1/staff/employers", TERMS | {"town_code": SOME_TOWN})

    assert entered.status == 201
    assert entered.json["employer"]["state"] == "submitted"
    assert entered.json["members"] == entered.json["invitations"] == []
    assert await AuditEntry.filter(action="employer.entered").count() == 1


async def test_staff_let_a_wrong_check_sign_pass_with_a_note(service: Client, administrator: Client) -> None:
    wrong = wrong_check_sign(CODE)

    refused = await administrator.post("/v1/staff/employers", TERMS | {"credit_code": wrong})
    entered = await administrator.post(
        "/v1/staff/employers", TERMS | {"credit_code": wrong, "credit_code_note": "已核对原件"}
    )

    assert (refused.status, refused.code) == (422, "EmployerCreditCodeCheckWrong")
    assert "信用代码说明" in refused.json["detail"]
    assert entered.json["employer"]["credit_code_note"] == "已核对原件"
    assert json.loads((await AuditEntry.get(action="employer.entered")).detail) == {"credit_code_note": "已核对原件"}


async def test_a_note_on_a_right_credit_code_is_not_kept(service: Client, administrator: Client) -> None:
    entered = await administrator.post("/v1/staff/employers", TERMS | {"credit_code_note": "多余的说明"})

    assert entered.json["employer"]["credit_code_note"] == ""


async def test_staff_of_a_town_enter_employers_of_it_or_of_none(service: Client, town_staff: Client) -> None:
    await make_town("321084101")

    foreign = await town_staff.post("/v1/staff/employers", TERMS | {"town_code": "321084101"})
    outside = await town_staff.post("/v1/staff/employers", TERMS)

    assert (foreign.status, foreign.code) == (422, "EmployerOfAnotherTown")
    assert outside.status == 201


async def test_a_change_is_audited_with_the_names_of_its_fields(service: Client) -> None:
    hr = await hire(service, "hr", state=EmployerState.SUBMITTED)

    changed = await hr.client.patch("/v1/employer", {"name": "新名", "contact_mobile": "13912345678"})

    assert (changed.json["name"], changed.json["masked_contact_mobile"]) == ("新名", "139****5678")
    entry = await AuditEntry.get(action="employer.changed")
    assert json.loads(entry.detail) == {"fields": ["contact_mobile", "name"]}
    assert (await Employer.get()).contact_mobile == "13912345678"


async def test_a_change_that_changes_nothing_is_no_deed(service: Client, recruiter: Recruiter) -> None:
    employer = recruiter.employer

    same = await recruiter.client.patch("/v1/employer", {"name": employer.name, "credit_code": employer.credit_code})

    assert same.status == 200
    assert await AuditEntry.filter(action="employer.changed").count() == 0


async def test_a_code_that_staff_let_pass_may_be_sent_along_unchanged(service: Client) -> None:
    wrong = wrong_check_sign(CODE)
    about: dict[str, Any] = {"credit_code": wrong, "credit_code_note": "已核对原件", "state": EmployerState.REFUSED}
    hr = await hire(service, "hr", **about)

    changed = await hr.client.patch("/v1/employer", {"name": "新名", "credit_code": wrong})

    assert changed.json["name"] == "新名"
    assert (await Employer.get()).credit_code_note == "已核对原件"


async def test_a_new_contact_needs_the_consent_again(service: Client) -> None:
    client = await service.login("hr")
    await make_employer_member(account_id=client.account_id)

    contact = await client.patch("/v1/employer", {"contact_name": "钟灵"})
    address = await client.patch("/v1/employer", {"address": "新路 1 号"})

    assert (contact.status, contact.code) == (409, "ConsentRequired")
    assert address.status == 200


@pytest.mark.parametrize("state", [EmployerState.APPROVED, EmployerState.SUSPENDED])
@pytest.mark.parametrize("change", [{"name": "新名"}, {"credit_code": CODE}, {"town_code": None}])
async def test_what_was_vetted_is_not_changed_by_members(
    service: Client, state: EmployerState, change: dict[str, Any]
) -> None:
    hr = await hire(service, "hr", state=state)

    refused = await hr.client.patch("/v1/employer", change)
    introduced = await hr.client.patch("/v1/employer", {"introduction": "招收退役军人"})

    assert (refused.status, refused.code) == (409, "EmployerAlreadyVetted")
    assert introduced.json["introduction"] == "招收退役军人"


async def test_a_change_to_the_credit_code_of_another_employer_is_refused(service: Client) -> None:
    other = await make_employer()
    hr = await hire(service, "hr", state=EmployerState.REFUSED)

    answer = await hr.client.patch("/v1/employer", {"credit_code": other.credit_code})

    assert (answer.status, answer.code) == (409, "EmployerExists")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credit_code": "123"}, "EmployerCreditCodeInvalid"),
        ({"credit_code": wrong_check_sign(CODE)}, "EmployerCreditCodeCheckWrong"),
        ({"contact_mobile": "123"}, "EmployerContactInvalid"),
        ({"town_code": "999999999"}, "EmployerTownUnknown"),
    ],
)
async def test_a_change_is_checked_as_a_registration_is(service: Client, change: dict[str, str], code: str) -> None:
    hr = await hire(service, "hr", state=EmployerState.SUBMITTED)

    answer = await hr.client.patch("/v1/employer", change)

    assert (answer.status, answer.code) == (422, code)
