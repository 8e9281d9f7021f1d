"""投递的办理 — an employer's steps: each from the state that was seen, told once, written into one history."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing, utc_now
from models.applications import APPLICATION_TRANSITIONS, ApplicationState, JobApplication
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.jobs import JobPosting, PostingState
from models.notifications import Notification
from tests.employers.people import Recruiter
from tests.factories.jobs import make_application, make_posting
from tests.jobs.applications.people import ENTRANCE, Case, interview, open_case, put, seek, sent, soon
from tests.service import Client

TARGETS = {
    "interview": ApplicationState.INTERVIEW,
    "offer": ApplicationState.OFFERED,
    "hire": ApplicationState.HIRED,
    "refusal": ApplicationState.REFUSED,
}
DEEDS = ["viewing", *TARGETS]


def stands(answer_json: dict[str, Any]) -> str:
    """Return the state in an answer, also in one that wraps the application."""
    state: str = answer_json.get("application", answer_json)["state"]
    return state


async def told(case: Case) -> list[Notification]:
    return await Notification.filter(account_id=case.applicant.client.account_id).order_by("id")


async def test_the_whole_way_is_one_history_that_both_sides_read_alike(case: Case) -> None:
    await case.theirs("viewing")
    await case.theirs("interview", interview(note="请带身份证"))
    await case.theirs("offer", {"seen_state": "interview", "note": "月薪 6000 元"})
    hired = await case.theirs("hire", {"seen_state": "offered"})

    mine, theirs = await case.mine(), await case.theirs()
    assert hired.status == 200
    assert mine.json["history"] == theirs.json["history"] == hired.json["application"]["history"]
    assert [(step["to_state"], step["actor_label"]) for step in mine.json["history"]] == [
        ("submitted", "求职者"),
        ("viewed", "用人单位"),
        ("interview", "用人单位"),
        ("offered", "用人单位"),
        ("hired", "用人单位"),
    ]
    assert [item.event.partition(".")[2] for item in await told(case)] == ["viewed", "interview", "offered", "hired"]
    assert {item.link for item in await told(case)} == {f"/v1/applications/{case.id}"}


async def test_reading_marks_nothing_and_viewing_marks_once(case: Case) -> None:
    await case.theirs()
    await case.recruiter.client.get("/v1/employer/applications")
    unread = await case.state()

    first, again = await case.theirs("viewing"), await case.theirs("viewing")

    assert unread is ApplicationState.SUBMITTED
    assert (first.json["state"], again.json) == ("viewed", first.json)
    assert await case.steps() == [(None, "submitted", "seeker"), ("submitted", "viewed", "employer")]
    assert len(await told(case)) == 1
    assert await AuditEntry.filter(action="job_application.viewed").count() == 1


@pytest.mark.parametrize("state", [state for state in ApplicationState if state is not ApplicationState.SUBMITTED])
async def test_viewing_leaves_what_has_gone_on(case: Case, state: ApplicationState) -> None:
    await put(case, state)

    answer = await case.theirs("viewing")

    assert (answer.status, answer.json["state"]) == (200, state.value)
    assert len(await case.steps()) == 1


@pytest.mark.parametrize("state", ApplicationState)
@pytest.mark.parametrize("deed", TARGETS)
async def test_a_step_is_taken_only_where_the_table_has_it(case: Case, deed: str, state: ApplicationState) -> None:
    await put(case, state)
    target = TARGETS[deed]

    answer = await case.theirs(deed, sent(state.value, deed))

    if target in APPLICATION_TRANSITIONS[state] or state is target is ApplicationState.INTERVIEW:
        assert (answer.status, stands(answer.json)) == (200, target.value)
        assert (await case.steps())[1:] == [(state.value, target.value, "employer")]
    else:
        assert (answer.status, answer.code) == (409, "ApplicationStateForbids")
        assert state.label in answer.json["detail"]
        assert await case.state() is state
        assert len(await case.steps()) == 1
        assert await told(case) == []


@pytest.mark.parametrize("deed", TARGETS)
async def test_whoever_decides_on_an_older_state_is_told_to_look_again(case: Case, deed: str) -> None:
    await put(case, ApplicationState.WITHDRAWN)

    answer = await case.theirs(deed, sent("viewed", deed))

    assert (answer.status, answer.code) == (409, "ApplicationChanged")
    assert "「已撤回」" in answer.json["detail"]
    assert len(await case.steps()) == 1


@pytest.mark.parametrize("deed", DEEDS)
async def test_the_application_of_another_employer_is_not_found(case: Case, rival: Recruiter, deed: str) -> None:
    body = sent("submitted", deed) if deed in TARGETS else None

    foreign = await case.theirs(deed, body, by=rival)
    absent = await rival.client.post(f"/v1/employer/applications/{uuid4()}/{deed}", body)

    assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "ApplicationNotFound")
    assert await case.state() is ApplicationState.SUBMITTED


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_suspended_employer_does_nothing(case: Case, deed: str) -> None:
    await Employer.filter(id=case.recruiter.employer.id).update(state=EmployerState.SUSPENDED)

    answer = await case.theirs(deed, sent("submitted", deed) if deed in TARGETS else None)

    assert (answer.status, answer.code) == (403, "EmployerNotApproved")


async def test_an_interview_has_time_and_place_for_both_sides(case: Case) -> None:
    await put(case, ApplicationState.VIEWED)
    at = soon()

    answer = await case.theirs("interview", interview(interview_at=at, note="请带身份证"))

    mine = await case.mine()
    assert answer.json["interview_at"] == mine.json["interview_at"] == at
    assert answer.json["interview_place"] == mine.json["interview_place"] == ENTRANCE
    assert f"{at[11:16]}，{ENTRANCE}" in mine.json["next_step"]
    assert mine.json["history"][-1]["note"].endswith(f"{at[11:16]}，{ENTRANCE}。请带身份证")
    [item] = await told(case)
    assert item.title == "面试通知"
    assert f"{at[11:16]}，{ENTRANCE}。请带身份证" in item.text


async def test_an_interview_may_be_moved_and_the_seeker_is_told_each_time(case: Case) -> None:
    await put(case, ApplicationState.VIEWED)
    await case.theirs("interview", interview())

    moved = await case.theirs("interview", interview("interview", interview_at=soon(4)))
    again = await case.theirs("interview", interview("interview", interview_at=soon(5), place="二楼会议室"))

    assert (moved.status, again.status) == (200, 200)
    assert (again.json["interview_at"], again.json["interview_place"]) == (soon(5), "二楼会议室")
    assert [item.title for item in await told(case)] == ["面试通知", "面试安排有变", "面试安排有变"]
    assert (await case.steps())[-2:] == [("interview", "interview", "employer")] * 2


async def test_the_same_appointment_again_changes_nothing(case: Case) -> None:
    await put(case, ApplicationState.VIEWED)
    body = interview()
    await case.theirs("interview", body)

    again = await case.theirs("interview", body | {"seen_state": "interview"})

    assert again.status == 200
    assert len(await case.steps()) == 2
    assert len(await told(case)) == 1


async def test_an_interview_lies_ahead(case: Case) -> None:
    await put(case, ApplicationState.VIEWED)
    past = beijing(utc_now() - timedelta(minutes=1)).isoformat()

    answer = await case.theirs("interview", interview(interview_at=past))

    assert (answer.status, answer.code) == (422, "InterviewInThePast")
    assert [error["field"] for error in answer.json["errors"]] == ["interview_at"]
    assert await case.state() is ApplicationState.VIEWED


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("refusal", {"seen_state": "viewed"}),
        ("refusal", {"seen_state": "viewed", "reason": "  "}),
        ("refusal", {"seen_state": "viewed", "reason": "长" * 201}),
        ("offer", {}),
        ("offer", {"seen_state": "好"}),
        ("hire", {}),
        ("interview", {"seen_state": "viewed", "interview_at": "2030-01-01T09:00:00", "place": "门口"}),
        ("interview", {"seen_state": "viewed", "interview_at": "2030-01-01T09:00:00+08:00", "place": " "}),
        ("interview", {"seen_state": "viewed", "place": "门口"}),
    ],
)
async def test_what_is_malformed_changes_nothing(case: Case, deed: str, body: dict[str, Any]) -> None:
    await put(case, ApplicationState.VIEWED)

    answer = await case.theirs(deed, body)

    assert answer.status == 400
    assert await case.state() is ApplicationState.VIEWED


async def test_a_refusal_tells_the_reason_and_what_to_do_next(case: Case) -> None:
    await case.theirs("refusal", {"seen_state": "submitted", "reason": "岗位要求有叉车证"})

    mine = await case.mine()
    assert mine.json["history"][-1]["note"] == "岗位要求有叉车证"
    assert "退役军人服务站" in mine.json["next_step"]
    [item] = await told(case)
    assert "岗位要求有叉车证" in item.text
    assert case.posting.title in item.text


async def test_words_of_people_are_not_read_as_a_pattern(case: Case) -> None:
    await JobPosting.filter(id=case.posting.id).update(title="{note}工程师{0}")

    answer = await case.theirs("refusal", {"seen_state": "submitted", "reason": "{employer}"})

    assert answer.status == 200
    [item] = await told(case)
    assert "「{note}工程师{0}」" in item.text
    assert "。{employer}。" in item.text


async def test_the_audit_has_states_and_no_words(case: Case) -> None:
    await case.theirs("refusal", {"seen_state": "submitted", "reason": "岗位要求有叉车证"})

    entry = await AuditEntry.get(action="job_application.refused")
    assert (entry.account_id, entry.role) == (case.recruiter.client.account_id, "employer")
    assert (entry.record_id, json.loads(entry.detail)) == (case.id, {"from": "submitted"})


async def test_filling_is_suggested_once_the_openings_are_hired_and_left_to_the_employer(
    service: Client, recruiter: Recruiter
) -> None:
    posting = await make_posting(employer=recruiter.employer, openings=2)
    await make_application(posting=posting, state=ApplicationState.OFFERED)

    answers = []
    for number in range(2):
        person = await seek(service, f"seeker-{number}")
        applied = await person.apply(posting)
        case = await put(Case(applied.json["id"], posting, person, recruiter), ApplicationState.OFFERED)
        answers.append(await case.theirs("hire", {"seen_state": "offered"}))

    assert [(one.json["hired"], one.json["openings"], one.json["suggests_filling"]) for one in answers] == [
        (1, 2, False),
        (2, 2, True),
    ]
    assert (await JobPosting.get(id=posting.id)).state is PostingState.LIVE


async def test_the_employer_reads_which_states_may_come_next(case: Case) -> None:
    await put(case, ApplicationState.INTERVIEW)
    open_one = await case.theirs()
    await put(case, ApplicationState.HIRED)
    ended = await case.theirs()

    assert open_one.json["next_states"] == ["offered", "refused"]
    assert ended.json["next_states"] == []


@pytest.mark.parametrize("state", ApplicationState)
async def test_every_state_tells_the_seeker_what_comes_next(case: Case, state: ApplicationState) -> None:
    await put(case, state)

    sentence = (await case.mine()).json["next_step"]

    assert len(sentence) > 8
    is_over = state in (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
    assert ("同意提供联系方式" in sentence) is not is_over


async def test_a_step_of_one_application_leaves_the_others(case: Case, recruiter: Recruiter) -> None:
    other = await open_case(case.applicant, recruiter)

    await case.theirs("refusal", sent("submitted", "refusal"))

    assert await JobApplication.get(id=other.id).values_list("state", flat=True) == "submitted"
