"""待改进提问的 JSON 形状。"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from models.questions import QuestionGroupState, Shortcoming
from server.assistant.schemas import Slug
from server.http.pagination import Cursor, PageSize

AskingText = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Askings = Annotated[list[AskingText], Meta(min_length=1, max_length=20)]
Reason = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]


class QuestionGroupQuery(msgspec.Struct, forbid_unknown_fields=True):
    """提问组的条件"""

    state: QuestionGroupState = QuestionGroupState.OPEN
    shortcoming: Shortcoming | None = None
    cursor: Cursor = ""
    limit: PageSize = 20


class GroupQuestionsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """一组提问的一页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class ShortcomingCount(msgspec.Struct):
    """一种不足有几次"""

    shortcoming: Shortcoming
    label: str
    count: int


class TopicGuess(msgspec.Struct):
    """最像的条目"""

    topic: str
    title: str


class QuestionGroupView(msgspec.Struct):
    """提问组 — ``text`` is masked, and empty once it is old; ``asked`` counts also what is purged."""

    id: str
    state: QuestionGroupState
    state_label: str
    revision: int
    text: str
    asked: int
    shortcomings: list[ShortcomingCount]
    guesses: list[TopicGuess]
    first_at: datetime
    last_at: datetime
    topic: str | None
    askings: list[str]
    reason: str


class QuestionGroupPage(msgspec.Struct):
    """提问组的一页"""

    items: list[QuestionGroupView]
    next_cursor: str | None


class QueuedQuestionView(msgspec.Struct):
    """一个待改进的提问（脱敏）— with what was done with it then."""

    id: str
    at: datetime
    question: str
    shortcoming: Shortcoming
    shortcoming_label: str
    kind: str
    topic: str | None
    confidence: float
    comment: str


class QuestionGroupDetail(msgspec.Struct):
    """提问组和它的提问，新的在前"""

    group: QuestionGroupView
    questions: list[QueuedQuestionView]
    next_cursor: str | None


class GroupAttachment(msgspec.Struct, forbid_unknown_fields=True):
    """归入条目 — ``topic`` with ``title`` may be a new one; ``askings`` as people would ask, without anybody's data."""

    revision: int
    topic: Slug
    askings: Askings
    title: Annotated[str, Meta(max_length=60)] = ""
    category: Annotated[str, Meta(max_length=60)] = ""


class GroupProposal(msgspec.Struct, forbid_unknown_fields=True):
    """建议算作范围外"""

    revision: int
    askings: Askings
    reason: Reason


class GroupDismissal(msgspec.Struct, forbid_unknown_fields=True):
    """不处理"""

    revision: int
    reason: Reason


class GroupRevision(msgspec.Struct, forbid_unknown_fields=True):
    """所见的修订号"""

    revision: int
