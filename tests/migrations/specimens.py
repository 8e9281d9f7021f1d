"""标本 — two throw-away models with every sort of column, and the SQL that makes their tables."""

from tortoise import fields
from tortoise.models import Model

from models.transactions import Dialects


class Owner(Model):
    """标本主人 — the parent."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    born_on = fields.DateField(null=True)

    class Meta:
        table = "owners"


class Pet(Model):
    """标本宠物 — the child."""

    code = fields.CharField(max_length=12, primary_key=True)
    owner: fields.ForeignKeyRelation[Owner] = fields.ForeignKeyField(
        "models.Owner", related_name="pets", on_delete=fields.RESTRICT, db_index=True
    )
    position = fields.SmallIntField()
    fed_at = fields.DatetimeField()
    is_tame = fields.BooleanField(default=True)
    notes = fields.TextField()
    weight_grams = fields.BigIntField(null=True)
    photo = fields.BinaryField(null=True)
    facts = fields.JSONField[dict[str, str]](null=True)

    class Meta:
        table = "pets"
        unique_together = (("owner", "position"),)
        indexes = (("fed_at", "position"),)


OWNERS = Dialects(
    postgres="CREATE TABLE owners (id UUID PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, born_on DATE)",
    sqlite="CREATE TABLE owners (id CHAR(36) PRIMARY KEY NOT NULL, name VARCHAR(40) NOT NULL UNIQUE, born_on DATE)",
)
PETS = Dialects(
    postgres="""CREATE TABLE pets (
        code VARCHAR(12) PRIMARY KEY, owner_id UUID NOT NULL REFERENCES owners (id) ON DELETE RESTRICT,
        position SMALLINT NOT NULL, fed_at TIMESTAMPTZ NOT NULL, is_tame BOOL NOT NULL, notes TEXT NOT NULL,
        weight_grams BIGINT, photo BYTEA, facts JSONB, UNIQUE (owner_id, position))""",
    sqlite="""CREATE TABLE pets (
        code VARCHAR(12) PRIMARY KEY, owner_id CHAR(36) NOT NULL REFERENCES owners (id) ON DELETE RESTRICT,
        position SMALLINT NOT NULL, fed_at TIMESTAMP NOT NULL, is_tame BOOL NOT NULL, notes TEXT NOT NULL,
        weight_grams BIGINT, photo BLOB, facts JSON, UNIQUE (owner_id, position))""",
)
INDEX = "CREATE INDEX pets_fed ON pets (fed_at, position)"
