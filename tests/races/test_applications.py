"""投递的竞争 — applied once, and of two who decide on one state at once, one decides; two processes, both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.applications import ApplicationState, JobApplication, JobApplicationEvent
from models.jobs import JobPosting, PostingState
from models.notifications import Notification
from server.jobs.applications.tasks import REOPENED_WITHIN, end_unread_applications
from tests.employers.people import hire
from tests.factories.jobs import make_posting
from tests.jobs.applications.people import Case, open_case, put, seek, sent
from tests.races.ledger import assert_chain_holds, count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Answer

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAIRS = 8


async def cases(house: TwoWorkers, state: ApplicationState) -> list[Case]:
    """Return applications of as many people at one employer, all in a state."""
    recruiter = await hire(house.stranger, f"recruiter-{uuid4().hex}")
    people = [await seek(house.stranger, f"seeker-{uuid4().hex}") for _ in range(PAIRS)]
    return [await put(await open_case(person, recruiter), state) for person in people]


async def pairs(
    many: list[Case], one: Callable[[Case], Awaitable[Answer]], other: Callable[[Case], Awaitable[Answer]]
) -> list[tuple[Answer, Answer]]:
    """Do two things to every application, all at once."""
    done = await asyncio.gather(*(deed(case) for case in many for deed in (one, other)))
    return list(zip(done[::2], done[1::2], strict=True))


async def assert_one_history(case: Case, *, first: ApplicationState, steps: int) -> None:
    """Fail unless each step begins where the one before it ended, and the last one is where the application stands.

    ``first`` is the state that the test put the application into, after the step of applying.
    """
    events = await JobApplicationEvent.filter(application_id=case.id).order_by("id")
    assert len(events) == 1 + steps
    befores = [event.from_state for event in events[1:]]
    assert befores == [first, *(event.to_state for event in events[1:-1])]
    assert events[-1].to_state is await case.state()
    noted = "SELECT count(*) AS n FROM audit_entries WHERE record_type = 'job_application' AND record_id = $1"
    assert await count(noted, case.id) == len(events)


@pytest.mark.parametrize("has_key", [False, True], ids=["plain", "idempotency-key"])
async def test_one_person_who_applies_twenty_times_at_once_has_applied_once(house: TwoWorkers, has_key: bool) -> None:
    person, posting = await seek(house.stranger, f"seeker-{uuid4().hex}"), await make_posting()
    path, headers = f"/v1/jobs/{posting.id}/applications", {"Idempotency-Key": uuid4().hex} if has_key else {}

    answers = await asyncio.gather(*(person.client.post(path, {}, headers=headers) for _ in range(20)))

    if has_key:
        assert set(outcomes(answers)) <= {"201", "StillInProgress"}
        assert len({answer.body for answer in answers if answer.status == 201}) == 1
    else:
        assert outcomes(answers) == {"201": 1, "AlreadyApplied": 19}
    stored = await JobApplication.get(posting_id=posting.id)
    assert await JobApplicationEvent.filter(application_id=stored.id).count() == 1
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'job_application.submitted' AND record_id = $1"
    assert await count(noted, str(stored.id)) == 1


async def test_of_a_hiring_and_a_withdrawal_at_once_one_wins(house: TwoWorkers) -> None:
    many = await cases(house, ApplicationState.OFFERED)

    done = await pairs(
        many,
        lambda case: case.theirs("hire", sent("offered", "hire")),
        lambda case: case.mine("withdrawal", {}),
    )

    for case, (hired, withdrawn) in zip(many, done, strict=True):
        assert sorted((hired.status, withdrawn.status)) == [200, 409]
        assert {hired.code, withdrawn.code} <= {"", "ApplicationChanged", "ApplicationStateForbids"}
        expected = ApplicationState.HIRED if hired.status == 200 else ApplicationState.WITHDRAWN
        assert await case.state() is expected
        await assert_one_history(case, first=ApplicationState.OFFERED, steps=1)
        told = Notification.filter(account_id=case.applicant.client.account_id)
        assert await told.count() == (1 if hired.status == 200 else 0)


async def test_of_an_offer_and_a_refusal_by_two_members_at_once_one_is_told(house: TwoWorkers) -> None:
    many = await cases(house, ApplicationState.VIEWED)
    colleague = await hire(house.stranger, f"colleague-{uuid4().hex}", many[0].recruiter.employer)

    done = await pairs(
        many,
        lambda case: case.theirs("offer", sent("viewed", "offer")),
        lambda case: case.theirs("refusal", sent("viewed", "refusal"), by=colleague),
    )

    for case, (offered, refused) in zip(many, done, strict=True):
        assert outcomes([offered, refused]) == {"200": 1, "ApplicationChanged": 1}
        expected = ApplicationState.OFFERED if offered.status == 200 else ApplicationState.REFUSED
        assert await case.state() is expected
        await assert_one_history(case, first=ApplicationState.VIEWED, steps=1)
        [told] = await Notification.filter(account_id=case.applicant.client.account_id)
        assert told.event == f"job_application.{expected.value}"


async def test_a_withdrawal_holds_whatever_the_employer_does_at_the_same_moment(house: TwoWorkers) -> None:
    many = await cases(house, ApplicationState.VIEWED)

    done = await pairs(
        many,
        lambda case: case.theirs("offer", sent("viewed", "offer")),
        lambda case: case.mine("withdrawal", {}),
    )

    for case, (offered, withdrawn) in zip(many, done, strict=True):
        assert withdrawn.status == 200
        assert (offered.status, offered.code) in {(200, ""), (409, "ApplicationChanged")}
        assert await case.state() is ApplicationState.WITHDRAWN
        await assert_one_history(case, first=ApplicationState.VIEWED, steps=2 if offered.status == 200 else 1)


async def test_twenty_members_who_open_an_application_at_once_view_it_once(house: TwoWorkers) -> None:
    [case, *_] = await cases(house, ApplicationState.SUBMITTED)

    answers = await asyncio.gather(*(case.theirs("viewing") for _ in range(20)))

    assert outcomes(answers) == {"200": 20}
    await assert_one_history(case, first=ApplicationState.SUBMITTED, steps=1)
    assert await Notification.filter(account_id=case.applicant.client.account_id).count() == 1


async def test_what_is_viewed_while_the_sweep_runs_is_either_viewed_or_ended(house: TwoWorkers) -> None:
    many = await cases(house, ApplicationState.SUBMITTED)
    ids = [case.posting.id for case in many]
    await JobPosting.filter(id__in=ids).update(
        state=PostingState.FILLED, updated_at=utc_now() - REOPENED_WITHIN - timedelta(minutes=1)
    )

    sweeps = asyncio.gather(*(end_unread_applications(at=utc_now()) for _ in range(2)))
    answers = await asyncio.gather(*(case.theirs("viewing") for case in many))
    ended = sum(await sweeps)

    viewed = 0
    for case, answer in zip(many, answers, strict=True):
        assert answer.status == 200
        state = await case.state()
        assert state in (ApplicationState.VIEWED, ApplicationState.REFUSED)
        viewed += state is ApplicationState.VIEWED
        await assert_one_history(case, first=ApplicationState.SUBMITTED, steps=1)
    assert ended <= len(many) - viewed


async def test_the_audit_chain_holds_after_all_that(house: TwoWorkers) -> None:
    assert house
    await assert_chain_holds()
