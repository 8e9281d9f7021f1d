"""对话 — what somebody asked the bot, what it did, and the cases that people took over."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record


class Conversation(Record):
    """对话 — of an account, or of nobody known; whoever has its id goes on with one of nobody."""

    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="conversations", on_delete=fields.RESTRICT, null=True
    )
    last_at = fields.DatetimeField()

    account_id: UUID | None

    class Meta:
        table = "conversations"
        indexes = (("account", "id"), ("last_at",))


class AssistantMessage(Record):
    """问答 — one question with its reply, or what a member of staff wrote; masked, and without words once purged."""

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="messages", on_delete=fields.RESTRICT
    )
    question = fields.CharField(max_length=600)
    """As it was asked, masked; empty for what staff wrote."""
    kind = fields.CharField(max_length=16)
    """Of the reply: answer, clarify, live, handover, refusal; ``staff`` for what staff wrote."""
    reply = fields.TextField()
    topic = fields.CharField(max_length=60, null=True)
    intent = fields.CharField(max_length=24, null=True)
    reason = fields.CharField(max_length=24)
    confidence = fields.FloatField()
    options = fields.TextField()
    """The slugs that were offered, as a JSON array."""
    helpful = fields.BooleanField(null=True)
    comment = fields.CharField(max_length=300, default="")

    conversation_id: UUID

    class Meta:
        table = "assistant_messages"
        indexes = (("conversation", "id"), ("created_at",))


class HandoverState(StrEnum):
    """转人工件的状态"""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"open": "待接手", "claimed": "处理中", "answered": "已答复", "closed": "已结束"}[self.value]


HANDOVER_TRANSITIONS: dict[HandoverState, frozenset[HandoverState]] = {
    HandoverState.OPEN: frozenset({HandoverState.CLAIMED, HandoverState.ANSWERED, HandoverState.CLOSED}),
    HandoverState.CLAIMED: frozenset({HandoverState.ANSWERED, HandoverState.CLOSED}),
    HandoverState.ANSWERED: frozenset({HandoverState.ANSWERED, HandoverState.CLOSED}),
    HandoverState.CLOSED: frozenset(),
}


class HandoverCase(Record):
    """转人工件 — a conversation that a person has to take over; one at a time for each."""

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="handovers", on_delete=fields.RESTRICT
    )
    reason = fields.CharField(max_length=24)
    urgency = fields.SmallIntField()
    """0 for a crisis, 1 for a threat, 2 for the rest: the lower the sooner."""
    state = fields.CharEnumField(HandoverState, max_length=16, default=HandoverState.OPEN)
    claimed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="claimed_handovers", on_delete=fields.RESTRICT, null=True
    )
    answered_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    conversation_id: UUID
    claimed_by_id: UUID | None

    class Meta:
        table = "handover_cases"
        indexes = (("state", "urgency", "id"),)
