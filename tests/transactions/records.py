"""试验记录 — a throw-away model for the tests of the database layer."""

from tortoise import fields
from tortoise.models import Model

from models.transactions import Dialects

CREATE = Dialects(
    postgres="""CREATE TABLE entries (
        id UUID PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE, amount INT NOT NULL, is_open BOOL NOT NULL DEFAULT TRUE,
        held_at TIMESTAMPTZ, held_on DATE, price VARCHAR(40), content BYTEA)""",
    sqlite="""CREATE TABLE entries (
        id CHAR(36) PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE, amount INT NOT NULL, is_open BOOL NOT NULL
        DEFAULT 1, held_at TIMESTAMP, held_on DATE, price VARCHAR(40), content BLOB)""",
)


class Entry(Model):
    """试验记录 — one row of anything."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)
    amount = fields.IntField()
    is_open = fields.BooleanField(default=True)
    held_at = fields.DatetimeField(null=True)
    held_on = fields.DateField(null=True)
    price = fields.CharField(max_length=40, null=True)
    content = fields.BinaryField(null=True)

    class Meta:
        table = "entries"
