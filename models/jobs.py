"""岗位 — what an employer offers, its kinds and states, and what people keep of it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.employers import Employer
from models.fields import SealedField, WordsField, unseal
from models.schooling import Schooling
from models.towns import Town

POSTING_CONTACT_NAME = "job_postings.contact_name"
POSTING_CONTACT_TELEPHONE = "job_postings.contact_telephone"


class JobKind(StrEnum):
    """岗位类别 — the special posts that the bureau counts apart, and all others."""

    ORDINARY = "ordinary"
    MILITARY_INSTRUCTOR = "military_instructor"
    VILLAGE_STAFF = "village_staff"
    PUBLIC_WELFARE = "public_welfare"
    VETERANS_ONLY = "veterans_only"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    JobKind.ORDINARY: "普通岗位",
    JobKind.MILITARY_INSTRUCTOR: "兵教师",
    JobKind.VILLAGE_STAFF: "村社区工作人员",
    JobKind.PUBLIC_WELFARE: "公益性岗位",
    JobKind.VETERANS_ONLY: "退役军人专岗",
}


class JobActor(StrEnum):
    """操作方 — who took a step of a posting, an application or an intent."""

    SEEKER = "seeker"
    EMPLOYER = "employer"
    STAFF = "staff"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return _ACTOR_LABELS[self]


_ACTOR_LABELS = {
    JobActor.SEEKER: "求职者",
    JobActor.EMPLOYER: "用人单位",
    JobActor.STAFF: "工作人员",
    JobActor.SYSTEM: "系统",
}


class PostingCondition(StrEnum):
    """岗位条件 — what a posting may ask of a person."""

    AGE = "age"
    SCHOOLING = "schooling"
    EXPERIENCE = "experience"


class PostingState(StrEnum):
    """岗位状态"""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LIVE = "live"
    SUSPENDED = "suspended"
    FILLED = "filled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _POSTING_LABELS[self]


_POSTING_LABELS = {
    PostingState.DRAFT: "草稿",
    PostingState.SUBMITTED: "待审核",
    PostingState.LIVE: "招聘中",
    PostingState.SUSPENDED: "已暂停",
    PostingState.FILLED: "已招满",
    PostingState.CLOSED: "已截止",
    PostingState.WITHDRAWN: "已撤回",
}

POSTING_TRANSITIONS: dict[PostingState, frozenset[PostingState]] = {
    PostingState.DRAFT: frozenset({PostingState.SUBMITTED, PostingState.WITHDRAWN}),
    # back to draft: refused by staff with a reason, or taken back by the employer to correct it
    PostingState.SUBMITTED: frozenset({PostingState.LIVE, PostingState.DRAFT, PostingState.WITHDRAWN}),
    # submitted again: conditions changed after the review are reviewed anew, or the review could be dodged;
    # suspended: staff look into a complaint, and nobody applies meanwhile
    PostingState.LIVE: frozenset(
        {
            PostingState.SUBMITTED,
            PostingState.SUSPENDED,
            PostingState.FILLED,
            PostingState.CLOSED,
            PostingState.WITHDRAWN,
        }
    ),
    PostingState.SUSPENDED: frozenset({PostingState.LIVE, PostingState.CLOSED, PostingState.WITHDRAWN}),
    # live again: somebody who was hired did not come, and nothing in the posting has changed
    PostingState.FILLED: frozenset({PostingState.LIVE, PostingState.CLOSED}),
    PostingState.CLOSED: frozenset(),
    PostingState.WITHDRAWN: frozenset(),
}


class JobPosting(Record):
    """岗位 — openings of one sort at one employer. Coordinates are GCJ-02 degrees."""

    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="postings", on_delete=fields.RESTRICT
    )
    number = fields.CharField(max_length=40)
    """The employer's own number; the key by which a re-import updates."""
    title = fields.CharField(max_length=120)
    kind = fields.CharEnumField(JobKind, max_length=24)
    openings = fields.IntField()
    town: fields.ForeignKeyNullableRelation[Town] = fields.ForeignKeyField(
        "models.Town", related_name="postings", on_delete=fields.RESTRICT, null=True
    )
    """Where the work is; empty for a place outside 高邮."""
    address = fields.CharField(max_length=200)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    pay_min_fen = fields.BigIntField(null=True)
    pay_max_fen = fields.BigIntField(null=True)
    pay_months = fields.SmallIntField()
    pay_is_negotiable = fields.BooleanField()
    """The four as ``server.jobs.pay.Pay`` has them."""
    experience_years = fields.SmallIntField(default=0)
    schooling = fields.CharEnumField(Schooling, max_length=20, default=Schooling.ANY)
    schooling_rank = fields.SmallIntField()
    """``schooling.rank``, for comparisons in SQL."""
    age_min = fields.SmallIntField(null=True)
    age_max = fields.SmallIntField(null=True)
    benefits = WordsField(default=())
    description = fields.TextField()
    contact_name_sealed = SealedField(purpose=POSTING_CONTACT_NAME, null=True)
    contact_telephone_sealed = SealedField(purpose=POSTING_CONTACT_TELEPHONE, null=True)
    closes_on = fields.DateField(null=True)
    """The last Beijing day on which one may apply; empty for until filled."""
    state = fields.CharEnumField(PostingState, max_length=16, default=PostingState.DRAFT)
    state_reason = fields.CharField(max_length=200, default="")
    published_at = fields.DatetimeField(null=True)
    """When it first went live."""
    is_sample = fields.BooleanField(default=False)
    title_search_text = fields.TextField()
    search_text = fields.TextField()
    """Words and character pairs of the title, and of title, employer, address and description, for full-text search."""
    updated_at = fields.DatetimeField()

    employer_id: UUID
    town_id: str | None

    class Meta:
        table = "job_postings"
        unique_together = (("employer", "number"),)
        indexes = (("state", "id"), ("employer", "state", "id"), ("town", "state", "id"))

    @property
    def contact_name(self) -> str:
        return unseal(POSTING_CONTACT_NAME, self.contact_name_sealed) if self.contact_name_sealed else ""

    @property
    def contact_telephone(self) -> str:
        sealed = self.contact_telephone_sealed
        return unseal(POSTING_CONTACT_TELEPHONE, sealed) if sealed else ""


class JobPostingEvent(Record):
    """岗位的状态变动 — one step of a posting, with who took it and why."""

    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="events", on_delete=fields.RESTRICT
    )
    from_state = fields.CharEnumField(PostingState, max_length=16, null=True)
    to_state = fields.CharEnumField(PostingState, max_length=16)
    actor = fields.CharEnumField(JobActor, max_length=16)
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="posting_events", on_delete=fields.RESTRICT, null=True
    )
    reason = fields.CharField(max_length=200, default="")

    posting_id: UUID
    account_id: UUID | None

    class Meta:
        table = "job_posting_events"
        indexes = (("posting", "id"),)


class SavedJob(Record):
    """收藏的岗位 — a posting that a person keeps an eye on."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="saved_jobs", on_delete=fields.RESTRICT
    )
    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="saved_by", on_delete=fields.RESTRICT, db_index=True
    )

    account_id: UUID
    posting_id: UUID

    class Meta:
        table = "saved_jobs"
        unique_together = (("account", "posting"),)


class SavedSearch(Record):
    """订阅的搜索 — conditions of which new matches are told."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="saved_searches", on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=40)
    criteria = fields.TextField()
    """JSON of the query's conditions."""
    is_paused = fields.BooleanField(default=False)
    slot = fields.SmallIntField()
    """Which of the person's ten places it takes, so that nobody has eleven."""
    notified_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    account_id: UUID

    class Meta:
        table = "saved_searches"
        unique_together = (("account", "slot"),)
        indexes = (("account", "id"),)


class SavedSearchMatch(Record):
    """订阅的新岗位 — a posting that fits a saved search; told once."""

    search: fields.ForeignKeyRelation[SavedSearch] = fields.ForeignKeyField(
        "models.SavedSearch", related_name="matches", on_delete=fields.RESTRICT
    )
    posting: fields.ForeignKeyRelation[JobPosting] = fields.ForeignKeyField(
        "models.JobPosting", related_name="search_matches", on_delete=fields.RESTRICT, db_index=True
    )
    notified_at = fields.DatetimeField(null=True)

    search_id: UUID
    posting_id: UUID

    class Meta:
        table = "saved_search_matches"
        unique_together = (("search", "posting"),)
