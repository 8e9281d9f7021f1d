"""助手的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from bot.replies import Kind
from models.conversations import HandoverState
from server.http.pagination import Cursor, PageSize

Slug = Annotated[str, Meta(pattern="^[a-z0-9-]{1,60}$")]


class Location(msgspec.Struct, forbid_unknown_fields=True):
    """位置 — GCJ-02 degrees, as the phone gives them."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class QuestionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """提问 — ``topic`` is that of a tapped option. Anything may be asked; what is too long is answered so."""

    text: Annotated[str, Meta(max_length=20_000)]
    conversation_id: UUID | None = None
    topic: Slug | None = None
    location: Location | None = None


class CitationView(msgspec.Struct):
    """引用"""

    title: str
    article: str
    url: str


class OptionView(msgspec.Struct):
    """选项 — send ``send`` with ``topic`` when it is tapped."""

    label: str
    send: str
    topic: str | None


class CardView(msgspec.Struct):
    """卡片 — ``link`` is the API path of the whole."""

    title: str
    lines: list[str]
    link: str


class ReplyView(msgspec.Struct):
    """答复 — ``as_of`` is the day on which the answer was reviewed; ``needs_login`` asks to offer the log-in."""

    conversation_id: str
    message_id: str
    kind: Kind
    text: str
    topic: str | None
    intent: str | None
    confidence: float
    as_of: date | None
    citations: list[CitationView]
    options: list[OptionView]
    cards: list[CardView]
    needs_login: bool


class FeedbackRequest(msgspec.Struct, forbid_unknown_fields=True):
    """评价"""

    helpful: bool
    comment: Annotated[str, Meta(max_length=300)] = ""


class SuggestionsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """推荐问题"""

    limit: Annotated[int, Meta(ge=1, le=20)] = 6


class SuggestionView(msgspec.Struct):
    """推荐的问题"""

    topic: str
    label: str


class Suggestions(msgspec.Struct):
    """推荐的问题列表"""

    items: list[SuggestionView]


class MessagesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """对话的一页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class MessageView(msgspec.Struct):
    """一问一答 — ``kind`` is ``staff`` for what a member of staff wrote; words are gone once purged."""

    id: str
    at: datetime
    question: str
    kind: str
    reply: str
    topic: str | None
    helpful: bool | None


class MessagePage(msgspec.Struct):
    """对话的一页"""

    items: list[MessageView]
    next_cursor: str | None


class HandoverQuery(msgspec.Struct, forbid_unknown_fields=True):
    """转人工件的条件"""

    state: HandoverState | None = None
    reason: Annotated[str, Meta(max_length=24)] = ""
    cursor: Cursor = ""
    limit: PageSize = 20


class HandoverCaseView(msgspec.Struct):
    """转人工件"""

    id: str
    at: datetime
    reason: str
    urgency: int
    state: HandoverState
    state_label: str
    answered_at: datetime | None


class HandoverCasePage(msgspec.Struct):
    """转人工件的一页"""

    items: list[HandoverCaseView]
    next_cursor: str | None


class HandoverCaseDetail(msgspec.Struct):
    """转人工件和它的对话（脱敏）"""

    case: HandoverCaseView
    messages: list[MessageView]


class StaffAnswerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """工作人员的答复"""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class FiguresQuery(msgspec.Struct, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """统计期间 — Beijing days, both included."""

    first: date
    last: date


class AssistantFigure(msgspec.Struct):
    """助手指标"""

    code: str
    title: str
    value: int
    definition: str


class TopicCount(msgspec.Struct):
    """一个主题被答了多少次"""

    topic: str
    title: str
    answered: int
    helpful: int
    unhelpful: int


class DayCount(msgspec.Struct):
    """一天的提问"""

    day: date
    asked: int
    answered: int


class AssistantFigures(msgspec.Struct):
    """助手统计"""

    first: date
    last: date
    figures: list[AssistantFigure]
    topics: list[TopicCount]
    days: list[DayCount]
