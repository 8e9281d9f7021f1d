"""客服消息 — sends what waits for a contact, in its order, each at most once and only while WeChat takes it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from config.clock import utc_now
from config.logging import get_logger
from models.base import new_id
from models.fields import seal, unseal
from models.transactions import execute
from models.wechat import WECHAT_MESSAGE_TEXT, WeChatContact, WeChatMessage, WeChatMessageState
from server.notifications.service import Event, notify
from server.resources import resources
from server.wechat import calls
from server.wechat.accounts import WeChatAccount
from server.wechat.errors import LimitReached, OutsideWindow, TokenRefused, TooManyMessages, WeChatRefused
from server.wechat.receiving.contacts import close_windows, take_allowance
from server.wechat.receiving.measures import WECHAT_MESSAGES
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

MOST_A_SECOND = 50
"""Of an account, over all processes: after WeChat was away the rest goes out at this pace."""
SENDING_LASTS = timedelta(seconds=90)
"""A message that is being sent so long has lost its sender; whether it went out nobody knows."""
_ADD = (
    "INSERT INTO wechat_messages (id, created_at, contact_id, dedupe, text_sealed, state, errcode, attempts) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (dedupe) DO NOTHING"
)
_BEGIN = (
    "UPDATE wechat_messages SET state = 'sending', sending_until = $1, attempts = attempts + 1 "
    "WHERE id = $2 AND state = 'waiting'"
)
_END = "UPDATE wechat_messages SET state = $1, errcode = $2, settled_at = $3 WHERE id = $4 AND state = 'sending'"
_LOST = (
    "UPDATE wechat_messages SET state = 'unsure', settled_at = $1 "
    "WHERE contact_id = $2 AND state = 'sending' AND sending_until <= $1"
)
_GIVE_BACK = (
    "UPDATE wechat_contacts SET long_left = long_left + 1 WHERE id = $1 AND long_until IS NOT NULL AND long_left < 5"
)
_log = get_logger("wechat")


class NotNow(Exception):
    """WeChat cannot be used at the moment; what waits is sent later."""


async def add_messages(
    contact_id: UUID,
    texts: Sequence[str],
    *,
    answers: str,
    at: datetime,
    state: WeChatMessageState = WeChatMessageState.WAITING,
) -> None:
    """Add texts for a contact in the caller's transaction; ``answers`` names what they answer, each once."""
    for part, text in enumerate(texts):
        sealed = seal(WECHAT_MESSAGE_TEXT, text)
        await execute(_ADD, new_id(), at, contact_id, f"{answers}:{part}", sealed, state.value)


async def send_waiting(contact: WeChatContact) -> None:
    """Send what waits for a contact whom the caller works on.

    Raises:
        NotNow: WeChat is away, limits us, or the account is not set up; nothing is lost.
    """
    await execute(_LOST, utc_now(), contact.id)
    while True:
        waiting = (
            await WeChatMessage.filter(contact_id=contact.id, state=WeChatMessageState.WAITING).order_by("id").first()
        )
        if waiting is None:
            return
        await _send(contact, waiting)


async def _send(contact: WeChatContact, message: WeChatMessage) -> None:
    account, now = WeChatAccount(contact.account), utc_now()
    if not await execute(_BEGIN, now + SENDING_LASTS, message.id):
        return
    try:
        client = resources().wechat(account)
        await _keep_pace(account)
        if not await take_allowance(contact.id, at=utc_now()):
            await _settle(contact, message, WeChatMessageState.LATE)
            return
        await calls.send_text(client, openid=contact.openid, text=unseal(WECHAT_MESSAGE_TEXT, message.text_sealed))
    except (OutsideWindow, TooManyMessages) as fault:
        await close_windows(contact.id)
        await _settle(contact, message, WeChatMessageState.LATE, fault.errcode)
    except (LimitReached, TokenRefused) as fault:
        await _settle(contact, message, WeChatMessageState.WAITING, fault.errcode)
        raise NotNow from fault
    except WeChatRefused as fault:
        _log.warning("wechat.message_refused", message_id=message.id, errcode=fault.errcode, fault=fault.told)
        await _settle(contact, message, WeChatMessageState.REFUSED, fault.errcode)
    except (WeChatMisconfigured, WeChatNotConfigured) as fault:
        await _settle(contact, message, WeChatMessageState.WAITING)
        raise NotNow from fault
    except WeChatBusy as fault:
        if fault.may_have_happened and await _is_up(client):
            await _settle(contact, message, WeChatMessageState.UNSURE)
            return
        await execute(_GIVE_BACK, contact.id)
        await _settle(contact, message, WeChatMessageState.WAITING)
        raise NotNow from fault
    else:
        await _settle(contact, message, WeChatMessageState.SENT)


async def _settle(contact: WeChatContact, message: WeChatMessage, state: WeChatMessageState, errcode: int = 0) -> None:
    now = utc_now()
    settled_at = None if state is WeChatMessageState.WAITING else now
    await execute(_END, state.value, errcode, settled_at, message.id)
    WECHAT_MESSAGES.labels(contact.account, state.value).inc()
    if state in (WeChatMessageState.LATE, WeChatMessageState.UNSURE, WeChatMessageState.REFUSED):
        await _tell_in_inbox(contact, message, at=now)


async def _tell_in_inbox(contact: WeChatContact, message: WeChatMessage, *, at: datetime) -> None:
    """Put what the chat did not bring for certain where the person finds it in the mini-program."""
    found = await WeChatContact.get(id=contact.id)
    if found.person_id is None:
        return
    event = Event(
        name="assistant.answered",
        key=f"wechat:{message.id.hex}",
        title="您在微信里问的，答复在这里",
        text=unseal(WECHAT_MESSAGE_TEXT, message.text_sealed),
        link=f"/v1/assistant/conversations/{found.conversation_id}/messages" if found.conversation_id else "",
    )
    await notify(account_id=found.person_id, event=event, at=at)


async def _is_up(client: "AsyncWeChatClient") -> bool:
    """Whether WeChat answers at all: if it does not, what went out without an answer did not arrive either."""
    try:
        await calls.list_callback_addresses(client)
    except (WeChatBusy, WeChatMisconfigured):
        return False
    except WeChatRefused:
        return True
    return True


async def _keep_pace(account: WeChatAccount) -> None:
    """Wait for the next second once the account has sent its share of this one."""
    state = resources().state
    while True:
        now = utc_now()
        sent = await state.increment(f"wechat:sent:{account}:{int(now.timestamp())}", ttl_seconds=5)
        if sent <= MOST_A_SECOND:
            return
        await asyncio.sleep(1.0 - now.microsecond / 1_000_000 + 0.01)
