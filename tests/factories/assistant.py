"""助手工厂 — conversations with a question and its reply."""

from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.conversations import AssistantMessage, Conversation


async def make_message(*, account_id: UUID | None = None, **overrides: Any) -> AssistantMessage:
    """Make a conversation of an account, or of nobody, with one answered question."""
    conversation = await Conversation.create(account_id=account_id, last_at=utc_now())
    values: dict[str, Any] = {
        "conversation_id": conversation.id,
        "question": "优待证丢了怎么补办",
        "kind": "answer",
        "reply": "先挂失，再补办",
        "topic": "ydz-lost",
        "reason": "",
        "confidence": 0.9,
        "options": "[]",
    }
    return await AssistantMessage.create(**(values | overrides))
