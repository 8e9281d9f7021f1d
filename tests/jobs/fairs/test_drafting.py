"""筹备招聘会 — what staff may enter and change, and what they read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.fairs import JobFair
from models.outbox import OutboxMessage
from tests.factories.jobs import make_fair, make_registration
from tests.factories.merchants import SOME_TOWN
from tests.jobs.fairs.fairground import draft, terms
from tests.service import Client


def hours(number: float) -> str:
    return (utc_now() + timedelta(hours=number)).isoformat()


async def test_a_drafted_fair_reads_back_and_lacks_its_documents(service: Client, town_staff: Client) -> None:
    sent = terms(description="带好证件", capacity=300, latitude=32.78, longitude=119.46)

    answer = await town_staff.post("/v1/staff/fairs", sent)
    read = await town_staff.get(f"/v1/staff/fairs/{answer.json['id']}")

    assert answer.status == 201
    assert read.json == answer.json
    same = ("number", "title", "place", "town_code", "description", "capacity", "latitude", "longitude")
    assert {name: read.json[name] for name in same} == {name: sent[name] for name in same}
    assert (read.json["state"], read.json["state_label"], read.json["phase"]) == ("draft", "筹备中", "upcoming")
    assert (read.json["registered"], read.json["employers"], read.json["openings"]) == (0, 0, 0)
    assert (read.json["documents"], read.json["missing_documents"]) == ([], ["plan", "emergency_plan"])
    assert read.json["starts_at"].endswith("+08:00")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"ends_at": hours(-1), "starts_at": hours(1)}, "FairPeriodInvalid", "ends_at"),
        ({"starts_at": hours(1), "ends_at": hours(1 + 24 * 31 + 1)}, "FairPeriodInvalid", "ends_at"),
        ({"latitude": 32.78}, "FairPlaceImplausible", "longitude"),
        ({"longitude": 119.46}, "FairPlaceImplausible", "latitude"),
        ({"latitude": 119.46, "longitude": 32.78}, "FairPlaceImplausible", "latitude"),
        ({"town_code": "321084999"}, "FairTownUnknown", "town_code"),
        ({"town_code": None}, "FairOfAnotherTown", "town_code"),
        ({"capacity": 0}, "MalformedRequest", "capacity"),
        ({"number": " "}, "MalformedRequest", "number"),
        ({"starts_at": "2026-03-01T09:00:00"}, "MalformedRequest", "starts_at"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_field(
    service: Client, town_staff: Client, change: dict[str, Any], code: str, field: str
) -> None:
    answer = await town_staff.post("/v1/staff/fairs", terms(**change))

    assert (answer.code, [error["field"] for error in answer.json["errors"]]) == (code, [field])
    assert await JobFair.all().count() == 0


async def test_a_number_is_one_fairs(service: Client, town_staff: Client, administrator: Client) -> None:
    await draft(town_staff)

    again = await administrator.post("/v1/staff/fairs", terms(town_code=None))

    assert (again.status, again.code) == (409, "FairNumberTaken")


async def test_a_change_is_audited_by_field_and_an_unchanged_value_is_none(service: Client, town_staff: Client) -> None:
    fair_id = await draft(town_staff, capacity=10)

    answer = await town_staff.patch(f"/v1/staff/fairs/{fair_id}", {"title": "新的名称", "capacity": None})
    await town_staff.patch(f"/v1/staff/fairs/{fair_id}", {"title": "新的名称"})

    assert (answer.json["title"], answer.json["capacity"]) == ("新的名称", None)
    details = await AuditEntry.filter(action="fair.changed", record_id=fair_id).values_list("detail", flat=True)
    assert [json.loads(detail) for detail in details] == [{"fields": ["capacity", "title"]}]


async def test_a_changed_period_is_checked_against_the_half_that_stays(service: Client, town_staff: Client) -> None:
    fair_id = await draft(town_staff)

    answer = await town_staff.patch(f"/v1/staff/fairs/{fair_id}", {"ends_at": hours(24)})

    assert (answer.status, answer.code) == (422, "FairPeriodInvalid")


@pytest.mark.parametrize(
    ("change", "tells"),
    [({"place": "示例体育馆"}, True), ({"ends_at": hours(30)}, True), ({"title": "新的名称", "capacity": 50}, False)],
)
async def test_a_new_place_or_time_of_a_published_fair_is_told_and_nothing_else(
    service: Client, town_staff: Client, change: dict[str, Any], tells: bool
) -> None:
    fair = await make_fair()

    answer = await town_staff.patch(f"/v1/staff/fairs/{fair.id}", change)

    assert answer.status == 200
    assert await OutboxMessage.filter(kind="jobs.fair_changed").count() == int(tells)


async def test_of_a_draft_nobody_is_told(service: Client, town_staff: Client) -> None:
    await town_staff.patch(f"/v1/staff/fairs/{await draft(town_staff)}", {"place": "示例体育馆"})

    assert await OutboxMessage.all().count() == 0


async def test_the_capacity_never_falls_below_those_who_registered(service: Client, town_staff: Client) -> None:
    fair = await make_fair(capacity=5)
    for _ in range(2):
        await make_registration(fair=fair)

    below = await town_staff.patch(f"/v1/staff/fairs/{fair.id}", {"capacity": 1})
    exact = await town_staff.patch(f"/v1/staff/fairs/{fair.id}", {"capacity": 2})

    assert (below.status, below.code) == (409, "CapacityBelowRegistered")
    assert "2 人" in below.json["detail"]
    assert (exact.status, exact.json["capacity"], exact.json["registered"]) == (200, 2, 2)


async def test_of_a_fair_that_is_over_only_words_are_corrected(service: Client, town_staff: Client) -> None:
    now = utc_now()
    fair = await make_fair(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(seconds=1))

    words = await town_staff.patch(f"/v1/staff/fairs/{fair.id}", {"title": "更正的名称", "description": "说明"})
    moved = await town_staff.patch(f"/v1/staff/fairs/{fair.id}", {"title": "又一个", "ends_at": hours(1)})

    assert (words.status, words.json["title"]) == (200, "更正的名称")
    assert (moved.status, moved.code) == (409, "FairOver")


async def test_neither_a_cancelled_fair_nor_the_town_of_a_published_one_is_changed(
    service: Client, administrator: Client
) -> None:
    cancelled, published = await make_fair(state="cancelled"), await make_fair()

    answers = [
        await administrator.patch(f"/v1/staff/fairs/{cancelled.id}", {"title": "改名"}),
        await administrator.patch(f"/v1/staff/fairs/{published.id}", {"town_code": None}),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(409, "FairStateForbids")] * 2


async def test_the_town_of_a_draft_is_changed_to_one_there_is_by_who_may(
    service: Client, town_staff: Client, administrator: Client
) -> None:
    fair_id = await draft(town_staff)

    unknown = await administrator.patch(f"/v1/staff/fairs/{fair_id}", {"town_code": "321084999"})
    foreign = await town_staff.patch(f"/v1/staff/fairs/{fair_id}", {"town_code": None})
    granted = await administrator.patch(f"/v1/staff/fairs/{fair_id}", {"town_code": None})

    assert (unknown.code, foreign.code) == ("FairTownUnknown", "FairOfAnotherTown")
    assert (granted.status, granted.json["town_code"]) == (200, None)


async def test_staff_of_a_town_see_its_fairs_and_the_citys_but_change_only_their_own(
    service: Client, town_staff: Client, other_town_staff: Client, administrator: Client
) -> None:
    own = await make_fair()
    city = await make_fair(town_code=None)

    def ids(answer: Any) -> set[str]:
        return {item["id"] for item in answer.json["items"]}

    assert ids(await town_staff.get("/v1/staff/fairs")) == {str(own.id), str(city.id)}
    assert ids(await other_town_staff.get("/v1/staff/fairs")) == {str(city.id)}
    assert ids(await administrator.get("/v1/staff/fairs")) == {str(own.id), str(city.id)}
    hidden = await other_town_staff.get(f"/v1/staff/fairs/{own.id}")
    shown = await town_staff.get(f"/v1/staff/fairs/{city.id}")
    forbidden = await town_staff.patch(f"/v1/staff/fairs/{city.id}", {"title": "改名"})
    allowed = await administrator.patch(f"/v1/staff/fairs/{city.id}", {"title": "改名"})
    assert (hidden.status, hidden.code) == (404, "FairNotFound")
    assert shown.status == 200
    assert (forbidden.status, forbidden.code) == (403, "WholeCityFair")
    assert allowed.status == 200


async def test_the_list_is_paged_from_the_latest_and_filtered_by_state(service: Client, administrator: Client) -> None:
    now = utc_now()
    made = [
        str((await make_fair(starts_at=now + timedelta(days=day), ends_at=now + timedelta(days=day, hours=2))).id)
        for day in (1, 3, 2, 2, 5)
    ]
    await make_fair(state="draft", published_at=None, starts_at=now, town_code=SOME_TOWN)

    seen, cursor = [], ""
    while cursor is not None:
        page = await administrator.get(f"/v1/staff/fairs?state=published&limit=2&cursor={cursor}")
        seen += [item["id"] for item in page.json["items"]]
        cursor = page.json["next_cursor"]
    bad = await administrator.get("/v1/staff/fairs?cursor=WzFd")

    assert seen == [made[4], made[1], *sorted((made[2], made[3]), reverse=True), made[0]]
    assert (bad.status, bad.code) == (422, "CursorInvalid")
