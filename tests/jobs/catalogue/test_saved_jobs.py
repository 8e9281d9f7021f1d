"""收藏的岗位 — kept once, by one person, whatever becomes of the posting."""

from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.employers import EmployerState
from models.jobs import JobPosting, PostingState, SavedJob
from tests.factories.employers import make_employer
from tests.factories.jobs import make_posting
from tests.jobs.catalogue.lists import items, pages
from tests.service import Client


async def save(person: Client, posting: JobPosting) -> None:
    answer = await person.post("/v1/saved-jobs", {"posting_id": str(posting.id)})
    assert answer.status == 201, answer.json


async def test_the_last_saved_comes_first_with_the_state_of_each(service: Client) -> None:
    person = await service.login("person")
    today = beijing_day(utc_now())
    for title in ("截止", "撤回", "单位暂停", "招聘中"):
        await save(person, await make_posting(title=title, closes_on=today))
    await JobPosting.filter(title="撤回").update(state=PostingState.WITHDRAWN)
    await JobPosting.filter(title="截止").update(closes_on=today - timedelta(days=1))
    suspended = await make_employer(state=EmployerState.SUSPENDED)
    await JobPosting.filter(title="单位暂停").update(employer_id=suspended.id)

    found = await items(person, "/v1/saved-jobs")

    assert [(item["title"], item["state_label"], item["is_open"]) for item in found] == [
        ("招聘中", "招聘中", True),
        ("单位暂停", "已暂停", False),
        ("撤回", "已撤回", False),
        ("截止", "已截止", False),
    ]


async def test_a_saved_job_says_what_a_list_needs(service: Client) -> None:
    person = await service.login("person")
    posting = await make_posting(title="保安员")

    saved = await person.post("/v1/saved-jobs", {"posting_id": str(posting.id)})

    assert saved.json == {
        "posting_id": str(posting.id),
        "title": "保安员",
        "employer_name": posting.employer.name,
        "town_code": posting.town_id,
        "pay": "5000-7000元/月",
        "closes_on": None,
        "state": "live",
        "state_label": "招聘中",
        "is_open": True,
        "saved_at": saved.json["saved_at"],
    }
    assert await items(person, "/v1/saved-jobs") == [saved.json]


async def test_saving_again_keeps_the_first_time(service: Client) -> None:
    person = await service.login("person")
    posting = await make_posting()

    first = await person.post("/v1/saved-jobs", {"posting_id": str(posting.id)})
    again = await person.post("/v1/saved-jobs", {"posting_id": str(posting.id)})

    assert (again.status, again.json) == (201, first.json)
    assert await SavedJob.all().count() == 1
    assert await AuditEntry.filter(action="saved_job.added", record_id=str(posting.id)).count() == 1


async def test_pages_of_saved_jobs_lose_and_repeat_nothing(service: Client) -> None:
    person = await service.login("person")
    for number in range(7):
        await save(person, await make_posting(title=f"岗位{number}"))

    found = await pages(person, "/v1/saved-jobs", limit=3)

    assert [item["title"] for item in found] == [f"岗位{number}" for number in reversed(range(7))]


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.SUSPENDED, None])
async def test_what_one_cannot_see_cannot_be_saved(service: Client, state: PostingState | None) -> None:
    person = await service.login("person")
    posting_id = uuid4() if state is None else (await make_posting(state=state)).id

    answer = await person.post("/v1/saved-jobs", {"posting_id": str(posting_id)})

    assert (answer.status, answer.code) == (404, "JobNotFound")
    assert await SavedJob.all().count() == 0


async def test_a_removed_job_is_kept_no_longer_and_others_keep_theirs(service: Client) -> None:
    person, other = await service.login("person"), await service.login("other")
    posting = await make_posting()
    await save(person, posting)
    await save(other, posting)

    removed = await person.delete(f"/v1/saved-jobs/{posting.id}")
    again = await person.delete(f"/v1/saved-jobs/{posting.id}")

    assert removed.status == 204
    assert (again.status, again.code) == (404, "SavedJobNotFound")
    assert await items(person, "/v1/saved-jobs") == []
    assert len(await items(other, "/v1/saved-jobs")) == 1
    assert (await person.get(f"/v1/jobs/{posting.id}")).json["is_saved"] is False
    assert await AuditEntry.filter(action="saved_job.removed", record_id=str(posting.id)).count() == 1
