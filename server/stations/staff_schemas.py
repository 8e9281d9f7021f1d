"""服务站的 JSON 形状：工作人员。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.stations import StationLevel, StationService
from server.http.pagination import Cursor, PageSize
from server.stations.schemas import StationServiceView, WeekdayHours

Number = Annotated[str, Meta(min_length=1, max_length=20, description="服务站编号，不含空格")]
Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
TownCode = Annotated[str, Meta(min_length=1, max_length=12, description="乡镇（街道）代码；全市的服务站留空")]
Address = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Telephone = Annotated[str, Meta(max_length=40, pattern=r"^[0-9+() ,、-]*$")]
Degrees = Annotated[float, Meta(ge=-180, le=180, description="GCJ-02 坐标，度")]
Notice = Annotated[str, Meta(max_length=200, description="给来站的人看的一句话")]
Services = Annotated[list[StationService], Meta(max_length=20)]
SlotMinutes = Annotated[int, Meta(ge=5, le=240, description="每个预约时段多少分钟")]
SlotCapacity = Annotated[int, Meta(ge=0, le=200, description="每个时段收多少件；0 不接受预约")]
SpanText = Annotated[str, Meta(min_length=11, max_length=11, description="如 08:30-11:30，最晚 23:59")]
SpanTexts = Annotated[list[SpanText], Meta(max_length=6)]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 是周一")]


class StationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新服务站 — coordinates: both, or none."""

    number: Number
    name: Name
    level: StationLevel
    address: Address
    parent_id: UUID | None = None
    town_code: TownCode | None = None
    telephone: Telephone = ""
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    services: Services = []
    notice: Notice = ""
    slot_minutes: SlotMinutes = 30
    slot_capacity: SlotCapacity = 4


class StationPatch(msgspec.Struct, forbid_unknown_fields=True):
    """服务站的修改 — what is left out stays as it is."""

    number: Number | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    level: StationLevel | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    town_code: TownCode | UnsetType | None = UNSET
    telephone: Telephone | UnsetType = UNSET
    latitude: Degrees | UnsetType | None = UNSET
    longitude: Degrees | UnsetType | None = UNSET
    services: Services | UnsetType = UNSET
    notice: Notice | UnsetType = UNSET
    slot_minutes: SlotMinutes | UnsetType = UNSET
    slot_capacity: SlotCapacity | UnsetType = UNSET


class WeekdayHoursRequest(msgspec.Struct, forbid_unknown_fields=True):
    """一周中一天的营业时间"""

    weekday: Weekday
    hours: SpanTexts


class HoursPatch(msgspec.Struct, forbid_unknown_fields=True):
    """一周的营业时间 — whole: a weekday that is left out is closed."""

    week: Annotated[list[WeekdayHoursRequest], Meta(max_length=7)]


class StationDayRequest(msgspec.Struct, forbid_unknown_fields=True):
    """特殊日期 — ``hours`` empty means closed."""

    day: date
    hours: SpanTexts = []
    note: Annotated[str, Meta(max_length=100, description="如 国庆节放假、调休上班")] = ""


class StaffStationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """服务站列表的条件"""

    q: Annotated[str, Meta(max_length=40, description="名称中的字，或编号的开头")] = ""
    level: StationLevel | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StationImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """导入的条件"""

    dry_run: Annotated[bool, Meta(description="true 只检查，不存")] = False


class StaffStationItem(msgspec.Struct):
    """服务站 — as staff see it in a list."""

    id: UUID
    number: str
    name: str
    level: StationLevel
    level_label: str
    town_code: str | None
    address: str
    telephone: str
    is_closed: bool
    is_sample: bool
    updated_at: datetime


class StaffStationPage(msgspec.Struct):
    """服务站列表"""

    items: list[StaffStationItem]
    next_cursor: str | None


class StaffStationDay(msgspec.Struct):
    """特殊日期 — ``is_for_all`` when it holds for every station."""

    id: UUID
    day: date
    hours: list[str]
    note: str
    is_for_all: bool


class BookedSlotView(msgspec.Struct):
    """已约时段 — outside the hours when these changed after people had booked: they are to be told."""

    day: date
    starts: str
    ends: str
    taken: int
    is_outside_hours: bool


class StaffStation(msgspec.Struct):
    """服务站详情 — with special days from today on and the slots in which something is booked."""

    id: UUID
    number: str
    name: str
    level: StationLevel
    level_label: str
    parent_id: UUID | None
    town_code: str | None
    address: str
    telephone: str
    latitude: float | None
    longitude: float | None
    services: list[StationServiceView]
    notice: str
    slot_minutes: int
    slot_capacity: int
    hours: list[WeekdayHours]
    hours_text: str
    special_days: list[StaffStationDay]
    booked_slots: list[BookedSlotView]
    closed_at: datetime | None
    is_sample: bool
    created_at: datetime
    updated_at: datetime


class StationDayList(msgspec.Struct):
    """全部服务站的特殊日期 — from today on, in order."""

    items: list[StaffStationDay]


class PostRequest(msgspec.Struct, forbid_unknown_fields=True):
    """派人到服务站"""

    member_id: UUID


class PostView(msgspec.Struct):
    """服务站人员"""

    id: UUID
    display_name: str
    posted_at: datetime


class CandidateView(msgspec.Struct):
    """可派的工作人员"""

    member_id: UUID
    display_name: str


class PostList(msgspec.Struct):
    """服务站人员名单 — in the order of posting, and who may be posted and is not."""

    items: list[PostView]
    candidates: list[CandidateView]


class MyStation(msgspec.Struct):
    """我在岗的服务站"""

    id: UUID
    number: str
    name: str
    town_code: str | None
    is_closed: bool


class MyStations(msgspec.Struct):
    """我在岗的服务站 — an administrator serves every station and sees here only where they are posted."""

    items: list[MyStation]
    serves_every_station: bool
