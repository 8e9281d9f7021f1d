"""知识管理的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bot.evaluation.hitting import Astray, Hit
from bot.knowledge.entries import Confidence, Style
from models.knowledge import HitTestState, KnowledgeState
from server.http.pagination import Cursor, PageSize

Words = Annotated[str, Meta(max_length=300)]
Note = Annotated[str, Meta(max_length=300, description="改了什么、为什么")]
Revision = Annotated[int, Meta(ge=1, description="看到的那一次修改；之后又被改过就不办理")]
KnowledgeReason = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
TopicState = Annotated[
    str,
    Meta(pattern="^(|in_force|retired|draft|submitted|reviewed|refused)$", description="在用、停用，或草稿的状态"),
]


class KnowledgeSource(msgspec.Struct, forbid_unknown_fields=True):
    """出处 — of a law its full title and the article 第二十四条; of a document its address and its worth."""

    title: Annotated[str, Meta(max_length=200)]
    article: Annotated[str, Meta(max_length=20)] = ""
    url: Annotated[str, Meta(max_length=500)] = ""
    confidence: Confidence = Confidence.LAW


class KnowledgeFact(msgspec.Struct, forbid_unknown_fields=True):
    """要点 — words that stand in the answer, and the places of its sources, counted from 0."""

    words: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=40)]
    sources: Annotated[list[int], Meta(max_length=20)]


class KnowledgeAsking(msgspec.Struct, forbid_unknown_fields=True):
    """问法 — ``history`` are the turns before it, the oldest first."""

    text: Words
    style: Style = Style.STAFF
    history: Annotated[list[Words], Meta(max_length=5)] = []


class KnowledgeDraftRequest(msgspec.Struct, forbid_unknown_fields=True):
    """草稿 — what is not given stays as it is in force; a new topic begins empty."""

    category: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    title: Annotated[str, Meta(max_length=80)] | UnsetType = UNSET
    answer: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    sources: Annotated[list[KnowledgeSource], Meta(max_length=20)] | UnsetType = UNSET
    facts: Annotated[list[KnowledgeFact], Meta(max_length=20)] | UnsetType = UNSET
    askings: Annotated[list[KnowledgeAsking], Meta(max_length=300)] | UnsetType = UNSET
    related: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=8)] | UnsetType = UNSET
    valid_from: date | UnsetType | None = UNSET
    valid_to: date | UnsetType | None = UNSET
    local: bool | UnsetType = UNSET
    note: Note | UnsetType = UNSET


class KnowledgeDraftPatch(KnowledgeDraftRequest, kw_only=True, forbid_unknown_fields=True):
    """修改草稿"""

    revision: Revision


class KnowledgeRevision(msgspec.Struct, forbid_unknown_fields=True):
    """看到的那一次修改"""

    revision: Revision


class KnowledgeRefusal(msgspec.Struct, forbid_unknown_fields=True):
    """审核不通过"""

    revision: Revision
    reason: KnowledgeReason


class KnowledgePublication(msgspec.Struct, forbid_unknown_fields=True):
    """发布 — without a day it comes into force today, and stays."""

    revision: Revision
    effective_from: date | None = None
    effective_to: date | None = None


class KnowledgeRetirement(msgspec.Struct, forbid_unknown_fields=True):
    """停用"""

    reason: KnowledgeReason


class KnowledgeRestoration(msgspec.Struct, forbid_unknown_fields=True):
    """恢复 — ``number`` of a version that was published; 0 is the file."""

    number: Annotated[int, Meta(ge=0, le=1_000_000)]
    reason: KnowledgeReason


class KnowledgeQuery(msgspec.Struct, forbid_unknown_fields=True):
    """知识条目的条件 — every word of ``q`` stands in the title, the answer or a way of asking."""

    category: Annotated[str, Meta(max_length=40)] = ""
    state: TopicState = ""
    q: Annotated[str, Meta(max_length=60)] = ""
    cursor: Cursor = ""
    limit: PageSize = 20


class KnowledgeTopicItem(msgspec.Struct):
    """知识条目一行 — ``number`` is the version in force, 0 for the file, null if it is not answered."""

    slug: str
    category: str
    title: str
    number: int | None
    is_retired: bool
    reviewed_on: date
    draft_state: KnowledgeState | None
    draft_state_label: str


class KnowledgeTopicPage(msgspec.Struct):
    """知识条目的一页"""

    items: list[KnowledgeTopicItem]
    next_cursor: str | None


class KnowledgeContent(msgspec.Struct):
    """知识条目的内容"""

    category: str
    title: str
    answer: str
    sources: list[KnowledgeSource]
    facts: list[KnowledgeFact]
    askings: list[KnowledgeAsking]
    related: list[str]
    reviewed_on: date
    valid_from: date | None
    valid_to: date | None
    local: bool


class KnowledgeVersionView(msgspec.Struct):
    """知识版本 — by whom only as far as it is one's own work: ``is_mine`` says that one may not review it."""

    number: int
    state: KnowledgeState
    state_label: str
    is_retirement: bool
    revision: int
    is_mine: bool
    effective_from: date | None
    effective_to: date | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    note: str
    reason: str


class KnowledgeDraftView(msgspec.Struct):
    """草稿和它的内容"""

    slug: str
    version: KnowledgeVersionView
    content: KnowledgeContent


class KnowledgePiece(msgspec.Struct):
    """文字差异 — ``change`` is same, removed or added."""

    change: str
    text: str


class KnowledgeChange(msgspec.Struct):
    """一项差异"""

    field: str
    label: str
    pieces: list[KnowledgePiece]


class KnowledgeTopicDetail(msgspec.Struct):
    """知识条目 — what is in force, the draft, what the draft changes, and all versions, the newest first."""

    topic: KnowledgeTopicItem
    content: KnowledgeContent
    draft: KnowledgeDraftView | None
    changes: list[KnowledgeChange]
    versions: list[KnowledgeVersionView]


class HitTestRequest(msgspec.Struct, forbid_unknown_fields=True):
    """命中测试 — questions as people really ask them."""

    questions: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]], Meta(min_length=1, max_length=50)
    ]


class HitTestView(msgspec.Struct):
    """命中测试的结果 — ``astray`` are ways of asking other topics that find theirs no more."""

    id: str
    state: HitTestState
    state_label: str
    created_at: datetime
    finished_at: datetime | None
    hits: list[Hit]
    astray: list[Astray]
