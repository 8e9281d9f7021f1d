"""岗位的每一步 — what each side may do in which state, what both see of it, and who is told."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.jobs import POSTING_TRANSITIONS, JobActor, JobPosting, JobPostingEvent, PostingState
from models.notifications import Notification
from models.outbox import OutboxMessage
from server.jobs.postings.steps import STEPS
from server.jobs.postings.tasks import close_overdue
from tests.employers.people import Recruiter, hire
from tests.factories.employers import make_employer, make_employer_member
from tests.factories.jobs import make_posting
from tests.jobs.postings.people import (
    JOBS,
    STAFF_JOBS,
    TOMORROW,
    fields,
    live,
    look_and_let_live,
    step,
    submitted,
    write,
    written,
)
from tests.service import Answer, Client

YESTERDAY = beijing_day(utc_now()) - timedelta(days=1)
EMPLOYER_STEPS = {
    "submission": ({"draft"}, "submitted"),
    "recall": ({"submitted"}, "draft"),
    "withdrawal": ({"draft", "submitted", "live", "suspended"}, "withdrawn"),
    "filling": ({"live"}, "filled"),
    "reopening": ({"filled"}, "live"),
    "closure": ({"live", "suspended", "filled"}, "closed"),
}
STAFF_STEPS = {
    "approval": ({"submitted"}, "live"),
    "refusal": ({"submitted"}, "draft"),
    "suspension": ({"live"}, "suspended"),
    "reinstatement": ({"suspended"}, "live"),
    "closure": ({"live", "suspended", "filled"}, "closed"),
}


def test_the_steps_are_exactly_the_transitions_that_there_are() -> None:
    taken = {(origin, one.target) for one in STEPS for origin in one.origins}

    assert taken == {(origin, target) for origin, targets in POSTING_TRANSITIONS.items() for target in targets}


@pytest.mark.parametrize("name", EMPLOYER_STEPS)
@pytest.mark.parametrize("state", PostingState)
async def test_an_employer_takes_each_step_from_its_states_only(
    service: Client, recruiter: Recruiter, name: str, state: PostingState
) -> None:
    posting = await make_posting(employer=recruiter.employer, state=state)
    origins, target = EMPLOYER_STEPS[name]

    answer = await step(recruiter.client, f"{JOBS}/{posting.id}", name)

    await assert_taken(answer, posting, state, origins, target)


@pytest.mark.parametrize("name", STAFF_STEPS)
@pytest.mark.parametrize("state", PostingState)
async def test_staff_take_each_step_from_its_states_only(
    service: Client, town_staff: Client, name: str, state: PostingState
) -> None:
    posting = await make_posting(state=state)
    origins, target = STAFF_STEPS[name]

    if target == "live":
        answer = await look_and_let_live(town_staff, str(posting.id), name)
    else:
        answer = await step(town_staff, f"{STAFF_JOBS}/{posting.id}", name, "接到举报")

    await assert_taken(answer, posting, state, origins, target)


async def assert_taken(
    answer: Answer, posting: JobPosting, state: PostingState, origins: set[str], target: str
) -> None:
    """Check that a step was taken and recorded if the state allows it, and left no trace if not."""
    events = await JobPostingEvent.filter(posting_id=posting.id).values_list("from_state", "to_state")
    noted = await AuditEntry.filter(record_type="job_posting", record_id=str(posting.id)).values_list("detail")
    stored = (await JobPosting.get(id=posting.id)).state.value
    if state.value not in origins:
        assert (answer.status, answer.code) == (409, "PostingStateForbids")
        assert f"「{state.label}」" in answer.json["detail"]
        assert (stored, events, noted) == (state.value, [], [])
        return
    assert (answer.status, answer.json["state"], stored) == (200, target, target)
    assert events == [(state, PostingState(target))]
    assert [(json.loads(one)["from"], json.loads(one)["to"]) for (one,) in noted] == [(state.value, target)]


async def test_what_must_be_stated_is_asked_for_at_submission(service: Client, recruiter: Recruiter) -> None:
    identifier = await written(recruiter, pay="", address="", description=" ")

    answer = await step(recruiter.client, f"{JOBS}/{identifier}", "submission")

    assert (answer.status, answer.code) == (422, "PostingIncomplete")
    assert fields(answer) == ["description", "address", "pay"]
    assert "第二十四条" in answer.json["detail"]
    assert (await JobPosting.get(id=identifier)).state is PostingState.DRAFT


async def test_a_draft_whose_closing_day_has_passed_is_not_submitted(service: Client, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer, state=PostingState.DRAFT, closes_on=YESTERDAY)

    answer = await step(recruiter.client, f"{JOBS}/{posting.id}", "submission")

    assert (answer.code, fields(answer)) == ("PostingIncomplete", ["closes_on"])


async def test_what_an_older_rule_let_pass_is_refused_at_submission(service: Client, recruiter: Recruiter) -> None:
    posting = await make_posting(employer=recruiter.employer, state=PostingState.DRAFT, description="限男性")

    answer = await step(recruiter.client, f"{JOBS}/{posting.id}", "submission")

    assert (answer.status, answer.code) == (422, "UnlawfulConditions")


async def test_both_sides_see_the_whole_history(service: Client, recruiter: Recruiter, town_staff: Client) -> None:
    identifier = await submitted(recruiter)
    await step(town_staff, f"{STAFF_JOBS}/{identifier}", "refusal", "薪资与面谈时不一致")
    refused = await recruiter.client.get(f"{JOBS}/{identifier}")
    await step(recruiter.client, f"{JOBS}/{identifier}", "submission")
    await look_and_let_live(town_staff, identifier)

    own = await recruiter.client.get(f"{JOBS}/{identifier}")
    seen = await town_staff.get(f"{STAFF_JOBS}/{identifier}")

    assert (refused.json["state"], refused.json["state_reason"]) == ("draft", "薪资与面谈时不一致")
    assert own.json == seen.json | {"content_check": None}
    assert [(one["to_state"], one["actor"], one["reason"]) for one in own.json["events"]] == [
        ("draft", "employer", ""),
        ("submitted", "employer", ""),
        ("draft", "staff", "薪资与面谈时不一致"),
        ("submitted", "employer", ""),
        ("live", "staff", ""),
    ]
    assert own.json["state_reason"] == ""
    assert own.json["published_at"] is not None


async def test_going_live_is_passed_on_and_the_first_time_is_kept(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    identifier = await live(recruiter, town_staff)
    first = (await JobPosting.get(id=identifier)).published_at
    await step(recruiter.client, f"{JOBS}/{identifier}", "filling")
    await step(recruiter.client, f"{JOBS}/{identifier}", "reopening")

    messages = await OutboxMessage.filter(kind="jobs.posting_published")
    assert [json.loads(message.payload) for message in messages] == [{"posting_id": identifier}] * 2
    assert (await JobPosting.get(id=identifier)).published_at == first


async def test_the_members_are_told_what_staff_decided_and_why(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    colleague = await hire(service, "colleague", recruiter.employer)
    await make_employer_member(employer=recruiter.employer, removed_at=utc_now())
    identifier = await submitted(recruiter)
    await step(town_staff, f"{STAFF_JOBS}/{identifier}", "refusal", "请写明工作地点")
    await step(recruiter.client, f"{JOBS}/{identifier}", "submission")
    await look_and_let_live(town_staff, identifier)
    await step(town_staff, f"{STAFF_JOBS}/{identifier}", "suspension", "接到举报")

    told = await Notification.all().order_by("id").values_list("account_id", "event", "text", "link")

    names = ("refused", "approved", "suspended")
    both = {recruiter.client.account_id, colleague.client.account_id}
    assert [event for _, event, _, _ in told] == [f"job_posting.{name}" for name in names for _ in both]
    assert {account for account, *_ in told} == both
    assert "请写明工作地点" in told[0][2]
    assert "接到举报" in told[-1][2]
    assert {link for *_, link in told} == {f"{JOBS}/{identifier}"}
    assert (await recruiter.client.get("/v1/notifications")).json["unread"] == 3


async def test_what_was_changed_after_it_was_read_is_not_approved(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    identifier = await submitted(recruiter)
    seen = {"updated_at": (await town_staff.get(f"{STAFF_JOBS}/{identifier}")).json["updated_at"]}
    await step(recruiter.client, f"{JOBS}/{identifier}", "recall")
    await recruiter.client.patch(f"{JOBS}/{identifier}", {"pay": "3000元/月"})
    await step(recruiter.client, f"{JOBS}/{identifier}", "submission")

    stale = await town_staff.post(f"{STAFF_JOBS}/{identifier}/approval", seen)
    fresh = await look_and_let_live(town_staff, identifier)

    assert (stale.status, stale.code) == (409, "PostingChangedMeanwhile")
    assert (fresh.status, fresh.json["pay"]) == (200, "3000元/月")


async def test_a_suspended_posting_is_put_right_by_its_employer_and_reinstated_as_read(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    identifier = await live(recruiter, town_staff)
    await step(town_staff, f"{STAFF_JOBS}/{identifier}", "suspension", "薪资写高了")
    seen = {"updated_at": (await town_staff.get(f"{STAFF_JOBS}/{identifier}")).json["updated_at"]}

    changed = await recruiter.client.patch(f"{JOBS}/{identifier}", {"pay": "4000元/月"})
    stale = await town_staff.post(f"{STAFF_JOBS}/{identifier}/reinstatement", seen)
    fresh = await look_and_let_live(town_staff, identifier, "reinstatement")

    assert (changed.status, changed.json["state"]) == (200, "suspended")
    assert (stale.status, stale.code) == (409, "PostingChangedMeanwhile")
    assert (fresh.status, fresh.json["state"], fresh.json["state_reason"]) == (200, "live", "")


async def test_nothing_goes_live_after_its_closing_day(
    service: Client, recruiter: Recruiter, town_staff: Client
) -> None:
    waiting, filled = [
        await make_posting(employer=recruiter.employer, state=state, closes_on=YESTERDAY)
        for state in (PostingState.SUBMITTED, PostingState.FILLED)
    ]

    approving = await look_and_let_live(town_staff, str(waiting.id))
    reopening = await step(recruiter.client, f"{JOBS}/{filled.id}", "reopening")
    later = await recruiter.client.patch(f"{JOBS}/{filled.id}", {"closes_on": TOMORROW})
    again = await step(recruiter.client, f"{JOBS}/{filled.id}", "reopening")

    assert (approving.status, approving.code) == (reopening.status, reopening.code) == (409, "PostingOverdue")
    assert (later.status, again.status) == (200, 200)


async def test_a_posting_of_a_suspended_employer_is_not_approved(service: Client, town_staff: Client) -> None:
    posting = await make_posting(state=PostingState.SUBMITTED)
    await Employer.filter(id=posting.employer_id).update(state=EmployerState.SUSPENDED)

    answer = await look_and_let_live(town_staff, str(posting.id))

    assert (answer.status, answer.code) == (409, "PostingEmployerNotApproved")
    assert await OutboxMessage.all().count() == 0


async def test_staff_list_what_waits_oldest_first_of_their_town_and_of_none(
    service: Client, town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    states = (PostingState.SUBMITTED, PostingState.SUBMITTED, PostingState.LIVE)
    of_town = [await make_posting(state=state) for state in states]
    of_none = await make_posting(state=PostingState.SUBMITTED, employer=await make_employer(town_code=None))

    async def listed(staff: Client, **params: object) -> list[str]:
        answer = await staff.get(STAFF_JOBS, params={name: str(value) for name, value in params.items()})
        return [item["id"] for item in answer.json["items"]]

    waiting = [str(one.id) for one in (of_town[0], of_town[1], of_none)]
    assert await listed(town_staff) == await listed(administrator) == waiting
    assert await listed(other_town_staff) == [str(of_none.id)]
    assert await listed(town_staff, state="live") == [str(of_town[2].id)]
    assert await listed(town_staff, employer_id=of_none.employer_id) == [str(of_none.id)]
    first = await town_staff.get(STAFF_JOBS, params={"limit": "2"})
    assert await listed(town_staff, limit=2, cursor=first.json["next_cursor"]) == waiting[2:]
    assert first.json["items"][0]["employer_name"] == (await of_town[0].employer).name


async def test_of_an_approval_and_a_refusal_at_once_one_is_done(
    service: Client, recruiter: Recruiter, town_staff: Client, administrator: Client
) -> None:
    for _ in range(5):
        identifier = await submitted(recruiter)
        answers = await asyncio.gather(
            look_and_let_live(administrator, identifier),
            step(town_staff, f"{STAFF_JOBS}/{identifier}", "refusal", "请写明工作地点"),
        )

        assert sorted(answer.status for answer in answers) == [200, 409]
        assert {answer.code for answer in answers} == {"", "PostingStateForbids"}
        reviewed = await JobPostingEvent.filter(posting_id=identifier, actor=JobActor.STAFF).count()
        assert reviewed == 1


async def test_an_approval_without_what_was_read_is_refused(service: Client, town_staff: Client) -> None:
    posting = await make_posting(state=PostingState.SUBMITTED)

    nothing = await town_staff.post(f"{STAFF_JOBS}/{posting.id}/approval", {})
    without_zone = await town_staff.post(f"{STAFF_JOBS}/{posting.id}/approval", {"updated_at": "2026-11-23T08:00:00"})

    assert (nothing.status, without_zone.status) == (400, 400)


async def test_postings_end_after_their_last_beijing_day(database: object) -> None:
    at = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # half past midnight of the 24th in Beijing
    over, last_day, endless = [
        await make_posting(closes_on=day) for day in (date(2026, 11, 23), date(2026, 11, 24), None)
    ]
    suspended = await make_posting(closes_on=date(2026, 11, 1), state=PostingState.SUSPENDED)
    draft = await make_posting(closes_on=date(2026, 11, 1), state=PostingState.DRAFT)

    closed = await close_overdue(at=at)
    again = await close_overdue(at=at)

    assert (closed, again) == (2, 0)
    states = {posting.id: posting.state for posting in await JobPosting.all()}
    assert [states[posting.id].value for posting in (over, suspended, last_day, endless, draft)] == [
        *("closed", "closed", "live", "live", "draft")
    ]
    event = await JobPostingEvent.get(posting_id=over.id)
    assert (event.actor, event.account_id, event.reason) == (JobActor.SYSTEM, None, "截止日期已过")
    assert (await JobPosting.get(id=over.id)).state_reason == "截止日期已过"
    entry = await AuditEntry.get(record_id=str(over.id))
    assert (entry.action, entry.role) == ("job_posting.closed", "system")


async def test_an_employer_writes_under_one_key_once(service: Client, recruiter: Recruiter) -> None:
    headers = {"Idempotency-Key": "one-posting"}
    body = {"title": "示例保安员"}

    answers = [await recruiter.client.post(JOBS, body, headers=headers) for _ in range(2)]

    assert answers[0].body == answers[1].body
    assert await JobPosting.all().count() == 1
    assert (await write(recruiter)).status == 201
