"""投递的联系方式 — masked until the seeker agrees, hidden again when they no longer do, every look on record."""

from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Consent
from models.applications import ApplicationState, JobApplication
from models.audit import AuditEntry
from models.idempotency import StoredReply
from tests.employers.people import Recruiter
from tests.jobs.applications.people import MOBILE, NAME, Applicant, Case, open_case, put, seek
from tests.service import Answer, Client

MASKED = "段**"


async def disclose(case: Case, *, by: Recruiter | None = None) -> Answer:
    return await case.theirs("disclosures", by=by)


async def share(case: Case) -> Answer:
    return await case.mine("contact-sharing")


async def withhold(case: Case) -> Answer:
    return await case.applicant.client.delete(f"/v1/applications/{case.id}/contact-sharing")


async def looks() -> list[tuple[object, str, str]]:
    entries = await AuditEntry.filter(action="job_application.contact_seen").order_by("id")
    return [(entry.account_id, entry.role, entry.record_id) for entry in entries]


async def test_before_the_consent_the_employer_sees_a_masked_name_only(case: Case) -> None:
    asked = await disclose(case)
    answers = [
        await case.theirs(),
        await case.theirs("viewing"),
        await case.recruiter.client.get("/v1/employer/applications"),
        await case.recruiter.client.get(f"/v1/employer/jobs/{case.posting.id}/applications"),
    ]

    assert (asked.status, asked.code) == (409, "ContactNotShared")
    assert answers[0].json["masked_name"] == MASKED
    assert answers[0].json["is_contact_shared"] is False
    for answer in answers:
        assert NAME.encode() not in answer.body
        assert MOBILE.encode() not in answer.body
    assert await looks() == []


async def test_after_the_consent_the_contact_is_shown_and_each_look_is_on_record(case: Case) -> None:
    shared = await share(case)

    shown, again = await disclose(case), await disclose(case)

    assert shared.json["is_contact_shared"] is True
    assert shown.json == again.json == {"name": NAME, "mobile": MOBILE}
    account_id = case.recruiter.client.account_id
    assert await looks() == [(account_id, "employer", case.id)] * 2
    assert (await case.theirs()).json["masked_name"] == MASKED


async def test_whoever_agrees_when_applying_need_not_agree_again(applicant: Applicant, recruiter: Recruiter) -> None:
    case = await open_case(applicant, recruiter, share_contact=True)

    assert (await case.mine()).json["is_contact_shared"] is True
    assert (await disclose(case)).json["mobile"] == MOBILE


async def test_a_consent_that_is_taken_back_hides_the_contact_at_once(case: Case) -> None:
    await share(case)
    await disclose(case)

    withheld, again = await withhold(case), await withhold(case)
    refused = await disclose(case)
    await share(case)
    shown = await disclose(case)

    assert (withheld.status, again.status) == (204, 204)
    assert (refused.status, refused.code) == (409, "ContactNotShared")
    assert shown.status == 200
    deeds = await AuditEntry.filter(action__startswith="job_application.contact").order_by("id")
    assert [entry.action.partition("contact_")[2] for entry in deeds] == [
        "shared",
        "seen",
        "withheld",
        "shared",
        "seen",
    ]


async def test_agreeing_again_keeps_the_first_time(case: Case) -> None:
    await share(case)
    first = (await JobApplication.get(id=case.id)).contact_shared_at

    again = await share(case)

    assert again.status == 200
    assert (await JobApplication.get(id=case.id)).contact_shared_at == first
    assert await AuditEntry.filter(action="job_application.contact_shared").count() == 1


async def test_the_consent_is_for_one_application(applicant: Applicant, recruiter: Recruiter, rival: Recruiter) -> None:
    shared, same, other = (
        await open_case(applicant, recruiter),
        await open_case(applicant, recruiter),
        await open_case(applicant, rival),
    )

    await share(shared)

    assert (await disclose(shared)).status == 200
    assert (await disclose(same)).code == (await disclose(other)).code == "ContactNotShared"


async def test_withdrawing_hides_the_contact(case: Case) -> None:
    await share(case)

    await case.mine("withdrawal", {})

    assert (await disclose(case)).code == "ContactNotShared"


@pytest.mark.parametrize("state", [ApplicationState.REFUSED, ApplicationState.WITHDRAWN])
async def test_of_what_is_over_no_contact_is_given_any_more(case: Case, state: ApplicationState) -> None:
    await put(case, state)

    answer = await share(case)

    assert (answer.status, answer.code) == (409, "ApplicationOver")
    assert (await JobApplication.get(id=case.id)).contact_shared_at is None


async def test_sharing_needs_the_consent_to_jobs_and_hiding_does_not(case: Case) -> None:
    await share(case)
    await Consent.filter(account_id=case.applicant.client.account_id).update(withdrawn_at=utc_now())

    hidden, shared = await withhold(case), await share(case)

    assert hidden.status == 204
    assert (shared.status, shared.code) == (409, "ConsentRequired")


async def test_another_employer_and_another_person_find_nothing(service: Client, case: Case, rival: Recruiter) -> None:
    await share(case)
    stranger = await seek(service, "somebody-else", mobile="18100000001")
    path = f"/v1/applications/{case.id}/contact-sharing"

    answers = [
        await disclose(case, by=rival),
        await rival.client.post(f"/v1/employer/applications/{uuid4()}/disclosures"),
        await stranger.client.post(path),
        await stranger.client.delete(path),
    ]

    assert {(answer.status, answer.code) for answer in answers} == {(404, "ApplicationNotFound")}
    assert await looks() == []
    assert (await JobApplication.get(id=case.id)).contact_shared_at is not None


async def test_a_disclosure_is_never_stored_for_replay(case: Case) -> None:
    await share(case)
    path, headers = f"/v1/employer/applications/{case.id}/disclosures", {"Idempotency-Key": uuid4().hex}

    for _ in range(2):
        answer = await case.recruiter.client.post(path, headers=headers)
        assert "Idempotency-Replayed" not in answer.headers

    assert len(await looks()) == 2
    assert await StoredReply.filter(account_id=case.recruiter.client.account_id).count() == 0


async def test_the_contact_is_the_one_of_the_day_of_applying(service: Client, case: Case) -> None:
    await share(case)
    changed = await case.applicant.client.patch("/v1/job-profile", {"mobile": "19912345678"})

    shown = await disclose(case)

    assert changed.status == 200
    assert shown.json["mobile"] == MOBILE
