"""优惠 — what is granted, by whom, where, and under which terms and limits."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.base import Record
from models.fields import WordsField
from models.merchants import Branch, Merchant

ALL_WEEKDAYS = 127


class PerkState(StrEnum):
    """优惠状态"""

    DRAFT = "draft"
    LIVE = "live"
    SUSPENDED = "suspended"
    ENDED = "ended"


PERK_TRANSITIONS: dict[PerkState, frozenset[PerkState]] = {
    PerkState.DRAFT: frozenset({PerkState.LIVE}),
    PerkState.LIVE: frozenset({PerkState.SUSPENDED, PerkState.ENDED}),
    PerkState.SUSPENDED: frozenset({PerkState.LIVE, PerkState.ENDED}),
    PerkState.ENDED: frozenset(),
}


class PerkCategory(Model):
    """优惠类别"""

    code = fields.CharField(max_length=32, primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    position = fields.SmallIntField()

    class Meta:
        table = "perk_categories"


class Perk(Record):
    """优惠 — what a merchant or an authority grants to card holders."""

    number = fields.CharField(max_length=40, unique=True)
    """The bureau's own number; the key by which a re-import updates."""
    category: fields.ForeignKeyRelation[PerkCategory] = fields.ForeignKeyField(
        "models.PerkCategory", related_name="perks", on_delete=fields.RESTRICT
    )
    title = fields.CharField(max_length=120)
    description = fields.TextField()
    merchant: fields.ForeignKeyNullableRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="perks", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Empty for a perk that an authority grants and no till redeems, such as a free bus ride."""
    provider = fields.CharField(max_length=120)
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)
    weekdays = fields.SmallIntField(default=ALL_WEEKDAYS)
    """Bit 0 is Monday."""
    hours = WordsField(default=())
    """Ranges such as ``09:00-21:00`` in Beijing time; one may pass midnight; none means all day."""
    card_kinds = WordsField(default=())
    """Kinds of card entitled; none means every kind."""
    households = WordsField(default=())
    """Town codes of the household registration entitled; none means anybody from anywhere."""
    documents = fields.CharField(max_length=200, default="")
    """What else the holder must show, in words."""
    per_person_day = fields.IntField(null=True)
    per_person_month = fields.IntField(null=True)
    per_person_year = fields.IntField(null=True)
    per_person_ever = fields.IntField(null=True)
    total_day = fields.IntField(null=True)
    total_ever = fields.IntField(null=True)
    source = fields.CharField(max_length=300)
    """The document that grants the perk."""
    state = fields.CharEnumField(PerkState, max_length=16, default=PerkState.DRAFT)
    state_reason = fields.CharField(max_length=200, default="")
    is_sample = fields.BooleanField(default=False)
    search_text = fields.TextField()
    """Words and character pairs of title, provider and description, for full-text search."""
    updated_at = fields.DatetimeField()

    category_id: str
    merchant_id: UUID | None

    class Meta:
        table = "perks"
        indexes = (("state", "id"), ("merchant", "state"), ("category", "state", "id"))


class PerkBranch(Record):
    """优惠门店 — a branch at which a perk is granted."""

    perk: fields.ForeignKeyRelation[Perk] = fields.ForeignKeyField(
        "models.Perk", related_name="perk_branches", on_delete=fields.RESTRICT
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "models.Branch", related_name="perk_branches", on_delete=fields.RESTRICT, db_index=True
    )

    perk_id: UUID
    branch_id: UUID

    class Meta:
        table = "perk_branches"
        unique_together = (("perk", "branch"),)
