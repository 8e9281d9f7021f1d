"""推送的工作 — one person's pushes in the order of their coming, then what waits to be sent; one worker at a time."""

import random
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from config.clock import utc_now
from config.logging import get_logger
from models.accounts import Account
from models.fields import unseal
from models.transactions import execute
from models.wechat import (
    WECHAT_PUSH_BODY,
    WeChatContact,
    WeChatMessage,
    WeChatMessageState,
    WeChatPush,
    WeChatPushState,
)
from server.assistant.current import AssistantNotReady
from server.outbox.service import enqueue
from server.resources import resources
from server.wechat import calls
from server.wechat.accounts import WeChatAccount
from server.wechat.errors import WeChatRefused
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.receiving.contacts import get_contact, join, working_on
from server.wechat.receiving.handling import AlreadyHandled, Work, handle, question_of
from server.wechat.receiving.keeping import PUSHED, mark_push
from server.wechat.receiving.measures import WECHAT_PUSHES
from server.wechat.receiving.sending import NotNow, send_waiting
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

MOST_ATTEMPTS = 6
"""After so many failures a push is set aside for staff, so that it does not hold up what came after it."""
_SPOKE_WITHIN = timedelta(seconds=25)
"""WeChat shows typing only to those who were active within 30 seconds."""
_LOOK_UP_AGAIN = timedelta(days=1)
_TIME_SECONDS = 30.0
"""Of one turn; the rest is done in another, within the lease."""
_CROWD = 3
"""From so many waiting pushes of a person on, their answers may have to share a message."""
_LATER_SECONDS = (8, 25)
_log = get_logger("wechat")


async def work_on_push(payload: dict[str, Any]) -> None:
    """Do the work on a kept push, and on what the same person sent before and since."""
    push = await WeChatPush.get_or_none(id=UUID(payload["push_id"]))
    if push is not None:
        await work_for(account=WeChatAccount(push.account), openid=push.openid, push_id=push.id)


async def work_for(*, account: WeChatAccount, openid: str, push_id: UUID) -> None:
    """Work on all that waits for a person; whoever comes while another works leaves it to that one."""
    contact = await get_contact(account=account, openid=openid, at=utc_now())
    ends_at = time.monotonic() + _TIME_SECONDS
    while True:
        async with working_on(contact.id) as is_mine:
            if not is_mine:
                await _look_again(contact.id, push_id)
                return
            try:
                is_done = await _work_through(contact, ends_at)
            except NotNow:
                await _later(push_id)
                return
        if not is_done:
            await _later(push_id)
            return
        if not await _next(contact):  # what came between the last look and the release
            return


async def _work_through(contact: WeChatContact, ends_at: float) -> bool:
    """Return whether nothing waits any more. Who said much at once is answered when all of it is understood."""
    is_crowd = False
    while True:
        waiting = await _of(contact).count()
        is_crowd = is_crowd or waiting >= _CROWD
        if not waiting or not is_crowd:
            await send_waiting(contact)
        if not waiting:
            return True
        if time.monotonic() > ends_at:
            return False
        stored = await _next(contact)
        if stored is not None:
            await _do(contact, stored)


def _of(contact: WeChatContact) -> QuerySet[WeChatPush]:
    return WeChatPush.filter(account=contact.account, openid=contact.openid, state=WeChatPushState.WAITING)


async def _next(contact: WeChatContact) -> WeChatPush | None:
    return await _of(contact).order_by("id").first()


async def _do(contact: WeChatContact, stored: WeChatPush) -> None:
    await execute("UPDATE wechat_pushes SET attempts = attempts + 1 WHERE id = $1", stored.id)
    if stored.attempts >= MOST_ATTEMPTS:
        await mark_push(stored.id, state=WeChatPushState.FAILED, outcome="failed", at=utc_now())
        WECHAT_PUSHES.labels(stored.account, "failed").inc()
        _log.error("wechat.push_failed", push_id=stored.id, attempts=stored.attempts)
        return
    push = parse_push(unseal(WECHAT_PUSH_BODY, stored.body_sealed))
    await _recognise(contact)
    await _show_typing(contact, push, stored.created_at)
    here = await WeChatContact.get(id=contact.id)
    work = Work(WeChatAccount(contact.account), here, stored.id, push, stored.created_at)
    try:
        await handle(work, at=utc_now())
    except AlreadyHandled:
        return
    except AssistantNotReady as fault:  # the first model is being made: no failure of this push
        await execute("UPDATE wechat_pushes SET attempts = attempts - 1 WHERE id = $1", stored.id)
        raise NotNow from fault
    WECHAT_PUSHES.labels(stored.account, "done").inc()


async def _recognise(contact: WeChatContact) -> None:
    """Ask WeChat once a day who a follower of the service account is; without an answer they stay a stranger."""
    now = utc_now()
    if contact.account != WeChatAccount.SERVICE or contact.person_id is not None:
        return
    claimed = await execute(
        "UPDATE wechat_contacts SET looked_up_at = $1 WHERE id = $2 AND (looked_up_at IS NULL OR looked_up_at <= $3)",
        now,
        contact.id,
        now - _LOOK_UP_AGAIN,
    )
    if not claimed:
        return
    try:
        unionid = await calls.read_unionid(resources().wechat(WeChatAccount.SERVICE), openid=contact.openid)
    except (WeChatBusy, WeChatMisconfigured, WeChatNotConfigured, WeChatRefused):
        return
    person = await Account.filter(unionid=unionid).order_by("id").first() if unionid else None
    if person is not None:
        await join(contact.id, person_id=person.id)


async def _show_typing(contact: WeChatContact, push: Push, came_at: datetime) -> None:
    if not question_of(push) or utc_now() - came_at > _SPOKE_WITHIN:
        return
    try:
        await calls.show_typing(resources().wechat(WeChatAccount(contact.account)), openid=contact.openid)
    except (WeChatBusy, WeChatMisconfigured, WeChatNotConfigured, WeChatRefused):
        return  # a nicety: the answer comes without it


async def _later(push_id: UUID) -> None:
    """Come back soon, not all at once: nothing counts as a failure while WeChat is away."""
    pause = timedelta(seconds=random.uniform(*_LATER_SECONDS))
    await enqueue(PUSHED, {"push_id": push_id.hex}, run_at=utc_now() + pause)


async def _look_again(contact_id: UUID, push_id: UUID) -> None:
    """Look again when the lease of whoever works ends: alive, they have done it all by then."""
    held = await WeChatContact.get(id=contact_id)
    await enqueue(PUSHED, {"push_id": push_id.hex}, run_at=held.locked_until or utc_now())


async def has_unsent(contact_id: UUID) -> bool:
    """Whether anything waits to be sent to a contact: then nothing may overtake it."""
    return await WeChatMessage.filter(
        contact_id=contact_id, state__in=[WeChatMessageState.WAITING, WeChatMessageState.SENDING]
    ).exists()
