"""服务站 — the tree of veteran stations, their hours, their slots, and who works there."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.fields import WordsField
from models.towns import Town


class StationLevel(StrEnum):
    """服务站层级 — 市、镇、村 three levels, and those at a campus or an enterprise."""

    CITY = "city"
    TOWN = "town"
    VILLAGE = "village"
    CAMPUS = "campus"
    ENTERPRISE = "enterprise"

    @property
    def label(self) -> str:
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {
    StationLevel.CITY: "市级",
    StationLevel.TOWN: "镇级",
    StationLevel.VILLAGE: "村级",
    StationLevel.CAMPUS: "校园站",
    StationLevel.ENTERPRISE: "企业站",
}


class StationService(StrEnum):
    """服务项目 — what a station does for people."""

    PARCEL = "parcel"
    CARD = "card"
    JOBS = "jobs"
    AID = "aid"
    LEGAL = "legal"
    LODGING = "lodging"
    POLICY = "policy"
    PETITION = "petition"

    @property
    def label(self) -> str:
        return _SERVICE_LABELS[self]


_SERVICE_LABELS = {
    StationService.PARCEL: "拥军包裹寄递",
    StationService.CARD: "优待证办理",
    StationService.JOBS: "就业创业服务",
    StationService.AID: "困难帮扶",
    StationService.LEGAL: "法律援助",
    StationService.LODGING: "军人驿站住宿",
    StationService.POLICY: "政策咨询",
    StationService.PETITION: "信访接待",
}


class Station(Record):
    """服务站 — a veteran station; one that offers parcels is a 邮兵驿站. Coordinates are GCJ-02 degrees."""

    number = fields.CharField(max_length=20, unique=True)
    """The bureau's own number; the key by which a re-import updates."""
    name = fields.CharField(max_length=120)
    level = fields.CharEnumField(StationLevel, max_length=16)
    parent: fields.ForeignKeyNullableRelation["Station"] = fields.ForeignKeyField(
        "models.Station", related_name="children", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="stations", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Whose staff keep it; empty for a station of the whole city, which administrators keep."""
    address = fields.CharField(max_length=200)
    telephone = fields.CharField(max_length=40, default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    services = WordsField(default=())
    """Of ``StationService``."""
    notice = fields.CharField(max_length=200, default="")
    slot_minutes = fields.SmallIntField(default=30)
    slot_capacity = fields.SmallIntField(default=4)
    """How many parcels one slot takes; 0 for a station that takes no bookings."""
    closed_at = fields.DatetimeField(null=True)
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    parent_id: UUID | None
    town_id: str | None

    class Meta:
        table = "stations"


class StationHours(Record):
    """营业时间 — one opening of a station on one weekday (1 is Monday), ``HH:MM`` in Beijing."""

    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="hours", on_delete=fields.RESTRICT
    )
    weekday = fields.SmallIntField()
    opens = fields.CharField(max_length=5)
    closes = fields.CharField(max_length=5)

    station_id: UUID

    class Meta:
        table = "station_hours"
        unique_together = (("station", "weekday", "opens"),)


class StationDay(Record):
    """特殊日期 — a day on which a station, or every station, keeps other hours: a holiday, a working Sunday."""

    station: fields.ForeignKeyNullableRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="days", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    scope = fields.CharField(max_length=36)
    """The station's id, or ``all``; one day stands once in a scope."""
    day = fields.DateField()
    hours = WordsField(default=())
    """Ranges such as ``09:00-12:00``; none means closed."""
    note = fields.CharField(max_length=100, default="")

    station_id: UUID | None

    class Meta:
        table = "station_days"
        unique_together = (("scope", "day"),)


class StationStaff(Record):
    """服务站人员 — a staff account that works at the counter of one station."""

    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="staff", on_delete=fields.RESTRICT, db_index=True
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="station_posts", on_delete=fields.RESTRICT, db_index=True
    )
    removed_at = fields.DatetimeField(null=True)

    station_id: UUID
    account_id: UUID

    class Meta:
        table = "station_staff"


class StationSlot(Record):
    """预约时段 — a span of a day at a station that takes so many parcels and never more."""

    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="slots", on_delete=fields.RESTRICT
    )
    day = fields.DateField()
    starts = fields.CharField(max_length=5)
    ends = fields.CharField(max_length=5)
    capacity = fields.SmallIntField()
    taken = fields.SmallIntField(default=0)

    station_id: UUID

    class Meta:
        table = "station_slots"
        unique_together = (("station", "day", "starts"),)
