"""账户 — who logs in, with which consent, and in which role of the bureau."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.base import Record


class Account(Record):
    """账户 — one WeChat user of the mini-program. It holds no name and no number."""

    openid = fields.CharField(max_length=64, unique=True)
    unionid = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "accounts"


class Session(Record):
    """登录 — an opaque token, stored hashed, revocable at once."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="sessions", on_delete=fields.RESTRICT, db_index=True
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"


class Purpose(StrEnum):
    """处理目的 — each needs its own consent before the first personal field is stored (个人信息保护法 13、14、29)."""

    CARD_BINDING = "card_binding"
    PARCELS = "parcels"
    JOBS = "jobs"
    PHONE = "phone"


class Consent(Record):
    """同意 — what a person agreed to, in which version of the text, and until when. Never overwritten."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="consents", on_delete=fields.RESTRICT, db_index=True
    )
    purpose = fields.CharEnumField(Purpose, max_length=32)
    version = fields.CharField(max_length=32)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consents"


class StaffRole(StrEnum):
    """工作人员角色 — an administrator acts for the whole city, staff for the town of their station."""

    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class StaffMember(Record):
    """工作人员 — an account that acts for the bureau."""

    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", related_name="staff_member", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(StaffRole, max_length=16)
    town_code = fields.CharField(max_length=12, null=True)
    display_name = fields.CharField(max_length=40)
    suspended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_members"


class StaffInvitation(Record):
    """工作人员邀请 — a one-time code that makes its bearer staff; stored hashed."""

    role = fields.CharEnumField(StaffRole, max_length=16)
    town_code = fields.CharField(max_length=12, null=True)
    display_name = fields.CharField(max_length=40)
    code_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="staff_invitations", on_delete=fields.RESTRICT, null=True
    )
    used_by_id: UUID | None

    class Meta:
        table = "staff_invitations"
