"""承运方 — what carriers send us, kept before it is worked on."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.fields import SealedField

CARRIER_PUSH_BODY = "carrier_pushes.body"


class PushOutcome(StrEnum):
    """推送结果 — what became of a push."""

    RECEIVED = "received"
    DONE = "done"
    BAD_SIGNATURE = "bad_signature"
    UNREADABLE = "unreadable"
    UNKNOWN_PARCEL = "unknown_parcel"


class CarrierPush(Record):
    """承运方推送 — one message of a carrier, sealed; the same one is kept once."""

    carrier = fields.CharField(max_length=20)
    dedupe = fields.CharField(max_length=64, unique=True)
    body_sealed = SealedField(purpose=CARRIER_PUSH_BODY)
    outcome = fields.CharEnumField(PushOutcome, max_length=24, default=PushOutcome.RECEIVED)
    events = fields.IntField(default=0)
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "carrier_pushes"
        indexes = (("outcome", "created_at"),)


class CarrierFile(Record):
    """承运方文件 — a file of orders sent out or of events taken in; the same one is taken once."""

    carrier = fields.CharField(max_length=20)
    direction = fields.CharField(max_length=8)
    """``out`` or ``in``."""
    filename = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64)
    lines = fields.IntField()
    taken = fields.IntField()
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="carrier_files", on_delete=fields.RESTRICT, null=True
    )

    account_id: UUID | None

    class Meta:
        table = "carrier_files"
        unique_together = (("carrier", "direction", "sha256"),)
