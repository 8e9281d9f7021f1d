"""就业意向的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.intents import IntentState, Signing
from models.jobs import JobActor, JobKind
from server.http.pagination import Cursor, PageSize

PayText = Annotated[str, Meta(max_length=80, description="工资，如 6000-8000元/月；空着就用岗位公布的工资")]
Remarks = Annotated[str, Meta(max_length=500, description="备注，双方都会签在里面")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="看到的条款的 terms_digest")]
SharesMobile = Annotated[bool, Meta(description="是否同意用人单位看到手机号；签署后用人单位能看到姓名")]
Reason = Annotated[str, Meta(max_length=200, description="原因；对方能看到")]
RequiredReason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", description="原因；对方能看到")]
PaperNumber = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^ *[0-9A-Za-z\u4e00-\u9fff()（）/-][0-9A-Za-z\u4e00-\u9fff()（）/ -]*$",
        description="纸质意向书上印的编号",
    ),
]
Number = Annotated[str, Meta(max_length=40, description="意向书编号，大小写、空格、横线不限")]


class IntentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """起草意向书 — from a fair (``fair_id`` and the number that the seeker tells) or from an application."""

    posting_id: UUID
    fair_id: UUID | None = None
    registration_number: Annotated[str, Meta(max_length=40, description="求职者在展位报的号码")] = ""
    application_id: UUID | None = None
    pay: PayText = ""
    starts_on: date | None = None
    remarks: Remarks = ""


class IntentPatch(msgspec.Struct, forbid_unknown_fields=True):
    """更正意向书草稿 — what is left out stays as it is."""

    pay: PayText | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    remarks: Remarks | UnsetType = UNSET


class SignatureRequest(msgspec.Struct, forbid_unknown_fields=True):
    """签署意向书"""

    terms_digest: Digest
    shares_mobile: SharesMobile = False


class PaperSignatureRequest(msgspec.Struct, forbid_unknown_fields=True):
    """登记纸质签署"""

    paper_number: PaperNumber
    terms_code: Annotated[
        str, Meta(pattern=r"^([0-9A-Fa-f]{8})?$", description="纸上印的 8 位内容码；预印的表格没有，空着")
    ] = ""
    shares_mobile: SharesMobile = False


class IntentWithdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """撤回意向书（求职者）"""

    reason: Reason = ""


class IntentReason(msgspec.Struct, forbid_unknown_fields=True):
    """撤回意向书的原因"""

    reason: RequiredReason


class MyIntentQuery(msgspec.Struct, forbid_unknown_fields=True):
    """我的意向书列表的条件"""

    state: IntentState | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class IntentQuery(msgspec.Struct, forbid_unknown_fields=True):
    """意向书列表的条件"""

    fair: UUID | None = None
    state: IntentState | None = None
    number: Number = ""
    cursor: Cursor = ""
    limit: PageSize = 20


class IntentTermsView(msgspec.Struct):
    """意向书条款 — as they are signed; ``pay`` is how people read the four figures beside it."""

    position_title: str
    kind: JobKind
    kind_label: str
    place: str
    pay: str
    pay_min_fen: int | None
    pay_max_fen: int | None
    pay_months: int
    pay_is_negotiable: bool
    starts_on: date | None
    remarks: str


class IntentView(msgspec.Struct, kw_only=True):
    """就业意向书"""

    id: UUID
    number: str
    state: IntentState
    state_label: str
    state_reason: str
    employer_id: UUID
    employer_name: str
    posting_id: UUID
    fair_id: UUID | None
    fair_title: str | None
    application_id: UUID | None
    terms: IntentTermsView
    terms_digest: str
    expires_at: datetime | None
    """When a draft or a signed one lapses; nothing for the others."""
    drafted_at: datetime
    signed_at: datetime | None
    signing: Signing | None
    signing_label: str
    offered_at: datetime | None
    hired_at: datetime | None
    withdrawn_at: datetime | None
    lapsed_at: datetime | None
    shares_mobile: bool
    is_sample: bool


class MyIntent(IntentView, kw_only=True):
    """我的意向书 — and what to do now."""

    next_step: str


class EmployerIntent(IntentView, kw_only=True):
    """本单位的意向书 — the name in full while it binds, the mobile if the seeker agreed."""

    seeker_name: str
    seeker_mobile: str


class StaffIntent(IntentView, kw_only=True):
    """意向书，工作人员看到的 — the person is masked."""

    masked_seeker_name: str
    masked_seeker_mobile: str
    paper_number: str | None
    witness_id: UUID | None


class IntentStep(msgspec.Struct):
    """意向书的一步"""

    from_state: IntentState | None
    to_state: IntentState
    to_state_label: str
    actor: JobActor
    actor_label: str
    note: str
    at: datetime


class MyIntentDetail(msgspec.Struct):
    """我的意向书和经过 — the first step first."""

    intent: MyIntent
    history: list[IntentStep]


class EmployerIntentDetail(msgspec.Struct):
    """本单位的意向书和经过 — the first step first."""

    intent: EmployerIntent
    history: list[IntentStep]


class StaffIntentDetail(msgspec.Struct):
    """意向书和经过 — the first step first."""

    intent: StaffIntent
    history: list[IntentStep]


class MyIntentPage(msgspec.Struct):
    """我的意向书列表"""

    items: list[MyIntent]
    next_cursor: str | None


class EmployerIntentPage(msgspec.Struct):
    """本单位的意向书列表"""

    items: list[EmployerIntent]
    next_cursor: str | None


class StaffIntentPage(msgspec.Struct):
    """意向书列表"""

    items: list[StaffIntent]
    next_cursor: str | None


class IntentVerificationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """核验意向书"""

    code: Annotated[str, Meta(min_length=1, max_length=200, description="扫意向书二维码得到的文字")]


class VerifiedIntentView(msgspec.Struct):
    """核验结果 — the form is genuine; whether it still stands is its state."""

    number: str
    state: IntentState
    state_label: str
    employer_name: str
    position_title: str
    masked_seeker_name: str
    signed_on: date | None
    is_sample: bool
