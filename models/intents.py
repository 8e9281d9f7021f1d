"""就业意向 — signed forms between a seeker and an employer, and their history."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.applications import JobApplication
from models.base import Record
from models.employers import Employer
from models.fairs import JobFair
from models.jobs import JobActor, JobKind, JobPosting
from models.seekers import Seeker


class IntentState(StrEnum):
    """就业意向状态 — an intent counts in the figures from the day it is signed."""

    DRAFT = "draft"
    SIGNED = "signed"
    OFFERED = "offered"
    HIRED = "hired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return _INTENT_LABELS[self]


_INTENT_LABELS = {
    IntentState.DRAFT: "待签署",
    IntentState.SIGNED: "已签署",
    IntentState.OFFERED: "拟录用",
    IntentState.HIRED: "已录用",
    IntentState.WITHDRAWN: "已撤回",
    IntentState.LAPSED: "已失效",
}

_INTENT_ENDS = frozenset({IntentState.WITHDRAWN, IntentState.LAPSED})

INTENT_TRANSITIONS: dict[IntentState, frozenset[IntentState]] = {
    IntentState.DRAFT: frozenset({IntentState.SIGNED}) | _INTENT_ENDS,
    IntentState.SIGNED: frozenset({IntentState.OFFERED}) | _INTENT_ENDS,
    IntentState.OFFERED: frozenset({IntentState.HIRED}) | _INTENT_ENDS,
    IntentState.HIRED: frozenset(),
    IntentState.WITHDRAWN: frozenset(),
    IntentState.LAPSED: frozenset(),
}


class Signing(StrEnum):
    """签署方式 — on the phone, or on paper with staff as witness."""

    PHONE = "phone"
    PAPER = "paper"

    @property
    def label(self) -> str:
        return "手机签署" if self is Signing.PHONE else "纸质签署（工作人员见证）"


class Intent(Record):
    """就业意向 — what an employer and a seeker agreed to try; it counts from the day it is signed."""

    number = fields.CharField(max_length=24, unique=True)
    """Read aloud: ``YX`` + Beijing day + serial + check character."""
    verification_code = fields.CharField(max_length=32, unique=True)
    """Random; the QR of the form holds it."""
    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="intents", on_delete=fields.RESTRICT
    )
    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="intents", on_delete=fields.RESTRICT, db_index=True
    )
    fair: fields.ForeignKeyNullableRelation[JobFair] = fields.ForeignKeyField(
        "models.JobFair", related_name="intents", on_delete=fields.RESTRICT, null=True
    )
    application: fields.ForeignKeyNullableRelation[JobApplication] = fields.ForeignKeyField(
        "models.JobApplication", related_name="intents", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    seeker: fields.ForeignKeyRelation[Seeker] = fields.ForeignKeyField(
        "models.Seeker", related_name="intents", on_delete=fields.RESTRICT
    )
    position_title = fields.CharField(max_length=120)
    kind = fields.CharEnumField(JobKind, max_length=24)
    place = fields.CharField(max_length=200)
    pay_min_fen = fields.BigIntField(null=True)
    pay_max_fen = fields.BigIntField(null=True)
    pay_months = fields.SmallIntField()
    pay_is_negotiable = fields.BooleanField()
    starts_on = fields.DateField(null=True)
    remarks = fields.CharField(max_length=500, default="")
    """All of these as they were when drafted: a later change of the posting changes no signed form."""
    terms_digest = fields.CharField(max_length=64)
    """SHA-256 of the terms: a signature names the one that was shown, so what is signed is what was read."""
    state = fields.CharEnumField(IntentState, max_length=16, default=IntentState.DRAFT)
    state_reason = fields.CharField(max_length=200, default="")
    expires_at = fields.DatetimeField()
    """When it lapses unless it goes on."""
    signed_at = fields.DatetimeField(null=True)
    signing = fields.CharEnumField(Signing, max_length=16, null=True)
    contact_shared_at = fields.DatetimeField(null=True)
    """When the seeker agreed that this employer sees the mobile; empty while not."""
    paper_number = fields.CharField(max_length=40, null=True, unique=True)
    witness: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="witnessed_intents", on_delete=fields.RESTRICT, null=True
    )
    offered_at = fields.DatetimeField(null=True)
    hired_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    lapsed_at = fields.DatetimeField(null=True)
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    employer_id: UUID
    posting_id: UUID
    fair_id: UUID | None
    application_id: UUID | None
    seeker_id: UUID
    witness_id: UUID | None

    class Meta:
        table = "intents"
        indexes = (("employer", "id"), ("seeker", "id"), ("fair", "state"), ("state", "expires_at"), ("signed_at",))


class IntentEvent(Record):
    """就业意向的状态变动 — one step of an intent."""

    intent: fields.ForeignKeyRelation[Intent] = fields.ForeignKeyField(
        "models.Intent", related_name="events", on_delete=fields.RESTRICT
    )
    from_state = fields.CharEnumField(IntentState, max_length=16, null=True)
    to_state = fields.CharEnumField(IntentState, max_length=16)
    actor = fields.CharEnumField(JobActor, max_length=16)
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="intent_events", on_delete=fields.RESTRICT, null=True
    )
    note = fields.CharField(max_length=500, default="")

    intent_id: UUID
    account_id: UUID | None

    class Meta:
        table = "intent_events"
        indexes = (("intent", "id"),)
