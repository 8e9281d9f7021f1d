"""乡镇 — the 13 town-level units of 高邮市 under their official codes."""

from tortoise import fields
from tortoise.models import Model


class Town(Model):
    """乡镇街道 — a town-level unit; its code is the national statistical code."""

    code = fields.CharField(max_length=12, primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    position = fields.SmallIntField()

    class Meta:
        table = "towns"
