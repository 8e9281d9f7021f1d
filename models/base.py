"""记录 — what every stored record has: a time-ordered id and the instant of its creation."""

from uuid import UUID

import uuid_utils
from tortoise import fields
from tortoise.models import Model

from config.clock import utc_now


def new_id() -> UUID:
    """Return a UUIDv7: ids sort by the time of their making."""
    return UUID(int=uuid_utils.uuid7().int)


class Record(Model):
    """记录 — the base of everything stored."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    created_at = fields.DatetimeField(default=utc_now)

    class Meta:
        abstract = True
