"""投递 — one seeker's application for one posting, and its history."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.employers import Employer
from models.fields import SealedField
from models.jobs import JobActor, JobPosting
from models.seekers import Seeker

APPLICATION_CONTACT = "job_applications.contact"


class ApplicationState(StrEnum):
    """投递状态"""

    SUBMITTED = "submitted"
    VIEWED = "viewed"
    INTERVIEW = "interview"
    OFFERED = "offered"
    HIRED = "hired"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _APPLICATION_LABELS[self]


_APPLICATION_LABELS = {
    ApplicationState.SUBMITTED: "已投递",
    ApplicationState.VIEWED: "已查看",
    ApplicationState.INTERVIEW: "面试",
    ApplicationState.OFFERED: "拟录用",
    ApplicationState.HIRED: "已录用",
    ApplicationState.REFUSED: "未录用",
    ApplicationState.WITHDRAWN: "已撤回",
}

_APPLICATION_ENDS = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN})

APPLICATION_TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    # refused unread: the posting was filled or closed before anybody looked, and the person is told
    ApplicationState.SUBMITTED: frozenset({ApplicationState.VIEWED}) | _APPLICATION_ENDS,
    # offered at once: small employers and booths at a fair hold no separate interview
    ApplicationState.VIEWED: frozenset({ApplicationState.INTERVIEW, ApplicationState.OFFERED}) | _APPLICATION_ENDS,
    ApplicationState.INTERVIEW: frozenset({ApplicationState.OFFERED}) | _APPLICATION_ENDS,
    # an offer may be taken back by the one side or declined by the other
    ApplicationState.OFFERED: frozenset({ApplicationState.HIRED}) | _APPLICATION_ENDS,
    ApplicationState.HIRED: frozenset(),
    ApplicationState.REFUSED: frozenset(),
    ApplicationState.WITHDRAWN: frozenset(),
}


class JobApplication(Record):
    """投递 — once a person and posting; ``profile`` is what it was when applied."""

    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="applications", on_delete=fields.RESTRICT
    )
    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="applications", on_delete=fields.RESTRICT
    )
    seeker: fields.ForeignKeyRelation[Seeker] = fields.ForeignKeyField(
        "models.Seeker", related_name="applications", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="applications", on_delete=fields.RESTRICT
    )
    state = fields.CharEnumField(ApplicationState, max_length=16, default=ApplicationState.SUBMITTED)
    profile = fields.TextField()
    """JSON of the profile without name and number; empty once its time of keeping is over."""
    contact_sealed = SealedField(purpose=APPLICATION_CONTACT, null=True)
    """JSON of name and mobile as they were when applied."""
    contact_shared_at = fields.DatetimeField(null=True)
    """When the seeker agreed that this employer sees the contact; empty while not."""
    message = fields.CharField(max_length=500, default="")
    interview_at = fields.DatetimeField(null=True)
    interview_place = fields.CharField(max_length=200, default="")
    """The appointment as it stands; earlier ones are in the events."""
    updated_at = fields.DatetimeField()

    posting_id: UUID
    employer_id: UUID
    seeker_id: UUID
    account_id: UUID

    class Meta:
        table = "job_applications"
        unique_together = (("posting", "seeker"),)
        indexes = (("seeker", "id"), ("account", "id"), ("employer", "id"), ("state", "id"))


class JobApplicationEvent(Record):
    """投递的状态变动 — one step of an application, as both sides see it."""

    application: fields.ForeignKeyRelation[JobApplication] = fields.ForeignKeyField(
        "models.JobApplication", related_name="events", on_delete=fields.RESTRICT
    )
    from_state = fields.CharEnumField(ApplicationState, max_length=16, null=True)
    to_state = fields.CharEnumField(ApplicationState, max_length=16)
    actor = fields.CharEnumField(JobActor, max_length=16)
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="application_events", on_delete=fields.RESTRICT, null=True
    )
    note = fields.CharField(max_length=500, default="")

    application_id: UUID
    account_id: UUID | None

    class Meta:
        table = "job_application_events"
        indexes = (("application", "id"),)
