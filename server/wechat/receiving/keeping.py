"""保存推送 — one statement keeps a push and the work on it; the same push again is nothing new."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from models.base import new_id
from models.fields import seal, unseal
from models.transactions import as_instant, as_uuid, execute, fetch_row, is_postgres, transaction
from models.wechat import WECHAT_PUSH_BODY, WECHAT_PUSH_REPLY, WeChatPushState
from server.wechat.accounts import WeChatAccount
from server.wechat.pushes.parsing import Push, PushKind

PUSHED = "wechat.push"
REPEATED_FOR = timedelta(seconds=60)
"""WeChat repeats a push within some 15 seconds; later nobody gets the passive reply again."""

_INSERT = (
    "INSERT INTO wechat_pushes "
    "(id, created_at, account, openid, name, is_message, dedupe, body_sealed, state, outcome, attempts) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', 0) ON CONFLICT (account, dedupe) DO NOTHING"
)
_WORK = (
    "INSERT INTO outbox_messages (id, created_at, kind, payload, state, run_at, attempts, locked_until, last_fault) "
)
_KEEP = (
    f"WITH kept AS ({_INSERT} RETURNING id) {_WORK}"
    "SELECT $9::uuid, $2::timestamptz, $10, $11, 'waiting', $12::timestamptz, 0, NULL, '' FROM kept"
)
_KNOWN = "SELECT id, created_at, reply_sealed FROM wechat_pushes WHERE account = $1 AND dedupe = $2"


@dataclass(frozen=True, slots=True)
class Kept:
    """保存的推送 — whether it is new, else the passive reply that it was answered with, if it is still repeated."""

    id: UUID
    is_new: bool
    reply: str = ""


async def keep_push(
    *, account: WeChatAccount, push: Push, text: str, at: datetime, work_in: timedelta = timedelta()
) -> Kept:
    """Store a push that was proven, sealed, with the work on it ``work_in`` from now. 保存推送。"""
    push_id, work_id = new_id(), new_id()
    is_message = push.kind is PushKind.MESSAGE
    sealed = seal(WECHAT_PUSH_BODY, text)
    values = (push_id, at, account.value, push.openid, push.name, is_message, push.dedupe_key, sealed)
    work = (work_id, PUSHED, msgspec.json.encode({"push_id": push_id.hex}).decode(), at + work_in)
    if is_postgres():
        is_new = await execute(_KEEP, *values, *work)
    else:
        async with transaction():
            is_new = await execute(_INSERT, *values)
            if is_new:
                added = "VALUES ($1, $5, $2, $3, 'waiting', $4, 0, NULL, '')"
                await execute(_WORK + added, *work, at)
    if is_new:
        return Kept(push_id, is_new=True)
    return await _known(account, push, at)


async def _known(account: WeChatAccount, push: Push, at: datetime) -> Kept:
    row = await fetch_row(_KNOWN, account.value, push.dedupe_key)
    assert row is not None, "a push is not removed while WeChat repeats it"
    is_repeated = at - as_instant(row["created_at"]) <= REPEATED_FOR
    reply = unseal(WECHAT_PUSH_REPLY, row["reply_sealed"]) if row["reply_sealed"] and is_repeated else ""
    return Kept(as_uuid(row["id"]), is_new=False, reply=reply)


async def mark_push(push_id: UUID, *, state: WeChatPushState, outcome: str, at: datetime, reply: str = "") -> bool:
    """Note in the caller's transaction what became of a push that waited; False if somebody else did."""
    sealed = seal(WECHAT_PUSH_REPLY, reply) if reply else None
    return bool(
        await execute(
            "UPDATE wechat_pushes SET state = $1, outcome = $2, done_at = $3, reply_sealed = $4 "
            "WHERE id = $5 AND state = 'waiting'",
            state.value,
            outcome[:40],
            at,
            sealed,
            push_id,
        )
    )
