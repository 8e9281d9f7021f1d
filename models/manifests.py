"""交接单 — what a station handed to a courier on a day; frozen once signed."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.fields import SealedField
from models.parcels import Parcel
from models.stations import Station

MANIFEST_COURIER = "manifests.courier_name"


class ManifestState(StrEnum):
    """交接单状态"""

    OPEN = "open"
    CLOSED = "closed"
    SIGNED = "signed"

    @property
    def label(self) -> str:
        return {"open": "正在装车", "closed": "待快递员签收", "signed": "双方已签"}[self.value]


MANIFEST_TRANSITIONS: dict[ManifestState, frozenset[ManifestState]] = {
    ManifestState.OPEN: frozenset({ManifestState.CLOSED}),
    # open again: the courier counted and the number differed
    ManifestState.CLOSED: frozenset({ManifestState.OPEN, ManifestState.SIGNED}),
    ManifestState.SIGNED: frozenset(),
}


class Manifest(Record):
    """交接单 — the parcels of one station for one carrier on one day, signed by both sides."""

    number = fields.CharField(max_length=24, unique=True)
    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="manifests", on_delete=fields.RESTRICT
    )
    carrier = fields.CharField(max_length=20)
    day = fields.DateField()
    state = fields.CharEnumField(ManifestState, max_length=16, default=ManifestState.OPEN)
    parcels = fields.IntField(default=0)
    grams = fields.BigIntField(default=0)
    """Frozen when closed."""
    courier_name_sealed = SealedField(purpose=MANIFEST_COURIER, null=True)
    courier_code_hash = fields.CharField(max_length=64, null=True)
    courier_code_expires_at = fields.DatetimeField(null=True)
    courier_tries = fields.SmallIntField(default=0)
    staff_signed_at = fields.DatetimeField(null=True)
    staff_signed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="signed_manifests", on_delete=fields.RESTRICT, null=True
    )
    courier_signed_at = fields.DatetimeField(null=True)
    digest = fields.CharField(max_length=64, default="")
    """Hash over the frozen rows: what was signed."""
    updated_at = fields.DatetimeField()

    station_id: UUID
    staff_signed_by_id: UUID | None

    class Meta:
        table = "manifests"
        indexes = (("station", "day"),)


class ManifestParcel(Record):
    """交接单的包裹 — one row of a manifest; a parcel is on one manifest only."""

    manifest: fields.ForeignKeyRelation[Manifest] = fields.ForeignKeyField(
        "models.Manifest", related_name="rows", on_delete=fields.RESTRICT
    )
    parcel: fields.OneToOneRelation[Parcel] = fields.OneToOneField(
        "models.Parcel", related_name="manifest_row", on_delete=fields.RESTRICT
    )
    position = fields.IntField()
    number = fields.CharField(max_length=20)
    tracking_number = fields.CharField(max_length=40, default="")
    weight_grams = fields.IntField()

    manifest_id: UUID
    parcel_id: UUID

    class Meta:
        table = "manifest_parcels"
        unique_together = (("manifest", "position"),)
