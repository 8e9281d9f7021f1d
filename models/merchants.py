"""商户 — merchants, their branches, and the clerks who stand at the till."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.towns import Town


class MerchantState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Merchant(Record):
    """商户 — who grants perks at branches of its own."""

    name = fields.CharField(max_length=120)
    credit_code = fields.CharField(max_length=18, unique=True)
    credit_code_note = fields.CharField(max_length=200, default="")
    """Why staff accepted a code whose check character is wrong."""
    licence_from = fields.DateField(null=True)
    licence_to = fields.DateField(null=True)
    """The last day of the licence; empty for one without end (长期)."""
    state = fields.CharEnumField(MerchantState, max_length=16, default=MerchantState.ACTIVE)
    state_reason = fields.CharField(max_length=200, default="")
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "merchants"


class Branch(Record):
    """门店 — where perks of a merchant are granted. Coordinates are GCJ-02 degrees, as WeChat's maps give them."""

    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="branches", on_delete=fields.RESTRICT, db_index=True
    )
    name = fields.CharField(max_length=120)
    town: fields.ForeignKeyRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="branches", on_delete=fields.RESTRICT, db_index=True
    )
    address = fields.CharField(max_length=200)
    telephone = fields.CharField(max_length=20, default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    closed_at = fields.DatetimeField(null=True)

    merchant_id: UUID
    town_id: str

    class Meta:
        table = "branches"
        unique_together = (("merchant", "name"),)


class Clerk(Record):
    """店员 — an account that verifies cards for one merchant at one branch."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="clerkships", on_delete=fields.RESTRICT, db_index=True
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="clerks", on_delete=fields.RESTRICT, db_index=True
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "models.Branch", related_name="clerks", on_delete=fields.RESTRICT, db_index=True
    )
    display_name = fields.CharField(max_length=40)
    """What the shop calls this till or person (such as 收银一号); not an identity."""
    removed_at = fields.DatetimeField(null=True)

    account_id: UUID
    merchant_id: UUID
    branch_id: UUID

    class Meta:
        table = "clerks"


class ClerkInvitation(Record):
    """店员邀请 — a one-time code that makes its bearer a clerk of a branch; stored hashed."""

    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="invitations", on_delete=fields.RESTRICT, db_index=True
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "models.Branch", related_name="invitations", on_delete=fields.RESTRICT, db_index=True
    )
    code_hash = fields.CharField(max_length=64, unique=True)
    display_name = fields.CharField(max_length=40)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    merchant_id: UUID
    branch_id: UUID

    class Meta:
        table = "clerk_invitations"
