"""优待证的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from models.cards import CardKind, CardState, CaseState
from models.face_checks import FaceCheckState
from server.cards.administration import DisclosedField
from server.cards.service import StandingReason
from server.http.pagination import Cursor, PageSize

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, description="姓名，与身份证一致")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Last4 = Annotated[str, msgspec.Meta(min_length=1, max_length=8, description="优待证号的后四位")]
PassText = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, description="出示码，以 YB1: 开头")]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="原因；暂停、注销的原因持证人能看到")]
UsePurpose = Annotated[str, msgspec.Meta(min_length=2, max_length=200, description="办理什么事项需要；记入审计")]
Note = Annotated[str, msgspec.Meta(max_length=200, description="说明；不通过时申请人会看到")]


class ClaimRequest(msgspec.Struct, forbid_unknown_fields=True):
    """绑定优待证"""

    name: Name
    id_number: Number
    card_last4: Last4


class MaskedCard(msgspec.Struct):
    """优待证（打码） — as its holder and staff see it."""

    id: UUID
    kind: CardKind
    kind_label: str
    masked_name: str
    masked_id_number: str
    last4: str
    state: CardState
    state_reason: str
    issued_on: date | None
    expires_on: date | None
    """The last day on which it is good."""
    bound_at: datetime | None


class CardStanding(msgspec.Struct):
    """我的优待证 — the card, or the reason there is none, and what to do next."""

    state: str
    """``bound`` or ``none``."""
    card: MaskedCard | None
    reason: StandingReason | None
    """Null when the card can be shown."""
    message: str
    next_step: str
    case_number: str | None


class PassGranted(msgspec.Struct):
    """出示码"""

    pass_: str = msgspec.field(name="pass")
    expires_at: datetime
    refresh_after_seconds: int


class PassPicture(msgspec.Struct, forbid_unknown_fields=True):
    """出示码转二维码"""

    pass_: PassText = msgspec.field(name="pass")


class PassKeyView(msgspec.Struct):
    """出示码公钥 — a JSON Web Key (RFC 8037)."""

    kid: str
    x: str
    """32 bytes, base64url without padding."""
    kty: str = "OKP"
    crv: str = "Ed25519"
    alg: str = "EdDSA"
    use: str = "sig"


class PassKeyList(msgspec.Struct):
    """出示码公钥表 — the keys that verify now, the newest first (RFC 7517)."""

    keys: list[PassKeyView]


class RosterQuery(msgspec.Struct, forbid_unknown_fields=True):
    """花名册导入选项"""

    dry_run: bool = False


class RosterReport(msgspec.Struct):
    """导入结果"""

    rows: int
    created: int
    updated: int
    unchanged: int
    dry_run: bool


class CaseQuery(msgspec.Struct, forbid_unknown_fields=True):
    """核对件查询"""

    state: CaseState | None = None
    cursor: Cursor | None = None
    limit: PageSize = 20


class CaseView(msgspec.Struct):
    """核对件"""

    id: UUID
    number: str
    state: CaseState
    town_code: str | None
    """The town of the holder that the ID number points to; null when it points to nobody."""
    note: str
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None


class CasePage(msgspec.Struct):
    """核对件列表 — the newest first."""

    items: list[CaseView]
    next_cursor: str | None


class SubmittedView(msgspec.Struct):
    """申请人填写的内容（打码）"""

    masked_name: str
    masked_id_number: str
    card_last4: str


class CaseDetail(CaseView):
    """核对件详情"""

    submitted: SubmittedView | None
    """Null once the case is closed: what was typed is removed."""
    card_id: UUID | None


class ResolutionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """核对件办理结果"""

    outcome: Literal["verified", "rejected"]
    card_id: UUID | None = None
    """The card to bind; required when verified."""
    note: Note = ""
    """Required when rejected."""


class SearchRequest(msgspec.Struct, forbid_unknown_fields=True):
    """查询优待证 — exactly one of the numbers, whole."""

    purpose: UsePurpose
    id_number: Number | None = None
    mobile: Number | None = None
    card_number: Number | None = None


class StaffCard(MaskedCard):
    """优待证（打码，工作人员）"""

    masked_mobile: str | None
    town_code: str | None
    is_bound: bool


class StaffCardList(msgspec.Struct):
    """查询到的优待证 — the newest first."""

    items: list[StaffCard]


class DisclosureRequest(msgspec.Struct, forbid_unknown_fields=True):
    """查看明文"""

    purpose: UsePurpose
    fields: Annotated[list[DisclosedField], msgspec.Meta(min_length=1, max_length=4)]


class Disclosure(msgspec.Struct, omit_defaults=True):
    """明文 — only the fields that were asked for."""

    name: str | UnsetType = UNSET
    id_number: str | UnsetType = UNSET
    mobile: str | UnsetType | None = UNSET
    card_number: str | UnsetType = UNSET


class ReasonRequest(msgspec.Struct, forbid_unknown_fields=True):
    """办理原因"""

    reason: Reason


class ReplacementRequest(msgspec.Struct, forbid_unknown_fields=True):
    """换发"""

    card_number: Number
    reason: Reason
    issued_on: date | None = None
    expires_on: date | None = None


class FaceCheckRequest(msgspec.Struct, forbid_unknown_fields=True):
    """开始刷脸核身 — name and number are passed on to WeChat and not stored."""

    name: Name
    id_number: Number


class FaceCheckView(msgspec.Struct):
    """一次核身"""

    id: UUID
    state: FaceCheckState
    state_label: str
    expires_at: datetime
    """Until then the face is shown, and a pass may be used."""


class FaceCheckStarted(msgspec.Struct):
    """开始的核身"""

    check: FaceCheckView
    verify_id: str
    """For ``wx.requestFacialVerify``."""


class FaceBindingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """刷脸绑定 — the last four digits only where there are several cards."""

    card_last4: Last4 | None = None
