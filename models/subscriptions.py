"""订阅消息 — what a person agreed to be sent by WeChat: one accept is one message, and accepts add up."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record


class SubscriptionBalance(Record):
    """订阅余额 — how many messages of one WeChat template a person may still be sent."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="subscription_balances", on_delete=fields.RESTRICT
    )
    template_id = fields.CharField(max_length=64)
    remaining = fields.IntField(default=0)
    """Never below zero."""

    account_id: UUID

    class Meta:
        table = "subscription_balances"
        unique_together = (("account", "template_id"),)


class SubscriptionKind(StrEnum):
    """订阅记账种类 — what changed a balance, or was said without changing it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BANNED = "banned"
    FILTERED = "filtered"
    SENT = "sent"
    RETURNED = "returned"
    """Taken for a message that never left."""
    CLOSED = "closed"
    """WeChat knows of no consent, whatever we counted."""


class SubscriptionSource(StrEnum):
    """订阅来源 — who told of it."""

    PHONE = "phone"
    WECHAT = "wechat"
    SERVER = "server"


class SubscriptionEntry(Record):
    """订阅记账 — one line of the ledger behind a balance; the same reference is entered once."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="subscription_entries", on_delete=fields.RESTRICT
    )
    template_id = fields.CharField(max_length=64)
    kind = fields.CharEnumField(SubscriptionKind, max_length=16)
    source = fields.CharEnumField(SubscriptionSource, max_length=16)
    change = fields.IntField(default=0)
    reference = fields.CharField(max_length=160, unique=True)
    is_paired = fields.BooleanField(default=False)
    """The phone and WeChat both told of this one tap."""

    account_id: UUID

    class Meta:
        table = "subscription_entries"
        indexes = (("account", "template_id", "id"),)
