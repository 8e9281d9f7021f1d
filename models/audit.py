"""审计 — who did what to which record, append-only, sealed into a hash chain."""

from tortoise import fields
from tortoise.models import Model

from models.base import Record


class AuditEntry(Record):
    """审计记录 — one deed; triggers refuse every change and removal."""

    account_id = fields.UUIDField(null=True)
    """The doer; empty for the command line and the worker."""
    role = fields.CharField(max_length=16)
    action = fields.CharField(max_length=64)
    record_type = fields.CharField(max_length=40)
    record_id = fields.CharField(max_length=64)
    detail = fields.TextField()
    """JSON of ids, states and reasons; no personal data."""

    class Meta:
        table = "audit_entries"
        indexes = (("record_type", "record_id"),)


class AuditSeal(Model):
    """审计链 — the n-th entry's place in the chain and the keyed hash over it and its predecessor."""

    seq = fields.BigIntField(primary_key=True, generated=False)
    entry: fields.OneToOneRelation[AuditEntry] = fields.OneToOneField(
        "models.AuditEntry", related_name="seal", on_delete=fields.RESTRICT
    )
    hash = fields.CharField(max_length=64)
    sealed_at = fields.DatetimeField()

    class Meta:
        table = "audit_seals"
