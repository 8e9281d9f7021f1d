"""优待证 — holders, their cards, claims that need a person, and the keys that sign passes."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.errors import Conflict, FieldError, Invalid
from models.fields import SealedField, unseal
from models.identifiers import IdNumber, Mobile, mask_name
from models.towns import Town

HOLDER_NAME = "card_holders.name"
HOLDER_ID_NUMBER = "card_holders.id_number"
HOLDER_MOBILE = "card_holders.mobile"
CARD_NUMBER = "cards.number"
CASE_SUBMITTED = "card_cases.submitted"
PASS_KEY_PRIVATE = "pass_keys.private_key"


class CardKind(StrEnum):
    """证件类别 — the two kinds of 优待证 (退役军人保障法 15)."""

    VETERAN = "veteran"
    BEREAVED_FAMILY = "bereaved_family"

    @property
    def label(self) -> str:
        return "退役军人优待证" if self is CardKind.VETERAN else "烈士、因公牺牲军人、病故军人遗属优待证"


class CardState(StrEnum):
    """证件状态"""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"


CARD_TRANSITIONS: dict[CardState, frozenset[CardState]] = {
    CardState.ACTIVE: frozenset({CardState.SUSPENDED, CardState.REVOKED, CardState.REPLACED}),
    CardState.SUSPENDED: frozenset({CardState.ACTIVE, CardState.REVOKED, CardState.REPLACED}),
    CardState.REVOKED: frozenset(),
    CardState.REPLACED: frozenset(),
}


class CardHolder(Record):
    """持证人 — a person on the bureau's roster."""

    name_sealed = SealedField(purpose=HOLDER_NAME)
    id_number_sealed = SealedField(purpose=HOLDER_ID_NUMBER)
    id_number_hash = fields.CharField(max_length=64, unique=True)
    mobile_sealed = SealedField(purpose=HOLDER_MOBILE, null=True)
    mobile_hash = fields.CharField(max_length=64, null=True, db_index=True)
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="holders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Household registration; empty for somebody registered outside 高邮."""
    town_id: str | None
    updated_at = fields.DatetimeField()

    class Meta:
        table = "card_holders"

    @property
    def name(self) -> str:
        return unseal(HOLDER_NAME, self.name_sealed)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def id_number(self) -> IdNumber:
        return IdNumber(unseal(HOLDER_ID_NUMBER, self.id_number_sealed))

    @property
    def mobile(self) -> Mobile | None:
        return None if self.mobile_sealed is None else Mobile(unseal(HOLDER_MOBILE, self.mobile_sealed))


class Card(Record):
    """优待证 — a card of a holder, bound to at most one account."""

    holder: fields.ForeignKeyRelation[CardHolder] = fields.ForeignKeyField(
        "models.CardHolder", related_name="cards", on_delete=fields.RESTRICT, db_index=True
    )
    holder_id: UUID
    number_sealed = SealedField(purpose=CARD_NUMBER)
    number_hash = fields.CharField(max_length=64, unique=True)
    last4 = fields.CharField(max_length=4)
    kind = fields.CharEnumField(CardKind, max_length=20)
    state = fields.CharEnumField(CardState, max_length=16, default=CardState.ACTIVE)
    state_reason = fields.CharField(max_length=200, default="")
    issued_on = fields.DateField(null=True)
    expires_on = fields.DateField(null=True)
    """The last day on which the card is good; empty where the bureau sets none."""
    account: fields.OneToOneNullableRelation[Account] = fields.OneToOneField(
        "models.Account", related_name="card", on_delete=fields.RESTRICT, null=True
    )
    account_id: UUID | None
    bound_at = fields.DatetimeField(null=True)
    pseudonym = fields.CharField(max_length=24, unique=True)
    """Random subject of the card's passes; a replacement card gets another."""
    replaced_by: fields.OneToOneNullableRelation["Card"] = fields.OneToOneField(
        "models.Card", related_name="replaces", on_delete=fields.RESTRICT, null=True
    )

    class Meta:
        table = "cards"

    def require_transition(self, to: CardState) -> None:
        """Raise ``CardStateUnsuitable`` unless the card may go from its state to ``to``."""
        if to not in CARD_TRANSITIONS[CardState(self.state)]:
            raise CardStateUnsuitable

    @property
    def number(self) -> str:
        return unseal(CARD_NUMBER, self.number_sealed)


class CardNotUsable(Conflict):
    message = "这张优待证现在不能使用"
    next_step = "请持证人到就近的退役军人服务站核对"


class CardSuspended(CardNotUsable):
    message = "这张优待证已暂停使用"
    next_step = "请持证人到就近的退役军人服务站了解原因并办理恢复"


class CardRevoked(CardNotUsable):
    message = "这张优待证已注销"
    next_step = "如有疑问，请持证人到就近的退役军人服务站核对"


class CardReplaced(CardNotUsable):
    message = "这张优待证已换发新证"
    next_step = "请持证人在小程序中出示新证；没有收到新证请联系退役军人服务站"


class CardExpired(CardNotUsable):
    message = "这张优待证已过有效期"
    next_step = "请持证人到就近的退役军人服务站换证"


def card_refusal(*, state: str, expires_on: date | None, day: date) -> type[CardNotUsable] | None:
    """Return why a card is not good on a Beijing day, None when it is."""
    by_state = {
        CardState.SUSPENDED: CardSuspended,
        CardState.REVOKED: CardRevoked,
        CardState.REPLACED: CardReplaced,
    }
    if state != CardState.ACTIVE:
        return by_state[CardState(state)]
    if expires_on is not None and day > expires_on:
        return CardExpired
    return None


class CardStateUnsuitable(Invalid):
    message = "这张证的当前状态不能这样变更"
    next_step = "请刷新后核对证件状态；已注销或已换发的证请录入新证"


class CardClaimTally(Record):
    """绑定次数 — how often an account tried to bind a card on a Beijing day."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="claim_tallies", on_delete=fields.RESTRICT
    )
    day = fields.DateField()
    tries = fields.IntField()

    class Meta:
        table = "card_claim_tallies"
        unique_together = (("account", "day"),)


class CaseState(StrEnum):
    """核对件状态"""

    OPEN = "open"
    VERIFIED = "verified"
    REJECTED = "rejected"


class CardCase(Record):
    """核对件 — a claim that did not match the roster and waits for staff."""

    number = fields.CharField(max_length=12, unique=True)
    """Read aloud at the counter: 8 digits of which the last checks the others."""
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="card_cases", on_delete=fields.RESTRICT, db_index=True
    )
    account_id: UUID
    submitted_sealed = SealedField(purpose=CASE_SUBMITTED, null=True)
    """What the person typed, as JSON; removed when the case is closed."""
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="card_cases", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """The town of the holder that the ID number points to; empty when it points to nobody."""
    town_id: str | None
    state = fields.CharEnumField(CaseState, max_length=16, default=CaseState.OPEN)
    note = fields.CharField(max_length=200, default="")
    card: fields.ForeignKeyNullableRelation[Card] = fields.ForeignKeyField(
        "models.Card", related_name="cases", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    card_id: UUID | None
    resolved_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "card_cases"
        indexes = (("state", "created_at"),)


class PassKey(Record):
    """出示码密钥 — an Ed25519 key pair; the newest unretired one signs, all unretired ones verify."""

    key_id = fields.CharField(max_length=16, unique=True)
    public_key = fields.CharField(max_length=64)
    """Raw 32 bytes, base64url without padding, as in a JWK's ``x``."""
    private_key_sealed = SealedField(purpose=PASS_KEY_PRIVATE)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pass_keys"


class RosterFault(Invalid):
    """A value of one person or card that the roster cannot hold."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(errors=(FieldError(field, message),))
