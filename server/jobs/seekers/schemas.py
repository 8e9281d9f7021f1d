"""求职者的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.jobs import JobKind
from models.schooling import Schooling
from server.http.pagination import Cursor, PageSize
from server.jobs.catalogue.schemas import JobItem

Word = Annotated[str, Meta(min_length=1, max_length=60)]
Words = Annotated[list[Word], Meta(max_length=50)]
Latitude = Annotated[float, Meta(ge=-85, le=85, description="住处的纬度，GCJ-02，只存到小数点后两位（约 1 公里）")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="住处的经度，与纬度一起填写")]


class ProfilePatch(msgspec.Struct, forbid_unknown_fields=True):
    """求职资料的修改 — what is left out stays as it is."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] | UnsetType = UNSET
    mobile: Annotated[str, Meta(max_length=40, description="手机号；空文字为删去")] | UnsetType = UNSET
    service_years: Annotated[int, Meta(ge=0, le=60, description="服役年数")] | UnsetType = UNSET
    speciality: Annotated[str, Meta(max_length=40, description="军事专业代码；没有合适的留空")] | UnsetType = UNSET
    skills: Words | UnsetType = UNSET
    certificates: Words | UnsetType = UNSET
    schooling: Schooling | UnsetType = UNSET
    birth_year: Annotated[int, Meta(ge=1900, le=2100)] | UnsetType | None = UNSET
    experience_years: Annotated[int, Meta(ge=0, le=60, description="退役后的工作年数")] | UnsetType = UNSET
    wished_towns: Annotated[list[Word], Meta(max_length=20, description="乡镇代码")] | UnsetType = UNSET
    wished_kinds: Annotated[list[JobKind], Meta(max_length=10)] | UnsetType = UNSET
    wished_pay_min_fen: Annotated[int, Meta(ge=0, le=10**12, description="一个月至少多少分")] | UnsetType | None = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    introduction: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET


class ProfileView(msgspec.Struct):
    """求职资料 — one's own; ``hint`` says what to fill in next, empty when nothing is wanting."""

    masked_name: str
    masked_mobile: str
    service_years: int
    speciality: str
    speciality_name: str
    skills: list[str]
    certificates: list[str]
    schooling: Schooling
    schooling_label: str
    birth_year: int | None
    experience_years: int
    wished_towns: list[str]
    wished_kinds: list[JobKind]
    wished_pay_min_fen: int | None
    latitude: float | None
    longitude: float | None
    introduction: str
    wanting: list[str]
    hint: str
    updated_at: datetime


class BlockingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """不看一个用人单位"""

    employer_id: UUID


class BlockedEmployerQuery(msgspec.Struct, forbid_unknown_fields=True):
    """名单的翻页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class BlockedEmployerView(msgspec.Struct):
    """不看的用人单位"""

    employer_id: UUID
    employer_name: str
    blocked_at: datetime


class BlockedEmployerPage(msgspec.Struct):
    """不看的用人单位，后加的在前"""

    items: list[BlockedEmployerView]
    next_cursor: str | None


class RecommendationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """推荐岗位的条件"""

    limit: Annotated[int, Meta(ge=1, le=50, description="最多几个，不超过 50；没有下一页")] = 20


class ReasonView(msgspec.Struct):
    """推荐理由 — a sentence and its points; below zero it is a caution."""

    text: str
    points: int


class RecommendedJob(msgspec.Struct):
    """推荐的岗位 — ``score`` is the sum of the points of ``reasons``, the heaviest first."""

    job: JobItem
    score: int
    reasons: list[ReasonView]


class RecommendedJobs(msgspec.Struct):
    """推荐岗位，分高的在前，同分新的在前"""

    items: list[RecommendedJob]
