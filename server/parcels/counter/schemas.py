"""柜台的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from models.parcels import ParcelState
from server.addresses.schemas import AddressFields
from server.http.pagination import Cursor, PageSize
from server.parcels.counter.acceptance import CounterRefusalReason
from server.parcels.counter.inspection import IdDocument
from server.parcels.schemas import ItemRequest, ParcelItem, ParcelPriceView, ParcelWarningView, PartyView, SlotView

Grams = Annotated[int, Meta(ge=1, le=1_000_000, description="称得的重量，克")]
Millimetres = Annotated[int, Meta(ge=1, le=10_000, description="量得的边长，毫米")]


class CounterQuery(msgspec.Struct, forbid_unknown_fields=True):
    """柜台查件的条件 — ``number`` as typed or scanned; ``day`` of the appointment."""

    number: Annotated[str, Meta(max_length=40)] = ""
    last4: Annotated[str, Meta(pattern=r"^(|[0-9]{4})$", description="寄件人手机号后四位")] = ""
    state: ParcelState | None = None
    day: date | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class AcceptanceRequest(msgspec.Struct, forbid_unknown_fields=True):
    """收寄 — the kind of document only; ``confirmed_total_fen`` where the price is not the booked one."""

    id_document: IdDocument
    contents_inspected: bool
    weight_grams: Grams
    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    confirmed_total_fen: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None


class WalkInRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """到站直寄 — ``consent_spoken``: the terms of this version were shown and the sender agreed to them by word."""

    station_id: UUID | None = None
    sender: AddressFields
    recipient: AddressFields
    contents: Annotated[list[ItemRequest], Meta(min_length=1, max_length=20)]
    weight_grams: Grams
    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    service: Annotated[str, Meta(min_length=1, max_length=40)]
    declared_value_fen: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    quoted_fen: Annotated[int, Meta(ge=0, le=100_000_000, description="报价时告诉寄件人要付的 paid_fen")]
    terms_version: Annotated[str, Meta(max_length=32)]
    consent_spoken: Literal[True]


class UndoingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """撤销收寄 — ``reason`` is told to the family."""

    reason: Annotated[str, Meta(min_length=1, max_length=100)]


class RefusalAtCounterRequest(msgspec.Struct, forbid_unknown_fields=True):
    """不予收寄 — ``words`` are told to the family."""

    reason: CounterRefusalReason
    words: Annotated[str, Meta(max_length=100)] = ""


class TrackingNumberRequest(msgspec.Struct, forbid_unknown_fields=True):
    """快递单号"""

    tracking_number: Annotated[str, Meta(min_length=1, max_length=60)]


class CounterParcelView(msgspec.Struct, kw_only=True):
    """柜台的包裹（脱敏）"""

    number: str
    station_id: str
    state: ParcelState
    state_label: str
    state_at: datetime
    sender: PartyView | None
    recipient: PartyView | None
    appointment: SlotView | None
    has_warnings: bool
    tracking_number: str | None
    is_sample: bool


class CounterParcelPage(msgspec.Struct):
    """柜台的包裹，新的在前"""

    items: list[CounterParcelView]
    next_cursor: str | None


class CounterParcelDetail(msgspec.Struct, kw_only=True):
    """柜台的一个包裹：寄什么、要留意什么、多重、多少钱"""

    parcel: CounterParcelView
    contents: list[ParcelItem]
    warnings: list[ParcelWarningView]
    service_name: str
    carrier: str
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    charged_grams: int
    price: ParcelPriceView
    id_inspected: str
    contents_inspected: bool
    accepted_at: datetime | None
    state_reason: str
    may: list[Literal["accept", "refuse", "track", "undo", "print"]]
