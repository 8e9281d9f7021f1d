"""优惠的 JSON 形状（目录、核验、核销）。"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from models.cards import CardKind
from server.http.pagination import Cursor, PageSize

PassText = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, description="扫到的出示码全文，以 YB1: 开头")]


class PerkQuery(msgspec.Struct, forbid_unknown_fields=True):
    """优惠目录的查询条件"""

    q: Annotated[str, msgspec.Meta(max_length=50, description="搜索商户、名称、说明")] = ""
    category: Annotated[str, msgspec.Meta(max_length=32, description="类别代码，见 /v1/perk-categories")] = ""
    town: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{9})?$", description="乡镇代码，如 321084112")] = ""
    near: Annotated[str, msgspec.Meta(max_length=40, description="纬度,经度：按最近门店的距离排序")] = ""
    eligible: Annotated[bool, msgspec.Meta(description="只看我的证件可用的")] = False
    cursor: Cursor = ""
    limit: PageSize = 20


class PerkItem(msgspec.Struct):
    """目录中的一项优惠"""

    id: UUID
    number: str
    title: str
    summary: str
    category: str
    provider: str
    merchant_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    card_kinds: tuple[CardKind, ...]
    households: tuple[str, ...]
    is_sample: bool
    branch_name: str | None = None
    distance_metres: int | None = None


class PerkPage(msgspec.Struct):
    """优惠目录的一页；默认新的在前，给了 near 则近的在前"""

    items: list[PerkItem]
    next_cursor: str | None


class BranchView(msgspec.Struct):
    """门店"""

    id: UUID
    name: str
    town_code: str
    address: str
    telephone: str
    latitude: float | None
    longitude: float | None


class Limits(msgspec.Struct):
    """次数限制；空为不限"""

    per_person_day: int | None
    per_person_month: int | None
    per_person_year: int | None
    per_person_ever: int | None
    total_day: int | None
    total_ever: int | None


class EntitlementView(msgspec.Struct):
    """我能不能用"""

    entitled: bool
    remaining: int | None
    reason: str
    message: str
    next_step: str


class PerkDetail(msgspec.Struct):
    """优惠详情"""

    id: UUID
    number: str
    title: str
    description: str
    category: str
    category_name: str
    provider: str
    merchant_id: UUID | None
    state: str
    starts_on: date | None
    ends_on: date | None
    weekdays: list[int]
    """1 是星期一，7 是星期日"""
    hours: list[str]
    card_kinds: list[CardKind]
    households: list[str]
    documents: str
    limits: Limits
    source: str
    is_sample: bool
    redeemable: bool
    """由商户扫码核销；否则凭证件直接享受"""
    branches: list[BranchView]
    entitlement: EntitlementView


class CategoryView(msgspec.Struct):
    """优惠类别与在线数量"""

    code: str
    name: str
    perks: int


class CategoryList(msgspec.Struct):
    """全部类别"""

    items: list[CategoryView]


class VerificationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """核验"""

    pass_: PassText = msgspec.field(name="pass")


class HolderView(msgspec.Struct):
    """持证人（脱敏）"""

    masked_name: str
    card_kind: str


class PerkAtTillView(msgspec.Struct):
    """本店的一项优惠"""

    id: UUID
    title: str
    remaining: int | None
    usable: bool
    reason: str
    message: str
    documents: str


class VerificationView(msgspec.Struct):
    """核验结果"""

    result: Literal["valid", "refused"]
    reason: str
    message: str
    next_step: str
    holder: HolderView | None
    perks: list[PerkAtTillView]


class RedemptionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """核销"""

    pass_: PassText = msgspec.field(name="pass")
    perk_id: UUID


class RedemptionView(msgspec.Struct):
    """核销结果"""

    id: UUID
    perk_id: UUID
    perk_title: str
    redeemed_at: datetime
    reversed_at: datetime | None


class DayQuery(msgspec.Struct, forbid_unknown_fields=True):
    """某一天的核销"""

    day: Annotated[date | None, msgspec.Meta(description="北京时间的日期，默认今天")] = None
    cursor: Cursor = ""
    limit: PageSize = 50


class MerchantRedemption(msgspec.Struct):
    """本店的一次核销"""

    id: UUID
    perk_id: UUID
    perk_title: str
    branch_name: str
    till: str
    redeemed_at: datetime
    reversed_at: datetime | None


class MerchantRedemptionPage(msgspec.Struct):
    """本店某天的核销，新的在前"""

    items: list[MerchantRedemption]
    next_cursor: str | None


class MonthQuery(msgspec.Struct, forbid_unknown_fields=True):
    """对账月份"""

    month: Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="如 2026-11")]


class PageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """翻页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class MyRedemption(msgspec.Struct):
    """我的一次使用"""

    id: UUID
    perk_id: UUID
    perk_title: str
    provider: str
    branch_name: str
    redeemed_at: datetime
    reversed_at: datetime | None


class MyRedemptionPage(msgspec.Struct):
    """我的使用记录，新的在前"""

    items: list[MyRedemption]
    next_cursor: str | None
