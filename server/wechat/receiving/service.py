"""接收推送 — proves a push, keeps it, and answers in time: ``success``, or the reply itself."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue.urgent import urgent_reason
from bot.retrieval.normalising import clean
from config.logging import get_logger
from config.settings import Settings
from models.errors import Forbidden
from models.fields import unseal
from models.transactions import fetch_row
from models.wechat import WECHAT_PUSH_REPLY, WeChatContact, WeChatPush, WeChatPushState
from server.assistant.current import AssistantNotReady
from server.wechat.accounts import WeChatAccount, WeChatCredentials, find_credentials
from server.wechat.pushes.envelope import Opened, check_url, keys_of, open_body
from server.wechat.pushes.parsing import Push, PushKind, parse_push
from server.wechat.pushes.reading import PushFormat
from server.wechat.pushes.rejection import PushRejected
from server.wechat.pushes.replying import SUCCESS, seal, text_reply, transfer_reply
from server.wechat.pushes.signing import PushQuery
from server.wechat.receiving.contacts import get_contact, working_on
from server.wechat.receiving.handling import AlreadyHandled, Work, handle, question_of
from server.wechat.receiving.keeping import Kept, keep_push
from server.wechat.receiving.measures import WECHAT_PUSHES
from server.wechat.receiving.working import has_unsent
from server.wechat.receiving.writing import LONGEST_BYTES

PASSIVE_SECONDS = 1.5
"""So long an answer may take to come with the push itself."""
LEFT_TO_PASSIVE = timedelta(seconds=4)
"""The worker begins this much later, so that it does not work on what is being answered."""
MOST_PASSIVE = 8
"""Answers of one process that are made within pushes at once; under more load the worker makes them."""
_log = get_logger("wechat")
_busy = asyncio.Semaphore(MOST_PASSIVE)


class WeChatPushRefused(Forbidden):
    message = "这不是微信发来的推送，没有接收"
    next_step = (
        "请核对公众平台里的 Token、EncodingAESKey、消息加密方式与系统配置是否一致，日志 wechat.push_refused 里有原因"
    )


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """给微信的答复 — in the format in which the push came."""

    text: str
    media_type: str = "text/plain; charset=utf-8"


def verify_url(*, settings: Settings, account: WeChatAccount, query: PushQuery, echostr: str) -> str:
    """Return what WeChat reads when an operator enters our address. 回调地址验证。

    Raises:
        WeChatPushRefused: it is not signed with our token, or no token is set.
    """
    try:
        return check_url(query, echostr, keys=keys_of(_credentials(settings, account)))
    except PushRejected as fault:
        raise _refused(account, fault) from None


async def receive(
    *, settings: Settings, account: WeChatAccount, query: PushQuery, body: bytes, at: datetime
) -> PushAnswer:
    """Keep a push that WeChat sent and return the answer to it; the same push again is kept and answered once. 收推送。

    Raises:
        WeChatPushRefused: it is forged, altered, cut off, too long, in the clear where it must not be, or unreadable.
    """
    credentials = _credentials(settings, account)
    try:
        opened = open_body(body, query, keys=keys_of(credentials))
        push = parse_push(opened.text)
    except PushRejected as fault:
        raise _refused(account, fault) from None
    WECHAT_PUSHES.labels(account.value, "received").inc()
    is_transfer = _wants_person(push)
    may_be_passive = (
        not is_transfer and account is WeChatAccount.SERVICE and _may_be_passive(push, opened) and not _busy.locked()
    )
    work_in = LEFT_TO_PASSIVE if may_be_passive else timedelta()
    kept = await keep_push(account=account, push=push, text=opened.text, at=at, work_in=work_in)
    if is_transfer:
        return _sealed(transfer_reply(push, format_=opened.format, at=at), credentials, opened, at)
    reply = kept.reply
    if kept.is_new and may_be_passive:
        reply = await _answer_within(account, kept, push, at)
    return _sealed(text_reply(push, reply, format_=opened.format, at=at), credentials, opened, at) if reply else _DONE


_DONE = PushAnswer(SUCCESS)


def _credentials(settings: Settings, account: WeChatAccount) -> WeChatCredentials:
    found = find_credentials(settings, account)
    if found is None or not found.push_token:
        _log.warning("wechat.push_refused", account=account.value, reason="no token is set for this account")
        raise WeChatPushRefused
    return found


def _refused(account: WeChatAccount, fault: PushRejected) -> WeChatPushRefused:
    WECHAT_PUSHES.labels(account.value, fault.reason.value).inc()
    _log.warning("wechat.push_refused", account=account.value, reason=fault.reason.value, fault=str(fault)[:200])
    return WeChatPushRefused()


def _wants_person(push: Push) -> bool:
    """Whether a message goes to the customer-service staff as well, by the rules for danger and for asking by word.

    WeChat hands over only with the answer to the push; what the model finds later opens a case of ours alone.
    """
    text = question_of(push) if push.kind is PushKind.MESSAGE else None
    return bool(text) and len(text or "") <= LONGEST_BYTES and urgent_reason(clean(text or "")) is not None


def _may_be_passive(push: Push, opened: Opened) -> bool:
    return push.kind is PushKind.MESSAGE and bool(question_of(push)) and opened.format is PushFormat.XML


async def _answer_within(account: WeChatAccount, kept: Kept, push: Push, at: datetime) -> str:
    """Do the work on a push now if it can be done in time; else the worker does it. Return the reply, if any."""
    if _busy.locked():
        return ""
    async with _busy:
        try:
            async with asyncio.timeout(PASSIVE_SECONDS):
                await _work_now(account, kept, push, at)
        except (TimeoutError, AlreadyHandled, AssistantNotReady):
            pass
        except Exception as fault:  # the worker tries again, and tells
            _log.warning("wechat.passive_failed", push_id=kept.id, exc_info=fault)
    row = await fetch_row("SELECT reply_sealed FROM wechat_pushes WHERE id = $1", kept.id)
    return unseal(WECHAT_PUSH_REPLY, row["reply_sealed"]) if row and row["reply_sealed"] else ""


async def _work_now(account: WeChatAccount, kept: Kept, push: Push, at: datetime) -> None:
    contact = await get_contact(account=account, openid=push.openid, at=at)
    async with working_on(contact.id) as is_mine:
        if not is_mine or await has_unsent(contact.id) or await _is_behind(contact, kept):
            return
        await handle(Work(account, contact, kept.id, push, at, is_passive=True), at=at)


async def _is_behind(contact: WeChatContact, kept: Kept) -> bool:
    """Whether something that the person sent before is still to be answered."""
    waiting = WeChatPush.filter(account=contact.account, openid=contact.openid, state=WeChatPushState.WAITING)
    return await waiting.filter(id__lt=kept.id).exists()


def _sealed(reply: str, credentials: WeChatCredentials, opened: Opened, at: datetime) -> PushAnswer:
    text = reply
    if opened.was_encrypted:
        text = seal(
            reply,
            keys=keys_of(credentials),
            format_=opened.format,
            timestamp=int(at.timestamp()),
            nonce=secrets.token_hex(8),
        )
    kind = "application/json" if opened.format is PushFormat.JSON else "application/xml"
    return PushAnswer(text, f"{kind}; charset=utf-8")
