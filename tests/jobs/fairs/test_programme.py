"""招聘会日程 — which fairs the public sees, in which order, and one of them with its booths."""

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.employers import EmployerState
from models.fairs import FairPhase, FairPosting, FairState, phase_of
from models.jobs import JobPosting, PostingState
from server.jobs.fairs.programme import booths_of, get_public_fair
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_booth, make_fair, make_posting, make_registration
from tests.jobs.fairs.fairground import fair_at
from tests.service import Client

OTHER_TOWN = "321084101"


async def ids(client: Client, query: str = "") -> list[str]:
    seen, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"/v1/fairs?limit=2&cursor={cursor}{query}")).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    return seen


@pytest.mark.parametrize(
    ("state", "hours", "phase"),
    [
        (FairState.PUBLISHED, -0.001, FairPhase.UPCOMING),
        (FairState.PUBLISHED, 0, FairPhase.RUNNING),
        (FairState.PUBLISHED, 2.999, FairPhase.RUNNING),
        (FairState.PUBLISHED, 3, FairPhase.OVER),
        (FairState.CANCELLED, 1, FairPhase.CANCELLED),
    ],
)
def test_the_phase_of_a_fair_changes_with_its_first_and_last_instant(
    state: FairState, hours: float, phase: FairPhase
) -> None:
    start = utc_now()

    found = phase_of(
        state=state, starts_at=start, ends_at=start + timedelta(hours=3), at=start + timedelta(hours=hours)
    )

    assert found is phase


async def test_running_and_upcoming_come_first_by_their_start_then_past_ones_latest_first(service: Client) -> None:
    now = utc_now()
    days = {"later": 9, "soon": 2, "long_ago": -300, "lately": -3}
    made = {name: str((await fair_at(now + timedelta(days=day))).id) for name, day in days.items()}
    made["running"] = str((await make_fair()).id)
    cancelled = await fair_at(now + timedelta(days=3), state="cancelled", state_reason="场地停电")
    await make_fair(state="draft", published_at=None)
    await make_fair(state="cancelled", published_at=None)

    everything = await ids(service)

    assert everything == [
        *(made["running"], made["soon"], str(cancelled.id), made["later"]),
        *(made["lately"], made["long_ago"]),
    ]
    assert await ids(service, "&when=upcoming") == everything[:4]
    assert await ids(service, "&when=past") == everything[4:]
    first = (await service.get("/v1/fairs?limit=3")).json["items"]
    assert [item["phase_label"] for item in first] == ["正在举行", "即将举行", "已取消"]
    assert (await service.get(f"/v1/fairs/{cancelled.id}")).json["state_reason"] == "场地停电"


async def test_fairs_that_begin_together_are_each_listed_once(service: Client) -> None:
    start = utc_now() + timedelta(days=1)
    made = {str((await fair_at(start + timedelta(days=day))).id) for day in (0, 0, 0, -9, -9, -9)}

    seen = await ids(service)

    assert len(seen) == 6
    assert set(seen) == made


async def test_a_town_has_its_own_fairs_and_the_citys(service: Client) -> None:
    start = utc_now() + timedelta(days=1)
    here = await fair_at(start)
    city = await fair_at(start + timedelta(days=1), town_code=None)
    there = await fair_at(start, town_code=OTHER_TOWN)

    assert await ids(service, "&town=321084001") == [str(here.id), str(city.id)]
    assert await ids(service, f"&town={OTHER_TOWN}") == [str(there.id), str(city.id)]


async def test_a_fair_counts_employers_sums_openings_and_tells_places_left(service: Client) -> None:
    fair = await make_fair(capacity=3, description="带好证件")
    postings = [await make_posting(openings=openings) for openings in (5, 7)]
    for posting in postings:
        await make_booth(fair=fair, employer=posting.employer)
        await bring(posting, fair)
    await make_registration(fair=fair)

    [item] = (await service.get("/v1/fairs")).json["items"]
    detail = (await service.get(f"/v1/fairs/{fair.id}")).json

    assert (item["employers"], item["openings"], item["places_left"]) == (2, 12, 2)
    assert {name: detail[name] for name in item} == item
    assert detail["description"] == "带好证件"


async def test_booths_stand_in_the_order_of_their_numbers_with_what_they_offer(service: Client) -> None:
    fair = await make_fair()
    posting = await make_posting(title="数控车工", openings=4, pay_min_fen=600_000, pay_max_fen=800_000, pay_months=13)
    for number in ("A10", "B1", "A2"):
        employer = posting.employer if number == "A2" else await make_employer()
        await make_booth(fair=fair, employer=employer, number=number)
    await bring(posting, fair)
    await JobPosting.filter(id=posting.id).update(openings=1)

    booths = (await service.get(f"/v1/fairs/{fair.id}")).json["booths"]

    assert [booth["number"] for booth in booths] == ["A2", "B1", "A10"]
    assert [booth["postings_count"] for booth in booths] == [1, 0, 0]
    assert booths[0]["postings"] == [
        {
            "id": str(posting.id),
            "title": "数控车工",
            "kind": "ordinary",
            "openings": 4,
            "pay": "6000-8000元/月·13薪",
            "town_code": posting.town_id,
            "state": "live",
            "state_label": "招聘中",
        }
    ]


async def test_a_posting_under_review_again_or_stopped_is_counted_and_not_read(service: Client) -> None:
    fair, employer = await make_fair(), await make_employer()
    booth = await make_booth(fair=fair, employer=employer)
    states = [*PostingState]
    for state in states:
        await bring(await make_posting(employer=employer, title=state.label, state=state), fair)

    [read] = (await service.get(f"/v1/fairs/{fair.id}")).json["booths"]
    paged = (await service.get(f"/v1/fairs/{fair.id}/booths/{booth.id}/postings")).json

    assert [posting["title"] for posting in read["postings"]] == ["招聘中", "已招满", "已截止"]
    assert paged["items"] == read["postings"]
    assert (read["postings_count"], read["openings"]) == (len(states), 2 * len(states))


async def test_the_booth_of_an_employer_that_was_suspended_offers_nothing(service: Client) -> None:
    fair = await make_fair()
    posting = await make_posting(employer=await make_employer(state=EmployerState.SUSPENDED))
    booth = await make_booth(fair=fair, employer=posting.employer)
    await bring(posting, fair)

    [read] = (await service.get(f"/v1/fairs/{fair.id}")).json["booths"]
    paged = (await service.get(f"/v1/fairs/{fair.id}/booths/{booth.id}/postings")).json

    assert (read["is_recruiting"], read["postings"], paged["items"]) == (False, [], [])


async def test_a_booth_shows_thirty_postings_and_pages_all(service: Client) -> None:
    fair, employer = await make_fair(), await make_employer()
    booth = await make_booth(fair=fair, employer=employer)
    postings = [await make_posting(employer=employer) for _ in range(33)]
    await FairPosting.bulk_create([FairPosting(fair_id=fair.id, posting_id=one.id, openings=1) for one in postings])

    [read] = (await service.get(f"/v1/fairs/{fair.id}")).json["booths"]
    seen: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = (await service.get(f"/v1/fairs/{fair.id}/booths/{booth.id}/postings?limit=20&cursor={cursor}")).json
        seen += page["items"]
        cursor = page["next_cursor"]

    assert (len(read["postings"]), read["postings_count"], read["openings"]) == (30, 33, 33)
    assert [item["id"] for item in seen] == [str(one.id) for one in postings]
    assert seen[:30] == read["postings"]


@pytest.mark.parametrize(
    "about", [{"state": "draft", "published_at": None}, {"state": "cancelled", "published_at": None}]
)
async def test_what_was_never_published_is_to_the_public_what_no_fair_is(service: Client, about: Any) -> None:
    fair = await make_fair(**about)

    answers = [
        await service.get(f"/v1/fairs/{fair.id}"),
        await service.get(f"/v1/fairs/{uuid4()}"),
        await service.get(f"/v1/fairs/{fair.id}/booths/{uuid4()}/postings"),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(404, "FairNotFound")] * 3


async def test_an_unchanged_fair_is_answered_without_a_body(service: Client) -> None:
    fair = await make_fair()
    first: Any = await service.get(f"/v1/fairs/{fair.id}")

    again = await service.get(f"/v1/fairs/{fair.id}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")


async def test_however_many_booths_and_postings_there_are_two_queries_read_them(
    database: object, caplog: pytest.LogCaptureFixture
) -> None:
    fair = await make_fair()
    for _ in range(6):
        employer = await make_employer()
        await make_booth(fair=fair, employer=employer)
        for _ in range(4):
            await bring(await make_posting(employer=employer), fair)

    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        caplog.clear()
        overview = await get_public_fair(fair_id=fair.id)
        booths = await booths_of(fair_id=fair.id)

    assert (overview.employers, overview.openings) == (6, 48)
    assert [len(booth.postings) for booth in booths] == [4] * 6
    assert len(caplog.records) == 2
