"""幂等记录 — the replies that a repeated request gets again."""

from tortoise import fields

from models.base import Record


class StoredReply(Record):
    """幂等记录 — one answered request of one account under one key; kept for 24 hours."""

    account_id = fields.UUIDField()
    key = fields.CharField(max_length=128)
    fingerprint = fields.CharField(max_length=64)
    """Hash of method, path and body: the same key with another request is refused."""
    status = fields.SmallIntField()
    body = fields.BinaryField()

    class Meta:
        table = "stored_replies"
        unique_together = (("account_id", "key"),)
        indexes = (("created_at",),)
