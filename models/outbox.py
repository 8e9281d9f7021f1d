"""发件箱 — work to be done after the answer, written in the business transaction."""

from enum import StrEnum

from tortoise import fields

from models.base import Record


class OutboxState(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


class OutboxMessage(Record):
    """待办 — one piece of work; deleted when done, kept as dead when its attempts are used up."""

    kind = fields.CharField(max_length=64)
    payload = fields.TextField()
    """JSON of ids; personal data is looked up when the work is done."""
    state = fields.CharEnumField(OutboxState, max_length=16, default=OutboxState.WAITING)
    run_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    last_fault = fields.CharField(max_length=500, default="")

    class Meta:
        table = "outbox_messages"
        indexes = (("state", "run_at"),)
