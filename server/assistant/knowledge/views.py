"""知识管理的答复 — topics, versions and changes as staff see them."""

from typing import Any
from uuid import UUID

import msgspec

from bot.evaluation.hitting import HitResult
from bot.knowledge.entries import Entry
from config.clock import beijing
from models.knowledge import HitTest, KnowledgeVersion
from server.assistant.knowledge.drafting import KnowledgeChanges
from server.assistant.knowledge.reading import TopicDetail, TopicLine
from server.assistant.knowledge.schemas import (
    HitTestView,
    KnowledgeAsking,
    KnowledgeChange,
    KnowledgeContent,
    KnowledgeDraftRequest,
    KnowledgeDraftView,
    KnowledgeFact,
    KnowledgePiece,
    KnowledgeSource,
    KnowledgeTopicDetail,
    KnowledgeTopicItem,
    KnowledgeVersionView,
)
from server.assistant.knowledge.versions import entry_of


def changes_of(body: KnowledgeDraftRequest) -> KnowledgeChanges:
    """Return what a request changes."""
    given: dict[str, Any] = msgspec.to_builtins(body)
    return msgspec.convert({name: given[name] for name in given if name not in ("note", "revision")}, KnowledgeChanges)


def item_view(line: TopicLine) -> KnowledgeTopicItem:
    """Return one line of the list."""
    return KnowledgeTopicItem(
        slug=line.entry.slug,
        category=line.entry.category,
        title=line.entry.title,
        number=line.number,
        is_retired=line.is_retired,
        reviewed_on=line.entry.reviewed_on,
        draft_state=line.open_state,
        draft_state_label=line.open_state.label if line.open_state else "",
    )


def content_view(entry: Entry) -> KnowledgeContent:
    """Return the content of a topic, each field given."""
    return KnowledgeContent(
        category=entry.category,
        title=entry.title,
        answer=entry.answer,
        sources=[KnowledgeSource(one.title, one.article, one.url, one.confidence) for one in entry.sources],
        facts=[KnowledgeFact(list(one.words), list(one.sources)) for one in entry.facts],
        askings=[KnowledgeAsking(one.text, one.style, list(one.history)) for one in entry.askings],
        related=list(entry.related),
        reviewed_on=entry.reviewed_on,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        local=entry.local,
    )


def version_view(version: KnowledgeVersion, *, asker_id: UUID) -> KnowledgeVersionView:
    """Return a version without its content."""
    return KnowledgeVersionView(
        number=version.number,
        state=version.state,
        state_label=version.state.label,
        is_retirement=version.is_retirement,
        revision=version.revision,
        is_mine=str(asker_id) in msgspec.json.decode(version.editors, type=list[str]),
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        published_at=beijing(version.published_at) if version.published_at else None,
        created_at=beijing(version.created_at),
        updated_at=beijing(version.updated_at),
        note=version.note,
        reason=version.reason,
    )


def draft_view(version: KnowledgeVersion, *, asker_id: UUID) -> KnowledgeDraftView:
    """Return a version with its content."""
    return KnowledgeDraftView(version.slug, version_view(version, asker_id=asker_id), content_view(entry_of(version)))


def detail_view(detail: TopicDetail, *, asker_id: UUID) -> KnowledgeTopicDetail:
    """Return a topic with its draft and its versions."""
    return KnowledgeTopicDetail(
        topic=item_view(detail.line),
        content=content_view(detail.line.entry),
        draft=draft_view(detail.draft, asker_id=asker_id) if detail.draft else None,
        changes=[
            KnowledgeChange(one.field, one.label, [KnowledgePiece(piece.change, piece.text) for piece in one.pieces])
            for one in detail.changes
        ],
        versions=[version_view(version, asker_id=asker_id) for version in detail.versions],
    )


def hit_test_view(test: HitTest, result: HitResult | None) -> HitTestView:
    """Return a hit test with what came of it so far."""
    return HitTestView(
        id=str(test.id),
        state=test.state,
        state_label=test.state.label,
        created_at=beijing(test.created_at),
        finished_at=beijing(test.finished_at) if test.finished_at else None,
        hits=list(result.hits) if result else [],
        astray=list(result.astray) if result else [],
    )
