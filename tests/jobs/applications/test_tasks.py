"""投递任务 — nobody waits for an answer that cannot come, and nothing is kept longer than it must be."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from config.clock import utc_now
from config.settings import Settings
from models.applications import APPLICATION_CONTACT, ApplicationState, JobApplication, JobApplicationEvent
from models.audit import AuditEntry
from models.fields import seal
from models.jobs import JobActor, JobPosting, PostingState
from models.notifications import Notification
from server.jobs.applications import tasks
from server.jobs.applications.tasks import REOPENED_WITHIN, end_unread_applications, purge_applications
from tests.factories.jobs import make_application, make_posting

LATER = REOPENED_WITHIN + timedelta(minutes=1)
DAYS = 1095


async def ended(state: PostingState, *, at: datetime) -> JobPosting:
    return await make_posting(state=state, updated_at=at)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PostingState.FILLED, "岗位已经招满"),
        (PostingState.CLOSED, "岗位已经截止"),
        (PostingState.WITHDRAWN, "用人单位撤回了岗位"),
    ],
)
async def test_whoever_was_never_read_is_told_kindly_that_the_posting_ended(
    database: object, state: PostingState, said: str
) -> None:
    now = utc_now()
    application = await make_application(posting=await ended(state, at=now - LATER))

    assert await end_unread_applications(at=now) == 1

    assert (await JobApplication.get(id=application.id)).state is ApplicationState.REFUSED
    [event] = await JobApplicationEvent.filter(application_id=application.id)
    assert (event.from_state, event.to_state) == (ApplicationState.SUBMITTED, ApplicationState.REFUSED)
    assert (event.actor, event.account_id) == (JobActor.SYSTEM, None)
    assert event.note.startswith(said)
    assert "与您的条件无关" in event.note
    [told] = await Notification.filter(account_id=application.account_id)
    assert (told.event, told.title) == ("job_application.refused", "岗位结束招聘")
    assert event.note in told.text
    entry = await AuditEntry.get(record_id=str(application.id))
    assert (entry.action, entry.role, entry.account_id) == ("job_application.refused", "system", None)


async def test_the_sweep_again_finds_nothing_and_tells_nobody_twice(database: object) -> None:
    now = utc_now()
    application = await make_application(posting=await ended(PostingState.CLOSED, at=now))

    first, again = await end_unread_applications(at=now), await end_unread_applications(at=now)

    assert (first, again) == (1, 0)
    assert await Notification.filter(account_id=application.account_id).count() == 1
    assert await JobApplicationEvent.all().count() == 1


@pytest.mark.parametrize("state", [state for state in ApplicationState if state is not ApplicationState.SUBMITTED])
async def test_what_the_employer_has_seen_stays_with_the_employer(database: object, state: ApplicationState) -> None:
    now = utc_now()
    application = await make_application(posting=await ended(PostingState.CLOSED, at=now - LATER), state=state)

    assert await end_unread_applications(at=now) == 0
    assert (await JobApplication.get(id=application.id)).state is state


@pytest.mark.parametrize("state", [PostingState.LIVE, PostingState.SUSPENDED, PostingState.SUBMITTED])
async def test_a_posting_that_may_go_on_ends_nothing(database: object, state: PostingState) -> None:
    now = utc_now()
    await make_application(posting=await ended(state, at=now - LATER))

    assert await end_unread_applications(at=now) == 0


async def test_an_employer_has_an_hour_to_take_filling_back(database: object) -> None:
    now = utc_now()
    filled = await ended(PostingState.FILLED, at=now)
    await make_application(posting=filled)

    too_early = await end_unread_applications(at=now + REOPENED_WITHIN - timedelta(seconds=1))
    await JobPosting.filter(id=filled.id).update(state=PostingState.LIVE)
    reopened = await end_unread_applications(at=now + LATER)
    await JobPosting.filter(id=filled.id).update(state=PostingState.FILLED)
    due = await end_unread_applications(at=now + LATER)

    assert (too_early, reopened, due) == (0, 0, 1)


async def test_many_are_ended_batch_by_batch_and_a_run_is_bounded(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_BATCH", 2)
    monkeypatch.setattr(tasks, "_BATCHES", 2)
    posting = await ended(PostingState.CLOSED, at=utc_now())
    for _ in range(5):
        await make_application(posting=posting)

    assert [await end_unread_applications(at=utc_now()) for _ in range(3)] == [4, 1, 0]


async def old_application(*, at: datetime, **about: object) -> JobApplication:
    application = await make_application(
        profile='{"service_years": 5}',
        contact_sealed=seal(APPLICATION_CONTACT, '{"name": "段誉明", "mobile": "18112345678"}'),
        contact_shared_at=at,
        message="可以倒班",
        interview_at=at,
        interview_place="人事部",
        created_at=at,
        updated_at=at,
        **about,
    )
    await note(application.id, "岗位要求有叉车证")
    return application


async def note(application_id: UUID, text: str) -> None:
    await JobApplicationEvent.create(
        application_id=application_id, to_state=ApplicationState.REFUSED, actor=JobActor.EMPLOYER, note=text
    )


async def notes_of(application: JobApplication) -> list[str]:
    return [event.note for event in await JobApplicationEvent.filter(application_id=application.id)]


@pytest.mark.parametrize("state", ApplicationState)
async def test_an_old_application_loses_the_person_and_keeps_the_bare_row(
    database: object, state: ApplicationState
) -> None:
    now = utc_now()
    old = await old_application(at=now - timedelta(days=DAYS, seconds=1), state=state)

    assert await purge_applications(retention_days=DAYS, at=now) == 1

    left = await JobApplication.get(id=old.id)
    assert (left.profile, left.contact_sealed, left.contact_shared_at, left.message) == ("", None, None, "")
    assert (left.interview_at, left.interview_place) == (None, "")
    assert (left.state, left.posting_id, left.created_at) == (state, old.posting_id, old.created_at)
    assert left.updated_at == old.updated_at
    assert await notes_of(old) == [""]
    assert await purge_applications(retention_days=DAYS, at=now) == 0


async def test_what_is_within_the_time_of_keeping_is_left(database: object) -> None:
    now = utc_now()
    young = await old_application(at=now - timedelta(days=DAYS) + timedelta(seconds=1), state=ApplicationState.REFUSED)

    assert await purge_applications(retention_days=DAYS, at=now) == 0
    assert (await JobApplication.get(id=young.id)).message == "可以倒班"
    assert await notes_of(young) == ["岗位要求有叉车证"]


async def test_many_are_forgotten_batch_by_batch(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_PURGED", 2)
    now = utc_now()
    for _ in range(5):
        await old_application(at=now - timedelta(days=DAYS + 1))

    assert await purge_applications(retention_days=DAYS, at=now) == 5
    assert await JobApplication.filter(profile="").count() == 5


@pytest.mark.parametrize("days", [0, 729])
def test_applications_are_kept_for_two_years_at_least(days: int) -> None:
    with pytest.raises(ValueError, match="application_retention_days"):
        Settings(_env_file=None, application_retention_days=days)  # type: ignore[call-arg]


def test_two_years_are_allowed() -> None:
    assert Settings(_env_file=None, application_retention_days=730).application_retention_days == 730  # type: ignore[call-arg]
