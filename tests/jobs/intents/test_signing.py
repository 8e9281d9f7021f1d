"""签署就业意向，在手机上和纸上"""

import json
from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.accounts import Consent
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.fairs import JobFair
from models.intents import Intent, IntentEvent, IntentState
from models.jobs import JobPosting, PostingState
from tests.factories.jobs import make_intent, make_registration, make_seeker
from tests.jobs.intents.people import Booth, Visitor, come, inbox_of
from tests.service import Answer, Client


async def drafted(booth: Booth, visitor: Visitor, **overrides: Any) -> dict[str, Any]:
    answer = await booth.draft(visitor, **overrides)
    assert answer.status == 201, answer
    intent: dict[str, Any] = answer.json["intent"]
    return intent


async def witness(staff: Client, intent: dict[str, Any], number: str = "高意字第001号", **more: Any) -> Answer:
    path = f"/v1/staff/intents/{intent['id']}/paper-signature"
    return await staff.post(path, {"paper_number": number} | more)


async def test_a_signature_counts_from_its_instant_and_is_told(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)

    answer = await visitor.sign(intent)

    assert answer.status == 200
    signed = answer.json["intent"]
    assert (signed["state"], signed["signing_label"], signed["shares_mobile"]) == ("signed", "手机签署", False)
    stored = await Intent.get(id=intent["id"])
    assert stored.signed_at is not None
    assert stored.expires_at - stored.signed_at == timedelta(days=90)
    assert [(step["to_state"], step["actor"]) for step in answer.json["history"]] == [
        *(("draft", "employer"), ("signed", "seeker")),
    ]
    assert await inbox_of(booth.hr) == [("求职者已签署意向书", f"/v1/employer/intents/{intent['id']}")]
    entry = await AuditEntry.get(action="intent.signed", record_id=intent["id"])
    assert json.loads(entry.detail) == {"from": "draft", "signing": "phone", "terms_digest": intent["terms_digest"]}
    assert entry.account_id == visitor.client.account_id


async def test_what_was_corrected_after_it_was_read_is_not_signed(booth: Booth, visitor: Visitor) -> None:
    read = await drafted(booth, visitor)
    await booth.hr.patch(f"/v1/employer/intents/{read['id']}", {"remarks": "三班倒"})

    stale = await visitor.sign(read)
    shown = (await visitor.client.get(f"/v1/intents/{read['id']}")).json["intent"]
    fresh = await visitor.sign(shown)

    assert (stale.status, stale.code) == (409, "TermsChanged")
    assert (fresh.status, fresh.json["intent"]["terms"]["remarks"]) == (200, "三班倒")
    assert await IntentEvent.filter(to_state=IntentState.SIGNED).count() == 1


async def test_signing_the_same_again_changes_nothing(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)
    first = await visitor.sign(intent, shares_mobile=True)

    again = await visitor.sign(intent)

    assert (again.status, again.json) == (200, first.json)
    assert await IntentEvent.filter(to_state=IntentState.SIGNED).count() == 1
    assert await AuditEntry.filter(action="intent.signed").count() == 1


async def test_a_digest_of_other_terms_signs_nothing_again(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)
    await visitor.sign(intent)

    answer = await visitor.sign(intent, terms_digest="0" * 64)

    assert (answer.status, answer.code) == (409, "IntentStateForbids")


@pytest.mark.parametrize("state", [IntentState.WITHDRAWN, IntentState.LAPSED])
async def test_what_has_ended_is_not_signed(booth: Booth, visitor: Visitor, state: IntentState) -> None:
    intent = await make_intent(posting=booth.posting, seeker=visitor.seeker, state=state)

    answer = await visitor.sign({"id": intent.id, "terms_digest": intent.terms_digest})

    assert (answer.status, answer.code) == (409, "IntentStateForbids")
    assert state.label in answer.json["detail"]


async def test_a_draft_whose_time_is_over_is_not_signed(booth: Booth, visitor: Visitor) -> None:
    intent = await make_intent(posting=booth.posting, seeker=visitor.seeker, expires_at=utc_now())

    answer = await visitor.sign({"id": intent.id, "terms_digest": intent.terms_digest})

    assert (answer.status, answer.code) == (409, "IntentExpired")
    assert (await Intent.get(id=intent.id)).signed_at is None


async def test_an_intent_of_a_suspended_employer_is_not_signed(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)
    await Employer.filter(id=booth.recruiter.employer.id).update(state=EmployerState.SUSPENDED)

    answer = await visitor.sign(intent)

    assert (answer.status, answer.code) == (409, "IntentHalted")


@pytest.mark.parametrize("state", PostingState)
async def test_a_posting_that_was_stopped_is_not_signed_for(
    booth: Booth, visitor: Visitor, state: PostingState
) -> None:
    intent = await drafted(booth, visitor)
    await JobPosting.filter(id=booth.posting.id).update(state=state)

    answer = await visitor.sign(intent)

    if state in (PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED):
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (409, "IntentHalted")


async def test_nothing_is_signed_without_consent_to_jobs(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)
    await Consent.filter(account_id=visitor.client.account_id).update(withdrawn_at=utc_now())

    answer = await visitor.sign(intent)

    assert (answer.status, answer.code) == (409, "ConsentRequired")


async def test_nobody_signs_for_another(booth: Booth, visitor: Visitor, service: Client) -> None:
    intent = await drafted(booth, visitor)
    other = await come(service, booth.fair, "another-visitor")

    for path in ("signature", "withdrawal"):
        body = {"terms_digest": intent["terms_digest"]} if path == "signature" else {}
        answer = await other.client.post(f"/v1/intents/{intent['id']}/{path}", body)

        assert (answer.status, answer.code) == (404, "IntentNotFound")


@pytest.mark.parametrize("shares", [False, True])
async def test_the_employer_reads_the_name_when_signed_and_the_mobile_if_the_seeker_agreed(
    booth: Booth, service: Client, shares: bool
) -> None:
    visitor = await come(service, booth.fair, mobile="18112345678")
    intent = await drafted(booth, visitor)
    path = f"/v1/employer/intents/{intent['id']}"
    await visitor.sign(intent, shares_mobile=shares)

    signed = (await booth.hr.get(path)).json["intent"]
    listed = (await booth.hr.get("/v1/employer/intents")).json["items"][0]
    await visitor.withdraw(intent)
    withdrawn = (await booth.hr.get(path)).json["intent"]

    assert (signed["seeker_name"], signed["seeker_mobile"]) == ("段誉明", "18112345678" if shares else "")
    assert (listed["seeker_name"], listed["seeker_mobile"]) == (signed["seeker_name"], signed["seeker_mobile"])
    assert (withdrawn["seeker_name"], withdrawn["seeker_mobile"]) == ("段**", "")


async def test_staff_witness_the_paper_of_somebody_without_a_phone(
    booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    seeker = await make_seeker(account_id=None, name="木婉清", mobile="18112345678")
    registration = await make_registration(fair=booth.fair, seeker=seeker, checked_in_at=utc_now())
    intent = await drafted(booth, visitor, registration_number=registration.number)

    answer = await witness(town_staff, intent, number="gy （2025）001", shares_mobile=True)

    assert answer.status == 200
    signed = answer.json["intent"]
    assert (signed["state"], signed["signing_label"]) == ("signed", "纸质签署（工作人员见证）")
    assert (signed["paper_number"], signed["witness_id"]) == ("GY(2025)001", str(town_staff.account_id))
    assert (signed["masked_seeker_name"], signed["masked_seeker_mobile"]) == ("木**", "181****5678")
    seen = (await booth.hr.get(f"/v1/employer/intents/{intent['id']}")).json["intent"]
    assert (seen["seeker_name"], seen["seeker_mobile"]) == ("木婉清", "18112345678")
    assert [title for title, _ in await inbox_of(booth.hr)] == ["求职者已签署意向书"]


@pytest.mark.parametrize("is_past", [False, True])
async def test_a_paper_of_a_fair_that_is_entered_afterwards_was_signed_on_its_day(
    booth: Booth, visitor: Visitor, town_staff: Client, is_past: bool
) -> None:
    intent = await drafted(booth, visitor)
    held = utc_now() - timedelta(days=400)
    if is_past:
        await JobFair.filter(id=booth.fair.id).update(starts_at=held, ends_at=held, published_at=utc_now())

    await witness(town_staff, intent)

    signed_at = (await Intent.get(id=intent["id"])).signed_at
    assert signed_at is not None
    assert (signed_at == held) is is_past
    assert (utc_now() - signed_at < timedelta(minutes=1)) is not is_past


async def test_the_seeker_is_told_of_the_paper_that_staff_entered(
    booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    intent = await drafted(booth, visitor)

    await witness(town_staff, intent)

    assert [title for title, _ in await visitor.inbox()] == ["就业意向书待签署", "就业意向书已签署"]


async def test_one_paper_signs_one_intent(booth: Booth, visitor: Visitor, service: Client, town_staff: Client) -> None:
    other = await come(service, booth.fair, "another-visitor")
    first, second = await drafted(booth, visitor), await drafted(booth, other)
    await witness(town_staff, first, number="GY-001")

    same_again = await witness(town_staff, first, number="gy-001")
    other_form = await witness(town_staff, second, number="GY-001")
    second_paper = await witness(town_staff, first, number="GY-002")

    assert same_again.status == 200
    assert (other_form.status, other_form.code) == (409, "PaperNumberTaken")
    assert (second_paper.status, second_paper.code) == (409, "IntentStateForbids")
    assert (await Intent.get(id=second["id"])).state is IntentState.DRAFT
    assert await IntentEvent.filter(to_state=IntentState.SIGNED).count() == 1


async def test_a_paper_printed_before_a_correction_is_not_taken(
    booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    printed = await drafted(booth, visitor)
    await booth.hr.patch(f"/v1/employer/intents/{printed['id']}", {"remarks": "三班倒"})

    stale = await witness(town_staff, printed, terms_code=printed["terms_digest"][:8].upper())
    shown = (await town_staff.get(f"/v1/staff/intents/{printed['id']}")).json["intent"]
    fresh = await witness(town_staff, printed, terms_code=shown["terms_digest"][:8].upper())

    assert (stale.status, stale.code) == (409, "TermsChanged")
    assert fresh.status == 200


@pytest.mark.parametrize("number", ["", "   ", "编号\n1", "x" * 41, "<b>"])
async def test_a_paper_number_is_letters_digits_and_signs_of_a_form(
    booth: Booth, visitor: Visitor, town_staff: Client, number: str
) -> None:
    intent = await drafted(booth, visitor)

    answer = await witness(town_staff, intent, number=number)

    assert (answer.status, answer.code) == (400, "MalformedRequest")
    assert (await Intent.get(id=intent["id"])).state is IntentState.DRAFT


async def test_staff_of_another_town_witness_nothing(booth: Booth, visitor: Visitor, other_town_staff: Client) -> None:
    intent = await drafted(booth, visitor)

    answer = await witness(other_town_staff, intent)

    assert (answer.status, answer.code) == (404, "IntentNotFound")
