"""包裹的 JSON 形状：家属。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.addresses import AddressKind
from models.parcels import Collection, EventKind, ParcelState
from server.addresses.schemas import AddressFields
from server.http.pagination import Cursor, PageSize
from server.parcels.screening import Severity

Starts = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="时段的开始，如 09:00")]


Grams = Annotated[int, Meta(ge=1, le=1_000_000, description="重量（克）")]
Millimetres = Annotated[int, Meta(ge=1, le=10_000, description="长、宽、高（毫米）")]


class ItemRequest(msgspec.Struct, forbid_unknown_fields=True):
    """寄的一样东西"""

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S", description="名称，如 咸鸭蛋")]
    quantity: Annotated[int, Meta(ge=1, le=999)] = 1


class ParcelRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """预约寄件 — each side is written or is an entry of the address book; ``starts`` is for the counter only."""

    sender: AddressFields | None = None
    sender_address_id: UUID | None = None
    recipient: AddressFields | None = None
    recipient_address_id: UUID | None = None
    contents: Annotated[list[ItemRequest], Meta(min_length=1, max_length=20)]
    weight_grams: Grams
    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    service: Annotated[str, Meta(min_length=1, max_length=40)]
    declared_value_fen: Annotated[int, Meta(ge=0, le=100_000_000, description="保价的价值，不保价写 0")] = 0
    quoted_fen: Annotated[int, Meta(ge=0, le=100_000_000, description="报价时告诉您要付的 paid_fen")]
    station_id: UUID
    collection: Collection = Collection.COUNTER
    day: date
    starts: Starts | None = None
    terms_version: Annotated[str, Meta(max_length=32, description="读过并同意的寄递须知的 version")]


class ParcelQuery(msgspec.Struct, forbid_unknown_fields=True):
    """我的包裹列表的条件"""

    state: ParcelState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class CancellationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """取消预约"""

    reason: Annotated[str, Meta(max_length=100, description="原因，可以不填")] = ""


class ReschedulingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """改约 — ``starts`` is left out for a collection at home."""

    day: date
    starts: Starts | None = None


class ShareRequest(msgspec.Struct, forbid_unknown_fields=True):
    """分享"""

    days: Annotated[int, Meta(ge=1, le=30, description="链接几天内有效，最多 30 天")] = 7


class ShareGranted(msgspec.Struct):
    """分享链接 — ``path`` is opened by whoever has it, without logging in."""

    token: str
    path: str
    expires_at: datetime


class TermsSectionView(msgspec.Struct):
    """须知的一节"""

    title: str
    text: str


class ParcelTermsView(msgspec.Struct):
    """寄递须知 — ``version`` goes with the booking of whoever agrees."""

    version: str
    title: str
    is_sample: bool
    source: str
    sections: list[TermsSectionView]


class SlotView(msgspec.Struct):
    """约定的时间 — ``starts`` and ``ends`` are empty for a collection at home."""

    day: date
    starts: str
    ends: str


class PartyView(msgspec.Struct):
    """寄件人或收件人（脱敏）"""

    masked_name: str
    masked_telephone: str
    masked_address: str


class ParcelItem(msgspec.Struct):
    """寄的东西"""

    name: str
    quantity: int


class MyParcel(msgspec.Struct, kw_only=True):
    """我的包裹"""

    number: str
    state: ParcelState
    state_label: str
    state_at: datetime
    next_step: str
    collection: Collection
    collection_label: str
    appointment: SlotView | None
    station_name: str
    service_name: str
    masked_recipient_name: str
    recipient_region: str
    is_sample: bool
    booked_at: datetime


class MyParcelPage(msgspec.Struct):
    """我的包裹，新的在前"""

    items: list[MyParcel]
    next_cursor: str | None


class ParcelStationView(msgspec.Struct):
    """包裹的服务站 — its week, and whether it is open now."""

    id: str
    name: str
    address: str
    telephone: str
    notice: str
    hours: str
    opening: str


class ParcelPriceView(msgspec.Struct):
    """包裹的费用 — ``sentence`` says who bears what."""

    price_fen: int
    concession_fen: int
    concession_bearer: str
    insurance_fen: int
    declared_value_fen: int
    quoted_fen: int
    paid_fen: int | None
    sentence: str


class TimelineEntryView(msgspec.Struct):
    """时间线的一条 — ``words`` are the carrier's own."""

    kind: EventKind
    occurred_at: datetime
    when: str
    sentence: str
    source: str
    place: str
    words: str


class ParcelWarningView(msgspec.Struct):
    """物品提示"""

    item: str
    word: str
    category: str
    category_name: str
    severity: Severity
    sentence: str
    next_step: str


class ParcelBooked(msgspec.Struct):
    """预约成功 — ``qr_text`` 画成二维码，到站出示"""

    number: str
    qr_text: str
    when: str
    next_step: str
    station_name: str
    service_name: str
    price: ParcelPriceView
    charged_grams: int
    charged_why: str
    warnings: list[ParcelWarningView]


class MyParcelDetail(msgspec.Struct, kw_only=True):
    """我的一个包裹：到了哪、下一步、费用、服务站"""

    parcel: MyParcel
    sender: PartyView | None
    recipient: PartyView | None
    recipient_kind: AddressKind
    contents: list[ParcelItem]
    warnings: list[ParcelWarningView]
    service: str
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    charged_grams: int
    price: ParcelPriceView
    carrier: str
    tracking_number: str | None
    terms_version: str
    station: ParcelStationView
    timeline: list[TimelineEntryView]
    may_cancel: bool


class SharedEntryView(msgspec.Struct):
    """分享的时间线的一条"""

    kind: EventKind
    occurred_at: datetime
    when: str
    sentence: str


class SharedParcelView(msgspec.Struct):
    """分享的包裹 — 没有姓名、电话和地址"""

    number: str
    state: ParcelState
    state_label: str
    state_at: datetime
    timeline: list[SharedEntryView]
    expires_at: datetime
    is_sample: bool
