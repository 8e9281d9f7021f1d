"""微信联系人 — who is in a chat, what may still be sent there, and who works on it at the moment."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.clock import utc_now
from models.base import new_id
from models.transactions import as_instant, execute, fetch_row
from models.wechat import WeChatContact
from server.wechat.accounts import WeChatAccount

LEASE = timedelta(seconds=60)
"""After a crash somebody else takes over so much later; longer than a task of the outbox may take."""

_MAKE = (
    "INSERT INTO wechat_contacts (id, created_at, account, openid, is_following, brief_left, lock, person_id) "
    "VALUES ($1, $2, $3, $4, $5, 0, '', $6) ON CONFLICT (account, openid) DO NOTHING"
)
_PERSON = "SELECT id FROM accounts WHERE openid = $1"
_LOCK = (
    "UPDATE wechat_contacts SET lock = $1, locked_until = $2 "
    "WHERE id = $3 AND (locked_until IS NULL OR locked_until <= $4)"
)
_UNLOCK = "UPDATE wechat_contacts SET lock = '', locked_until = NULL WHERE id = $1 AND lock = $2"
_TAKE = "UPDATE wechat_contacts SET brief_left = brief_left - 1 WHERE id = $1 AND brief_until > $2 AND brief_left > 0"
_SPOKE = (
    "SELECT created_at AS last FROM wechat_pushes WHERE account = $1 AND openid = $2 AND is_message "
    "ORDER BY id DESC LIMIT 1"
)
_SENT = (
    "SELECT count(DISTINCT settled_at) AS n FROM wechat_messages "
    "WHERE contact_id = $1 AND state IN ('sent', 'unsure') AND settled_at >= $2"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """窗口 — what a person does opens a short time in which so many messages may be sent (客服消息下发条数限制)."""

    lasts: timedelta
    count: int


_ANSWERS_LAST, _ANSWERS = timedelta(hours=48), 5
"""For what a person says (客服消息下发条数限制)."""
DID = Opening(timedelta(minutes=1), 3)
"""A tap in the menu, a subscription, a scan."""
ENTERED = Opening(timedelta(minutes=1), 2)
"""The customer-service window of the mini-program."""


async def get_contact(*, account: WeChatAccount, openid: str, at: datetime) -> WeChatContact:
    """Return the contact of an openid, made if it is new; one of the mini-program is joined to its account."""
    found = await WeChatContact.get_or_none(account=account.value, openid=openid)
    if found is None:
        row = await fetch_row(_PERSON, openid) if account is WeChatAccount.MINI else None
        person_id = row["id"] if row else None
        await execute(_MAKE, new_id(), at, account.value, openid, True, person_id)
        found = await WeChatContact.get(account=account.value, openid=openid)
    elif found.person_id is None and account is WeChatAccount.MINI and (row := await fetch_row(_PERSON, openid)):
        await join(found.id, person_id=row["id"])
        found = await WeChatContact.get(id=found.id)
    return found


async def join(contact_id: UUID, *, person_id: UUID) -> None:
    """Note whose contact it is; a conversation begun by a stranger becomes theirs."""
    await execute(
        "UPDATE wechat_contacts SET person_id = $1 WHERE id = $2 AND person_id IS NULL", person_id, contact_id
    )
    await execute(
        "UPDATE conversations SET account_id = $1 WHERE account_id IS NULL "
        "AND id = (SELECT conversation_id FROM wechat_contacts WHERE id = $2)",
        person_id,
        contact_id,
    )


@asynccontextmanager
async def working_on(contact_id: UUID) -> AsyncIterator[bool]:
    """Yield whether the caller may work on what a contact sent; nobody else does meanwhile, in any process."""
    lock, now = secrets.token_hex(16), utc_now()
    is_mine = bool(await execute(_LOCK, lock, now + LEASE, contact_id, now))
    try:
        yield is_mine
    finally:
        if is_mine:
            await execute(_UNLOCK, contact_id, lock)


async def open_window(contact_id: UUID, opening: Opening, *, at: datetime) -> None:
    """Note that a person did something at ``at`` that may be answered for a while."""
    await execute(
        "UPDATE wechat_contacts SET brief_until = $1, brief_left = $2 "
        "WHERE id = $3 AND (brief_until IS NULL OR brief_until <= $1)",
        at + opening.lasts,
        opening.count,
        contact_id,
    )


async def allowance_of(contact: WeChatContact, *, at: datetime) -> int:
    """Return how many messages WeChat takes for a contact now, by what the person last did and said."""
    here = await WeChatContact.get(id=contact.id)
    brief = here.brief_left if here.brief_until is not None and here.brief_until > at else 0
    row = await fetch_row(_SPOKE, contact.account, contact.openid)
    if row is None or row["last"] is None:
        return brief
    last = as_instant(row["last"])
    is_shut = here.shut_at is not None and here.shut_at >= last
    if is_shut or at - last >= _ANSWERS_LAST:
        return brief
    sent = await fetch_row(_SENT, contact.id, last)
    return brief + max(0, _ANSWERS - (int(sent["n"]) if sent else 0))


async def take_brief(contact_id: UUID, *, at: datetime) -> bool:
    """Take a message off the short window that is open, which closes first; False if none is."""
    return bool(await execute(_TAKE, contact_id, at))


async def shut(contact_id: UUID, *, at: datetime) -> None:
    """Note that WeChat takes no more: nothing is tried until the person does something again."""
    await execute("UPDATE wechat_contacts SET shut_at = $1, brief_left = 0 WHERE id = $2", at, contact_id)
