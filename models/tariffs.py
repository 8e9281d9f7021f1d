"""资费 — what a service costs, as versions with a period; data of the bureau, never code."""

from tortoise import fields

from models.base import Record


class Tariff(Record):
    """资费 — one version of one service's prices; the newest that has begun and not ended is in force."""

    service = fields.CharField(max_length=40)
    name = fields.CharField(max_length=60)
    carrier = fields.CharField(max_length=20)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    """The last day; empty for until replaced."""
    terms = fields.TextField()
    """JSON: zones by province, first and further steps in grams and fen, divisor, limits, concession and its bearer."""
    source = fields.CharField(max_length=300)
    is_sample = fields.BooleanField(default=False)

    class Meta:
        table = "tariffs"
        unique_together = (("service", "valid_from"),)
