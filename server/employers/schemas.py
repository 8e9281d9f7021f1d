"""用人单位的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.employers import EmployerNature, EmployerState
from server.http.pagination import Cursor, PageSize

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
CreditCodeText = Annotated[str, Meta(min_length=1, max_length=40, description="统一社会信用代码，18 位")]
Note = Annotated[str, Meta(max_length=200, description="校验位不对而证照上确实如此时，写明理由")]
Reason = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"\S", description="原因；不予通过、暂停的原因单位成员能看到")
]
TownCode = Annotated[str, Meta(min_length=1, max_length=12, description="乡镇（街道）代码；单位不在高邮的留空")]
Address = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
ContactName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S", description="联系人姓名")]
ContactMobile = Annotated[str, Meta(min_length=1, max_length=40, description="联系人手机号")]
Introduction = Annotated[str, Meta(max_length=2000)]
CorrectionReason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="更正的依据，记入审计")]
DisplayName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S", description="成员的叫法，如 人事部")]


class EmployerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """登记用人单位"""

    name: Name
    credit_code: CreditCodeText
    address: Address
    contact_name: ContactName
    contact_mobile: ContactMobile
    town_code: TownCode | None = None
    introduction: Introduction = ""
    nature: EmployerNature = EmployerNature.OTHER


class StaffEmployerRequest(EmployerRequest, forbid_unknown_fields=True):
    """工作人员登记用人单位"""

    credit_code_note: Note = ""


class EmployerPatch(msgspec.Struct, forbid_unknown_fields=True):
    """用人单位的修改 — what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    credit_code: CreditCodeText | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    contact_name: ContactName | UnsetType = UNSET
    contact_mobile: ContactMobile | UnsetType = UNSET
    town_code: TownCode | UnsetType | None = UNSET
    introduction: Introduction | UnsetType = UNSET
    nature: EmployerNature | UnsetType = UNSET


class EmployerCorrection(msgspec.Struct, forbid_unknown_fields=True):
    """用人单位的更正 — by staff, of what was vetted; what is left out stays as it is."""

    reason: CorrectionReason
    name: Name | UnsetType = UNSET
    town_code: TownCode | UnsetType | None = UNSET
    nature: EmployerNature | UnsetType = UNSET


class EmployerReason(msgspec.Struct, forbid_unknown_fields=True):
    """原因"""

    reason: Reason


class EmployerQuery(msgspec.Struct, forbid_unknown_fields=True):
    """用人单位列表的条件"""

    q: Annotated[str, Meta(max_length=40, description="名称中的字，或信用代码的开头")] = ""
    state: EmployerState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class MyEmployer(msgspec.Struct):
    """我的单位 — with the reason of its state, and what to do next."""

    id: UUID
    name: str
    credit_code: str
    town_code: str | None
    address: str
    masked_contact_name: str
    masked_contact_mobile: str
    introduction: str
    nature: EmployerNature
    nature_label: str
    state: EmployerState
    state_label: str
    state_reason: str
    next_step: str
    created_at: datetime
    updated_at: datetime


class StaffEmployer(msgspec.Struct):
    """用人单位 — as staff see it; the contact is masked."""

    id: UUID
    name: str
    credit_code: str
    credit_code_note: str
    town_code: str | None
    address: str
    masked_contact_name: str
    masked_contact_mobile: str
    introduction: str
    nature: EmployerNature
    nature_label: str
    state: EmployerState
    state_reason: str
    is_sample: bool
    created_at: datetime
    updated_at: datetime


class StaffEmployerPage(msgspec.Struct):
    """用人单位列表"""

    items: list[StaffEmployer]
    next_cursor: str | None


class MemberView(msgspec.Struct):
    """用人单位成员 — an account; no name of a person."""

    id: UUID
    display_name: str
    joined_at: datetime


class MemberList(msgspec.Struct):
    """成员名单 — in the order of joining."""

    items: list[MemberView]


class OpenEmployerInvitation(msgspec.Struct):
    """未用的邀请 — its code is known only to whom it was shown."""

    id: UUID
    display_name: str
    expires_at: datetime


class OpenInvitationList(msgspec.Struct):
    """未用的邀请 — those still good, in the order of making."""

    items: list[OpenEmployerInvitation]


class StaffEmployerDetail(msgspec.Struct):
    """用人单位详情 — with its members and the invitations still good."""

    employer: StaffEmployer
    members: list[MemberView]
    invitations: list[OpenEmployerInvitation]


class MemberInvitationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """邀请成员"""

    display_name: DisplayName


class MemberInvitationGranted(msgspec.Struct):
    """成员邀请码 — shown this once."""

    id: UUID
    code: str
    expires_at: datetime


class EmployerMembershipRequest(msgspec.Struct, forbid_unknown_fields=True):
    """凭邀请码加入用人单位"""

    invitation: Annotated[str, Meta(min_length=1, max_length=40, description="10 位邀请码，大小写和横线不限")]
