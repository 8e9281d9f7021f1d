"""账户的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from models.accounts import Purpose, StaffRole
from models.phones import PhoneSource

Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=128, description="wx.login 得到的 code；沙箱中可用 demo-veteran 等")
]
Version = Annotated[str, msgspec.Meta(min_length=1, max_length=32, description="同意的文本版本，如 2026-11")]


class LoginRequest(msgspec.Struct, forbid_unknown_fields=True):
    """登录"""

    code: Code


class Account(msgspec.Struct):
    """账户 — who is logged in, and which roles the account has."""

    id: UUID
    roles: list[str]
    """Of veteran, clerk, employer, staff, administrator; empty for a family member or a newcomer."""
    town_code: str | None
    """The town that a member of staff acts for."""
    merchant_name: str | None
    """The merchant that a clerk stands at the till of."""
    consents: list[Purpose]
    """The purposes agreed to and in force."""


class SessionGranted(msgspec.Struct):
    """登录结果"""

    token: str
    expires_at: datetime
    account: Account


class ConsentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """同意"""

    purpose: Purpose
    version: Version


class ConsentView(msgspec.Struct):
    """同意记录"""

    purpose: Purpose
    version: str
    granted_at: datetime


class ConsentList(msgspec.Struct):
    """有效的同意"""

    items: list[ConsentView]


DisplayName = Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="在名单中显示的称呼")]
TownCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{9}$", description="服务站所在乡镇；管理员不填")]


class StaffInvitationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """邀请工作人员"""

    role: StaffRole
    display_name: DisplayName
    town_code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{9}$", description="服务站所在乡镇；管理员不填")] | None = (
        None
    )


class StaffInvitationGranted(msgspec.Struct):
    """邀请码，只显示这一次"""

    id: UUID
    code: str
    expires_at: datetime


class JoinRequest(msgspec.Struct, forbid_unknown_fields=True):
    """输入邀请码"""

    invitation: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class StaffMemberView(msgspec.Struct):
    """工作人员"""

    id: UUID
    display_name: str
    role: StaffRole
    town_code: str | None
    joined_at: datetime
    suspended_at: datetime | None


class StaffMemberList(msgspec.Struct):
    """全部工作人员，按加入先后"""

    items: list[StaffMemberView]


PhoneCode = Annotated[
    str, msgspec.Meta(min_length=1, max_length=128, description="getPhoneNumber 按钮得到的 code，不是登录的 code")
]
TypedMobile = Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="自己填写的手机号")]


class PhoneRequest(msgspec.Struct, forbid_unknown_fields=True):
    """留下手机号 — exactly one of the two."""

    code: (
        Annotated[str, msgspec.Meta(min_length=1, max_length=128, description="getPhoneNumber 按钮得到的 code")] | None
    ) = None
    mobile: Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="自己填写的手机号")] | None = None


class PhoneView(msgspec.Struct):
    """我的手机号（打码）"""

    masked_mobile: str
    source: PhoneSource
    source_label: str
    kept_at: datetime
