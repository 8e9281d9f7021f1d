"""保存推送 — one statement keeps a push and the work on it; the same push again is nothing new."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from config.sqlite_engine import instant_text
from models.base import new_id
from models.fields import seal, unseal
from models.transactions import (
    Dialects,
    as_instant,
    as_uuid,
    execute,
    fetch_row,
    fetch_rows,
    is_postgres,
    transaction,
)
from models.wechat import WECHAT_PUSH_BODY, WECHAT_PUSH_REPLY, WeChatPushState
from server.wechat.accounts import WeChatAccount
from server.wechat.pushes.parsing import Push, PushKind

PUSHED = "wechat.push"
AT_ONCE = 50
"""Pushes of one transaction at most."""
REPEATED_FOR = timedelta(seconds=60)
"""WeChat repeats a push within some 15 seconds; later nobody gets the passive reply again."""

_KEEP = Dialects(
    # In the order of what must not be twice: two processes that keep the same pushes never wait for each other.
    postgres="WITH given AS (SELECT * FROM json_to_recordset($1::text::json) AS given (id uuid, "
    "created_at timestamptz, account text, openid text, name text, is_message boolean, dedupe text, "
    "body_sealed text, work_id uuid, "
    "payload text, run_at timestamptz)), kept AS (INSERT INTO wechat_pushes "
    "(id, created_at, account, openid, name, is_message, dedupe, body_sealed, state, outcome, attempts) "
    "SELECT id, created_at, account, openid, name, is_message, dedupe, body_sealed, 'waiting', '', 0 FROM given "
    "ORDER BY account, dedupe ON CONFLICT (account, dedupe) DO NOTHING RETURNING id), work AS (INSERT INTO "
    "outbox_messages (id, created_at, kind, payload, state, run_at, attempts, locked_until, last_fault) "
    "SELECT work_id, created_at, 'wechat.push', payload, 'waiting', run_at, 0, NULL, '' FROM given "
    "WHERE id IN (SELECT id FROM kept)) SELECT id FROM kept",
    sqlite="INSERT INTO wechat_pushes "
    "(id, created_at, account, openid, name, is_message, dedupe, body_sealed, state, outcome, attempts) "
    "SELECT value ->> 'id', value ->> 'created_at', value ->> 'account', value ->> 'openid', value ->> 'name', "
    "value ->> 'is_message', value ->> 'dedupe', value ->> 'body_sealed', 'waiting', '', 0 FROM json_each($1) "
    "WHERE TRUE ON CONFLICT (account, dedupe) DO NOTHING RETURNING id",
)
_WORK = (
    "INSERT INTO outbox_messages (id, created_at, kind, payload, state, run_at, attempts, locked_until, last_fault) "
    "SELECT value ->> 'work_id', value ->> 'created_at', 'wechat.push', value ->> 'payload', 'waiting', "
    "value ->> 'run_at', 0, NULL, '' FROM json_each($1)"
)
_KNOWN = "SELECT id, created_at, reply_sealed FROM wechat_pushes WHERE account = $1 AND dedupe = $2"


@dataclass(frozen=True, slots=True)
class Kept:
    """保存的推送 — whether it is new, else the passive reply that it was answered with, if it is still repeated."""

    id: UUID
    is_new: bool
    reply: str = ""


class _Row(msgspec.Struct):
    """A push with its work, as one statement stores many."""

    id: UUID
    created_at: str
    account: str
    openid: str
    name: str
    is_message: bool
    dedupe: str
    body_sealed: str
    work_id: UUID
    payload: str
    run_at: str


async def keep_push(
    *, account: WeChatAccount, push: Push, text: str, at: datetime, work_in: timedelta = timedelta()
) -> Kept:
    """Store a push that was proven, sealed, with the work on it ``work_in`` from now. 保存推送。

    Pushes that come while others are being stored share the next transaction; each returns when it is stored.
    """
    push_id = new_id()
    row = _Row(
        id=push_id,
        created_at=instant_text(at),
        account=account.value,
        openid=push.openid,
        name=push.name,
        is_message=push.kind is PushKind.MESSAGE,
        dedupe=push.dedupe_key,
        body_sealed=seal(WECHAT_PUSH_BODY, text),
        work_id=new_id(),
        payload=msgspec.json.encode({"push_id": push_id.hex}).decode(),
        run_at=instant_text(at + work_in),
    )
    if await _batches().store(row):
        return Kept(push_id, is_new=True)
    return await _known(account, push, at)


class _Batches:
    """合并写入 — what is to be stored while a transaction runs goes into the next one together."""

    def __init__(self) -> None:
        self._waiting: list[tuple[_Row, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def store(self, row: _Row) -> bool:
        """Return whether a row was new, once it is stored."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # who has arrived meanwhile joins
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                stored = await _store([row for row, _ in batch])
            except Exception:  # one of them may be at fault: each for itself
                await asyncio.gather(*(self._write_alone(row, done) for row, done in batch))
                continue
            for row, done in batch:
                if not done.done():
                    done.set_result(row.id in stored)

    async def _write_alone(self, row: _Row, done: "asyncio.Future[bool]") -> None:
        try:
            stored = await _store([row])
        except Exception as fault:
            if not done.done():
                done.set_exception(fault)
        else:
            if not done.done():
                done.set_result(bool(stored))


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Batches]" = WeakKeyDictionary()


def _batches() -> _Batches:
    return _by_loop.setdefault(asyncio.get_running_loop(), _Batches())


async def _store(rows: Sequence[_Row]) -> set[UUID]:
    """Store pushes with the work on them, all or none; return those that were new."""
    if is_postgres():
        return {as_uuid(row["id"]) for row in await fetch_rows(_KEEP, msgspec.json.encode(rows).decode())}
    async with transaction():
        new = {as_uuid(row["id"]) for row in await fetch_rows(_KEEP, msgspec.json.encode(rows).decode())}
        work = [row for row in rows if row.id in new]
        if work:
            await execute(_WORK, msgspec.json.encode(work).decode())
    return new


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
