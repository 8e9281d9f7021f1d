"""就业意向的竞争 — two processes, one form: signed once, withdrawn once, in one order; numbers without a gap."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from models.audit import AuditEntry
from models.intents import Intent, IntentEvent, IntentState
from tests.factories.cards import make_staff
from tests.factories.jobs import make_fair
from tests.jobs.intents.people import Booth, Visitor, come, open_booth
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def drafted(house: TwoWorkers) -> tuple[Booth, Visitor, dict[str, Any]]:
    booth = await open_booth(house.stranger, f"recruiter-{uuid4().hex}")
    visitor = await come(house.stranger, booth.fair, f"visitor-{uuid4().hex}")
    answer = await booth.draft(visitor)
    assert answer.status == 201, answer
    return booth, visitor, answer.json["intent"]


async def steps_of(intent: dict[str, Any]) -> list[tuple[IntentState | None, IntentState]]:
    events = await IntentEvent.filter(intent_id=UUID(intent["id"])).order_by("id")
    return [(event.from_state, event.to_state) for event in events]


async def test_twenty_signatures_at_once_are_one(house: TwoWorkers) -> None:
    _, visitor, intent = await drafted(house)

    answers = await asyncio.gather(*(visitor.sign(intent) for _ in range(20)))

    assert outcomes(answers) == {"200": 20}
    assert len({answer.json["intent"]["signed_at"] for answer in answers}) == 1
    assert await steps_of(intent) == [(None, IntentState.DRAFT), (IntentState.DRAFT, IntentState.SIGNED)]
    assert await AuditEntry.filter(action="intent.signed", record_id=intent["id"]).count() == 1


@pytest.mark.parametrize("round_", range(8))
async def test_signed_and_withdrawn_at_once_happens_in_one_order(house: TwoWorkers, round_: int) -> None:
    _, visitor, intent = await drafted(house)

    signed, withdrawn = await asyncio.gather(visitor.sign(intent), visitor.withdraw(intent))

    assert withdrawn.status == 200
    stored = await Intent.get(id=intent["id"])
    assert stored.state is IntentState.WITHDRAWN
    steps = (await steps_of(intent))[1:]
    if signed.status == 200:
        assert stored.signed_at is not None
        assert steps == [(IntentState.DRAFT, IntentState.SIGNED), (IntentState.SIGNED, IntentState.WITHDRAWN)]
    else:
        assert (signed.code, stored.signed_at) == ("IntentStateForbids", None)
        assert steps == [(IntentState.DRAFT, IntentState.WITHDRAWN)]


async def test_of_withdrawals_by_both_sides_and_an_offer_each_step_follows_from_the_last(house: TwoWorkers) -> None:
    booth, visitor, intent = await drafted(house)
    await visitor.sign(intent)

    answers = await asyncio.gather(
        *(visitor.withdraw(intent) for _ in range(5)),
        *(booth.step(intent, "withdrawal", {"reason": "岗位已有人选"}) for _ in range(5)),
        *(booth.step(intent, "offer") for _ in range(5)),
    )

    assert outcomes(answers[:10]) == {"200": 1, "IntentStateForbids": 9}
    assert outcomes(answers[10:])["200"] <= 1
    steps = await steps_of(intent)
    assert [step[0] for step in steps[1:]] == [step[1] for step in steps[:-1]]
    assert steps[-1][1] is IntentState.WITHDRAWN
    assert len(steps) == 3 + outcomes(answers[10:])["200"]


async def test_a_correction_and_a_signature_at_once_sign_what_was_read_or_nothing(house: TwoWorkers) -> None:
    booth, visitor, intent = await drafted(house)
    path = f"/v1/employer/intents/{intent['id']}"

    corrected, signed = await asyncio.gather(booth.hr.patch(path, {"remarks": "三班倒"}), visitor.sign(intent))

    stored = await Intent.get(id=intent["id"])
    assert sorted((corrected.status, signed.status)) == [200, 409]
    if signed.status == 200:
        assert (corrected.code, stored.remarks, stored.state) == ("IntentNotDraft", "", IntentState.SIGNED)
    else:
        assert (signed.code, stored.remarks, stored.state) == ("TermsChanged", "三班倒", IntentState.DRAFT)


async def test_twenty_drafts_for_one_seeker_at_once_are_one(house: TwoWorkers) -> None:
    booth = await open_booth(house.stranger, f"recruiter-{uuid4().hex}")
    visitor = await come(house.stranger, booth.fair, f"visitor-{uuid4().hex}")

    answers = await asyncio.gather(*(booth.draft(visitor) for _ in range(20)))

    assert outcomes(answers) == {"201": 1, "IntentExists": 19}
    assert await Intent.filter(posting_id=booth.posting.id).count() == 1


async def test_the_numbers_of_two_booths_at_once_are_distinct_and_without_a_gap(house: TwoWorkers) -> None:
    fair = await make_fair()
    booths = [await open_booth(house.stranger, f"recruiter-{uuid4().hex}", fair) for _ in range(2)]
    visitors = [await come(house.stranger, fair, f"visitor-{uuid4().hex}") for _ in range(15)]

    answers = await asyncio.gather(*(booth.draft(visitor) for visitor in visitors for booth in booths))

    assert outcomes(answers) == {"201": 30}
    of_days: dict[str, list[int]] = {}
    for number in await Intent.filter(number__startswith="YX2").values_list("number", flat=True):
        of_days.setdefault(str(number)[:8], []).append(int(str(number)[8:12]))
    assert sum(map(len, of_days.values())) >= 30
    for serials in of_days.values():
        assert sorted(serials) == list(range(1, len(serials) + 1))


async def test_one_paper_number_entered_for_ten_intents_at_once_signs_one(house: TwoWorkers) -> None:
    booth = await open_booth(house.stranger, f"recruiter-{uuid4().hex}")
    staff = await house.stranger.login(f"staff-{uuid4().hex}")
    await make_staff(staff.account_id, town_code=None)
    intents = [
        (await booth.draft(await come(house.stranger, booth.fair, f"visitor-{uuid4().hex}"))).json["intent"]
        for _ in range(10)
    ]
    paper = {"paper_number": uuid4().hex}

    answers = await asyncio.gather(
        *(staff.post(f"/v1/staff/intents/{intent['id']}/paper-signature", paper) for intent in intents)
    )

    assert outcomes(answers) == {"200": 1, "PaperNumberTaken": 9}
    assert await Intent.filter(paper_number=paper["paper_number"].upper()).count() == 1
