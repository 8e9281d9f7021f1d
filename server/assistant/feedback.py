"""评价和推荐 — whether an answer helped, and what people may ask."""

from datetime import datetime, timedelta
from uuid import UUID

from bot.knowledge.published import Published
from models.errors import NotFound
from models.transactions import execute, fetch_rows, transaction
from server.assistant.asking import ConversationNotFound, require_conversation
from server.assistant.masking import mask_question
from server.assistant.questions.queueing import queue_rating

LOOKED_BACK = timedelta(days=30)
_RATE = "UPDATE assistant_messages SET helpful = $2, comment = $3 WHERE id = $1 AND kind <> 'staff'"
_OF = "SELECT conversation_id FROM assistant_messages WHERE id = $1"
_COMMON = (
    "SELECT topic, count(*) AS n FROM assistant_messages WHERE created_at > $1 AND kind = 'answer' "
    "AND topic IS NOT NULL GROUP BY topic ORDER BY n DESC, topic LIMIT $2"
)
_FIRST = ("ydz-apply", "ydz-lost", "perk-park", "perk-bus", "job-fair", "resettle-lumpsum", "fx-60", "plaque-hang")
"""What is suggested where nobody has asked yet."""


class AssistantMessageNotFound(NotFound):
    message = "没有找到这条回答"
    next_step = "请刷新对话后再评价"


async def rate(*, message_id: UUID, is_helpful: bool, comment: str, account_id: UUID | None, at: datetime) -> None:
    """Keep whether an answer helped; saying it again changes it. 评价。

    Raises:
        AssistantMessageNotFound: there is none, or it is of somebody else's conversation.
    """
    rows = await fetch_rows(_OF, message_id)
    if not rows:
        raise AssistantMessageNotFound
    try:
        await require_conversation(UUID(str(rows[0]["conversation_id"])), account_id=account_id)
    except ConversationNotFound:
        raise AssistantMessageNotFound from None
    async with transaction():
        if not await execute(_RATE, message_id, is_helpful, mask_question(comment)[:300]):
            raise AssistantMessageNotFound
        await queue_rating(message_id=message_id, is_helpful=is_helpful, at=at)


async def suggest(*, published: Published, limit: int, at: datetime) -> list[tuple[str, str]]:
    """Return topics that people may ask for with their titles: the most asked of a month, else common ones."""
    rows = await fetch_rows(_COMMON, at - LOOKED_BACK, limit)
    slugs = dict.fromkeys([*(row["topic"] for row in rows), *_FIRST, *published.topics])
    return [(slug, published.topics[slug].title) for slug in slugs if slug in published.topics][:limit]
