"""编号序列 — serial numbers that people read aloud, counted without gaps or doubles."""

from tortoise import fields
from tortoise.models import Model


class NumberSeries(Model):
    """编号序列 — the last number given in a series, such as the intents of one Beijing day."""

    series = fields.CharField(max_length=40, primary_key=True)
    given = fields.IntField()

    class Meta:
        table = "number_series"
