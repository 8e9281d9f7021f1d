"""账户手机号 — the mobile that a person let WeChat tell us, or typed; sealed, and theirs to delete."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.fields import SealedField, unseal
from models.identifiers import Mobile

ACCOUNT_MOBILE = "account_phones.mobile"


class PhoneSource(StrEnum):
    """手机号来源 — told by WeChat, who verified it, or typed by the person."""

    WECHAT = "wechat"
    MANUAL = "manual"

    @property
    def label(self) -> str:
        return "微信验证" if self is PhoneSource.WECHAT else "本人填写"


class AccountPhone(Record):
    """账户手机号 — one for each account, kept while the consent to ``phone`` is in force."""

    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "models.Account", related_name="phone", on_delete=fields.RESTRICT
    )
    account_id: UUID
    mobile_sealed = SealedField(purpose=ACCOUNT_MOBILE)
    source = fields.CharEnumField(PhoneSource, max_length=16)

    class Meta:
        table = "account_phones"

    @property
    def mobile(self) -> Mobile:
        return Mobile(unseal(ACCOUNT_MOBILE, self.mobile_sealed))
