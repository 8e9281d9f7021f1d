"""售后的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from models.parcel_cases import CaseKind, CaseProblem, ParcelCaseState
from server.http.pagination import Cursor, PageSize

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Amount = Annotated[int, Meta(ge=0, le=100_000_000)]
Deed = Literal["answer", "close", "object"]


class CaseRequest(msgspec.Struct, forbid_unknown_fields=True):
    """申请售后 — ``claimed_fen`` for a claim."""

    kind: CaseKind
    problem: CaseProblem
    text: Text
    claimed_fen: Annotated[int, Meta(ge=1, le=100_000_000)] | None = None


class IncidentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """登记异常"""

    problem: CaseProblem
    text: Text


class AnswerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """答复 — ``granted_fen`` for a claim, up to its ceiling."""

    answer: Text
    granted_fen: Amount | None = None


class ObjectionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """不满意"""

    text: Text


class OwnCasesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """我的售后列表"""

    cursor: Cursor = ""
    limit: PageSize = 20


class CasesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """售后列表的条件 — ``overdue`` keeps only those whose day has passed without an answer."""

    state: ParcelCaseState | None = None
    overdue: bool = False
    cursor: Cursor = ""
    limit: PageSize = 20


class ParcelCaseView(msgspec.Struct):
    """售后件 — ``clock`` says until when an answer is due, or by how many days it is late; empty once answered."""

    number: str
    parcel_number: str
    station_name: str
    kind: CaseKind
    kind_label: str
    problem: CaseProblem
    problem_label: str
    text: str
    state: ParcelCaseState
    state_label: str
    opened_at: datetime
    due_on: date
    is_overdue: bool
    clock: str
    answer: str
    answered_at: datetime | None
    claimed_fen: int | None
    ceiling_fen: int | None
    granted_fen: int | None
    may: list[Deed]


class ParcelCasePage(msgspec.Struct):
    """售后列表的一页"""

    items: list[ParcelCaseView]
    next_cursor: str | None
