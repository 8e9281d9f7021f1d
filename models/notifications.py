"""消息 — what a person is told, kept in the mini-program's inbox whatever becomes of other ways to tell it."""

from enum import StrEnum
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


class NotificationTemplate(Record):
    """消息模板设置 — what staff set for one template of the file: its id at WeChat, and whether it is used."""

    key = fields.CharField(max_length=40, unique=True)
    template_id = fields.CharField(max_length=64, unique=True, null=True)
    """The id that WeChat gave; None before the bureau has applied for it, and nothing is sent then."""
    is_on = fields.BooleanField(default=True)
    field_names = fields.TextField(default="{}")
    """A JSON object from the file's field names to those of the bureau's own template."""
    changed_at = fields.DatetimeField()

    class Meta:
        table = "notification_templates"


class DeliveryState(StrEnum):
    """微信送达状态 — waiting and sending go on by themselves; of the ended ones staff may send some again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    NO_CONSENT = "no_consent"
    """The person has agreed to no further message of this kind; the inbox has it."""
    WITHHELD = "withheld"
    """The template was switched off before its turn came."""
    EXPIRED = "expired"
    """It waited so long that it is news no more."""
    DEAD = "dead"
    """WeChat refused it for good, or was not reached in all attempts."""
    UNSURE = "unsure"
    """Whether WeChat sent it is not known, so it is not repeated without a person's decision."""


class NotificationDelivery(Record):
    """微信送达 — one notification on its way to the person's phone as a subscribe message."""

    notification: fields.OneToOneRelation[Notification] = fields.OneToOneField(
        "models.Notification", related_name="delivery", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="notification_deliveries", on_delete=fields.RESTRICT
    )
    template = fields.CharField(max_length=40)
    """The key of the template in the file."""
    is_urgent = fields.BooleanField(default=False)
    field_values = fields.TextField(default="{}")
    """A JSON object of what the event gave for the template."""
    state = fields.CharEnumField(DeliveryState, max_length=16, default=DeliveryState.WAITING)
    run_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    """From then on it is news no more."""
    attempts = fields.IntField(default=0)
    """How often it was claimed; tells one claim from every other."""
    failures = fields.IntField(default=0)
    """How often in a row it could not be sent."""
    locked_until = fields.DatetimeField(null=True)
    errcode = fields.IntField(null=True)
    """WeChat's last refusal."""
    message_id = fields.CharField(max_length=40, null=True)
    """WeChat's id of what it sent."""
    ended_at = fields.DatetimeField(null=True)

    notification_id: UUID
    account_id: UUID

    class Meta:
        table = "notification_deliveries"
        indexes = (("state", "id"), ("account", "id"))
