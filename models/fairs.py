"""招聘会 — fairs, their booths and postings, and who registered and came."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.employers import Employer
from models.jobs import JobPosting
from models.seekers import Seeker
from models.towns import Town


class FairState(StrEnum):
    """招聘会状态 — a published one is held on its day without a further deed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _FAIR_LABELS[self]


_FAIR_LABELS = {
    FairState.DRAFT: "筹备中",
    FairState.PUBLISHED: "已发布",
    FairState.CANCELLED: "已取消",
}

FAIR_TRANSITIONS: dict[FairState, frozenset[FairState]] = {
    FairState.DRAFT: frozenset({FairState.PUBLISHED, FairState.CANCELLED}),
    FairState.PUBLISHED: frozenset({FairState.CANCELLED}),
    FairState.CANCELLED: frozenset(),
}


class FairPhase(StrEnum):
    """招聘会阶段 — what a published fair is to the public at an instant."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _PHASE_LABELS[self]


_PHASE_LABELS = {
    FairPhase.UPCOMING: "即将举行",
    FairPhase.RUNNING: "正在举行",
    FairPhase.OVER: "已结束",
    FairPhase.CANCELLED: "已取消",
}


def phase_of(*, state: FairState, starts_at: datetime, ends_at: datetime, at: datetime) -> FairPhase:
    """Return the phase of a fair: its last instant no longer belongs to it."""
    if state is FairState.CANCELLED:
        return FairPhase.CANCELLED
    if at >= ends_at:
        return FairPhase.OVER
    return FairPhase.RUNNING if at >= starts_at else FairPhase.UPCOMING


class FairDocumentKind(StrEnum):
    """招聘会材料 — what must be attached before a fair is published."""

    PLAN = "plan"
    EMERGENCY_PLAN = "emergency_plan"

    @property
    def label(self) -> str:
        return "活动方案" if self is FairDocumentKind.PLAN else "应急预案"


class JobFair(Record):
    """招聘会 — an event at a place and time with booths of employers."""

    number = fields.CharField(max_length=40, unique=True)
    """The bureau's own number, such as 2025-03; the key by which imports find it."""
    title = fields.CharField(max_length=120)
    description = fields.TextField(default="")
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="fairs", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    """Whose staff hold it; empty for one of the whole city, which all staff see."""
    place = fields.CharField(max_length=200)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    capacity = fields.IntField(null=True)
    """Places for seekers; empty for no limit."""
    registered = fields.IntField(default=0)
    """Registrations that are not cancelled; never above the capacity."""
    next_registration = fields.IntField(default=1)
    state = fields.CharEnumField(FairState, max_length=16, default=FairState.DRAFT)
    state_reason = fields.CharField(max_length=200, default="")
    board_token = fields.CharField(max_length=64, unique=True)
    """Hash of the code with which the screen at the fair asks for the board."""
    published_at = fields.DatetimeField(null=True)
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    town_id: str | None

    class Meta:
        table = "job_fairs"
        indexes = (("state", "starts_at", "id"),)

    @property
    def was_entered_afterwards(self) -> bool:
        """Whether the fair was made public when it was over: its booths and people are then entered afterwards, too."""
        return self.published_at is not None and self.published_at >= self.ends_at


class JobFairDocument(Record):
    """招聘会材料 — the plan or the emergency plan as a file."""

    fair: fields.ForeignKeyRelation[JobFair] = fields.ForeignKeyField(
        "models.JobFair", related_name="documents", on_delete=fields.RESTRICT
    )
    kind = fields.CharEnumField(FairDocumentKind, max_length=20)
    filename = fields.CharField(max_length=200)
    media_type = fields.CharField(max_length=100)
    bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    content = fields.BinaryField()

    fair_id: UUID

    class Meta:
        table = "job_fair_documents"
        unique_together = (("fair", "kind"),)


class JobFairBooth(Record):
    """展位 — where an employer sits at a fair."""

    fair: fields.ForeignKeyRelation[JobFair] = fields.ForeignKeyField(
        "models.JobFair", related_name="booths", on_delete=fields.RESTRICT
    )
    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="booths", on_delete=fields.RESTRICT, db_index=True
    )
    number = fields.CharField(max_length=20)

    fair_id: UUID
    employer_id: UUID

    class Meta:
        table = "job_fair_booths"
        unique_together = (("fair", "number"), ("fair", "employer"))


class FairPosting(Record):
    """招聘会岗位 — a posting brought to a fair, with its openings as they were then."""

    fair: fields.ForeignKeyRelation[JobFair] = fields.ForeignKeyField(
        "models.JobFair", related_name="postings", on_delete=fields.RESTRICT
    )
    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="fairs", on_delete=fields.RESTRICT, db_index=True
    )
    openings = fields.IntField()

    fair_id: UUID
    posting_id: UUID

    class Meta:
        table = "fair_postings"
        unique_together = (("fair", "posting"),)


class FairRegistration(Record):
    """招聘会报名 — one person at one fair; checked in at most once."""

    fair: fields.ForeignKeyRelation[JobFair] = fields.ForeignKeyField(
        "models.JobFair", related_name="registrations", on_delete=fields.RESTRICT
    )
    seeker: fields.ForeignKeyRelation[Seeker] = fields.ForeignKeyField(
        "models.Seeker", related_name="registrations", on_delete=fields.RESTRICT, db_index=True
    )
    number = fields.CharField(max_length=12)
    """Read aloud at the desk and at booths; the last sign checks the others."""
    by_staff = fields.BooleanField(default=False)
    cancelled_at = fields.DatetimeField(null=True)
    checked_in_at = fields.DatetimeField(null=True)
    checked_in_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="check_ins", on_delete=fields.RESTRICT, null=True
    )

    fair_id: UUID
    seeker_id: UUID
    checked_in_by_id: UUID | None

    class Meta:
        table = "fair_registrations"
        unique_together = (("fair", "seeker"), ("fair", "number"))
        indexes = (("fair", "checked_in_at"),)
