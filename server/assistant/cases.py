"""转人工 — a conversation that a person has to take over: opened once, taken by one, answered in the conversation."""

from datetime import datetime
from uuid import UUID

from bot.replies import HandoverReason
from models.accounts import StaffMember as StaffRecord
from models.accounts import StaffRole
from models.base import new_id
from models.conversations import HandoverCase, HandoverState
from models.errors import Conflict, NotFound
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.notifications.service import Event, notify, notify_all
from server.outbox.service import enqueue

ANSWERED = "assistant.staff_answered"
"""Work on what staff wrote: whoever asked in another channel reads it there."""
_URGENCY = {HandoverReason.CRISIS: 0, HandoverReason.THREAT: 1}
_OPEN = (
    "INSERT INTO handover_cases (id, created_at, conversation_id, reason, urgency, state, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, 'open', $2) ON CONFLICT (conversation_id) WHERE state <> 'closed' DO UPDATE SET "
    "urgency = excluded.urgency, reason = excluded.reason, updated_at = excluded.updated_at "
    "WHERE handover_cases.urgency > excluded.urgency"
)
_CLAIM = (
    "UPDATE handover_cases SET state = 'claimed', claimed_by_id = $3, updated_at = $1 WHERE id = $2 AND state = 'open'"
)
_ANSWER = (
    "UPDATE handover_cases SET state = 'answered', claimed_by_id = coalesce(claimed_by_id, $3), answered_at = $1, "
    "updated_at = $1 WHERE id = $2 AND state <> 'closed' AND (claimed_by_id IS NULL OR claimed_by_id = $3)"
)
_CLOSE = (
    "UPDATE handover_cases SET state = 'closed', closed_at = $1, updated_at = $1 WHERE id = $2 AND state <> 'closed'"
)
_SAY = (
    "INSERT INTO assistant_messages (id, created_at, conversation_id, question, kind, reply, reason, confidence, "
    "options, comment) VALUES ($1, $2, $3, '', 'staff', $4, '', 1, '[]', '')"
)


class HandoverCaseNotFound(NotFound):
    message = "没有这件转人工的对话"
    next_step = "请从列表里选"


class HandoverTaken(Conflict):
    message = "这件已经由另一位工作人员接手，或者已经结束"
    next_step = "请刷新列表，选别的一件"


async def open_case(*, conversation_id: UUID, reason: str, at: datetime) -> None:
    """Open a case for a conversation in the caller's transaction, once; a graver reason takes the place of another.

    A crisis is told to every administrator at once.
    """
    why = HandoverReason(reason)
    changed = await execute(_OPEN, new_id(), at, conversation_id, why.value, _URGENCY.get(why, 2))
    if not changed or why is not HandoverReason.CRISIS:
        return
    administrators = StaffRecord.filter(role=StaffRole.ADMINISTRATOR, suspended_at=None, account_id__isnull=False)
    told: list[UUID] = await administrators.values_list("account_id", flat=True)  # type: ignore[assignment]
    event = Event(
        name="handover.crisis",
        key=f"handover:{conversation_id.hex}:crisis",
        title="有人可能有危险，请马上接手",
        text="一位咨询者的话里有轻生的意思，请立即打开转人工的对话。",
        link=f"/v1/staff/assistant/cases?reason={why.value}",
    )
    await notify_all(account_ids=told, event=event, at=at)


async def list_cases(
    *, state: HandoverState | None = None, reason: str = "", after: tuple[int, UUID] | None = None, limit: int = 20
) -> list[HandoverCase]:
    """Return cases, the most urgent first, then the oldest; ``after`` is the last one's urgency and id."""
    found = HandoverCase.all()
    if state is not None:
        found = found.filter(state=state)
    if reason:
        found = found.filter(reason=reason)
    if after is None:
        return await found.order_by("urgency", "id").limit(limit)
    urgency, last = after
    same = await found.filter(urgency=urgency, id__gt=last).order_by("id").limit(limit)
    if len(same) == limit:
        return same
    return [*same, *await found.filter(urgency__gt=urgency).order_by("urgency", "id").limit(limit - len(same))]


async def read_case(*, case_id: UUID, staff: StaffMember) -> HandoverCase:
    """Return a case, for its conversation to be read; who looked is on record.

    Raises:
        HandoverCaseNotFound: there is none.
    """
    case = await _get(case_id)
    async with transaction():
        await _note(case, "handover.read", staff, {})
    return case


async def claim_case(*, case_id: UUID, staff: StaffMember, at: datetime) -> HandoverCase:
    """Take a case that nobody has. 接手。

    Raises:
        HandoverCaseNotFound: there is none.
        HandoverTaken: somebody has it.
    """
    case = await _get(case_id)
    async with transaction():
        if not await execute(_CLAIM, at, case.id, staff.account_id):
            raise HandoverTaken
        await _note(case, "handover.claimed", staff, {})
    return await _get(case_id)


async def answer_case(*, case_id: UUID, text: str, staff: StaffMember, at: datetime) -> HandoverCase:
    """Answer in the conversation; a case that nobody has is taken with it. The person is told. 答复。

    Raises:
        HandoverCaseNotFound: there is none.
        HandoverTaken: somebody else has it, or it is closed.
    """
    case = await _get(case_id)
    async with transaction():
        if not await execute(_ANSWER, at, case.id, staff.account_id):
            raise HandoverTaken
        message_id = new_id()
        await execute(_SAY, message_id, at, case.conversation_id, text)
        await _note(case, "handover.answered", staff, {"message_id": str(message_id)})
        await enqueue(ANSWERED, {"message_id": message_id.hex})
        if case.conversation.account_id is not None:
            event = Event(
                name="handover.answered",
                key=f"handover:{message_id.hex}",
                title="工作人员回复了您",
                text=text,
                link=f"/v1/assistant/conversations/{case.conversation_id}/messages",
            )
            await notify(account_id=case.conversation.account_id, event=event, at=at)
    return await _get(case_id)


async def close_case(*, case_id: UUID, staff: StaffMember, at: datetime) -> HandoverCase:
    """Close a case. 结束。

    Raises:
        HandoverCaseNotFound: there is none.
        HandoverTaken: it is closed.
    """
    case = await _get(case_id)
    async with transaction():
        if not await execute(_CLOSE, at, case.id):
            raise HandoverTaken
        await _note(case, "handover.closed", staff, {})
    return await _get(case_id)


async def _get(case_id: UUID) -> HandoverCase:
    case = await HandoverCase.get_or_none(id=case_id).select_related("conversation")
    if case is None:
        raise HandoverCaseNotFound
    return case


async def _note(case: HandoverCase, action: str, staff: StaffMember, detail: dict[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="handover_case",
        record_id=case.id,
        detail=detail,
    )
