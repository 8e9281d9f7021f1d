"""共享状态 — small values with a life span, seen alike by every process."""

from tortoise import fields
from tortoise.models import Model


class SharedValue(Model):
    """共享值 — a key, its value, and the epoch second at which it is forgotten."""

    key = fields.CharField(max_length=200, primary_key=True)
    value = fields.TextField()
    expires_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "shared_state"
