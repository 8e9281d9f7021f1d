"""商户的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.merchants import MerchantState
from server.http.pagination import Cursor, PageSize

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
CreditCodeText = Annotated[str, Meta(min_length=1, max_length=40, description="统一社会信用代码，18 位")]
Note = Annotated[str, Meta(max_length=200, description="校验位不对而执照上确实如此时，写明理由")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
TownCode = Annotated[str, Meta(min_length=1, max_length=12)]
Address = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Telephone = Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")]
Degrees = Annotated[float, Meta(ge=-180, le=180, description="GCJ-02 坐标，度")]
DisplayName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S", description="收银台的叫法，如 收银一号")]


class BranchRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新门店 — coordinates: both, or none."""

    name: Name
    town_code: TownCode
    address: Address
    telephone: Telephone = ""
    latitude: Degrees | None = None
    longitude: Degrees | None = None


class BranchPatch(msgspec.Struct, forbid_unknown_fields=True):
    """门店的修改 — what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    town_code: TownCode | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    telephone: Telephone | UnsetType = UNSET
    latitude: Degrees | UnsetType | None = UNSET
    longitude: Degrees | UnsetType | None = UNSET


class MerchantRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新商户 — ``licence_to`` empty means 长期."""

    name: Name
    credit_code: CreditCodeText
    credit_code_note: Note = ""
    licence_from: date | None = None
    licence_to: date | None = None
    branches: Annotated[list[BranchRequest], Meta(max_length=100)] = []


class MerchantPatch(msgspec.Struct, forbid_unknown_fields=True):
    """商户的修改 — what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    credit_code: CreditCodeText | UnsetType = UNSET
    credit_code_note: Note | UnsetType = UNSET
    licence_from: date | UnsetType | None = UNSET
    licence_to: date | UnsetType | None = UNSET


class MerchantReason(msgspec.Struct, forbid_unknown_fields=True):
    """理由"""

    reason: Reason


class MerchantQuery(msgspec.Struct, forbid_unknown_fields=True):
    """商户列表的条件"""

    q: Annotated[str, Meta(max_length=40, description="名称中的字，或信用代码的开头")] = ""
    state: MerchantState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class StaffMerchant(msgspec.Struct):
    """商户 — as staff see it."""

    id: UUID
    name: str
    credit_code: str
    credit_code_note: str
    licence_from: date | None
    licence_to: date | None
    state: MerchantState
    state_reason: str
    is_sample: bool
    created_at: datetime
    updated_at: datetime


class StaffMerchantPage(msgspec.Struct):
    """商户列表"""

    items: list[StaffMerchant]
    next_cursor: str | None


class StaffBranch(msgspec.Struct):
    """门店 — as staff see it."""

    id: UUID
    merchant_id: UUID
    name: str
    town_code: str
    address: str
    telephone: str
    latitude: float | None
    longitude: float | None
    closed_at: datetime | None


class StaffClerk(msgspec.Struct):
    """店员 — an account at a till; no name of a person."""

    id: UUID
    branch_id: UUID
    display_name: str
    joined_at: datetime


class OpenInvitation(msgspec.Struct):
    """未用的邀请 — its code is known only to whom it was shown."""

    id: UUID
    branch_id: UUID
    display_name: str
    expires_at: datetime


class StaffMerchantDetail(msgspec.Struct):
    """商户详情 — with branches, the clerks at work and the invitations still good."""

    merchant: StaffMerchant
    branches: list[StaffBranch]
    clerks: list[StaffClerk]
    invitations: list[OpenInvitation]


class InvitationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """邀请店员"""

    branch_id: UUID
    display_name: DisplayName


class InvitationGranted(msgspec.Struct):
    """店员邀请码 — shown this once."""

    id: UUID
    code: str
    expires_at: datetime


class MembershipRequest(msgspec.Struct, forbid_unknown_fields=True):
    """凭邀请码成为店员"""

    invitation: Annotated[str, Meta(min_length=1, max_length=40, description="10 位邀请码，大小写和横线不限")]


class TillMerchant(msgspec.Struct):
    """店员所在的商户"""

    id: UUID
    name: str


class TillBranch(msgspec.Struct):
    """店员所在的门店"""

    id: UUID
    name: str
    town_code: str
    address: str
    telephone: str


class TillView(msgspec.Struct):
    """我的收银台 — merchant, branch, and what the shop calls this till."""

    merchant: TillMerchant
    branch: TillBranch
    display_name: str
    joined_at: datetime
