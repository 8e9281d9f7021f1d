"""提问 — one question of a conversation: understood, answered, and stored masked in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from bot.assistant import Assistant
from bot.dialogue.follow_ups import MOST_TURNS, REMEMBERED
from bot.replies import Kind, RefusalReason, Reply, Turn
from bot.skills import Question
from models.base import new_id
from models.errors import NotFound
from models.transactions import Row, as_instant, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.assistant.cases import open_case
from server.assistant.masking import mask_question
from server.assistant.questions.queueing import choice_taken, queue_reply


class ConversationNotFound(NotFound):
    message = "没有找到这次对话"
    next_step = "请重新开始一次对话"


@dataclass(frozen=True, slots=True)
class Asked:
    """问答结果"""

    conversation_id: UUID
    message_id: UUID
    reply: Reply


_CONVERSATION = "SELECT account_id FROM conversations WHERE id = $1"
_TURNS = (
    "SELECT id, question, created_at, kind, topic, intent, reason, options FROM assistant_messages "
    "WHERE conversation_id = $1 AND created_at > $2 AND kind <> 'staff' ORDER BY id DESC LIMIT $3"
)
_LAST = (
    "SELECT kind, reason, options FROM assistant_messages WHERE conversation_id = $1 AND created_at > $2 "
    "AND kind <> 'staff' ORDER BY id DESC LIMIT 1"
)
_OPEN = (
    "INSERT INTO conversations (id, created_at, account_id, last_at) VALUES ($1, $2, $3, $2) "
    "ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, "
    "account_id = coalesce(conversations.account_id, excluded.account_id)"
)
_STORE = (
    "INSERT INTO assistant_messages (id, created_at, conversation_id, question, kind, reply, topic, intent, reason, "
    "confidence, options, comment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')"
)


async def ask(
    *,
    assistant: Assistant,
    text: str,
    conversation_id: UUID | None,
    topic: str | None,
    latitude: float | None,
    longitude: float | None,
    account_id: UUID | None,
    at: datetime,
    is_topic_chosen: bool = False,
    within: Callable[[Asked], Awaitable[None]] | None = None,
) -> Asked:
    """Answer a question of a conversation, a new one where none is named. 提问。

    ``topic`` is that of a tapped option; it counts only if the last reply offered it, or ``is_topic_chosen`` says that
    the bureau's own menu named it. ``within`` is done in the transaction that stores the answer.

    Raises:
        ConversationNotFound: there is none, or it is somebody else's.
    """
    turns: list[Turn] = []
    offered: list[str] = []
    last: UUID | None = None
    if conversation_id is not None:
        await require_conversation(conversation_id, account_id=account_id)
        rows = await fetch_rows(_TURNS, conversation_id, at - REMEMBERED, MOST_TURNS)
        turns = [_turn(row) for row in reversed(rows)]
        if rows:
            last, offered = as_uuid(rows[0]["id"]), msgspec.json.decode(rows[0]["options"], type=list[str])
    question = Question(text=text, at=at, account_id=account_id, latitude=latitude, longitude=longitude)
    tapped = assistant.answer(topic) if topic is not None and (topic in offered or is_topic_chosen) else None
    reply = tapped or await assistant.reply(question, turns)
    asked = Asked(conversation_id or uuid4(), new_id(), reply)
    await _store(asked, text, account_id=account_id, chosen_from=last if tapped else None, at=at, within=within)
    return asked


@dataclass(frozen=True, slots=True)
class Offer:
    """给出的选项 — the topics of the last reply in their order, and whether a person is offered after them."""

    topics: list[str]
    has_person: bool


async def last_offer(conversation_id: UUID, *, at: datetime) -> Offer:
    """Return what the last reply of a conversation offered, nothing once it is no longer remembered."""
    row = await fetch_row(_LAST, conversation_id, at - REMEMBERED)
    if row is None:
        return Offer([], has_person=False)
    has_person = row["kind"] == Kind.CLARIFY or row["reason"] == RefusalReason.UNKNOWN
    return Offer(msgspec.json.decode(row["options"], type=list[str]), has_person)


async def require_conversation(conversation_id: UUID, *, account_id: UUID | None) -> None:
    """Refuse a conversation that is not this person's; one of nobody is whoever's has its id.

    Raises:
        ConversationNotFound: there is none, or it is somebody else's.
    """
    row = await fetch_row(_CONVERSATION, conversation_id)
    if row is None or (row["account_id"] is not None and UUID(str(row["account_id"])) != account_id):
        raise ConversationNotFound


async def _store(
    asked: Asked,
    text: str,
    *,
    account_id: UUID | None,
    chosen_from: UUID | None,
    at: datetime,
    within: Callable[[Asked], Awaitable[None]] | None,
) -> None:
    reply = asked.reply
    topics = [option.topic for option in reply.options if option.topic]
    async with transaction():
        await execute(_OPEN, asked.conversation_id, at, account_id)
        await execute(
            _STORE,
            asked.message_id,
            at,
            asked.conversation_id,
            mask_question(text),
            reply.kind.value,
            reply.text,
            reply.topic,
            reply.intent,
            reply.reason,
            round(reply.confidence, 4),
            msgspec.json.encode(topics).decode(),
        )
        await queue_reply(message_id=asked.message_id, reply=reply, at=at)
        if chosen_from is not None:
            await choice_taken(chosen_from)
        if reply.kind is Kind.HANDOVER:
            await open_case(conversation_id=asked.conversation_id, reason=reply.reason, at=at)
        if within is not None:
            await within(asked)


def _turn(row: Row) -> Turn:
    return Turn(
        text=row["question"],
        at=as_instant(row["created_at"]),
        kind=Kind(row["kind"]),
        topic=row["topic"],
        intent=row["intent"],
        reason=row["reason"],
    )


async def list_messages(
    *, conversation_id: UUID, account_id: UUID | None, after: UUID | None = None, limit: int = 20
) -> Sequence[Row]:
    """Return what was said in a conversation, the oldest first; ``after`` is the last id of the page before.

    Raises:
        ConversationNotFound: there is none, or it is somebody else's.
    """
    await require_conversation(conversation_id, account_id=account_id)
    return await messages_of(conversation_id, after=after, limit=limit)


async def messages_of(conversation_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Row]:
    """Return a page of what was said in a conversation, the oldest first."""
    columns = "id, created_at, question, kind, reply, topic, intent, reason, confidence, helpful"
    if after is None:
        return await fetch_rows(
            f"SELECT {columns} FROM assistant_messages WHERE conversation_id = $1 ORDER BY id LIMIT $2",
            conversation_id,
            limit,
        )
    return await fetch_rows(
        f"SELECT {columns} FROM assistant_messages WHERE conversation_id = $1 AND id > $3 ORDER BY id LIMIT $2",
        conversation_id,
        limit,
        after,
    )
