"""起草和更正就业意向"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.applications import ApplicationState
from models.audit import AuditEntry
from models.employers import EmployerState
from models.fairs import FairState, JobFair
from models.intents import Intent, IntentEvent, IntentState
from models.jobs import JobPosting, PostingState
from models.seekers import Seeker
from server.jobs.fairs.numbers import write_number
from server.jobs.intents.numbers import INTENT_NUMBERS
from tests.factories.jobs import (
    bring,
    make_application,
    make_fair,
    make_intent,
    make_posting,
    make_registration,
    make_seeker,
)
from tests.jobs.intents.people import Booth, Visitor, come, inbox_of, open_booth
from tests.service import Client


async def test_a_draft_freezes_the_posting_and_asks_the_seeker_to_sign(booth: Booth, visitor: Visitor) -> None:
    answer = await booth.draft(visitor, remarks=" 包工作餐 ", starts_on=str(beijing_day(utc_now())))

    assert answer.status == 201
    intent = answer.json["intent"]
    assert INTENT_NUMBERS.read(intent["number"]) == intent["number"]
    assert intent["number"][2:8] == f"{beijing_day(utc_now()):%y%m%d}"
    assert (intent["state"], intent["state_label"]) == ("draft", "待签署")
    assert intent["employer_name"] == booth.recruiter.employer.name
    assert (intent["fair_id"], intent["fair_title"]) == (str(booth.fair.id), booth.fair.title)
    assert intent["terms"] == {
        "position_title": "示例保安员",
        "kind": "ordinary",
        "kind_label": "普通岗位",
        "place": "示例镇001 示例路 3 号",
        "pay": "5000-7000元/月",
        "pay_min_fen": 500_000,
        "pay_max_fen": 700_000,
        "pay_months": 12,
        "pay_is_negotiable": False,
        "starts_on": str(beijing_day(utc_now())),
        "remarks": "包工作餐",
    }
    stored = await Intent.get(id=intent["id"])
    assert stored.expires_at - stored.created_at == timedelta(days=7)
    assert await visitor.inbox() == [("就业意向书待签署", f"/v1/intents/{intent['id']}")]
    assert [(step["from_state"], step["to_state"], step["actor"]) for step in answer.json["history"]] == [
        (None, "draft", "employer")
    ]
    assert await AuditEntry.filter(action="intent.drafted", record_id=intent["id"]).count() == 1


async def test_a_later_change_of_the_posting_changes_no_form(booth: Booth, visitor: Visitor) -> None:
    drafted = (await booth.draft(visitor)).json["intent"]

    await JobPosting.filter(id=booth.posting.id).update(title="别的岗位", pay_min_fen=100_000, address="别处")

    shown = (await visitor.client.get(f"/v1/intents/{drafted['id']}")).json["intent"]
    assert shown["terms"] == drafted["terms"]
    assert shown["terms_digest"] == drafted["terms_digest"]


@pytest.mark.parametrize(
    ("pay", "shown"),
    [
        ("", "5000-7000元/月"),
        ("  ", "5000-7000元/月"),
        ("6-8K·13薪", "6000-8000元/月·13薪"),
        ("5000以上", "5000元/月以上"),
    ],
)
async def test_the_pay_may_be_written_otherwise(booth: Booth, visitor: Visitor, pay: str, shown: str) -> None:
    answer = await booth.draft(visitor, pay=pay)

    assert answer.json["intent"]["terms"]["pay"] == shown


@pytest.mark.parametrize(
    ("overrides", "code", "field"),
    [
        ({"pay": "很多"}, "IntentPayUnclear", "pay"),
        ({"pay": "9000000元/月"}, "IntentPayUnclear", "pay"),
        ({"pay": "4999-7000元/月"}, "IntentPayBelowPosting", "pay"),
        ({"pay": "面议"}, "IntentPayBelowPosting", "pay"),
        ({"starts_on": "2020-01-01"}, "IntentStartImplausible", "starts_on"),
        ({"starts_on": "2999-01-01"}, "IntentStartImplausible", "starts_on"),
        ({"remarks": "限男性"}, "IntentRemarksUnlawful", "remarks"),
    ],
)
async def test_terms_that_cannot_stand_are_refused_by_field(
    booth: Booth, visitor: Visitor, overrides: dict[str, Any], code: str, field: str
) -> None:
    answer = await booth.draft(visitor, **overrides)

    assert (answer.status, answer.code) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert await Intent.all().count() == 0


async def test_the_article_of_the_law_is_told(booth: Booth, visitor: Visitor) -> None:
    answer = await booth.draft(visitor, remarks="限男性")

    assert "就业促进法" in answer.json["errors"][0]["message"]


@pytest.mark.parametrize(
    "source",
    [
        {"fair_id": None, "registration_number": ""},
        {"registration_number": ""},
        {"fair_id": None},
        {"application_id": str(uuid4())},
        {"fair_id": None, "application_id": str(uuid4())},
    ],
)
async def test_a_fair_with_a_number_or_an_application_and_not_both(
    booth: Booth, visitor: Visitor, source: dict[str, Any]
) -> None:
    answer = await booth.draft(visitor, **source)

    assert (answer.status, answer.code) == (422, "IntentSourceUnclear")


async def test_only_somebody_who_checked_in_at_this_fair_is_written_for(booth: Booth, service: Client) -> None:
    elsewhere = await come(service, await make_fair(), "somebody-elsewhere")
    absent = await make_registration(fair=booth.fair)

    other_fair = await booth.draft(elsewhere)
    not_there = await booth.draft(elsewhere, registration_number=absent.number)
    unknown = await booth.draft(elsewhere, registration_number=write_number(9_999))

    for answer in (other_fair, not_there, unknown):
        assert (answer.status, answer.code) == (409, "SeekerNotAtFair")


async def test_a_number_is_read_as_people_tell_it_and_a_slip_of_it_is_told(booth: Booth, visitor: Visitor) -> None:
    number = visitor.registration.number
    slip = number[:-1] + ("A" if number[-1] != "A" else "B")

    mistyped = await booth.draft(visitor, registration_number=slip)
    told = await booth.draft(visitor, registration_number=f" {number[:2]}-{number[2:].lower()} ")

    assert (mistyped.status, mistyped.code) == (422, "BoothNumberMistyped")
    assert number not in mistyped.body.decode()
    assert told.status == 201


async def test_an_employer_without_a_booth_drafts_nothing(service: Client, booth: Booth, visitor: Visitor) -> None:
    other = await open_booth(service, "another-recruiter")

    answer = await other.draft(visitor, fair_id=str(booth.fair.id))

    assert (answer.status, answer.code) == (409, "NoBoothAtFair")


@pytest.mark.parametrize("state", [FairState.DRAFT, FairState.CANCELLED])
async def test_a_fair_that_is_not_held_is_not_found(booth: Booth, visitor: Visitor, state: FairState) -> None:
    booth.fair.state = state
    await booth.fair.save()

    answer = await booth.draft(visitor)
    unknown = await booth.draft(visitor, fair_id=str(uuid4()))

    assert (answer.status, answer.code) == (unknown.status, unknown.code) == (404, "FairNotFound")


@pytest.mark.parametrize("state", PostingState)
async def test_only_live_and_filled_postings_are_open(booth: Booth, visitor: Visitor, state: PostingState) -> None:
    await JobPosting.filter(id=booth.posting.id).update(state=state)

    answer = await booth.draft(visitor)

    if state in (PostingState.LIVE, PostingState.FILLED):
        assert answer.status == 201
    else:
        assert (answer.status, answer.code) == (409, "PostingNotOpenForIntents")
        assert state.label in answer.json["detail"]


@pytest.mark.parametrize(
    ("state", "is_brought", "is_past", "is_open"),
    [
        (PostingState.CLOSED, True, True, True),
        (PostingState.CLOSED, False, True, False),
        (PostingState.CLOSED, True, False, False),
        (PostingState.WITHDRAWN, True, True, False),
    ],
)
async def test_forms_of_a_fair_that_is_entered_afterwards_are_written_for_the_postings_that_were_there(
    booth: Booth, visitor: Visitor, state: PostingState, is_brought: bool, is_past: bool, is_open: bool
) -> None:
    await JobPosting.filter(id=booth.posting.id).update(state=state)
    if is_brought:
        await bring(booth.posting, booth.fair)
    if is_past:
        await JobFair.filter(id=booth.fair.id).update(published_at=booth.fair.ends_at)

    answer = await booth.draft(visitor)

    assert (answer.status, answer.code) == ((201, "") if is_open else (409, "PostingNotOpenForIntents"))


async def test_a_posting_of_another_employer_is_not_found(booth: Booth, visitor: Visitor) -> None:
    foreign = await booth.draft(visitor, posting_id=str((await make_posting()).id))
    unknown = await booth.draft(visitor, posting_id=str(uuid4()))

    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "IntentPostingNotFound")


async def test_an_applicant_is_written_for_without_a_fair(booth: Booth) -> None:
    application = await make_application(posting=booth.posting)

    answer = await booth.hr.post(
        "/v1/employer/intents", {"posting_id": str(booth.posting.id), "application_id": str(application.id)}
    )

    assert answer.status == 201
    intent = answer.json["intent"]
    assert (intent["application_id"], intent["fair_id"]) == (str(application.id), None)
    assert (await Intent.get(id=intent["id"])).seeker_id == application.seeker_id


async def test_an_application_to_another_posting_is_not_found(booth: Booth) -> None:
    sibling = await make_posting(employer=booth.recruiter.employer)
    for application in (await make_application(posting=sibling), await make_application()):
        answer = await booth.hr.post(
            "/v1/employer/intents", {"posting_id": str(booth.posting.id), "application_id": str(application.id)}
        )

        assert (answer.status, answer.code) == (404, "IntentApplicationNotFound")


@pytest.mark.parametrize("state", ApplicationState)
async def test_an_application_at_its_end_brings_no_intent(booth: Booth, state: ApplicationState) -> None:
    application = await make_application(posting=booth.posting, state=state)

    answer = await booth.hr.post(
        "/v1/employer/intents", {"posting_id": str(booth.posting.id), "application_id": str(application.id)}
    )

    if state in (ApplicationState.REFUSED, ApplicationState.WITHDRAWN):
        assert (answer.status, answer.code) == (409, "IntentApplicationOver")
    else:
        assert answer.status == 201


@pytest.mark.parametrize("state", IntentState)
async def test_posting_and_seeker_have_one_living_intent(booth: Booth, visitor: Visitor, state: IntentState) -> None:
    await make_intent(posting=booth.posting, seeker=visitor.seeker, state=state)

    answer = await booth.draft(visitor)

    if state in (IntentState.WITHDRAWN, IntentState.LAPSED):
        assert answer.status == 201
    else:
        assert (answer.status, answer.code) == (409, "IntentExists")
        assert await Intent.all().count() == 1
        assert await IntentEvent.all().count() == 0


async def test_a_number_refused_for_a_second_intent_is_not_lost(
    booth: Booth, visitor: Visitor, service: Client
) -> None:
    first = (await booth.draft(visitor)).json["intent"]["number"]
    await booth.draft(visitor)
    other = await come(service, booth.fair, "another-visitor")
    second = (await booth.draft(other)).json["intent"]["number"]

    assert (first[8:12], second[8:12]) == ("0001", "0002")


async def test_two_records_of_one_person_are_one_seeker(booth: Booth, visitor: Visitor) -> None:
    double = await make_seeker(account_id=None)
    registration = await make_registration(fair=booth.fair, seeker=double, checked_in_at=utc_now())
    await Seeker.filter(id=double.id).update(merged_into_id=visitor.seeker.id)
    await booth.draft(visitor)

    again = await booth.draft(visitor, registration_number=registration.number)

    assert (again.status, again.code) == (409, "IntentExists")


async def test_an_employer_that_is_not_approved_drafts_nothing(booth: Booth, visitor: Visitor) -> None:
    booth.recruiter.employer.state = EmployerState.SUSPENDED
    await booth.recruiter.employer.save()

    answer = await booth.draft(visitor)

    assert (answer.status, answer.code) == (403, "EmployerNotApproved")


async def test_a_sample_makes_a_sample(booth: Booth, visitor: Visitor) -> None:
    await JobPosting.filter(id=booth.posting.id).update(is_sample=True)

    answer = await booth.draft(visitor)

    assert answer.json["intent"]["is_sample"] is True


async def test_a_draft_is_corrected_and_the_seeker_is_told(booth: Booth, visitor: Visitor) -> None:
    drafted = (await booth.draft(visitor, remarks="包住")).json["intent"]
    path = f"/v1/employer/intents/{drafted['id']}"

    corrected = (await booth.hr.patch(path, {"pay": "8000元/月"})).json["intent"]
    back = (await booth.hr.patch(path, {"pay": "", "remarks": "", "starts_on": None})).json["intent"]

    assert corrected["terms"] == drafted["terms"] | {
        "pay": "8000元/月", "pay_min_fen": 800_000, "pay_max_fen": 800_000
    }  # fmt: skip
    assert back["terms"] == drafted["terms"] | {"remarks": ""}
    assert len({intent["terms_digest"] for intent in (drafted, corrected, back)}) == 3
    assert [title for title, _ in await visitor.inbox()] == ["就业意向书待签署", "就业意向书已更正", "就业意向书已更正"]
    assert await AuditEntry.filter(action="intent.corrected", record_id=drafted["id"]).count() == 2


async def test_a_correction_that_changes_nothing_tells_nobody(booth: Booth, visitor: Visitor) -> None:
    drafted = (await booth.draft(visitor)).json["intent"]

    same = await booth.hr.patch(f"/v1/employer/intents/{drafted['id']}", {"pay": "5000-7000元/月"})

    assert (same.status, same.json["intent"]["terms_digest"]) == (200, drafted["terms_digest"])
    assert len(await visitor.inbox()) == 1


async def test_correcting_obeys_the_rules_of_drafting(booth: Booth, visitor: Visitor) -> None:
    drafted = (await booth.draft(visitor)).json["intent"]

    answer = await booth.hr.patch(f"/v1/employer/intents/{drafted['id']}", {"pay": "1000元/月"})

    assert (answer.status, answer.code) == (422, "IntentPayBelowPosting")


@pytest.mark.parametrize("state", [state for state in IntentState if state is not IntentState.DRAFT])
async def test_what_is_no_draft_is_not_corrected(booth: Booth, visitor: Visitor, state: IntentState) -> None:
    intent = await make_intent(posting=booth.posting, seeker=visitor.seeker, state=state)

    for body in ({"remarks": "包住"}, {}):
        answer = await booth.hr.patch(f"/v1/employer/intents/{intent.id}", body)

        assert (answer.status, answer.code) == (409, "IntentNotDraft")
        assert state.label in answer.json["detail"]


async def test_a_draft_whose_time_is_over_is_not_corrected(booth: Booth, visitor: Visitor) -> None:
    intent = await make_intent(posting=booth.posting, seeker=visitor.seeker, expires_at=utc_now())

    answer = await booth.hr.patch(f"/v1/employer/intents/{intent.id}", {"remarks": "包住"})

    assert (answer.status, answer.code) == (409, "IntentExpired")


async def test_the_recruiter_reads_a_masked_name_until_it_is_signed(booth: Booth, visitor: Visitor) -> None:
    drafted = (await booth.draft(visitor)).json["intent"]

    assert (drafted["seeker_name"], drafted["seeker_mobile"]) == ("段**", "")
    assert await inbox_of(booth.hr) == []
