"""待改进的提问 — what the bot did not serve well, in groups of one meaning, and what staff made of them."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.conversations import AssistantMessage


class Shortcoming(StrEnum):
    """不足 — why a question is looked at again."""

    UNKNOWN = "unknown"
    UNSURE = "unsure"
    UNTAKEN = "untaken"
    UNHELPFUL = "unhelpful"

    @property
    def label(self) -> str:
        return {"unknown": "没听懂", "unsure": "把握不大", "untaken": "给了选项没人选", "unhelpful": "评价没帮上忙"}[
            self.value
        ]


class QuestionGroupState(StrEnum):
    """提问组的状态"""

    OPEN = "open"
    ATTACHED = "attached"
    PROPOSED = "proposed"
    OUTSIDE = "outside"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        return {
            "open": "待处理",
            "attached": "已写进草稿",
            "proposed": "建议算范围外，待第二人确认",
            "outside": "范围外",
            "dismissed": "不处理",
        }[self.value]


class QuestionGroupDeed(StrEnum):
    """提问组的处理 — named as done, for the audit."""

    ATTACHED = "attached"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


_OPEN = frozenset({QuestionGroupState.OPEN})
QUESTION_GROUP_TRANSITIONS: dict[QuestionGroupDeed, tuple[frozenset[QuestionGroupState], QuestionGroupState]] = {
    QuestionGroupDeed.ATTACHED: (_OPEN, QuestionGroupState.ATTACHED),
    QuestionGroupDeed.PROPOSED: (_OPEN, QuestionGroupState.PROPOSED),
    QuestionGroupDeed.CONFIRMED: (frozenset({QuestionGroupState.PROPOSED}), QuestionGroupState.OUTSIDE),
    QuestionGroupDeed.DISMISSED: (_OPEN, QuestionGroupState.DISMISSED),
    QuestionGroupDeed.REOPENED: (frozenset(QuestionGroupState) - _OPEN, QuestionGroupState.OPEN),
}
"""Each deed: the states it is done in, and the one it leads to."""


class QuestionGroup(Record):
    """提问组 — questions of one meaning, counted; staff decide once for all of them."""

    state = fields.CharEnumField(QuestionGroupState, max_length=16, default=QuestionGroupState.OPEN)
    text = fields.CharField(max_length=600)
    """The first of them, masked: what the others are compared with."""
    guesses = fields.TextField()
    """The topics nearest to it, as a JSON array of slugs."""
    asked = fields.IntField(default=0)
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()
    slug = fields.CharField(max_length=60, null=True)
    """The topic whose draft took over the ways of asking."""
    askings = fields.TextField(default="[]")
    """What was taken over from it, a JSON array: ways of asking a topic, or of asking what is outside."""
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="decided_question_groups", on_delete=fields.RESTRICT, null=True
    )
    decided_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    """When a second person last confirmed that it is outside; stays when it is opened again."""
    reason = fields.CharField(max_length=300, default="")
    revision = fields.IntField(default=1)
    """One more at every step of staff."""

    decided_by_id: UUID | None

    class Meta:
        table = "question_groups"
        indexes = (("state", "asked", "id"),)


class QueuedQuestion(Record):
    """待改进的提问 — one of them; its words are those of its message, and go with them."""

    message: fields.OneToOneRelation[AssistantMessage] = fields.OneToOneField(
        "models.AssistantMessage", related_name="queued", on_delete=fields.RESTRICT
    )
    shortcoming = fields.CharEnumField(Shortcoming, max_length=16)
    due_at = fields.DatetimeField()
    """From when it counts: a choice may still be taken for a while."""
    group: fields.ForeignKeyNullableRelation[QuestionGroup] = fields.ForeignKeyField(
        "models.QuestionGroup", related_name="questions", on_delete=fields.RESTRICT, null=True
    )

    message_id: UUID
    group_id: UUID | None

    class Meta:
        table = "queued_questions"
        indexes = (("group", "id"),)
