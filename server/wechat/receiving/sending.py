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
from server.wechat.receiving.contacts import allowance_of, shut, take_brief
from server.wechat.receiving.measures import WECHAT_MESSAGES
from server.wechat.receiving.writing import LONGEST_BYTES
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

MOST_A_SECOND = 50
"""Of an account, over all processes: after WeChat was away the rest goes out at this pace."""
SENDING_LASTS = timedelta(seconds=45)
"""A message that is being sent so long has lost its sender, before the lease of its work ends; nobody knows of it."""
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
_GIVE_BACK = "UPDATE wechat_contacts SET brief_left = brief_left + 1 WHERE id = $1"
_BETWEEN = "\n\n————\n\n"
"""Between answers that go out as one message."""
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
    """Send what waits for a contact whom the caller works on, in its order.

    Where WeChat takes fewer messages than wait, several go out as one; what still is too much is late.

    Raises:
        NotNow: WeChat is away, limits us, or the account is not set up; nothing is lost.
    """
    await execute(_LOST, utc_now(), contact.id)
    while waiting := await _waiting(contact.id):
        left = await allowance_of(contact, at=utc_now())
        if not left:
            for message in waiting:
                if await execute(_BEGIN, utc_now(), message.id):
                    await _settle(contact, [message], WeChatMessageState.LATE)
            return
        groups = _groups(waiting, left)
        await _send(contact, groups[0])


async def _waiting(contact_id: UUID) -> list[WeChatMessage]:
    return await WeChatMessage.filter(contact_id=contact_id, state=WeChatMessageState.WAITING).order_by("id")


def _groups(waiting: Sequence[WeChatMessage], left: int) -> list[list[WeChatMessage]]:
    """Return what goes out together: each message by itself, or as many as fit where fewer may be sent."""
    if len(waiting) <= left:
        return [[message] for message in waiting]
    groups: list[list[WeChatMessage]] = []
    size = 0
    for message in waiting:
        length = len(unseal(WECHAT_MESSAGE_TEXT, message.text_sealed).encode()) + len(_BETWEEN.encode())
        if not groups or size + length > LONGEST_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(message)
        size += length
    return groups


async def _send(contact: WeChatContact, group: Sequence[WeChatMessage]) -> None:
    account, until = WeChatAccount(contact.account), utc_now() + SENDING_LASTS
    mine = [message for message in group if await execute(_BEGIN, until, message.id)]
    if not mine:
        return
    text = _BETWEEN.join(unseal(WECHAT_MESSAGE_TEXT, message.text_sealed) for message in mine)
    is_brief = False
    try:
        client = resources().wechat(account)
        await _keep_pace(account)
        is_brief = await take_brief(contact.id, at=utc_now())
        await calls.send_text(client, openid=contact.openid, text=text)
    except (OutsideWindow, TooManyMessages) as fault:
        await shut(contact.id, at=utc_now())
        await _settle(contact, mine, WeChatMessageState.LATE, fault.errcode)
    except (LimitReached, TokenRefused) as fault:
        await _settle(contact, mine, WeChatMessageState.WAITING, fault.errcode)
        raise NotNow from fault
    except WeChatRefused as fault:
        _log.warning("wechat.message_refused", message_id=mine[0].id, errcode=fault.errcode, fault=fault.told)
        await _settle(contact, mine, WeChatMessageState.REFUSED, fault.errcode)
    except (WeChatMisconfigured, WeChatNotConfigured) as fault:
        await _settle(contact, mine, WeChatMessageState.WAITING)
        raise NotNow from fault
    except WeChatBusy as fault:
        if fault.may_have_happened and await _is_up(client):
            await _settle(contact, mine, WeChatMessageState.UNSURE)
            return
        if is_brief:
            await execute(_GIVE_BACK, contact.id)
        await _settle(contact, mine, WeChatMessageState.WAITING)
        raise NotNow from fault
    else:
        await _settle(contact, mine, WeChatMessageState.SENT)


async def _settle(
    contact: WeChatContact, group: Sequence[WeChatMessage], state: WeChatMessageState, errcode: int = 0
) -> None:
    now = utc_now()
    settled_at = None if state is WeChatMessageState.WAITING else now
    for message in group:
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
