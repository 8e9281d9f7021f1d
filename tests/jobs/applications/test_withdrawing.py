"""撤回投递 — from every open state, for good, and with everything that the employer could read."""

from uuid import uuid4

import pytest

from models.applications import ApplicationState
from models.notifications import Notification
from tests.employers.people import Recruiter
from tests.jobs.applications.people import Applicant, Case, open_case, put, seek
from tests.service import Client


@pytest.mark.parametrize(
    "state", [ApplicationState.SUBMITTED, ApplicationState.VIEWED, ApplicationState.INTERVIEW, ApplicationState.OFFERED]
)
async def test_a_seeker_withdraws_from_every_open_state(case: Case, state: ApplicationState) -> None:
    await put(case, state)

    answer = await case.mine("withdrawal", {"reason": "已找到工作"})
    again = await case.mine("withdrawal", {})

    assert (answer.status, answer.json["state"]) == (200, "withdrawn")
    assert "不能再次投递" in answer.json["next_step"]
    assert (again.status, again.json) == (200, answer.json)
    assert (await case.steps())[1:] == [(state.value, "withdrawn", "seeker")]
    assert (await case.theirs()).json["history"][-1]["note"] == "已找到工作"


@pytest.mark.parametrize("state", [ApplicationState.HIRED, ApplicationState.REFUSED])
async def test_what_has_ended_is_not_withdrawn(case: Case, state: ApplicationState) -> None:
    await put(case, state)

    answer = await case.mine("withdrawal", {})

    assert (answer.status, answer.code) == (409, "ApplicationStateForbids")
    assert state.label in answer.json["detail"]
    assert await case.state() is state


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (ApplicationState.SUBMITTED, 0),
        (ApplicationState.VIEWED, 0),
        (ApplicationState.INTERVIEW, 1),
        (ApplicationState.OFFERED, 1),
    ],
)
async def test_members_are_told_of_a_withdrawal_once_they_count_on_the_person(
    case: Case, state: ApplicationState, told: int
) -> None:
    await put(case, state)

    await case.mine("withdrawal", {})

    found = Notification.filter(account_id=case.recruiter.client.account_id, event="job_application.withdrawn")
    assert await found.count() == told


async def test_nobody_withdraws_the_application_of_another(service: Client, case: Case) -> None:
    stranger = await seek(service, "somebody-else", mobile="18100000001")

    foreign = await stranger.client.post(f"/v1/applications/{case.id}/withdrawal", {})
    absent = await stranger.client.post(f"/v1/applications/{uuid4()}/withdrawal", {})

    assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "ApplicationNotFound")
    assert await case.state() is ApplicationState.SUBMITTED


async def test_what_was_withdrawn_is_read_by_the_seeker_only(applicant: Applicant, recruiter: Recruiter) -> None:
    case = await open_case(applicant, recruiter, message="可以倒班", share_contact=True)

    before = await case.theirs()
    await case.mine("withdrawal", {})
    after, contact, mine = await case.theirs(), await case.theirs("disclosures"), await case.mine()

    assert (before.json["message"], before.json["profile"]["skills"]) == ("可以倒班", ["驾驶"])
    assert (after.json["message"], after.json["profile"], after.json["is_contact_shared"]) == ("", None, False)
    assert contact.code == "ContactNotShared"
    assert (mine.json["message"], mine.json["profile"]["skills"]) == ("可以倒班", ["驾驶"])
