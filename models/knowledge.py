"""知识版本 — what staff wrote of a topic, step by step until it is answered with; the files are version 0 of each."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record
from models.errors import Conflict


class KnowledgeState(StrEnum):
    """知识版本状态 — two people stand between a draft and an answer."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    REFUSED = "refused"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    KnowledgeState.DRAFT: "草稿",
    KnowledgeState.SUBMITTED: "待审核",
    KnowledgeState.REVIEWED: "已审核，待发布",
    KnowledgeState.REFUSED: "审核未通过",
    KnowledgeState.PUBLISHED: "已发布",
    KnowledgeState.WITHDRAWN: "已撤下",
}
OPEN_STATES = frozenset(
    {KnowledgeState.DRAFT, KnowledgeState.SUBMITTED, KnowledgeState.REVIEWED, KnowledgeState.REFUSED}
)
"""A topic has at most one version in these."""


class KnowledgeDeed(StrEnum):
    """知识版本的变动 — named as done, for the audit."""

    EDITED = "edited"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"
    DISCARDED = "discarded"


KNOWLEDGE_TRANSITIONS: dict[KnowledgeDeed, tuple[frozenset[KnowledgeState], KnowledgeState]] = {
    KnowledgeDeed.EDITED: (frozenset({KnowledgeState.DRAFT, KnowledgeState.REFUSED}), KnowledgeState.DRAFT),
    KnowledgeDeed.SUBMITTED: (frozenset({KnowledgeState.DRAFT}), KnowledgeState.SUBMITTED),
    KnowledgeDeed.APPROVED: (frozenset({KnowledgeState.SUBMITTED}), KnowledgeState.REVIEWED),
    KnowledgeDeed.REFUSED: (
        frozenset({KnowledgeState.SUBMITTED, KnowledgeState.REVIEWED}),
        KnowledgeState.REFUSED,
    ),
    KnowledgeDeed.PUBLISHED: (frozenset({KnowledgeState.REVIEWED}), KnowledgeState.PUBLISHED),
    KnowledgeDeed.DISCARDED: (OPEN_STATES, KnowledgeState.WITHDRAWN),
}
"""Each deed: the states it is done in, and the one it leads to."""


class KnowledgeStateForbids(Conflict):
    message = "这一版现在的状态不允许这样做，或者刚被别人改过"
    next_step = "请刷新后看一下它的状态和内容"


class KnowledgeVersion(Record):
    """知识版本 — one wording of a topic; what was published is never changed again."""

    slug = fields.CharField(max_length=60)
    number = fields.IntField()
    """Counted for each topic from 1; the file is 0."""
    state = fields.CharEnumField(KnowledgeState, max_length=16)
    is_retirement = fields.BooleanField(default=False)
    """Whether the topic is not answered any more while this is in force; the content is then the last one."""
    content = fields.TextField()
    """A ``bot.knowledge.entries.Entry`` as JSON."""
    content_digest = fields.CharField(max_length=16)
    """Of the content without the day of its review: what a hit test was made with."""
    revision = fields.IntField(default=1)
    """One more at every change: whoever changes says which one they saw."""
    editors = fields.TextField()
    """The accounts that wrote it, as a JSON array: none of them may review it."""
    author: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="knowledge_versions", on_delete=fields.RESTRICT
    )
    reviewer: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="reviewed_knowledge", on_delete=fields.RESTRICT, null=True
    )
    effective_from: date | None = fields.DateField(null=True)
    effective_to: date | None = fields.DateField(null=True)
    published_at = fields.DatetimeField(null=True)
    note = fields.CharField(max_length=300, default="")
    """Of the author: what was changed and why."""
    reason = fields.CharField(max_length=300, default="")
    """Why it was refused, retired, restored or discarded."""
    updated_at = fields.DatetimeField()

    author_id: UUID
    reviewer_id: UUID | None

    class Meta:
        table = "knowledge_versions"
        unique_together = (("slug", "number"),)
        indexes = (("state", "slug"),)


class HitTestState(StrEnum):
    """命中测试状态"""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return {"waiting": "正在测试", "done": "已完成", "failed": "没有做成"}[self.value]


class HitTest(Record):
    """命中测试 — what questions find before and after a draft; publication needs one of exactly its content."""

    version: fields.ForeignKeyRelation[KnowledgeVersion] = fields.ForeignKeyField(
        "models.KnowledgeVersion", related_name="hit_tests", on_delete=fields.RESTRICT
    )
    content_digest = fields.CharField(max_length=16)
    asked_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="hit_tests", on_delete=fields.RESTRICT
    )
    questions = fields.TextField()
    """A JSON array of texts."""
    state = fields.CharEnumField(HitTestState, max_length=16, default=HitTestState.WAITING)
    result = fields.TextField(default="")
    """A ``bot.evaluation.hitting.HitResult`` as JSON, empty until it is done."""
    locked_until = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    version_id: UUID

    class Meta:
        table = "knowledge_hit_tests"
        indexes = (("version", "content_digest"), ("state", "id"))
