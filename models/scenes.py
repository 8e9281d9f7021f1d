"""小程序码 — short scenes that lead a scanner to a record of ours; a scene says nothing about anybody."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record


class SceneSubject(StrEnum):
    """码的对象 — what a mini-program code leads to."""

    PERK = "perk"
    PARCEL = "parcel"
    FAIR = "fair"
    STATION = "station"

    @property
    def label(self) -> str:
        return _SUBJECT_LABELS[self]


_SUBJECT_LABELS = {
    SceneSubject.PERK: "优惠",
    SceneSubject.PARCEL: "包裹",
    SceneSubject.FAIR: "招聘会",
    SceneSubject.STATION: "服务站",
}


class SceneCode(Record):
    """小程序码 — one scene for each record that a code leads to, however often it is asked for."""

    scene = fields.CharField(max_length=32, unique=True)
    """Random; at most 32 of the characters that WeChat allows (getwxacodeunlimit)."""
    subject = fields.CharEnumField(SceneSubject, max_length=16)
    subject_id = fields.UUIDField()
    width = fields.IntField()
    """Pixels of the picture, 280 to 1280."""
    created_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="scene_codes", on_delete=fields.RESTRICT
    )
    created_by_id: UUID

    class Meta:
        table = "scene_codes"
        unique_together = (("subject", "subject_id"),)
