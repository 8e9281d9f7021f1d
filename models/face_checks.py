"""人脸核身 — WeChat compares a face with the ID card; a passed check proves once who holds the phone."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.cards import Card
from models.fields import SealedField

FACE_CHECK_SUBMITTED = "face_checks.submitted"


class FaceCheckState(StrEnum):
    """核身状态"""

    STARTED = "started"
    PASSED = "passed"
    FAILED = "failed"
    USED = "used"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    FaceCheckState.STARTED: "等待刷脸",
    FaceCheckState.PASSED: "核身通过",
    FaceCheckState.FAILED: "核身未通过",
    FaceCheckState.USED: "已用于绑定",
}


class FaceCheck(Record):
    """核身 — one session of 微信人脸核身 for one account and one ID number; good once, for an hour."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="face_checks", on_delete=fields.RESTRICT, db_index=True
    )
    account_id: UUID
    serial = fields.CharField(max_length=32, unique=True)
    """WeChat's out_seq_no: 5 to 32 letters and digits, unique under the AppID."""
    submitted_sealed = SealedField(purpose=FACE_CHECK_SUBMITTED, null=True)
    """WeChat's session and the digest of name and number, as JSON; removed with the result."""
    id_number_hash = fields.CharField(max_length=64)
    """The keyed hash by which the roster is searched; the number itself is not stored."""
    name_hash = fields.CharField(max_length=64)
    """The keyed hash of the name as it is compared."""
    state = fields.CharEnumField(FaceCheckState, max_length=16, default=FaceCheckState.STARTED)
    verify_ret = fields.IntField(null=True)
    """WeChat's result; 10000 alone is a pass."""
    expires_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)
    card: fields.ForeignKeyNullableRelation[Card] = fields.ForeignKeyField(
        "models.Card", related_name="face_checks", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The card that was bound by it."""
    card_id: UUID | None

    class Meta:
        table = "face_checks"
        indexes = (("expires_at",),)
