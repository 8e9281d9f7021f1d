"""地址簿 — where a person sends from and to; sealed, masked in lists, unit addresses kept briefly."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.fields import SealedField

ADDRESS = "addresses.address"


class AddressKind(StrEnum):
    """地址种类 — exclusive: a street beside a unit code is refused."""

    CIVIL = "civil"
    UNIT_CODE = "unit_code"
    PO_BOX = "po_box"

    @property
    def label(self) -> str:
        return {"civil": "普通地址", "unit_code": "部队代号", "po_box": "部队信箱"}[self.value]

    @property
    def is_unit(self) -> bool:
        return self is not AddressKind.CIVIL


class Address(Record):
    """地址 — one entry of a person's address book; name, telephone and place are one sealed JSON."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="addresses", on_delete=fields.RESTRICT
    )
    kind = fields.CharEnumField(AddressKind, max_length=16)
    label = fields.CharField(max_length=20, default="")
    """What the person calls it, such as 儿子; no address."""
    address_sealed = SealedField(purpose=ADDRESS)
    purge_on = fields.DateField(null=True, db_index=True)
    """The Beijing day on which a unit's address is forgotten; empty for civil ones."""
    updated_at = fields.DatetimeField()

    account_id: UUID

    class Meta:
        table = "addresses"
        indexes = (("account", "id"),)
