"""核销 — the uses of perks, the counters that bound them, and every scan at a till."""

from enum import StrEnum

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.cards import Card, CardHolder
from models.fields import WordsField
from models.merchants import Branch, Clerk, Merchant
from models.perks import Perk


class Redemption(Record):
    """核销记录 — one use of a perk by one card. Its id is its creation; ``redeemed_on`` is the Beijing day."""

    pass_id = fields.CharField(max_length=32, unique=True)
    perk: fields.ForeignKeyRelation[Perk] = fields.ForeignKeyField(
        "models.Perk", related_name="redemptions", on_delete=fields.RESTRICT, db_index=True
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="redemptions", on_delete=fields.RESTRICT
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "models.Branch", related_name="redemptions", on_delete=fields.RESTRICT
    )
    clerk: fields.ForeignKeyNullableRelation[Clerk] = fields.ForeignKeyField(
        "models.Clerk", related_name="redemptions", on_delete=fields.RESTRICT, null=True
    )
    card: fields.ForeignKeyNullableRelation[Card] = fields.ForeignKeyField(
        "models.Card", related_name="redemptions", on_delete=fields.RESTRICT, null=True
    )
    holder: fields.ForeignKeyNullableRelation[CardHolder] = fields.ForeignKeyField(
        "models.CardHolder", related_name="redemptions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    redeemed_on = fields.DateField()
    counted = WordsField()
    """The counters that this use took from, as ``subject|period``; a reversal gives back exactly these."""
    reversed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "redemptions"
        indexes = (("merchant", "redeemed_on"), ("created_at",))


class PerkUsage(Record):
    """用量 — how often a perk was used by one holder, or by all, in one period."""

    perk: fields.ForeignKeyRelation[Perk] = fields.ForeignKeyField(
        "models.Perk", related_name="usages", on_delete=fields.RESTRICT
    )
    subject = fields.CharField(max_length=32)
    """A holder's id in hex, or ``all``."""
    period = fields.CharField(max_length=10)
    """A Beijing day ``2026-11-23``, month ``2026-11``, year ``2026``, or ``always``."""
    used = fields.IntField()

    class Meta:
        table = "perk_usages"
        unique_together = (("perk", "subject", "period"),)


class ScanOutcome(StrEnum):
    VALID = "valid"
    REFUSED = "refused"


class Scan(Record):
    """扫码记录 — a pass shown at a till, and what the till was told; refused ones too."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="scans", on_delete=fields.RESTRICT
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="scans", on_delete=fields.RESTRICT
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "models.Branch", related_name="scans", on_delete=fields.RESTRICT
    )
    pass_id = fields.CharField(max_length=32, null=True)
    perk_id = fields.UUIDField(null=True)
    outcome = fields.CharEnumField(ScanOutcome, max_length=8)
    reason = fields.CharField(max_length=40, default="")

    class Meta:
        table = "scans"
        indexes = (("merchant", "created_at"), ("created_at",))
