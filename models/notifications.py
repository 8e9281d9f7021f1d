"""消息 — what a person is told, kept in the mini-program's inbox whatever becomes of other ways to tell it."""

from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record


class Notification(Record):
    """消息 — one thing told to one account."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="notifications", on_delete=fields.RESTRICT
    )
    event = fields.CharField(max_length=60)
    """What happened, such as ``job_application.interview``."""
    title = fields.CharField(max_length=60)
    text = fields.CharField(max_length=500)
    link = fields.CharField(max_length=200, default="")
    """The API path of what it is about, such as ``/v1/jobs/{id}``; empty for none."""
    dedupe_key = fields.CharField(max_length=120, unique=True)
    """The same key is told once."""
    read_at = fields.DatetimeField(null=True)

    account_id: UUID

    class Meta:
        table = "notifications"
        indexes = (("account", "id"),)
