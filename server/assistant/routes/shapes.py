"""助手的答复 — conversations and cases as people and staff see them."""

from bot.replies import Reply
from config.clock import beijing
from models.conversations import HandoverCase
from models.transactions import Row, as_instant
from server.assistant.asking import Asked
from server.assistant.schemas import (
    CardView,
    CitationView,
    HandoverCaseView,
    MessageView,
    OptionView,
    ReplyView,
)


def reply_view(asked: Asked) -> ReplyView:
    """Return what a client is told."""
    reply: Reply = asked.reply
    return ReplyView(
        conversation_id=str(asked.conversation_id),
        message_id=str(asked.message_id),
        kind=reply.kind,
        text=reply.text,
        topic=reply.topic,
        intent=reply.intent,
        confidence=round(reply.confidence, 4),
        as_of=reply.as_of,
        citations=[CitationView(one.title, one.article, one.url) for one in reply.citations],
        options=[OptionView(one.label, one.send, one.topic) for one in reply.options],
        cards=[CardView(card.title, list(card.lines), card.link) for card in reply.cards],
        needs_login=reply.needs_login,
    )


def message_view(row: Row) -> MessageView:
    """Return one message of a conversation."""
    return MessageView(
        id=str(row["id"]),
        at=beijing(as_instant(row["created_at"])),
        question=row["question"],
        kind=row["kind"],
        reply=row["reply"],
        topic=row["topic"],
        helpful=None if row["helpful"] is None else bool(row["helpful"]),
    )


def case_view(case: HandoverCase) -> HandoverCaseView:
    """Return a case without its words."""
    return HandoverCaseView(
        id=str(case.id),
        at=beijing(case.created_at),
        reason=case.reason,
        urgency=case.urgency,
        state=case.state,
        state_label=case.state.label,
        answered_at=beijing(case.answered_at) if case.answered_at else None,
    )
