"""订阅的消息 — people are told of new postings once, and of many at once in one message."""

from datetime import timedelta
from uuid import UUID

import pytest
from tortoise.context import TortoiseContext

from config.clock import beijing_day, utc_now
from models.employers import EmployerState
from models.jobs import JobPosting, PostingState, SavedSearch, SavedSearchMatch
from models.notifications import Notification
from models.outbox import OutboxMessage
from models.seekers import BlockedEmployer
from models.transactions import transaction
from server.jobs.catalogue.criteria import Criteria
from server.jobs.catalogue.tasks import match_posting, purge_matches, tell_matches
from server.jobs.postings.steps import PUBLISHED
from server.outbox.service import enqueue
from server.outbox.worker import do_due
from server.worker import PERIODIC, TASKS
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_fair, make_posting, make_saved_search

NOW = utc_now()
LATER = NOW + timedelta(minutes=2)


async def matches() -> list[tuple[UUID, UUID]]:
    """Return search and posting of every match."""
    return [(match.search_id, match.posting_id) for match in await SavedSearchMatch.all().order_by("id")]


async def told() -> list[str]:
    return [message.text for message in await Notification.all().order_by("id")]


async def test_a_posting_is_marked_for_the_searches_that_it_fits(database: TortoiseContext) -> None:
    posting, fair = await make_posting(title="保安员", town_code="321084112"), await make_fair()
    await bring(posting, fair)
    fitting = [
        await make_saved_search(criteria=criteria)
        for criteria in (Criteria(q="保安"), Criteria(town="321084112"), Criteria(fair_id=fair.id))
    ]
    await make_saved_search(criteria=Criteria(q="司机"))
    await make_saved_search(criteria=Criteria(q="保安", town="321084108"))

    count = await match_posting(posting_id=posting.id, at=NOW)

    assert count == 3
    assert set(await matches()) == {(search.id, posting.id) for search in fitting}


async def test_a_posting_that_is_published_twice_is_marked_once(database: TortoiseContext) -> None:
    search, posting = await make_saved_search(), await make_posting()

    counts = [await match_posting(posting_id=posting.id, at=NOW) for _ in range(2)]

    assert counts == [1, 0]
    assert await matches() == [(search.id, posting.id)]


async def test_a_paused_search_and_a_blocked_employer_are_left_alone(database: TortoiseContext) -> None:
    posting = await make_posting()
    await make_saved_search(is_paused=True)
    blocking, heard = await make_saved_search(), await make_saved_search()
    await BlockedEmployer.create(account_id=blocking.account_id, employer_id=posting.employer_id)

    await match_posting(posting_id=posting.id, at=NOW)

    assert await matches() == [(heard.id, posting.id)]


async def test_nothing_is_marked_of_a_posting_that_is_not_open(database: TortoiseContext) -> None:
    await make_saved_search()
    suspended = await make_employer(state=EmployerState.SUSPENDED)
    closed = [
        await make_posting(state=PostingState.CLOSED),
        await make_posting(closes_on=beijing_day(NOW) - timedelta(days=1)),
        await make_posting(employer=suspended),
    ]

    assert [await match_posting(posting_id=posting.id, at=NOW) for posting in closed] == [0, 0, 0]
    assert await match_posting(posting_id=suspended.id, at=NOW) == 0  # an id of no posting


async def test_many_new_postings_are_one_message_a_search(database: TortoiseContext) -> None:
    search, other = await make_saved_search(name="找保安"), await make_saved_search(name="我也找")
    for _ in range(30):
        await match_posting(posting_id=(await make_posting()).id, at=NOW)

    count = await tell_matches(at=LATER)

    assert count == 2
    assert sorted(await told()) == ["有 30 个新岗位符合「我也找」", "有 30 个新岗位符合「找保安」"]
    message = await Notification.get(account_id=search.account_id)
    assert (message.event, message.title) == ("saved_search.matched", "有新岗位")
    assert message.link == f"/v1/saved-searches/{search.id}"
    assert (await SavedSearch.get(id=search.id)).notified_at == LATER
    assert await Notification.filter(account_id=other.account_id).count() == 1


async def test_one_new_posting_is_named(database: TortoiseContext) -> None:
    await make_saved_search(name="找保安")
    employer = await make_employer(name="示例物业")
    posting = await make_posting(title="夜班保安", employer=employer)
    await match_posting(posting_id=posting.id, at=NOW)

    await tell_matches(at=LATER)

    assert await told() == ["有 1 个新岗位符合「找保安」：示例物业招聘夜班保安"]
    assert (await Notification.get()).link == f"/v1/jobs/{posting.id}"


async def test_a_search_waits_for_a_quiet_minute_and_ten_minutes_at_the_most(database: TortoiseContext) -> None:
    await make_saved_search(name="找保安")
    for minute in range(12):  # one every half minute: it is never quiet
        for half in (0, 30):
            at = NOW + timedelta(minutes=minute, seconds=half)
            await match_posting(posting_id=(await make_posting()).id, at=at)
            if await tell_matches(at=at):
                assert (minute, half) == (10, 0)

    assert await told() == ["有 21 个新岗位符合「找保安」"]
    assert await tell_matches(at=NOW + timedelta(minutes=12, seconds=29)) == 0
    assert await tell_matches(at=NOW + timedelta(minutes=12, seconds=30)) == 1


async def test_what_was_told_is_not_told_again(database: TortoiseContext) -> None:
    await make_saved_search()
    posting = await make_posting()
    await match_posting(posting_id=posting.id, at=NOW)
    await tell_matches(at=LATER)

    await match_posting(posting_id=posting.id, at=LATER)  # it was filled and is live again
    counts = [await tell_matches(at=LATER + timedelta(minutes=minutes)) for minutes in (0, 5, 60)]

    assert counts == [0, 0, 0]
    assert len(await told()) == 1


async def test_what_comes_after_a_message_is_a_message_of_its_own(database: TortoiseContext) -> None:
    await make_saved_search(name="找保安")
    for at in (NOW, LATER):
        for _ in range(2):
            await match_posting(posting_id=(await make_posting()).id, at=at)
        await tell_matches(at=at + timedelta(minutes=1))

    assert await told() == ["有 2 个新岗位符合「找保安」"] * 2


async def test_a_crash_before_the_end_leaves_everything_to_be_told(database: TortoiseContext) -> None:
    await make_saved_search()
    await match_posting(posting_id=(await make_posting()).id, at=NOW)

    async def tell_and_die() -> None:
        async with transaction():
            assert await tell_matches(at=LATER) == 1
            raise RuntimeError("the process dies before it is stored")

    with pytest.raises(RuntimeError, match="dies"):
        await tell_and_die()
    assert await told() == []

    assert await tell_matches(at=LATER) == 1
    assert len(await told()) == 1


async def test_a_message_that_is_done_twice_marks_once(database: TortoiseContext) -> None:
    """As after a crash between the work and its end in the outbox."""
    search, posting = await make_saved_search(), await make_posting()
    for _ in range(2):
        await enqueue(PUBLISHED, {"posting_id": str(posting.id)})

    done = await do_due(TASKS, at=utc_now())

    assert done == 2
    assert await OutboxMessage.all().count() == 0
    assert await matches() == [(search.id, posting.id)]
    assert {"jobs.tell_matches", "jobs.purge_matches"} <= {periodic.name for periodic in PERIODIC}


async def test_what_closed_meanwhile_is_not_told(database: TortoiseContext) -> None:
    await make_saved_search(name="找保安")
    postings = [await make_posting(title=f"保安{number}") for number in range(3)]
    for posting in postings:
        await match_posting(posting_id=posting.id, at=NOW)
    await JobPosting.filter(id__in=[postings[0].id, postings[2].id]).update(state=PostingState.FILLED)

    await tell_matches(at=LATER)

    assert await told() == [f"有 1 个新岗位符合「找保安」：{postings[1].employer.name}招聘保安1"]


async def test_who_paused_meanwhile_is_not_told(database: TortoiseContext) -> None:
    search = await make_saved_search()
    await match_posting(posting_id=(await make_posting()).id, at=NOW)
    await SavedSearch.filter(id=search.id).update(is_paused=True)

    assert await tell_matches(at=LATER) == 0
    assert await told() == []
    assert await SavedSearchMatch.filter(notified_at=None).count() == 0


async def test_old_matches_are_purged_and_untold_ones_stay(database: TortoiseContext) -> None:
    await make_saved_search()
    for at in (NOW, NOW + timedelta(days=1)):
        await match_posting(posting_id=(await make_posting()).id, at=at)
        await tell_matches(at=at + timedelta(minutes=1))
    await match_posting(posting_id=(await make_posting()).id, at=NOW)

    assert await purge_matches(at=NOW + timedelta(days=90, minutes=1)) == 0
    assert await purge_matches(at=NOW + timedelta(days=90, minutes=2)) == 1
    assert len(await matches()) == 2
