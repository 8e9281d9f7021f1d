"""收藏和订阅的竞争 — ten searches a person and one saving a job, however many ask at once."""

import asyncio
from contextlib import suppress

import pytest
from tortoise.exceptions import IntegrityError

from config.clock import utc_now
from models.jobs import SavedJob, SavedSearch, SavedSearchMatch
from models.notifications import Notification
from server.jobs.catalogue.criteria import Criteria
from server.jobs.catalogue.tasks import LONGEST_WAIT, match_posting, tell_matches
from tests.factories.jobs import make_posting, make_saved_search
from tests.races.ledger import count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.races.test_enrolment import newcomers

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_of_twenty_searches_saved_at_once_ten_are_kept(house: TwoWorkers) -> None:
    [person] = await newcomers(house, 1)

    answers = await asyncio.gather(
        *(
            person.post("/v1/saved-searches", {"name": f"第{number}个", "criteria": {"q": "竞争专用词"}})
            for number in range(20)
        )
    )

    assert outcomes(answers) == {"201": 10, "TooManySavedSearches": 10}
    slots = await SavedSearch.filter(account_id=person.account_id).values_list("slot", flat=True)
    assert sorted(slots) == list(range(1, 11))


async def test_twenty_savings_of_one_job_at_once_are_one(house: TwoWorkers) -> None:
    [person] = await newcomers(house, 1)
    posting = await make_posting(title="竞争岗位")

    answers = await asyncio.gather(*(person.post("/v1/saved-jobs", {"posting_id": str(posting.id)}) for _ in range(20)))

    assert outcomes(answers) == {"201": 20}
    assert len({answer.json["saved_at"] for answer in answers}) == 1
    assert await SavedJob.filter(account_id=person.account_id).count() == 1
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'saved_job.added' AND record_id = $1"
    assert await count(noted, str(posting.id)) == 1


async def test_matches_told_by_many_at_once_are_told_once(house: TwoWorkers) -> None:
    search = await make_saved_search(criteria=Criteria(q="竞争告知专用"))
    posting = await make_posting(title="竞争告知专用")
    began = utc_now() - LONGEST_WAIT

    marked = await asyncio.gather(*(match_posting(posting_id=posting.id, at=began) for _ in range(8)))
    await asyncio.gather(*(tell_matches(at=utc_now()) for _ in range(8)))

    assert sorted(marked) == [0] * 7 + [1]
    assert await SavedSearchMatch.filter(search_id=search.id).count() == 1
    assert await Notification.filter(account_id=search.account_id).count() == 1


async def test_a_search_removed_while_it_finds_something_is_gone_with_it(house: TwoWorkers) -> None:
    people = await newcomers(house, 10)
    searches = [
        await make_saved_search(account_id=person.account_id, criteria=Criteria(q="竞争删除专用")) for person in people
    ]
    postings = [await make_posting(title="竞争删除专用") for _ in range(5)]

    async def find() -> None:
        for posting in postings:
            with suppress(IntegrityError):  # a search went away in the middle: the outbox would try again
                await match_posting(posting_id=posting.id, at=utc_now())

    removed, _ = await asyncio.gather(
        asyncio.gather(
            *(person.delete(f"/v1/saved-searches/{search.id}") for person, search in zip(people, searches, strict=True))
        ),
        find(),
    )

    assert outcomes(removed) == {"204": 10}
    assert await SavedSearchMatch.filter(search_id__in=[search.id for search in searches]).count() == 0
