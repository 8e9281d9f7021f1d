"""就业意向的状态变动 — every step from every state, by either side."""

import json
from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.intents import INTENT_TRANSITIONS, Intent, IntentEvent, IntentState
from models.jobs import JobActor
from server.jobs.intents.steps import lapse_if_due
from server.jobs.intents.tasks import lapse_intents
from tests.factories.jobs import make_intent
from tests.jobs.intents.people import Booth, Visitor, inbox_of
from tests.service import Answer, Client

SIGNED_STATES = (IntentState.SIGNED, IntentState.OFFERED, IntentState.HIRED)
NO = {"reason": "岗位已有人选"}


async def intent_in(booth: Booth, visitor: Visitor, state: IntentState) -> dict[str, Any]:
    signed_at = utc_now() - timedelta(days=1) if state in SIGNED_STATES else None
    intent = await make_intent(posting=booth.posting, seeker=visitor.seeker, state=state, signed_at=signed_at)
    return {"id": str(intent.id), "terms_digest": intent.terms_digest}


async def take(name: str, booth: Booth, visitor: Visitor, staff: Client, intent: dict[str, Any]) -> Answer:
    match name:
        case "sign":
            return await visitor.sign(intent)
        case "withdraw":
            return await visitor.withdraw(intent)
        case "take_back":
            return await booth.step(intent, "withdrawal", NO)
        case "withdraw_at_the_desk":
            return await staff.post(f"/v1/staff/intents/{intent['id']}/withdrawal", NO)
    return await booth.step(intent, name)


STEPS = {
    "sign": (IntentState.SIGNED, JobActor.SEEKER),
    "offer": (IntentState.OFFERED, JobActor.EMPLOYER),
    "hire": (IntentState.HIRED, JobActor.EMPLOYER),
    "withdraw": (IntentState.WITHDRAWN, JobActor.SEEKER),
    "take_back": (IntentState.WITHDRAWN, JobActor.EMPLOYER),
    "withdraw_at_the_desk": (IntentState.WITHDRAWN, JobActor.STAFF),
}


@pytest.mark.parametrize("state", IntentState)
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_taken_from_exactly_the_states_of_the_table(
    booth: Booth, visitor: Visitor, town_staff: Client, step: str, state: IntentState
) -> None:
    intent = await intent_in(booth, visitor, state)
    to, actor = STEPS[step]

    answer = await take(step, booth, visitor, town_staff, intent)

    events = await IntentEvent.filter(intent_id=intent["id"])
    entries = await AuditEntry.filter(action__startswith="intent.", record_id=intent["id"])
    if to in INTENT_TRANSITIONS[state]:
        assert (answer.status, answer.json["intent"]["state"]) == (200, to.value)
        [event], [entry] = events, entries
        assert (event.from_state, event.to_state, event.actor) == (state, to, actor)
        assert (entry.action, json.loads(entry.detail)["from"]) == (f"intent.{to.value}", state.value)
    else:
        assert (answer.status, answer.code) == (409, "IntentStateForbids")
        assert state.label in answer.json["detail"]
        assert (await Intent.get(id=intent["id"])).state is state
        assert (events, entries) == ([], [])


@pytest.mark.parametrize(
    ("step", "before", "seeker_reads", "employer_reads"),
    [
        ("sign", IntentState.DRAFT, [], ["求职者已签署意向书"]),
        ("offer", IntentState.SIGNED, ["用人单位拟录用您"], []),
        ("hire", IntentState.OFFERED, ["您已被录用"], []),
        ("withdraw", IntentState.SIGNED, [], ["就业意向书已撤回"]),
        ("take_back", IntentState.SIGNED, ["就业意向书已撤回"], []),
        ("withdraw_at_the_desk", IntentState.SIGNED, ["就业意向书已撤回"], ["就业意向书已撤回"]),
    ],
)
async def test_a_step_is_told_to_whoever_did_not_take_it(
    booth: Booth,
    visitor: Visitor,
    town_staff: Client,
    step: str,
    before: IntentState,
    seeker_reads: list[str],
    employer_reads: list[str],
) -> None:
    intent = await intent_in(booth, visitor, before)

    await take(step, booth, visitor, town_staff, intent)

    assert [title for title, _ in await visitor.inbox()] == seeker_reads
    assert [title for title, _ in await inbox_of(booth.hr)] == employer_reads


async def test_what_was_signed_stays_counted_when_it_is_withdrawn(booth: Booth, visitor: Visitor) -> None:
    intent = (await booth.draft(visitor)).json["intent"]
    signed = (await visitor.sign(intent)).json["intent"]

    withdrawn = (await visitor.withdraw(intent, "  找到别的工作了，电话18012341999  ")).json["intent"]

    assert withdrawn["signed_at"] == signed["signed_at"]
    assert (withdrawn["state"], withdrawn["state_reason"]) == ("withdrawn", "找到别的工作了，电话18012341999")
    entry = await AuditEntry.get(action="intent.withdrawn", record_id=intent["id"])
    assert "18012341999" not in entry.detail
    message = (await booth.hr.get("/v1/notifications")).json["items"][0]["text"]
    assert message.startswith("段**的「示例保安员」就业意向书已撤回，原因：找到别的工作了")


async def test_the_way_to_the_hire_leaves_an_instant_at_each_step(booth: Booth, visitor: Visitor) -> None:
    intent = (await booth.draft(visitor)).json["intent"]
    await visitor.sign(intent)
    await booth.step(intent, "offer")

    hired = await booth.step(intent, "hire")

    shown = hired.json["intent"]
    assert shown["signed_at"] <= shown["offered_at"] <= shown["hired_at"]
    assert shown["expires_at"] is None
    assert [step["to_state_label"] for step in hired.json["history"]] == ["待签署", "已签署", "拟录用", "已录用"]


async def test_an_employer_says_why_it_takes_an_intent_back(booth: Booth, visitor: Visitor) -> None:
    intent = (await booth.draft(visitor)).json["intent"]

    for body in ({}, {"reason": "  "}, {"reason": ""}):
        answer = await booth.step(intent, "withdrawal", body)

        assert (answer.status, answer.code) == (400, "MalformedRequest")
    assert (await Intent.get(id=intent["id"])).state is IntentState.DRAFT


async def test_drafts_and_signed_intents_whose_time_is_over_lapse_and_no_others(booth: Booth, visitor: Visitor) -> None:
    now = utc_now()
    due = {}
    for state in IntentState:
        intent = await make_intent(state=state, expires_at=now, signed_at=now if state in SIGNED_STATES else None)
        due[state] = intent.id
    waiting = await make_intent(expires_at=now + timedelta(seconds=1))
    mine = await make_intent(posting=booth.posting, seeker=visitor.seeker, expires_at=now)

    lapsed = await lapse_intents(at=now)

    assert lapsed == 3
    for state, intent_id in due.items():
        ended = state in (IntentState.DRAFT, IntentState.SIGNED)
        assert (await Intent.get(id=intent_id)).state is (IntentState.LAPSED if ended else state)
    assert (await Intent.get(id=waiting.id)).state is IntentState.DRAFT
    event = await IntentEvent.get(intent_id=mine.id)
    assert (event.from_state, event.to_state, event.actor) == (IntentState.DRAFT, IntentState.LAPSED, JobActor.SYSTEM)
    ended = await Intent.get(id=mine.id)
    assert (ended.lapsed_at, ended.state_reason) == (now, "7天内没有签署")
    assert await AuditEntry.filter(action="intent.lapsed", role="system").count() == 3
    assert [title for title, _ in await visitor.inbox()] == ["就业意向书已失效"]
    assert [title for title, _ in await inbox_of(booth.hr)] == ["就业意向书已失效"]
    assert await lapse_intents(at=now) == 0


async def test_an_intent_that_went_on_since_it_was_found_due_does_not_lapse(booth: Booth, visitor: Visitor) -> None:
    now = utc_now()
    intent = await make_intent(
        posting=booth.posting, seeker=visitor.seeker, state=IntentState.SIGNED, signed_at=now, expires_at=now
    )
    found = await Intent.get(id=intent.id)
    await booth.step({"id": intent.id}, "offer")

    assert await lapse_if_due(found, reason="", at=now) is False
    assert (await Intent.get(id=intent.id)).state is IntentState.OFFERED


async def test_a_lapsed_intent_that_was_signed_stays_counted(booth: Booth, visitor: Visitor) -> None:
    intent = (await booth.draft(visitor)).json["intent"]
    signed = (await visitor.sign(intent)).json["intent"]

    await lapse_intents(at=utc_now() + timedelta(days=90))

    stored = await Intent.get(id=intent["id"]).values("state", "state_reason")
    assert stored == {"state": IntentState.LAPSED, "state_reason": "签署后90天内没有拟录用"}
    shown = (await visitor.client.get(f"/v1/intents/{intent['id']}")).json["intent"]
    assert shown["signed_at"] == signed["signed_at"]
