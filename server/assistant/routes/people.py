"""助手接口：所有人。"""

from uuid import UUID

from config.clock import utc_now
from server.accounts.guards import Visitor
from server.assistant import asking, feedback
from server.assistant.asking import ConversationNotFound
from server.assistant.current import AssistantNotReady, current_assistant
from server.assistant.feedback import AssistantMessageNotFound
from server.assistant.routes.shapes import message_view, reply_view
from server.assistant.schemas import (
    FeedbackRequest,
    MessagePage,
    MessagesQuery,
    QuestionRequest,
    ReplyView,
    Suggestions,
    SuggestionsQuery,
    SuggestionView,
)
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor

routes = Routes("assistant", title="助手")


@routes.post(
    "/assistant/messages",
    summary="问一句：政策、岗位、招聘会、包裹、服务站、优惠",
    limit=Limit("60/minute"),
    one_connection=True,
    refusals=(ConversationNotFound, AssistantNotReady),
)
async def ask(asker: Visitor, body: QuestionRequest) -> ReplyView:
    """Works without log-in; what is personal asks to log in. Send ``conversation_id`` to go on within 30 minutes."""
    asked = await asking.ask(
        assistant=await current_assistant(),
        text=body.text,
        conversation_id=body.conversation_id,
        topic=body.topic,
        latitude=body.location.latitude if body.location else None,
        longitude=body.location.longitude if body.location else None,
        account_id=asker.account_id,
        at=utc_now(),
    )
    return reply_view(asked)


@routes.post(
    "/assistant/messages/<message_id:uuid>/feedback",
    summary="评价一条回答",
    limit=Limit("60/minute"),
    refusals=(AssistantMessageNotFound,),
)
async def rate(asker: Visitor, message_id: UUID, body: FeedbackRequest) -> None:
    """Saying it again changes it."""
    comment = body.comment.strip()
    await feedback.rate(
        message_id=message_id, is_helpful=body.helpful, comment=comment, account_id=asker.account_id, at=utc_now()
    )


@routes.get(
    "/assistant/conversations/<conversation_id:uuid>/messages",
    summary="一次对话，先说的在前",
    refusals=(ConversationNotFound,),
)
async def list_messages(asker: Visitor, conversation_id: UUID, query: MessagesQuery) -> MessagePage:
    """Of an account only for that account; of nobody for whoever has its id. Staff's answers are among them."""
    position = decode_cursor(query.cursor, tuple[UUID])
    rows = await asking.list_messages(
        conversation_id=conversation_id,
        account_id=asker.account_id,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = rows[: query.limit]
    cursor = encode_cursor(str(shown[-1]["id"])) if len(rows) > query.limit else None
    return MessagePage([message_view(row) for row in shown], cursor)


@routes.get("/assistant/suggestions", summary="大家常问的", refusals=(AssistantNotReady,))
async def list_suggestions(asker: Visitor, query: SuggestionsQuery) -> Suggestions:
    published = (await current_assistant()).published
    found = await feedback.suggest(published=published, limit=query.limit, at=utc_now())
    return Suggestions([SuggestionView(slug, title) for slug, title in found])
