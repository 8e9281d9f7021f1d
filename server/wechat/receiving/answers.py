"""工作人员的答复 — what staff wrote in a conversation goes to the chat in which the person asked."""

from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.conversations import AssistantMessage
from models.transactions import transaction
from models.wechat import WeChatContact
from server.wechat.receiving.desk import wake
from server.wechat.receiving.sending import add_messages
from server.wechat.receiving.writing import split_text

_FROM_STAFF = "工作人员回复："


async def bring_answer(payload: dict[str, Any]) -> None:
    """Add an answer of staff to the chat, once; a conversation without a chat is read in the mini-program alone."""
    message = await AssistantMessage.get_or_none(id=UUID(payload["message_id"]))
    if message is None or not message.reply:
        return
    contact = await WeChatContact.filter(conversation_id=message.conversation_id).order_by("-id").first()
    if contact is None:
        return
    async with transaction():
        texts = split_text(_FROM_STAFF + message.reply)
        await add_messages(contact.id, texts, answers=f"staff:{message.id.hex}", at=utc_now())
        await wake(contact)
