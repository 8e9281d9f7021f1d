"""微信推送接口：微信，工作人员。"""

from uuid import UUID

from config.clock import beijing, utc_now
from models.wechat import WeChatMessage, WeChatPush
from server.accounts.guards import Administrator
from server.http.askers import Anyone
from server.http.endpoints import Download, Raw, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.resources import resources
from server.wechat.accounts import WeChatAccount
from server.wechat.errors import explain
from server.wechat.pushes.signing import PushQuery
from server.wechat.receiving import desk
from server.wechat.receiving.desk import (
    WeChatMessageNotFound,
    WeChatMessageNotSendable,
    WeChatPushNotFound,
    WeChatPushNotRepeatable,
)
from server.wechat.receiving.schemas import (
    WeChatMessagePage,
    WeChatMessagesQuery,
    WeChatMessageView,
    WeChatPushesQuery,
    WeChatPushPage,
    WeChatPushView,
)
from server.wechat.receiving.service import WeChatPushRefused, receive, verify_url

routes = Routes("wechat", title="微信推送")
_PLAIN = "text/plain; charset=utf-8"
_MESSAGES = "/wechat/<account:str>/messages"


@routes.get(_MESSAGES, summary="微信验证回调地址", media_type=_PLAIN, refusals=(WeChatPushRefused,))
async def verify_callback(asker: Anyone, account: WeChatAccount, raw: Raw) -> Download:
    """Answers ``echostr`` as it came if the address is signed with our token."""
    echostr = raw.query.get("echostr", "")
    echoed = verify_url(settings=resources().settings, account=account, query=_query(raw), echostr=echostr)
    return Download(echoed.encode(), _PLAIN)


@routes.post(
    _MESSAGES,
    summary="接收微信推送的消息和事件",
    media_type=_PLAIN,
    idempotent=False,
    refusals=(WeChatPushRefused,),
)
async def receive_push(asker: Anyone, account: WeChatAccount, raw: Raw) -> Download:
    """Kept and answered ``success`` at once, worked on afterwards; or answered in the chat in the same round trip."""
    answer = await receive(
        settings=resources().settings, account=account, query=_query(raw), body=raw.body, at=utc_now()
    )
    return Download(answer.text.encode(), answer.media_type)


@routes.get("/staff/wechat/pushes", summary="不认识的、处理失败的微信推送，新的在前")
async def list_wechat_pushes(asker: Administrator, query: WeChatPushesQuery) -> WeChatPushPage:
    """What they said is sealed and not shown."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await desk.list_pushes(
        state=query.state, account=query.account, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return WeChatPushPage(
        [_push_view(one) for one in shown], encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None
    )


@routes.post(
    "/staff/wechat/pushes/<push_id:uuid>/repetition",
    summary="重新处理一条微信推送",
    refusals=(WeChatPushNotFound, WeChatPushNotRepeatable),
)
async def repeat_wechat_push(asker: Administrator, push_id: UUID) -> WeChatPushView:
    return _push_view(await desk.repeat_push(push_id=push_id, staff=asker))


@routes.get("/staff/wechat/messages", summary="没有发到或不知道发到没有的客服消息，新的在前")
async def list_wechat_messages(asker: Administrator, query: WeChatMessagesQuery) -> WeChatMessagePage:
    """What they say is sealed and not shown; it stands in the conversation."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await desk.list_messages(state=query.state, after=position[0] if position else None, limit=query.limit + 1)
    shown = found[: query.limit]
    return WeChatMessagePage(
        [_message_view(one) for one in shown], encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None
    )


@routes.post(
    "/staff/wechat/messages/<message_id:uuid>/resending",
    summary="再发一条客服消息",
    refusals=(WeChatMessageNotFound, WeChatMessageNotSendable),
)
async def resend_wechat_message(asker: Administrator, message_id: UUID) -> WeChatMessageView:
    """The person may read it twice, if it had arrived after all."""
    return _message_view(await desk.resend_message(message_id=message_id, staff=asker))


def _query(raw: Raw) -> PushQuery:
    return PushQuery(
        timestamp=raw.query.get("timestamp", ""),
        nonce=raw.query.get("nonce", ""),
        signature=raw.query.get("signature", ""),
        msg_signature=raw.query.get("msg_signature", ""),
        encrypt_type=raw.query.get("encrypt_type", ""),
    )


def _push_view(push: WeChatPush) -> WeChatPushView:
    return WeChatPushView(
        id=push.id,
        account=WeChatAccount(push.account),
        name=push.name,
        state=push.state,
        state_label=push.state.label,
        outcome=push.outcome,
        attempts=push.attempts,
        received_at=beijing(push.created_at),
        done_at=beijing(push.done_at) if push.done_at else None,
    )


def _message_view(message: WeChatMessage) -> WeChatMessageView:
    return WeChatMessageView(
        id=message.id,
        account=WeChatAccount(message.contact.account),
        conversation_id=message.contact.conversation_id,
        state=message.state,
        state_label=message.state.label,
        errcode=message.errcode,
        fault=explain(message.errcode) if message.errcode else "",
        attempts=message.attempts,
        made_at=beijing(message.created_at),
        settled_at=beijing(message.settled_at) if message.settled_at else None,
    )
