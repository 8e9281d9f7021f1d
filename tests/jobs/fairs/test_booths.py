"""展位和招聘会岗位 — who sits where, and what they bring."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.employers import Employer, EmployerState
from models.fairs import FairPosting, JobFair, JobFairBooth
from models.jobs import JobPosting, PostingState
from tests.employers.people import Recruiter
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_booth, make_fair, make_posting
from tests.jobs.fairs.fairground import fair_at
from tests.service import Answer, Client


async def add(staff: Client, fair: JobFair, employer: Employer, number: str = "A1") -> Answer:
    body = {"number": number, "employer_id": str(employer.id)}
    return await staff.post(f"/v1/staff/fairs/{fair.id}/booths", body)


async def bring_by_staff(staff: Client, fair: JobFair, *postings: JobPosting | Any) -> Answer:
    body = {"posting_ids": [str(getattr(posting, "id", posting)) for posting in postings]}
    return await staff.post(f"/v1/staff/fairs/{fair.id}/postings", body)


async def bring_own(hr: Client, fair: JobFair, *postings: JobPosting | Any) -> Answer:
    body = {"posting_ids": [str(getattr(posting, "id", posting)) for posting in postings]}
    return await hr.post(f"/v1/employer/fairs/{fair.id}/postings", body)


async def past_fair(**overrides: Any) -> JobFair:
    """Make a fair that was held a week ago."""
    return await fair_at(utc_now() - timedelta(days=7), published_at=utc_now() - timedelta(days=20), **overrides)


async def test_an_approved_employer_gets_a_booth_whatever_its_town(service: Client, town_staff: Client) -> None:
    fair, elsewhere = await make_fair(), await make_employer(town_code="321084101")

    answer = await add(town_staff, fair, elsewhere)

    assert answer.status == 201
    assert answer.json | {"id": ""} == {
        "id": "",
        "number": "A1",
        "employer_id": str(elsewhere.id),
        "employer_name": elsewhere.name,
        "postings": 0,
        "openings": 0,
    }
    detail = json.loads((await AuditEntry.get(action="fair.booth_added")).detail)
    assert detail == {"booth_id": answer.json["id"], "employer_id": str(elsewhere.id), "number": "A1"}


async def test_a_booth_is_refused_where_number_or_employer_stand_already(service: Client, town_staff: Client) -> None:
    fair, one, other = await make_fair(), await make_employer(), await make_employer()
    await add(town_staff, fair, one, "A1")

    taken = await add(town_staff, fair, other, "A1")
    twice = await add(town_staff, fair, one, "A2")
    elsewhere = await add(town_staff, await make_fair(), one, "A1")

    assert (taken.status, taken.code) == (409, "BoothTaken")
    assert (twice.status, twice.code) == (409, "EmployerHasBooth")
    assert elsewhere.status == 201
    assert await JobFairBooth.filter(fair_id=fair.id).count() == 1


@pytest.mark.parametrize("state", [state for state in EmployerState if state is not EmployerState.APPROVED])
async def test_an_employer_that_is_not_approved_gets_no_booth(
    service: Client, town_staff: Client, state: EmployerState
) -> None:
    fair = await make_fair()

    own = await add(town_staff, fair, await make_employer(state=state))
    foreign = await add(town_staff, fair, await make_employer(state=state, town_code="321084101"))
    unknown = await add(town_staff, fair, Employer(id=uuid4()))

    assert (own.status, own.code) == (409, "BoothEmployerNotApproved")
    assert state.label in own.json["detail"]
    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "EmployerNotFound")


async def test_a_booth_changes_its_number_or_its_employer_whose_postings_leave(
    service: Client, town_staff: Client
) -> None:
    fair, old, new = await make_fair(), await make_posting(), await make_posting()
    booth = await make_booth(fair=fair, employer=old.employer, number="A1")
    await make_booth(fair=fair, employer=(third := await make_posting()).employer, number="A2")
    await bring(old, fair)
    await bring(third, fair)
    path = f"/v1/staff/fairs/{fair.id}/booths/{booth.id}"

    moved = await town_staff.patch(path, {"number": "B7"})
    taken = await town_staff.patch(path, {"number": "A2"})
    twice = await town_staff.patch(path, {"employer_id": str(third.employer_id)})
    replaced = await town_staff.patch(path, {"employer_id": str(new.employer_id)})

    assert (moved.json["number"], moved.json["openings"]) == ("B7", 2)
    assert (taken.code, twice.code) == ("BoothTaken", "EmployerHasBooth")
    assert (replaced.json["employer_name"], replaced.json["postings"]) == (new.employer.name, 0)
    assert [row.posting_id for row in await FairPosting.filter(fair_id=fair.id)] == [third.id]
    detail = json.loads((await AuditEntry.filter(action="fair.booth_changed").order_by("-id"))[0].detail)
    assert (detail["left"], detail["postings_left"]) == (str(old.employer_id), 1)


async def test_a_booth_is_removed_with_what_its_employer_brought(service: Client, town_staff: Client) -> None:
    fair, posting, other = await make_fair(), await make_posting(), await make_posting()
    booth = await make_booth(fair=fair, employer=posting.employer)
    for one in (posting, other):
        await bring(one, fair)
    path = f"/v1/staff/fairs/{fair.id}/booths/{booth.id}"

    removed = await town_staff.delete(path)
    again = await town_staff.delete(path)

    assert removed.status == 204
    assert (again.status, again.code) == (404, "BoothNotFound")
    assert [row.posting_id for row in await FairPosting.all()] == [other.id]


async def test_what_a_fair_was_is_not_changed_when_it_is_over_or_cancelled(service: Client, town_staff: Client) -> None:
    over, cancelled = await past_fair(), await make_fair(state="cancelled")
    posting = await make_posting()

    codes = []
    for fair in (over, cancelled):
        booth = await make_booth(fair=fair, employer=posting.employer)
        path = f"/v1/staff/fairs/{fair.id}"
        codes += [
            (await add(town_staff, fair, await make_employer())).code,
            (await town_staff.patch(f"{path}/booths/{booth.id}", {"number": "Z"})).code,
            (await town_staff.delete(f"{path}/booths/{booth.id}")).code,
            (await bring_by_staff(town_staff, fair, posting)).code,
            (await town_staff.delete(f"{path}/postings/{posting.id}")).code,
        ]

    assert codes == ["FairOver"] * 5 + ["FairStateForbids"] * 5


async def test_a_fair_that_was_entered_afterwards_takes_booths_and_closed_postings_afterwards(
    service: Client, administrator: Client
) -> None:
    past = utc_now() - timedelta(days=200)
    fair = await fair_at(past, published_at=utc_now())
    closed = await make_posting(state=PostingState.CLOSED, closes_on=beijing_day(past) + timedelta(days=3))
    draft = await make_posting(state=PostingState.DRAFT, employer=closed.employer)

    booth = await add(administrator, fair, closed.employer)
    brought = await bring_by_staff(administrator, fair, closed)
    refused = await bring_by_staff(administrator, fair, draft)

    assert (booth.status, brought.status) == (201, 200)
    assert (refused.status, refused.code) == (409, "FairPostingNotLive")


async def test_openings_are_frozen_when_a_posting_is_brought(service: Client, town_staff: Client) -> None:
    fair, posting = await make_fair(), await make_posting(openings=7)
    await make_booth(fair=fair, employer=posting.employer)

    first = await bring_by_staff(town_staff, fair, posting)
    await JobPosting.filter(id=posting.id).update(openings=2, state=PostingState.FILLED)
    again = await bring_by_staff(town_staff, fair, posting)
    read = await town_staff.get(f"/v1/staff/fairs/{fair.id}")

    assert [item["openings"] for item in first.json["items"]] == [7]
    assert [(item["openings"], item["state"]) for item in again.json["items"]] == [(7, "filled")]
    assert (read.json["openings"], read.json["employers"]) == (7, 1)
    assert [(booth["postings"], booth["openings"]) for booth in read.json["booths"]] == [(1, 7)]
    assert await AuditEntry.filter(action="fair.postings_brought").count() == 1


async def test_all_postings_are_brought_or_none(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    good = await make_posting()
    await make_booth(fair=fair, employer=good.employer)

    answer = await bring_by_staff(town_staff, fair, good, await make_posting())

    assert (answer.status, answer.code) == (409, "EmployerHasNoBooth")
    assert answer.json["errors"] == [{"field": "posting_ids[1]", "message": "单位没有展位"}]
    assert await FairPosting.all().count() == 0


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"state": PostingState.DRAFT}, "草稿"),
        ({"state": PostingState.SUBMITTED}, "待审核"),
        ({"state": PostingState.SUSPENDED}, "已暂停"),
        ({"state": PostingState.FILLED}, "已招满"),
        ({"state": PostingState.CLOSED}, "已截止"),
        ({"state": PostingState.WITHDRAWN}, "已撤回"),
        ({"closes_on": beijing_day(utc_now()) - timedelta(days=1)}, "截止日期"),
    ],
)
async def test_only_what_is_open_on_the_day_is_brought(
    service: Client, recruiter: Recruiter, about: dict[str, Any], why: str
) -> None:
    fair = await make_fair()
    await make_booth(fair=fair, employer=recruiter.employer)
    posting = await make_posting(employer=recruiter.employer, **about)

    answer = await bring_own(recruiter.client, fair, posting)

    assert (answer.status, answer.code) == (409, "FairPostingNotLive")
    assert why in answer.json["detail"]
    assert answer.json["errors"][0]["field"] == "posting_ids[0]"


async def test_a_posting_of_an_employer_suspended_since_is_not_brought(service: Client, town_staff: Client) -> None:
    fair, employer = await make_fair(), await make_employer(state=EmployerState.SUSPENDED)
    await make_booth(fair=fair, employer=employer)

    answer = await bring_by_staff(town_staff, fair, await make_posting(employer=employer))

    assert answer.code == "FairPostingNotLive"
    assert "单位是「已暂停」状态" in answer.json["detail"]


async def test_an_employer_brings_and_takes_back_only_its_own(service: Client, recruiter: Recruiter) -> None:
    fair = await make_fair()
    await make_booth(fair=fair, employer=recruiter.employer)
    own, foreign = await make_posting(employer=recruiter.employer), await make_posting()
    await make_booth(fair=fair, employer=foreign.employer)
    await bring(foreign, fair)
    path = f"/v1/employer/fairs/{fair.id}/postings"

    brought = await bring_own(recruiter.client, fair, own)
    not_own = await bring_own(recruiter.client, fair, own, foreign)
    listed = await recruiter.client.get(path)
    not_taken = await recruiter.client.delete(f"{path}/{foreign.id}")
    taken = [await recruiter.client.delete(f"{path}/{own.id}") for _ in range(2)]

    assert [item["posting_id"] for item in brought.json["items"]] == [str(own.id)]
    assert (not_own.status, not_own.code) == (not_taken.status, not_taken.code) == (404, "FairPostingNotFound")
    assert [item["posting_id"] for item in listed.json["items"]] == [str(own.id)]
    assert [answer.status for answer in taken] == [204, 204]
    assert [row.posting_id for row in await FairPosting.all()] == [foreign.id]
    assert await AuditEntry.filter(action="fair.posting_taken_back").count() == 1


async def test_an_employer_without_a_booth_or_after_the_fair_brings_nothing(
    service: Client, recruiter: Recruiter
) -> None:
    posting = await make_posting(employer=recruiter.employer)
    over, cancelled = await past_fair(), await make_fair(state="cancelled")
    draft = await make_fair(state="draft", published_at=None)

    codes = [
        (await bring_own(recruiter.client, fair, posting)).code for fair in (await make_fair(), over, cancelled, draft)
    ]

    assert codes == ["EmployerHasNoBooth", "FairOver", "FairOver", "FairNotFound"]


async def test_an_employer_sees_the_fairs_it_is_at_or_could_be_at(service: Client, recruiter: Recruiter) -> None:
    now = utc_now()
    coming = await fair_at(now + timedelta(days=2))
    mine = await fair_at(now + timedelta(days=1))
    been = await past_fair()
    await past_fair()
    await make_fair(state="draft", published_at=None)
    await make_fair(state="cancelled")
    for fair in (mine, been):
        await make_booth(fair=fair, employer=recruiter.employer, number="C3")

    first = await recruiter.client.get("/v1/employer/fairs?limit=2")
    rest = await recruiter.client.get(f"/v1/employer/fairs?limit=2&cursor={first.json['next_cursor']}")
    one = await recruiter.client.get(f"/v1/employer/fairs/{mine.id}")

    seen = [*first.json["items"], *rest.json["items"]]
    assert [(item["id"], item["booth_number"]) for item in seen] == [
        (str(coming.id), None),
        (str(mine.id), "C3"),
        (str(been.id), "C3"),
    ]
    assert [bool(item["next_step"]) for item in seen] == [True, False, False]
    assert rest.json["next_cursor"] is None
    assert one.json == seen[1]
    assert (await recruiter.client.get(f"/v1/employer/fairs/{uuid4()}")).code == "FairNotFound"


async def test_postings_at_a_fair_are_paged_for_staff_of_all_or_of_one_employer(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    fair, employer = await make_fair(), await make_employer()
    postings = [await make_posting(employer=employer) for _ in range(3)] + [await make_posting()]
    for posting in postings:
        await bring(posting, fair)
    path = f"/v1/staff/fairs/{fair.id}/postings"

    seen, cursor = [], ""
    while cursor is not None:
        page = (await town_staff.get(f"{path}?limit=3&cursor={cursor}")).json
        seen += [item["posting_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    of_one = await town_staff.get(f"{path}?employer_id={employer.id}")
    hidden = await other_town_staff.get(path)

    assert seen == [str(posting.id) for posting in postings]
    assert len(of_one.json["items"]) == 3
    assert (hidden.status, hidden.code) == (404, "FairNotFound")
