"""入队 — notes in the transaction of an answer that it fell short, and takes that back when it did not."""

from datetime import datetime, timedelta
from uuid import UUID

from bot.dialogue.follow_ups import REMEMBERED
from bot.replies import HandoverReason, Kind, RefusalReason, Reply
from models.base import new_id
from models.questions import Shortcoming
from models.transactions import execute

UNSURE = 0.3
"""An answer with less confidence is looked at again."""
_QUEUE = (
    "INSERT INTO queued_questions (id, created_at, message_id, shortcoming, due_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (message_id) DO UPDATE SET shortcoming = excluded.shortcoming, "
    "due_at = CASE WHEN queued_questions.group_id IS NULL THEN excluded.due_at ELSE queued_questions.due_at END"
)
_UNQUEUE = "DELETE FROM queued_questions WHERE message_id = $1 AND shortcoming = $2 AND group_id IS NULL"


def shortcoming_of(reply: Reply) -> Shortcoming | None:
    """Return how a reply falls short by itself; None if nothing speaks against it. Tapped answers are sure."""
    match reply.kind:
        case Kind.REFUSAL if reply.reason == RefusalReason.UNKNOWN:
            return Shortcoming.UNKNOWN
        case Kind.HANDOVER if reply.reason == HandoverReason.NOT_UNDERSTOOD:
            return Shortcoming.UNKNOWN
        case Kind.ANSWER if reply.confidence < UNSURE:
            return Shortcoming.UNSURE
        case Kind.CLARIFY:
            return Shortcoming.UNTAKEN
    return None


async def queue_reply(*, message_id: UUID, reply: Reply, at: datetime) -> None:
    """Queue a question whose reply falls short; a choice only if nothing of it is taken while it is remembered."""
    found = shortcoming_of(reply)
    if found is not None:
        due_at = at + (REMEMBERED if found is Shortcoming.UNTAKEN else timedelta())
        await execute(_QUEUE, new_id(), at, message_id, found.value, due_at)


async def choice_taken(message_id: UUID) -> None:
    """Take back that nothing of a choice was taken."""
    await execute(_UNQUEUE, message_id, Shortcoming.UNTAKEN.value)


async def queue_rating(*, message_id: UUID, is_helpful: bool, at: datetime) -> None:
    """Queue a question whose answer did not help; take that back when it is said to have helped."""
    if is_helpful:
        await execute(_UNQUEUE, message_id, Shortcoming.UNHELPFUL.value)
    else:
        await execute(_QUEUE, new_id(), at, message_id, Shortcoming.UNHELPFUL.value, at)
