"""岗位发布的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.jobs import JobActor, JobKind, PostingState
from models.schooling import Schooling
from server.http.pagination import Cursor, PageSize
from server.jobs.postings.terms import OLDEST, YOUNGEST
from server.moderation.schemas import ContentCheckView

Number = Annotated[str, Meta(max_length=40, pattern=r"^\S*$", description="本单位自己的编号；留空由系统编号")]
Title = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
Openings = Annotated[int, Meta(ge=1, le=10_000, description="招聘人数")]
TownCode = Annotated[str, Meta(min_length=1, max_length=12, description="工作地点的乡镇（街道）代码；不在高邮的留空")]
Address = Annotated[str, Meta(max_length=200, description="工作地点的详细地址")]
Latitude = Annotated[float, Meta(ge=3, le=54, description="GCJ-02")]
Longitude = Annotated[float, Meta(ge=73, le=136, description="GCJ-02")]
PayText = Annotated[str, Meta(max_length=80, description="月薪，如 6000-8000元/月、10-20K·14薪、面议")]
Years = Annotated[int, Meta(ge=0, le=50, description="几年以上工作经验；0 为不限")]
Age = Annotated[int, Meta(ge=YOUNGEST, le=OLDEST)]
Benefits = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\S")]],
    Meta(max_length=20, description="如 五险一金、包吃住"),
]
Description = Annotated[str, Meta(max_length=4000, description="工作内容和任职要求")]
ContactName = Annotated[str, Meta(max_length=40, description="联系人")]
ContactTelephone = Annotated[str, Meta(max_length=40, description="手机号，或带区号的座机；留空为不公布")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="原因；用人单位能看到")]


class PostingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新建岗位 — a draft may be unfinished; what is missing is told when it is submitted."""

    title: Title
    number: Number = ""
    kind: JobKind = JobKind.ORDINARY
    openings: Openings = 1
    town_code: TownCode | None = None
    address: Address = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    pay: PayText = ""
    experience_years: Years = 0
    schooling: Schooling = Schooling.ANY
    age_min: Age | None = None
    age_max: Age | None = None
    benefits: Benefits = []
    description: Description = ""
    contact_name: ContactName = ""
    contact_telephone: ContactTelephone = ""
    closes_on: date | None = None


class PostingPatch(msgspec.Struct, forbid_unknown_fields=True):
    """岗位的修改 — what is left out stays as it is; the number never changes."""

    title: Title | UnsetType = UNSET
    kind: JobKind | UnsetType = UNSET
    openings: Openings | UnsetType = UNSET
    town_code: TownCode | UnsetType | None = UNSET
    address: Address | UnsetType = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    pay: PayText | UnsetType = UNSET
    experience_years: Years | UnsetType = UNSET
    schooling: Schooling | UnsetType = UNSET
    age_min: Age | UnsetType | None = UNSET
    age_max: Age | UnsetType | None = UNSET
    benefits: Benefits | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    contact_name: ContactName | UnsetType = UNSET
    contact_telephone: ContactTelephone | UnsetType = UNSET
    closes_on: date | UnsetType | None = UNSET


class PostingQuery(msgspec.Struct, forbid_unknown_fields=True):
    """本单位岗位列表的条件"""

    state: PostingState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StaffPostingQuery(msgspec.Struct, forbid_unknown_fields=True):
    """岗位审核列表的条件"""

    state: PostingState = PostingState.SUBMITTED
    employer_id: UUID | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class OwnJobImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """单位导入岗位的方式"""

    dry_run: Annotated[bool, Meta(description="true 为只检查，不写入")] = False
    submit: Annotated[bool, Meta(description="true 为导入后提交审核，false 为存为草稿")] = False


class StaffJobImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """工作人员导入岗位的方式"""

    dry_run: Annotated[bool, Meta(description="true 为只检查，不写入")] = False
    publish: Annotated[bool, Meta(description="true 为直接上线（即审核通过），false 为待审核")] = False


class PostingSeen(msgspec.Struct, forbid_unknown_fields=True):
    """审核时看到的内容"""

    updated_at: Annotated[datetime, Meta(tz=True, description="审核人看到的 updated_at；之后有改动则不通过")]


class PostingReason(msgspec.Struct, forbid_unknown_fields=True):
    """原因"""

    reason: Reason


class PostingItem(msgspec.Struct):
    """岗位 — in a list of the employer or of staff."""

    id: UUID
    employer_id: UUID
    number: str
    title: str
    kind: JobKind
    kind_label: str
    openings: int
    town_code: str | None
    pay: str
    closes_on: date | None
    state: PostingState
    state_label: str
    state_reason: str
    is_sample: bool
    created_at: datetime
    updated_at: datetime


class PostingPage(msgspec.Struct):
    """岗位列表"""

    items: list[PostingItem]
    next_cursor: str | None


class StaffPostingItem(PostingItem):
    """待审核的岗位 — with whose it is."""

    employer_name: str


class StaffPostingPage(msgspec.Struct):
    """岗位审核列表"""

    items: list[StaffPostingItem]
    next_cursor: str | None


class PostingDoubt(msgspec.Struct):
    """待判断的招聘条件 — words that may be unlawful; staff decide."""

    field: str
    words: str
    law: str
    article: str
    message: str


class PostingEventView(msgspec.Struct):
    """岗位的状态变动 — as both sides see it."""

    from_state: PostingState | None
    to_state: PostingState
    to_label: str
    actor: JobActor
    actor_label: str
    reason: str
    at: datetime


class PostingDetail(msgspec.Struct):
    """岗位的全部内容 — with its history; ``notice`` says what a change has led to."""

    id: UUID
    employer_id: UUID
    employer_name: str
    number: str
    title: str
    kind: JobKind
    kind_label: str
    openings: int
    town_code: str | None
    address: str
    latitude: float | None
    longitude: float | None
    pay: str
    pay_min_fen: int | None
    pay_max_fen: int | None
    pay_months: int
    pay_is_negotiable: bool
    experience_years: int
    schooling: Schooling
    schooling_label: str
    age_min: int | None
    age_max: int | None
    benefits: list[str]
    description: str
    masked_contact_name: str
    masked_contact_telephone: str
    closes_on: date | None
    state: PostingState
    state_label: str
    state_reason: str
    notice: str
    doubts: list[PostingDoubt]
    content_check: ContentCheckView | None
    """What WeChat thinks of the text; for staff, null where none was asked for."""
    events: list[PostingEventView]
    is_sample: bool
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
