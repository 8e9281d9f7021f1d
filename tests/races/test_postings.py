"""岗位审核的竞争 — of two who decide at once one does; nothing goes live that nobody has read."""

import asyncio
from uuid import uuid4

import pytest

from models.audit import AuditEntry
from models.jobs import JobActor, JobPosting, JobPostingEvent, PostingState
from models.notifications import Notification
from tests.employers.people import Recruiter, hire
from tests.factories.cards import make_staff
from tests.jobs.postings.people import JOBS, STAFF_JOBS, look_and_let_live, step, submitted, write
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Answer, Client

pytestmark = pytest.mark.asyncio(loop_scope="package")
ROUNDS = 12


async def people(house: TwoWorkers) -> tuple[Recruiter, list[Client]]:
    """Return a member of a new employer, and ten members of staff."""
    staff = await asyncio.gather(*(house.stranger.login(f"reviewer-{uuid4().hex}") for _ in range(10)))
    for one in staff:
        await make_staff(one.account_id, town_code=None)
    return await hire(house.stranger, f"recruiter-{uuid4().hex}"), staff


async def test_of_ten_who_approve_or_refuse_at_once_one_decides(house: TwoWorkers) -> None:
    recruiter, staff = await people(house)

    for _ in range(ROUNDS):
        identifier = await submitted(recruiter)
        seen = {"updated_at": (await staff[0].get(f"{STAFF_JOBS}/{identifier}")).json["updated_at"]}
        address = f"{STAFF_JOBS}/{identifier}"

        answers = await asyncio.gather(
            *(one.post(f"{address}/approval", seen) for one in staff[:5]),
            *(step(one, address, "refusal", "请写明工作地点") for one in staff[5:]),
        )

        assert outcomes(answers) == {"200": 1, "PostingStateForbids": 9}
        approved = any(answer.status == 200 for answer in answers[:5])
        events = await JobPostingEvent.filter(posting_id=identifier, actor=JobActor.STAFF)
        assert [event.to_state for event in events] == [PostingState.LIVE if approved else PostingState.DRAFT]
        assert await AuditEntry.filter(record_id=identifier, role="administrator").count() == 1
        assert await Notification.filter(link=f"{JOBS}/{identifier}").count() == 1


async def test_an_employer_who_changes_a_posting_while_it_is_approved_gets_nothing_past_the_review(
    house: TwoWorkers,
) -> None:
    recruiter, staff = await people(house)

    for _ in range(ROUNDS):
        identifier = await submitted(recruiter)
        address = f"{JOBS}/{identifier}"

        async def swap(address: str = address) -> None:
            await step(recruiter.client, address, "recall")
            await recruiter.client.patch(address, {"description": "内容已换"})
            await step(recruiter.client, address, "submission")

        async def read_and_approve(one: Client, address: str = f"{STAFF_JOBS}/{identifier}") -> tuple[str, Answer]:
            read = (await one.get(address)).json
            return read["description"], await one.post(f"{address}/approval", {"updated_at": read["updated_at"]})

        approvals, _ = await asyncio.gather(asyncio.gather(*map(read_and_approve, staff[:4])), swap())

        posting = await JobPosting.get(id=identifier)
        assert set(outcomes([answer for _, answer in approvals])) <= {
            *("200", "PostingStateForbids", "PostingChangedMeanwhile"),
        }
        read = {description for description, answer in approvals if answer.status == 200}
        if posting.state is PostingState.LIVE:
            assert posting.description in read
        else:
            assert posting.state is PostingState.SUBMITTED


async def test_twenty_postings_written_at_once_without_a_number_are_numbered_without_a_gap(house: TwoWorkers) -> None:
    recruiter, _ = await people(house)

    answers = await asyncio.gather(*(write(recruiter) for _ in range(20)))

    assert outcomes(answers) == {"201": 20}
    serials = sorted(int(answer.json["number"][8:-1]) for answer in answers)
    assert serials == list(range(serials[0], serials[0] + 20))


async def test_of_ten_who_fill_and_withdraw_a_posting_at_once_one_does(house: TwoWorkers) -> None:
    recruiter, staff = await people(house)
    identifier = await submitted(recruiter)
    assert (await look_and_let_live(staff[0], identifier)).status == 200
    address = f"{JOBS}/{identifier}"

    answers = await asyncio.gather(*(step(recruiter.client, address, name) for name in ("filling", "withdrawal") * 5))

    assert outcomes(answers) == {"200": 1, "PostingStateForbids": 9}
    assert await JobPostingEvent.filter(posting_id=identifier, to_state__in=["filled", "withdrawn"]).count() == 1
