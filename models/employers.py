"""用人单位 — employers, whom staff vet before they recruit, and the accounts that act for them."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.errors import Conflict
from models.fields import SealedField, unseal
from models.identifiers import Mobile, mask_name
from models.towns import Town

EMPLOYER_CONTACT_NAME = "employers.contact_name"
EMPLOYER_CONTACT_MOBILE = "employers.contact_mobile"


class EmployerState(StrEnum):
    """用人单位状态 — only an approved employer recruits (人力资源市场暂行条例 28)."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def next_step(self) -> str:
        """What a member can do now; empty where nothing is wanting."""
        return _NEXT_STEPS[self]


_LABELS = {
    EmployerState.SUBMITTED: "待审核",
    EmployerState.APPROVED: "已通过审核",
    EmployerState.REFUSED: "未通过审核",
    EmployerState.SUSPENDED: "已暂停",
}
_NEXT_STEPS = {
    EmployerState.SUBMITTED: "请等待退役军人服务站审核，审核前仍可修改资料",
    EmployerState.APPROVED: "",
    EmployerState.REFUSED: "请按原因修改资料，再重新提交审核",
    EmployerState.SUSPENDED: "请单位负责人联系退役军人事务局说明情况，恢复后可继续招聘",
}


class EmployerDeed(StrEnum):
    """用人单位的状态变动 — named as done, for the audit."""

    APPROVED = "approved"
    REFUSED = "refused"
    SUBMITTED = "submitted"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"


EMPLOYER_TRANSITIONS: dict[EmployerDeed, tuple[EmployerState, EmployerState]] = {
    EmployerDeed.APPROVED: (EmployerState.SUBMITTED, EmployerState.APPROVED),
    EmployerDeed.REFUSED: (EmployerState.SUBMITTED, EmployerState.REFUSED),
    EmployerDeed.SUBMITTED: (EmployerState.REFUSED, EmployerState.SUBMITTED),
    EmployerDeed.SUSPENDED: (EmployerState.APPROVED, EmployerState.SUSPENDED),
    EmployerDeed.REINSTATED: (EmployerState.SUSPENDED, EmployerState.APPROVED),
}
"""Each deed: the state it is done in, and the one it leads to."""


class EmployerStateForbids(Conflict):
    message = "这个单位现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class EmployerNature(StrEnum):
    """单位性质 — as 退役军人保障法 42 divides those who hire."""

    STATE_ORGAN = "state_organ"
    MASS_ORGANISATION = "mass_organisation"
    PUBLIC_INSTITUTION = "public_institution"
    STATE_ENTERPRISE = "state_enterprise"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _NATURE_LABELS[self]


_NATURE_LABELS = {
    EmployerNature.STATE_ORGAN: "机关",
    EmployerNature.MASS_ORGANISATION: "群团组织",
    EmployerNature.PUBLIC_INSTITUTION: "事业单位",
    EmployerNature.STATE_ENTERPRISE: "国有企业",
    EmployerNature.OTHER: "其他单位",
}


class Employer(Record):
    """用人单位 — who recruits: a company, a village committee, a school."""

    name = fields.CharField(max_length=120)
    credit_code = fields.CharField(max_length=18, unique=True)
    credit_code_note = fields.CharField(max_length=200, default="")
    """Why staff accepted a code whose check character is wrong."""
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="employers", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Whose staff vet it; empty for an employer outside 高邮, which all staff see."""
    town_id: str | None
    address = fields.CharField(max_length=200)
    contact_name_sealed = SealedField(purpose=EMPLOYER_CONTACT_NAME, null=True)
    contact_mobile_sealed = SealedField(purpose=EMPLOYER_CONTACT_MOBILE, null=True)
    introduction = fields.CharField(max_length=2000, default="")
    nature = fields.CharEnumField(EmployerNature, max_length=24, default=EmployerNature.OTHER)
    state = fields.CharEnumField(EmployerState, max_length=16, default=EmployerState.SUBMITTED)
    state_reason = fields.CharField(max_length=200, default="")
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "employers"

    @property
    def contact_name(self) -> str:
        return unseal(EMPLOYER_CONTACT_NAME, self.contact_name_sealed) if self.contact_name_sealed else ""

    @property
    def contact_mobile(self) -> str:
        return unseal(EMPLOYER_CONTACT_MOBILE, self.contact_mobile_sealed) if self.contact_mobile_sealed else ""

    @property
    def masked_contact_name(self) -> str:
        return mask_name(self.contact_name)

    @property
    def masked_contact_mobile(self) -> str:
        return Mobile(self.contact_mobile).masked if self.contact_mobile_sealed else ""


class EmployerMember(Record):
    """用人单位成员 — an account that acts for an employer; for one at a time."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="employer_memberships", on_delete=fields.RESTRICT, db_index=True
    )
    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="members", on_delete=fields.RESTRICT, db_index=True
    )
    display_name = fields.CharField(max_length=40)
    """What the employer calls this person or desk (such as 人事部); not an identity."""
    removed_at = fields.DatetimeField(null=True)

    account_id: UUID
    employer_id: UUID

    class Meta:
        table = "employer_members"


class EmployerInvitation(Record):
    """用人单位邀请 — a one-time code that makes its bearer a member of an employer; stored hashed."""

    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="invitations", on_delete=fields.RESTRICT, db_index=True
    )
    code_hash = fields.CharField(max_length=64, unique=True)
    display_name = fields.CharField(max_length=40)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="employer_invitations", on_delete=fields.RESTRICT, null=True
    )

    employer_id: UUID
    used_by_id: UUID | None

    class Meta:
        table = "employer_invitations"
