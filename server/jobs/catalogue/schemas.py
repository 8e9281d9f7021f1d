"""岗位目录的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.applications import ApplicationState
from models.employers import EmployerNature
from models.jobs import JobKind, PostingState
from models.schooling import Schooling
from server.http.pagination import Cursor, PageSize
from server.jobs.catalogue.criteria import JobOrder

Words = Annotated[str, Meta(max_length=50, description="搜索岗位名称、单位、地址、内容")]
Town = Annotated[str, Meta(pattern=r"^([0-9]{9})?$", description="工作地点的乡镇代码，如 321084112")]
LeastPay = Annotated[
    int, Meta(ge=1, le=50_000_000, description="一个月至少多少分：岗位的最高工资达到它，或没有上限（如 5000元以上）")
]
Negotiable = Annotated[bool, Meta(description="与 pay_min_fen 一起用：true 为也看没写数目的面议岗位")]
OwnSchooling = Annotated[Schooling | None, Meta(description="我的学历：只看要求不高于它的岗位")]
SearchName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S", description="订阅的名称，如 界首的保安")]


class SearchCriteria(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """找岗位的条件 — what is left out does not matter."""

    q: Words = ""
    town: Town = ""
    kind: JobKind | None = None
    pay_min_fen: LeastPay | None = None
    negotiable: Negotiable = False
    schooling: OwnSchooling = None
    fair: Annotated[UUID | None, Meta(description="只看带到这场招聘会的岗位")] = None


class JobQuery(SearchCriteria, forbid_unknown_fields=True):
    """岗位目录的查询条件"""

    near: Annotated[str, Meta(max_length=40, description="纬度,经度：答复带距离")] = ""
    order: Annotated[
        JobOrder | None,
        Meta(description="relevance 相关（要有 q）/ newest 新发布 / pay 工资高 / distance 近（要有 near）"),
    ] = None
    cursor: Cursor = ""
    limit: PageSize = 20


class JobItem(msgspec.Struct):
    """岗位目录中的一个岗位 — ``is_veterans_first``: only for veterans, or by law veterans first of equals."""

    id: UUID
    title: str
    kind: JobKind
    kind_label: str
    employer_id: UUID
    employer_name: str
    town_code: str | None
    address: str
    openings: int
    pay: str
    pay_min_fen: int | None
    pay_max_fen: int | None
    pay_months: int
    pay_is_negotiable: bool
    schooling: Schooling
    schooling_label: str
    experience_years: int
    closes_on: date | None
    published_at: datetime
    is_veterans_first: bool
    is_sample: bool
    distance_metres: int | None = None


class JobPage(msgspec.Struct):
    """岗位目录的一页；没写排序时：有 q 按相关，有 near 近的在前，否则新的在前"""

    items: list[JobItem]
    next_cursor: str | None


class JobEmployer(msgspec.Struct):
    """招聘的单位"""

    nature: EmployerNature
    nature_label: str
    address: str
    introduction: str


class JobContact(msgspec.Struct):
    """联系方式 — masked for who is not logged in."""

    name: str
    telephone: str
    is_masked: bool


class MyApplication(msgspec.Struct):
    """我的投递"""

    id: UUID
    state: ApplicationState
    state_label: str


class JobAtFair(msgspec.Struct):
    """这个岗位参加的招聘会 — going on or still to come."""

    id: UUID
    title: str
    place: str
    booth: str | None
    starts_at: datetime
    ends_at: datetime


class JobDetail(JobItem, kw_only=True):
    """岗位详情

    ``notice`` says why one cannot apply, empty for an open posting. ``contact`` is there for an open posting, and for
    one that the asker applied for. Of a posting that is not public any more description and benefits are not shown.
    """

    state: PostingState
    state_label: str
    is_open: bool
    notice: str
    employer: JobEmployer
    latitude: float | None
    longitude: float | None
    age_min: int | None
    age_max: int | None
    benefits: tuple[str, ...]
    description: str
    contact: JobContact | None
    relaxation_note: str
    is_saved: bool
    application: MyApplication | None
    fairs: list[JobAtFair]


class SavedJobRequest(msgspec.Struct, forbid_unknown_fields=True):
    """收藏岗位"""

    posting_id: UUID


class SavedJobQuery(msgspec.Struct, forbid_unknown_fields=True):
    """收藏列表的条件"""

    cursor: Cursor = ""
    limit: PageSize = 20


class SavedJobView(msgspec.Struct):
    """收藏的岗位 — in whatever state it is now."""

    posting_id: UUID
    title: str
    employer_name: str
    town_code: str | None
    pay: str
    closes_on: date | None
    state: PostingState
    state_label: str
    is_open: bool
    saved_at: datetime


class SavedJobPage(msgspec.Struct):
    """收藏的岗位，后收藏的在前"""

    items: list[SavedJobView]
    next_cursor: str | None


class SavedSearchRequest(msgspec.Struct, forbid_unknown_fields=True):
    """订阅一个搜索"""

    name: SearchName
    criteria: SearchCriteria


class SavedSearchPatch(msgspec.Struct, forbid_unknown_fields=True):
    """订阅的修改 — what is left out stays; ``criteria`` is replaced as a whole."""

    name: SearchName | UnsetType = UNSET
    criteria: SearchCriteria | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET


class SavedSearchView(msgspec.Struct):
    """订阅的搜索 — ``notified_at`` is when it last had something new."""

    id: UUID
    name: str
    criteria: SearchCriteria
    is_paused: bool
    notified_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SavedSearchList(msgspec.Struct):
    """我的订阅，新的在前；最多 10 个"""

    items: list[SavedSearchView]
