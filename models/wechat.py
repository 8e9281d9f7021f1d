"""微信来往 — what WeChat pushed, whom it was about, and what was answered by customer service."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.conversations import Conversation
from models.fields import SealedField

WECHAT_PUSH_BODY = "wechat_pushes.body"
WECHAT_PUSH_REPLY = "wechat_pushes.reply"
WECHAT_MESSAGE_TEXT = "wechat_messages.text"


class WeChatPushState(StrEnum):
    """微信推送的状态"""

    WAITING = "waiting"
    DONE = "done"
    UNKNOWN = "unknown"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return {"waiting": "待处理", "done": "已处理", "unknown": "不认识的推送", "failed": "处理失败"}[self.value]


class WeChatPush(Record):
    """微信推送 — sealed, kept once however often it is sent; worked on after ``success`` was answered."""

    account = fields.CharField(max_length=16)
    """``mini`` or ``service``."""
    openid = fields.CharField(max_length=128)
    """The person it is about; empty where WeChat does not say."""
    name = fields.CharField(max_length=128)
    """MsgType, or Event of an event."""
    is_message = fields.BooleanField()
    """Whether the person said it: five answers may follow within 48 hours."""
    dedupe = fields.CharField(max_length=64)
    body_sealed = SealedField(purpose=WECHAT_PUSH_BODY)
    state = fields.CharEnumField(WeChatPushState, max_length=16, default=WeChatPushState.WAITING)
    outcome = fields.CharField(max_length=40, default="")
    """What was done with it, in a word."""
    reply_sealed = SealedField(purpose=WECHAT_PUSH_REPLY, null=True)
    """The passive reply, as it was written in the chat; a repetition of the push is answered with it."""
    attempts = fields.IntField(default=0)
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wechat_pushes"
        unique_together = (("account", "dedupe"),)
        indexes = (("state", "id"), ("account", "openid", "id"))


class WeChatContact(Record):
    """微信联系人 — somebody in an account's chat, with what may still be sent, and the account if it is known."""

    account = fields.CharField(max_length=16)
    openid = fields.CharField(max_length=128)
    person: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="wechat_contacts", on_delete=fields.RESTRICT, null=True
    )
    conversation: fields.ForeignKeyNullableRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="wechat_contacts", on_delete=fields.RESTRICT, null=True
    )
    is_following = fields.BooleanField(default=True)
    shut_at = fields.DatetimeField(null=True)
    """When WeChat last took no more: nothing is tried until the person speaks again."""
    brief_until = fields.DatetimeField(null=True)
    """Until when what the person did (a tap, a scan, a visit) may be answered, and how many answers are left."""
    brief_left = fields.IntField(default=0)
    greeted_at = fields.DatetimeField(null=True)
    looked_up_at = fields.DatetimeField(null=True)
    """When WeChat was asked who this is."""
    locked_until = fields.DatetimeField(null=True)
    lock = fields.CharField(max_length=32, default="")
    """Whoever works on what this person sent; one at a time, in its order."""

    person_id: UUID | None
    conversation_id: UUID | None

    class Meta:
        table = "wechat_contacts"
        unique_together = (("account", "openid"),)


class WeChatMessageState(StrEnum):
    """微信客服消息的状态 — ``unsure`` went out without a word of its end: it is not sent again by itself."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    PASSIVE = "passive"
    LATE = "late"
    UNSURE = "unsure"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            "waiting": "待发送",
            "sending": "发送中",
            "sent": "已发送",
            "passive": "已随推送答复",
            "late": "过了时限，没有发",
            "unsure": "不知道发到没有",
            "refused": "微信不收",
        }[self.value]


class WeChatMessage(Record):
    """微信客服消息 — one text to one person, made once for what it answers and sent at most once."""

    contact: fields.ForeignKeyRelation[WeChatContact] = fields.ForeignKeyField(
        "models.WeChatContact", related_name="messages", on_delete=fields.RESTRICT
    )
    dedupe = fields.CharField(max_length=80, unique=True)
    """What it answers, and the part: made once for each."""
    text_sealed = SealedField(purpose=WECHAT_MESSAGE_TEXT)
    state = fields.CharEnumField(WeChatMessageState, max_length=16, default=WeChatMessageState.WAITING)
    errcode = fields.IntField(default=0)
    attempts = fields.IntField(default=0)
    sending_until = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    contact_id: UUID

    class Meta:
        table = "wechat_messages"
        indexes = (("contact", "state", "id"), ("state", "id"))
