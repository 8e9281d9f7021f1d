"""优惠管理的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.cards import CardKind
from models.perks import PerkState
from server.http.pagination import Cursor, PageSize

Number = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^\S+$", description="编号，导入时按它更新")]
CategoryCode = Annotated[str, Meta(min_length=1, max_length=32)]
Title = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
Description = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
Provider = Annotated[str, Meta(max_length=120, description="提供单位；留空为商户名称")]
BranchIds = Annotated[list[UUID], Meta(max_length=200)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Weekdays = Annotated[list[Weekday], Meta(min_length=1, max_length=7, description="1 是星期一，7 是星期日")]
HourRange = Annotated[str, Meta(max_length=11, description="如 09:00-21:00；可以跨零点，如 18:00-02:00")]
Hours = Annotated[list[HourRange], Meta(max_length=6, description="空为全天")]
CardKinds = Annotated[list[CardKind], Meta(max_length=2, description="空为两类优待证均可")]
Households = Annotated[list[str], Meta(max_length=20, description="户籍乡镇代码；空为不限")]
Documents = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Source = Annotated[str, Meta(max_length=300, description="依据文件；上线前必填")]
StateReason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class LimitsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """次数限制；空为不限"""

    per_person_day: Count | None = None
    per_person_month: Count | None = None
    per_person_year: Count | None = None
    per_person_ever: Count | None = None
    total_day: Count | None = None
    total_ever: Count | None = None


class LimitsPatch(msgspec.Struct, forbid_unknown_fields=True):
    """次数限制的修改 — what is left out stays; null lifts a limit."""

    per_person_day: Count | UnsetType | None = UNSET
    per_person_month: Count | UnsetType | None = UNSET
    per_person_year: Count | UnsetType | None = UNSET
    per_person_ever: Count | UnsetType | None = UNSET
    total_day: Count | UnsetType | None = UNSET
    total_ever: Count | UnsetType | None = UNSET


class PerkRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新优惠 — stored as a draft."""

    number: Number
    category: CategoryCode
    title: Title
    description: Description
    merchant_id: UUID | None = None
    provider: Provider = ""
    branch_ids: BranchIds = []
    starts_on: date | None = None
    ends_on: date | None = None
    weekdays: Weekdays = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7])
    hours: Hours = []
    card_kinds: CardKinds = []
    households: Households = []
    documents: Documents = ""
    limits: LimitsRequest = msgspec.field(default_factory=LimitsRequest)
    source: Source = ""


class PerkPatch(msgspec.Struct, forbid_unknown_fields=True):
    """优惠的修改 — what is left out stays as it is; the number and the merchant never change."""

    category: CategoryCode | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    provider: Provider | UnsetType = UNSET
    branch_ids: BranchIds | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    weekdays: Weekdays | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    card_kinds: CardKinds | UnsetType = UNSET
    households: Households | UnsetType = UNSET
    documents: Documents | UnsetType = UNSET
    limits: LimitsPatch | UnsetType = UNSET
    source: Source | UnsetType = UNSET


class PerkReason(msgspec.Struct, forbid_unknown_fields=True):
    """理由"""

    reason: StateReason


class StaffPerkQuery(msgspec.Struct, forbid_unknown_fields=True):
    """优惠列表的条件"""

    q: Annotated[str, Meta(max_length=40, description="编号、名称或提供单位中的字")] = ""
    state: PerkState | None = None
    merchant_id: UUID | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StaffPerkItem(msgspec.Struct):
    """优惠 — as it stands in the staff's list."""

    id: UUID
    number: str
    title: str
    category: str
    provider: str
    merchant_id: UUID | None
    state: PerkState
    state_reason: str
    starts_on: date | None
    ends_on: date | None
    is_sample: bool
    updated_at: datetime


class StaffPerkPage(msgspec.Struct):
    """优惠列表"""

    items: list[StaffPerkItem]
    next_cursor: str | None


class StaffPerkBranch(msgspec.Struct):
    """优惠的门店"""

    id: UUID
    name: str
    town_code: str
    is_closed: bool


class StaffPerk(msgspec.Struct):
    """优惠 — with all its terms, in whatever state."""

    id: UUID
    number: str
    category: str
    category_name: str
    title: str
    description: str
    merchant_id: UUID | None
    provider: str
    branches: list[StaffPerkBranch]
    starts_on: date | None
    ends_on: date | None
    weekdays: list[int]
    hours: list[str]
    card_kinds: list[CardKind]
    households: list[str]
    documents: str
    limits: LimitsRequest
    used_ever: int
    """How much of ``limits.total_ever`` is used."""
    source: str
    state: PerkState
    state_reason: str
    is_sample: bool
    created_at: datetime
    updated_at: datetime


class ImportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """导入的条件"""

    dry_run: Annotated[bool, Meta(description="true 只检查，不存")] = False
