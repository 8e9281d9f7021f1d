"""内容安全检测 — what WeChat thinks of a text that is about to be shown to others."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Account
from models.base import Record


class CheckedContent(StrEnum):
    """检测对象 — whose text is checked: what people outside the bureau write and others read."""

    POSTING = "posting"


class ContentOutcome(StrEnum):
    """检测结论 — none of them publishes anything: a person still reviews."""

    WAITING = "waiting"
    PASSED = "passed"
    DOUBTFUL = "doubtful"
    RISKY = "risky"
    NOT_CHECKED = "not_checked"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    ContentOutcome.WAITING: "正在检测",
    ContentOutcome.PASSED: "未见异常",
    ContentOutcome.DOUBTFUL: "需要人工判断",
    ContentOutcome.RISKY: "有违规内容",
    ContentOutcome.NOT_CHECKED: "没有检测成，请人工判断",
}


class ContentCheck(Record):
    """内容检测 — the latest check of one record's text."""

    content = fields.CharEnumField(CheckedContent, max_length=16)
    content_id = fields.UUIDField()
    digest = fields.CharField(max_length=64)
    """SHA-256 of the text that was checked: an answer about an older text counts for nothing."""
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="content_checks", on_delete=fields.RESTRICT
    )
    account_id: UUID
    """Who wrote it: WeChat asks for the openid of somebody who was there in the last two hours."""
    outcome = fields.CharEnumField(ContentOutcome, max_length=16, default=ContentOutcome.WAITING)
    label = fields.IntField(null=True)
    """WeChat's label of the risk, such as 20008 for fraud."""
    reason = fields.CharField(max_length=200, default="")
    """Why it was not checked, or what was found, in words for the reviewer."""
    checked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_checks"
        unique_together = (("content", "content_id"),)
