"""服务站的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.stations import StationLevel, StationService
from server.http.pagination import Cursor, PageSize
from server.stations.slots import BOOKABLE_DAYS


class StationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """服务站列表的条件"""

    q: Annotated[str, Meta(max_length=40, description="名称、地址、乡镇中的字")] = ""
    service: StationService | None = None
    town: Annotated[str, Meta(max_length=12, description="乡镇（街道）代码")] = ""
    level: StationLevel | None = None
    near: Annotated[str, Meta(max_length=60, description="纬度,经度；给了则近的在前")] = ""
    open: Annotated[bool, Meta(description="true 只看此刻开门的")] = False
    cursor: Cursor = ""
    limit: PageSize = 20


class StationServiceView(msgspec.Struct):
    """服务项目"""

    code: StationService
    label: str


class StationItem(msgspec.Struct):
    """服务站 — with whether it is open now, in a sentence."""

    id: UUID
    number: str
    name: str
    level: StationLevel
    level_label: str
    town_code: str | None
    town_name: str | None
    address: str
    telephone: str
    latitude: float | None
    longitude: float | None
    services: list[StationServiceView]
    is_open: bool
    opening: str
    is_sample: bool
    distance_metres: int | None = None


class StationList(msgspec.Struct):
    """服务站列表"""

    items: list[StationItem]
    next_cursor: str | None


class WeekdayHours(msgspec.Struct):
    """一周中一天的营业时间"""

    weekday: int
    hours: list[str]


class SpecialDayView(msgspec.Struct):
    """特殊日期 — without hours the station is closed on it."""

    day: date
    hours: list[str]
    note: str


class StationRelative(msgspec.Struct):
    """上级或下级服务站"""

    id: UUID
    number: str
    name: str
    level: StationLevel
    level_label: str


class StationView(msgspec.Struct):
    """服务站详情 — with the special days of the next 30 days and the open stations below it."""

    id: UUID
    number: str
    name: str
    level: StationLevel
    level_label: str
    town_code: str | None
    town_name: str | None
    address: str
    telephone: str
    latitude: float | None
    longitude: float | None
    services: list[StationServiceView]
    notice: str
    is_open: bool
    opening: str
    closes_at: datetime | None
    opens_at: datetime | None
    hours: list[WeekdayHours]
    hours_text: str
    special_days: list[SpecialDayView]
    takes_parcels: bool
    parent: StationRelative | None
    children: list[StationRelative]
    is_closed: bool
    is_sample: bool


class SlotQuery(msgspec.Struct, forbid_unknown_fields=True):
    """预约时段的条件"""

    day_from: Annotated[date, Meta(description="从哪天起；留空从今天起")] | None = msgspec.field(
        default=None, name="from"
    )
    days: Annotated[int, Meta(ge=1, le=BOOKABLE_DAYS + 1, description="看几天")] = 7


class SlotView(msgspec.Struct):
    """预约时段 — ``free`` 0 means that it is full."""

    starts: str
    ends: str
    free: int


class SlotDay(msgspec.Struct):
    """一天的预约时段"""

    day: date
    label: str
    slots: list[SlotView]


class SlotDays(msgspec.Struct):
    """可以预约的各天 — days without slots are left out."""

    days: list[SlotDay]
