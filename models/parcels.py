"""包裹 — parcels of the 拥军 line, and the events that make their state."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.addresses import AddressKind
from models.base import Record
from models.fields import SealedField
from models.stations import Station, StationSlot
from models.tariffs import Tariff

PARCEL_SENDER = "parcels.sender"
PARCEL_RECIPIENT = "parcels.recipient"


class Collection(StrEnum):
    """交寄方式 — brought to the counter in a slot, or fetched at home on a day."""

    COUNTER = "counter"
    HOME = "home"

    @property
    def label(self) -> str:
        return "到站交寄" if self is Collection.COUNTER else "上门揽收"


class ParcelState(StrEnum):
    """包裹状态 — derived from the parcel's events."""

    BOOKED = "booked"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUSED_AT_COUNTER = "refused_at_counter"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    ParcelState.BOOKED: "已预约",
    ParcelState.ACCEPTED: "已收寄",
    ParcelState.HANDED_OVER: "已交邮",
    ParcelState.IN_TRANSIT: "运输中",
    ParcelState.OUT_FOR_DELIVERY: "派送中",
    ParcelState.READY_FOR_PICKUP: "待取件",
    ParcelState.DELIVERED: "已签收",
    ParcelState.CANCELLED: "已取消",
    ParcelState.REFUSED_AT_COUNTER: "未收寄",
    ParcelState.EXCEPTION: "异常",
    ParcelState.RETURNING: "退回中",
    ParcelState.RETURNED: "已退回",
    ParcelState.LOST: "已丢失",
}


class Parcel(Record):
    """包裹 — booked by a family, accepted at a station, carried, delivered."""

    number = fields.CharField(max_length=20, unique=True)
    """Read aloud: ``YB`` + Beijing day + serial + check character."""
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="parcels", on_delete=fields.RESTRICT, null=True
    )
    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="parcels", on_delete=fields.RESTRICT
    )
    slot: fields.ForeignKeyNullableRelation[StationSlot] = fields.ForeignKeyField(
        "models.StationSlot", related_name="parcels", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    collection = fields.CharEnumField(Collection, max_length=16)
    collect_on = fields.DateField(null=True)
    sender_sealed = SealedField(purpose=PARCEL_SENDER, null=True)
    sender_last4_hash = fields.CharField(max_length=64)
    """Keyed hash of the last four digits of the sender's mobile, for the look-up at the counter."""
    recipient_sealed = SealedField(purpose=PARCEL_RECIPIENT, null=True)
    recipient_kind = fields.CharEnumField(AddressKind, max_length=16)
    recipient_region = fields.CharField(max_length=60)
    """Province and city, for people to see; never more of a unit."""
    contents = fields.TextField()
    """JSON of items with quantity."""
    warnings = fields.TextField()
    """JSON of what the keyword screening flagged."""
    service = fields.CharField(max_length=40)
    tariff: fields.ForeignKeyRelation[Tariff] = fields.ForeignKeyField(
        "models.Tariff", related_name="parcels", on_delete=fields.RESTRICT, db_index=True
    )
    zone = fields.CharField(max_length=20)
    weight_grams = fields.IntField()
    length_mm = fields.IntField()
    width_mm = fields.IntField()
    height_mm = fields.IntField()
    """As told when booked, then as measured at the counter."""
    charged_grams = fields.IntField()
    price_fen = fields.BigIntField()
    concession_fen = fields.BigIntField()
    concession_bearer = fields.CharField(max_length=60, default="")
    declared_value_fen = fields.BigIntField(default=0)
    insurance_fen = fields.BigIntField(default=0)
    quoted_fen = fields.BigIntField()
    """What the person was told to pay when booking."""
    paid_fen = fields.BigIntField(null=True)
    """What was paid at the counter."""
    terms_version = fields.CharField(max_length=32)
    consented_at = fields.DatetimeField()
    state = fields.CharEnumField(ParcelState, max_length=24, default=ParcelState.BOOKED)
    state_at = fields.DatetimeField()
    state_reason = fields.CharField(max_length=200, default="")
    id_inspected = fields.CharField(max_length=24, default="")
    """The kind of document that was inspected (快递暂行条例 22); never its number."""
    contents_inspected = fields.BooleanField(default=False)
    accepted_at = fields.DatetimeField(null=True)
    accepted_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="accepted_parcels", on_delete=fields.RESTRICT, null=True
    )
    carrier = fields.CharField(max_length=20)
    tracking_number = fields.CharField(max_length=40, null=True)
    next_poll_at = fields.DatetimeField(null=True, db_index=True)
    poll_failures = fields.SmallIntField(default=0)
    ended_at = fields.DatetimeField(null=True, db_index=True)
    """When it came to an end state; personal data are forgotten some time after."""
    open_place = fields.SmallIntField(null=True)
    """Which of the places for parcels that its person has booked and not brought yet; empty once it left that state."""
    share_generation = fields.IntField(default=0)
    """Counts up when the share links are revoked: older ones are no longer good."""
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    account_id: UUID | None
    station_id: UUID
    slot_id: UUID | None
    tariff_id: UUID
    accepted_by_id: UUID | None

    class Meta:
        table = "parcels"
        unique_together = (("carrier", "tracking_number"), ("account", "open_place"))
        indexes = (("account", "id"), ("station", "state", "id"), ("station", "sender_last4_hash"))


class EventKind(StrEnum):
    """轨迹种类 — one vocabulary of ours; every carrier's words are translated into it."""

    BOOKED = "booked"
    ACCEPTED = "accepted"
    ACCEPTANCE_UNDONE = "acceptance_undone"
    HANDED_OVER = "handed_over"
    COLLECTED = "collected"
    IN_TRANSIT = "in_transit"
    ARRIVED = "arrived"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELIVERED_TO_OTHER = "delivered_to_other"
    EXCEPTION = "exception"
    RECIPIENT_REFUSED = "recipient_refused"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    REFUSED_AT_COUNTER = "refused_at_counter"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventKind.BOOKED: "预约成功",
    EventKind.ACCEPTED: "驿站收寄",
    EventKind.ACCEPTANCE_UNDONE: "撤销收寄",
    EventKind.HANDED_OVER: "交给快递员",
    EventKind.COLLECTED: "承运方揽收",
    EventKind.IN_TRANSIT: "运输途中",
    EventKind.ARRIVED: "到达当地",
    EventKind.OUT_FOR_DELIVERY: "正在派送",
    EventKind.READY_FOR_PICKUP: "到代收点，待取",
    EventKind.DELIVERED: "收件人签收",
    EventKind.DELIVERED_TO_OTHER: "他人代收",
    EventKind.EXCEPTION: "派送异常",
    EventKind.RECIPIENT_REFUSED: "收件人拒收",
    EventKind.RETURNING: "退回途中",
    EventKind.RETURNED: "退回寄件人",
    EventKind.LOST: "确认丢失",
    EventKind.CANCELLED: "取消预约",
    EventKind.REFUSED_AT_COUNTER: "未予收寄",
    EventKind.UNKNOWN: "承运方消息",
}


class TrackingEvent(Record):
    """物流轨迹 — something that happened to a parcel, ours or a carrier's; the same one is stored once."""

    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField(
        "models.Parcel", related_name="events", on_delete=fields.RESTRICT
    )
    kind = fields.CharEnumField(EventKind, max_length=24)
    occurred_at = fields.DatetimeField()
    """When it happened, as its source says; ``created_at`` is when we heard of it."""
    source = fields.CharField(max_length=20)
    """``youbing`` or the carrier's code."""
    raw_code = fields.CharField(max_length=20, default="")
    text = fields.CharField(max_length=300, default="")
    place = fields.CharField(max_length=100, default="")
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="parcel_events", on_delete=fields.RESTRICT, null=True
    )
    dedupe = fields.CharField(max_length=64)
    """Hash of source, time and code: a repeated event has the same."""

    parcel_id: UUID
    account_id: UUID | None

    class Meta:
        table = "parcel_events"
        unique_together = (("parcel", "dedupe"),)
