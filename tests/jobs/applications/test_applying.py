"""投递岗位 — once a person and posting, with the profile as it is, and every refusal says why and what next."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.applications import APPLICATION_CONTACT, ApplicationState, JobApplication
from models.audit import AuditEntry
from models.employers import Employer, EmployerMember, EmployerState
from models.fields import unseal
from models.jobs import JobPosting, PostingState
from models.notifications import Notification
from models.seekers import BlockedEmployer, Seeker, SeekerProfile
from tests.employers.people import Recruiter, consent, hire
from tests.factories.jobs import make_posting
from tests.jobs.applications.people import MOBILE, NAME, Applicant, Case, open_case, seek
from tests.service import Client


async def test_an_application_is_stored_with_the_profile_as_it_is(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer, title="示例叉车工")

    answer = await applicant.apply(posting, message="  可以倒班  ")

    assert answer.status == 201
    assert answer.json["state"] == "submitted"
    assert answer.json["state_label"] == "已投递"
    assert answer.json["posting_title"] == "示例叉车工"
    assert answer.json["employer_name"] == recruiter.employer.name
    assert answer.json["message"] == "可以倒班"
    assert answer.json["is_contact_shared"] is False
    assert answer.json["profile"]["skills"] == ["驾驶"]
    assert answer.json["profile"]["service_years"] == 5
    assert [(step["from_state"], step["to_state"], step["actor"]) for step in answer.json["history"]] == [
        (None, "submitted", "seeker")
    ]
    stored = await JobApplication.get(id=answer.json["id"])
    assert (stored.employer_id, stored.seeker_id) == (recruiter.employer.id, applicant.seeker.id)
    assert NAME not in stored.profile
    assert MOBILE not in stored.profile
    assert stored.contact_sealed is not None
    assert json.loads(unseal(APPLICATION_CONTACT, stored.contact_sealed)) == {"name": NAME, "mobile": MOBILE}


async def test_a_later_change_of_the_profile_changes_no_application(applicant: Applicant, case: Case) -> None:
    await SeekerProfile.filter(seeker_id=applicant.seeker.id).update(introduction="后来改的", service_years=12)

    mine, theirs = await case.mine(), await case.theirs()

    assert mine.json["profile"]["introduction"] == theirs.json["profile"]["introduction"] == "服役五年，开过重型车"
    assert theirs.json["profile"]["service_years"] == 5


@pytest.mark.parametrize("agrees", [False, True])
async def test_agreeing_while_applying_is_on_record(applicant: Applicant, agrees: bool) -> None:
    answer = await applicant.apply(await make_posting(), share_contact=agrees)

    assert answer.json["is_contact_shared"] is agrees
    noted = AuditEntry.filter(action="job_application.contact_shared", record_id=answer.json["id"])
    assert await noted.count() == int(agrees)


async def test_a_second_application_is_refused_with_the_day_and_the_state_of_the_first(
    applicant: Applicant, case: Case
) -> None:
    first = (await JobApplication.get(id=case.id)).created_at - timedelta(days=40)
    await JobApplication.filter(id=case.id).update(created_at=first, state=ApplicationState.INTERVIEW)

    again = await applicant.apply(case.posting)

    day = beijing_day(first)
    assert (again.status, again.code) == (409, "AlreadyApplied")
    assert f"{day.year}年{day.month}月{day.day}日" in again.json["detail"]
    assert "「面试」" in again.json["detail"]
    assert await JobApplication.all().count() == 1


async def test_whoever_withdrew_reads_that_it_was_for_good_and_whom_to_ask(applicant: Applicant, case: Case) -> None:
    await case.mine("withdrawal", {})

    again = await applicant.apply(case.posting)

    assert (again.status, again.code) == (409, "AlreadyApplied")
    assert "「已撤回」" in again.json["detail"]
    assert "请直接联系用人单位或退役军人服务站" in again.json["detail"]


async def test_the_repeat_under_one_key_gets_the_stored_reply(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer)
    path, headers = f"/v1/jobs/{posting.id}/applications", {"Idempotency-Key": uuid4().hex}

    first = await applicant.client.post(path, {}, headers=headers)
    again = await applicant.client.post(path, {}, headers=headers)

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await JobApplication.all().count() == 1
    assert await AuditEntry.filter(action="job_application.submitted").count() == 1


async def test_a_refusal_under_a_key_leaves_the_key_free(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer, state=PostingState.FILLED)
    path, headers = f"/v1/jobs/{posting.id}/applications", {"Idempotency-Key": uuid4().hex}

    refused = await applicant.client.post(path, {}, headers=headers)
    await JobPosting.filter(id=posting.id).update(state=PostingState.LIVE)
    done = await applicant.client.post(path, {}, headers=headers)

    assert (refused.code, done.status) == ("PostingNotOpen", 201)


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.SUBMITTED, None])
async def test_a_posting_that_is_not_public_is_to_an_applicant_what_none_is(
    applicant: Applicant, state: PostingState | None
) -> None:
    posting = await make_posting(state=state) if state else JobPosting(id=uuid4())

    answer = await applicant.apply(posting)

    assert (answer.status, answer.code) == (404, "PostingNotFound")


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"state": PostingState.SUSPENDED}, "暂停"),
        ({"state": PostingState.FILLED}, "招满"),
        ({"state": PostingState.CLOSED}, "截止"),
        ({"state": PostingState.WITHDRAWN}, "撤回"),
        ({"closes_on": beijing_day(utc_now()) - timedelta(days=1)}, "截止"),
    ],
)
async def test_a_posting_that_is_not_open_says_why(applicant: Applicant, about: dict[str, Any], said: str) -> None:
    posting = await make_posting(**about)

    answer = await applicant.apply(posting)

    assert (answer.status, answer.code) == (409, "PostingNotOpen")
    assert said in answer.json["detail"]
    assert "可以" in answer.json["detail"]
    assert await JobApplication.all().count() == 0


async def test_one_may_apply_until_the_end_of_the_last_day(applicant: Applicant) -> None:
    posting = await make_posting(closes_on=beijing_day(utc_now()))

    assert (await applicant.apply(posting)).status == 201


@pytest.mark.parametrize("state", [state for state in EmployerState if state is not EmployerState.APPROVED])
async def test_an_employer_that_may_not_recruit_gets_no_applications(
    applicant: Applicant, recruiter: Recruiter, state: EmployerState
) -> None:
    posting = await make_posting(employer=recruiter.employer)
    await Employer.filter(id=recruiter.employer.id).update(state=state)

    answer = await applicant.apply(posting)

    assert (answer.status, answer.code) == (409, "EmployerNotRecruiting")


async def test_nobody_applies_at_the_employer_they_act_for(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer)
    member = await EmployerMember.create(
        employer_id=recruiter.employer.id, account_id=applicant.client.account_id, display_name="人事部"
    )

    own = await applicant.apply(posting)
    await EmployerMember.filter(id=member.id).update(removed_at=utc_now())
    former = await applicant.apply(posting)

    assert (own.status, own.code) == (409, "EmployerIsOwn")
    assert former.status == 201


async def test_whoever_blocked_an_employer_is_told_so(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer)
    await BlockedEmployer.create(account_id=applicant.client.account_id, employer_id=recruiter.employer.id)

    blocked = await applicant.apply(posting)
    await BlockedEmployer.all().delete()
    unblocked = await applicant.apply(posting)

    assert (blocked.status, blocked.code) == (409, "EmployerIsBlocked")
    assert "不看的单位" in blocked.json["detail"]
    assert unblocked.status == 201


async def test_without_consent_nothing_is_sent(service: Client) -> None:
    person = await service.login("has-not-agreed")
    posting = await make_posting()

    answer = await person.post(f"/v1/jobs/{posting.id}/applications", {})

    assert (answer.status, answer.code) == (409, "ConsentRequired")
    assert await Seeker.all().count() == 0


async def test_a_profile_that_is_not_filled_in_names_every_missing_field(service: Client) -> None:
    person = await consent(await service.login("new-here"))
    posting = await make_posting()

    answer = await person.post(f"/v1/jobs/{posting.id}/applications", {})

    assert (answer.status, answer.code) == (409, "ProfileIncomplete")
    assert [error["field"] for error in answer.json["errors"]] == ["profile", "name", "mobile"]


@pytest.mark.parametrize(("column", "field"), [("name_sealed", "name"), ("mobile_sealed", "mobile")])
async def test_name_and_mobile_are_asked_for_by_name(applicant: Applicant, column: str, field: str) -> None:
    await Seeker.filter(id=applicant.seeker.id).update(**{column: None})

    answer = await applicant.apply(await make_posting())

    assert (answer.status, answer.code) == (409, "ProfileIncomplete")
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("body", [{"message": "长" * 501}, {"share_contact": "yes"}, {"state": "hired"}])
async def test_what_is_malformed_is_refused(applicant: Applicant, body: dict[str, Any]) -> None:
    answer = await applicant.apply(await make_posting(), **body)

    assert answer.status == 400
    assert await JobApplication.all().count() == 0


async def test_members_are_told_of_new_applications_once_a_day_for_each_posting(
    service: Client, recruiter: Recruiter
) -> None:
    colleague = await hire(service, "a-colleague", recruiter.employer)
    one, other = await make_posting(employer=recruiter.employer), await make_posting(employer=recruiter.employer)

    for number in range(3):
        person = await seek(service, f"seeker-{number}")
        await person.apply(one)
        await person.apply(other)

    for member in (recruiter, colleague):
        told = await Notification.filter(account_id=member.client.account_id).order_by("id")
        assert [item.event for item in told] == ["job_application.submitted"] * 2
        assert {item.link for item in told} == {
            f"/v1/employer/jobs/{posting.id}/applications" for posting in (one, other)
        }


async def test_an_application_is_audited_without_personal_data(applicant: Applicant, case: Case) -> None:
    entry = await AuditEntry.get(action="job_application.submitted")

    assert (entry.account_id, entry.role) == (applicant.client.account_id, "person")
    assert (entry.record_type, entry.record_id) == ("job_application", case.id)
    assert json.loads(entry.detail) == {}


async def test_of_applications_at_once_one_is_stored(applicant: Applicant, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer)

    answers = await asyncio.gather(*(applicant.apply(posting) for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert {answer.code for answer in answers if answer.status == 409} == {"AlreadyApplied"}
    assert await JobApplication.all().count() == 1


async def test_one_person_applies_for_many_postings(applicant: Applicant, recruiter: Recruiter) -> None:
    cases = [await open_case(applicant, recruiter) for _ in range(3)]

    assert len({case.id for case in cases}) == 3
