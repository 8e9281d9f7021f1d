"""交接单的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from models.manifests import ManifestState
from server.http.pagination import Cursor, PageSize

Scanned = Annotated[str, Meta(min_length=1, max_length=60, description="包裹编号或快递单号，扫码或手输")]


class ManifestQuery(msgspec.Struct, forbid_unknown_fields=True):
    """交接单列表的条件"""

    day: date | None = None
    state: ManifestState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class ManifestRequest(msgspec.Struct, forbid_unknown_fields=True):
    """开交接单 — ``station_id`` only where the asker works at several stations."""

    carrier: Annotated[str, Meta(pattern="^[a-z0-9_]{2,20}$", description="承运方代码，如 ems")]
    station_id: UUID | None = None


class ScanRequest(msgspec.Struct, forbid_unknown_fields=True):
    """扫到的编号"""

    scanned: Scanned


class SignatureRequest(msgspec.Struct, forbid_unknown_fields=True):
    """快递员签收 — typed by the courier: the code on the screen, the name, and the parcels as counted."""

    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]
    courier_name: Annotated[str, Meta(min_length=1, max_length=30)]
    parcels: Annotated[int, Meta(ge=1, le=10_000)]


class ManifestView(msgspec.Struct):
    """交接单 — ``parcels`` and ``grams`` are 0 until it is closed."""

    number: str
    station_id: str
    station_name: str
    carrier: str
    day: date
    state: ManifestState
    state_label: str
    parcels: int
    grams: int
    staff_signed_at: datetime | None
    courier_signed_at: datetime | None
    is_sample: bool


class ManifestPage(msgspec.Struct):
    """交接单列表的一页"""

    items: list[ManifestView]
    next_cursor: str | None


class ManifestRowView(msgspec.Struct):
    """交接单的一行"""

    position: int
    number: str
    tracking_number: str
    weight_grams: int


class ManifestDetailView(msgspec.Struct):
    """交接单和它的包裹 — ``is_intact`` False: the rows are no longer those that were signed."""

    manifest: ManifestView
    rows: list[ManifestRowView]
    masked_courier: str
    digest: str
    is_intact: bool
    may: list[Literal["add", "remove", "close", "reopen", "sign", "print"]]


class CourierCodeView(msgspec.Struct):
    """签收码 — shown once."""

    code: str
    expires_at: datetime


class StationDayQuery(msgspec.Struct, forbid_unknown_fields=True):
    """日报的服务站 — only where the asker works at several."""

    station_id: UUID | None = None


class StationDayView(msgspec.Struct):
    """站点日报 — ``refused`` by reason."""

    station_id: str
    day: date
    booked: int
    accepted: int
    paid_fen: int
    refused: dict[str, int]
    handed_over: int
