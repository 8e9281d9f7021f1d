"""售后 — complaints, enquiries, claims and returns about a parcel, each with the law's clock."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.parcels import Parcel
from models.stations import Station


class CaseKind(StrEnum):
    """售后种类 — a complaint is answered in 7 days (快递暂行条例 28), an enquiry in 30 (邮政法 49)."""

    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    CLAIM = "claim"
    RETURN = "return"

    @property
    def label(self) -> str:
        return {"complaint": "投诉", "enquiry": "查询", "claim": "赔偿", "return": "退件"}[self.value]


class CaseProblem(StrEnum):
    """售后问题"""

    LATE = "late"
    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    SERVICE = "service"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _PROBLEM_LABELS[self]


_PROBLEM_LABELS = {
    CaseProblem.LATE: "延误",
    CaseProblem.DAMAGED: "损坏",
    CaseProblem.LOST: "丢失",
    CaseProblem.REFUSED: "拒收",
    CaseProblem.SERVICE: "服务态度",
    CaseProblem.OTHER: "其他",
}


class ParcelCaseState(StrEnum):
    """售后状态"""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"open": "处理中", "answered": "已答复", "closed": "已结束"}[self.value]


PARCEL_CASE_TRANSITIONS: dict[ParcelCaseState, frozenset[ParcelCaseState]] = {
    ParcelCaseState.OPEN: frozenset({ParcelCaseState.ANSWERED, ParcelCaseState.CLOSED}),
    # open again: the person does not accept the answer
    ParcelCaseState.ANSWERED: frozenset({ParcelCaseState.OPEN, ParcelCaseState.CLOSED}),
    ParcelCaseState.CLOSED: frozenset(),
}


class ParcelCase(Record):
    """售后件 — what went wrong with a parcel and what was answered, by when."""

    number = fields.CharField(max_length=24, unique=True)
    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField(
        "models.Parcel", related_name="cases", on_delete=fields.RESTRICT, db_index=True
    )
    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="parcel_cases", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="parcel_cases", on_delete=fields.RESTRICT, null=True
    )
    kind = fields.CharEnumField(CaseKind, max_length=16)
    problem = fields.CharEnumField(CaseProblem, max_length=16)
    text = fields.CharField(max_length=1000)
    state = fields.CharEnumField(ParcelCaseState, max_length=16, default=ParcelCaseState.OPEN)
    due_on = fields.DateField()
    """The last Beijing day on which the answer is in time."""
    answer = fields.CharField(max_length=1000, default="")
    claimed_fen = fields.BigIntField(null=True)
    ceiling_fen = fields.BigIntField(null=True)
    """The most that the law grants: uninsured at most three times the fee (邮政法 47)."""
    granted_fen = fields.BigIntField(null=True)
    answered_at = fields.DatetimeField(null=True)
    answered_on = fields.DateField(null=True)
    """The Beijing day of the answer that stands, to be held against ``due_on``."""
    answered_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="answered_cases", on_delete=fields.RESTRICT, null=True
    )
    objections = fields.SmallIntField(default=0)
    """How often the person did not accept the answer: once at most."""
    closed_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    parcel_id: UUID
    station_id: UUID
    account_id: UUID | None
    answered_by_id: UUID | None

    class Meta:
        table = "parcel_cases"
        indexes = (("station", "state", "due_on"), ("account", "id"))
