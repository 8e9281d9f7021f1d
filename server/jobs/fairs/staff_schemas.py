"""招聘会的 JSON 形状（工作人员）。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.fairs import FairDocumentKind, FairPhase, FairState
from server.http.pagination import Cursor, PageSize

Number = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=r"^\S(.*\S)?$", description="局里的编号，如 2026-03；导入时按它更新")
]
Title = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
TownCode = Annotated[str, Meta(min_length=1, max_length=12, description="主办的乡镇（街道）代码；全市的留空")]
PlaceText = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="地点")]
Instant = Annotated[datetime, Meta(tz=True)]
Degrees = Annotated[float, Meta(ge=-180, le=180, description="GCJ-02 度数；经度和纬度都填或都不填")]
Capacity = Annotated[int, Meta(ge=1, le=100_000, description="可以报名的人数；留空为不限")]
Description = Annotated[str, Meta(max_length=4000)]
BoothNumber = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^\S(.*\S)?$", description="展位号，如 A12")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="原因；报名的人能看到")]
Note = Annotated[str, Meta(max_length=200, description="只有补录已经过去的招聘会才要写")]


class FairRequest(msgspec.Struct, forbid_unknown_fields=True):
    """登记招聘会"""

    number: Number
    title: Title
    place: PlaceText
    starts_at: Instant
    ends_at: Instant
    town_code: TownCode | None = None
    description: Description = ""
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    capacity: Capacity | None = None


class FairPatch(msgspec.Struct, forbid_unknown_fields=True):
    """招聘会的修改 — what is left out stays as it is."""

    title: Title | UnsetType = UNSET
    place: PlaceText | UnsetType = UNSET
    starts_at: Instant | UnsetType = UNSET
    ends_at: Instant | UnsetType = UNSET
    town_code: TownCode | UnsetType | None = UNSET
    description: Description | UnsetType = UNSET
    latitude: Degrees | UnsetType | None = UNSET
    longitude: Degrees | UnsetType | None = UNSET
    capacity: Capacity | UnsetType | None = UNSET


class FairPublication(msgspec.Struct, forbid_unknown_fields=True):
    """发布招聘会"""

    reason: Note = ""


class FairReason(msgspec.Struct, forbid_unknown_fields=True):
    """原因"""

    reason: Reason


class StaffFairQuery(msgspec.Struct, forbid_unknown_fields=True):
    """招聘会列表的条件"""

    state: FairState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StaffFairItem(msgspec.Struct):
    """招聘会 — ``registered`` are those who did not cancel."""

    id: UUID
    number: str
    title: str
    town_code: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    registered: int
    employers: int
    openings: int
    state: FairState
    state_label: str
    phase: FairPhase
    phase_label: str
    state_reason: str
    published_at: datetime | None
    is_sample: bool
    updated_at: datetime


class StaffFairPage(msgspec.Struct):
    """招聘会列表，开始得晚的在前"""

    items: list[StaffFairItem]
    next_cursor: str | None


class FairDocumentView(msgspec.Struct):
    """招聘会材料"""

    id: UUID
    kind: FairDocumentKind
    kind_label: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    attached_at: datetime


class StaffBooth(msgspec.Struct):
    """展位"""

    id: UUID
    number: str
    employer_id: UUID
    employer_name: str
    postings: int
    openings: int


class StaffFair(StaffFairItem):
    """招聘会的全部内容 — ``missing_documents`` are wanted before it is published; ``checked_in`` are persons."""

    checked_in: int
    intents: int
    intents_withdrawn: int
    description: str
    latitude: float | None
    longitude: float | None
    documents: list[FairDocumentView]
    missing_documents: list[FairDocumentKind]
    booths: list[StaffBooth]
    created_at: datetime


class BoothRequest(msgspec.Struct, forbid_unknown_fields=True):
    """安排展位"""

    number: BoothNumber
    employer_id: UUID


class BoothPatch(msgspec.Struct, forbid_unknown_fields=True):
    """展位的修改 — another employer takes the booth without the postings of the one before."""

    number: BoothNumber | UnsetType = UNSET
    employer_id: UUID | UnsetType = UNSET


class StaffFairPostingsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """招聘会岗位的条件"""

    employer_id: Annotated[UUID | None, Meta(description="只看一个单位带来的")] = None
    cursor: Cursor = ""
    limit: PageSize = 20


class CheckInRequest(msgspec.Struct, forbid_unknown_fields=True):
    """签到 — exactly one of ``pass``, ``number``, or ``name`` with ``id_number`` (and a mobile, if there is one)."""

    pass_: Annotated[str, Meta(max_length=1024, description="扫到的出示码全文，以 YB1: 开头")] = msgspec.field(
        default="", name="pass"
    )
    number: Annotated[str, Meta(max_length=40, description="报名号")] = ""
    name: Annotated[str, Meta(max_length=60, description="没有手机的人：姓名")] = ""
    id_number: Annotated[str, Meta(max_length=40, description="没有手机的人：身份证号")] = ""
    mobile: Annotated[str, Meta(max_length=40, description="没有手机的人：联系电话，可以不填")] = ""


class CheckInView(msgspec.Struct):
    """签到结果 — ``by_staff`` where the registration was made at the desk; ``checked_in_at`` is the first time."""

    registration_id: UUID
    number: str
    masked_name: str
    checked_in_at: datetime
    already_checked_in: bool
    by_staff: bool


class BoardCodeGranted(msgspec.Struct):
    """大屏码 — shown this once."""

    code: str


class FairImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """导入的条件"""

    dry_run: Annotated[bool, Meta(description="true 只检查，不存")] = False
