"""发件箱进程 — claims messages that are due, does them, retries with growing pauses, buries what never succeeds."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from config.clock import utc_now
from config.logging import describe, get_logger
from models.transactions import Dialects, as_uuid, execute, fetch_row, fetch_rows
from server.http.metrics import OUTBOX
from server.outbox.tasks import LEASE_SECONDS, MAX_ATTEMPTS, TASK_SECONDS, Task

log = get_logger("outbox")

BATCH = 10
POLL_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3600.0

_DUE = "state = 'waiting' AND run_at <= $1 AND (locked_until IS NULL OR locked_until <= $1)"
_PEEK = f"SELECT 1 AS one FROM outbox_messages WHERE {_DUE} LIMIT 1"
_SET = "UPDATE outbox_messages SET attempts = attempts + 1, locked_until = $2"
_CLAIM = Dialects(
    # MATERIALIZED: otherwise the planner may run the locking part twice and claim more than the limit
    postgres=f"WITH due AS MATERIALIZED (SELECT id FROM outbox_messages WHERE {_DUE} "
    f"ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) {_SET} WHERE id IN (SELECT id FROM due) "
    "RETURNING id, kind, payload, attempts",
    sqlite=f"{_SET} WHERE id IN (SELECT id FROM outbox_messages WHERE {_DUE} ORDER BY run_at LIMIT $3) "
    "RETURNING id, kind, payload, attempts",
)


class UnknownTask(Exception):
    """No task of this program does this kind of message; another edition of it may."""


@dataclass(frozen=True, slots=True)
class Message:
    """待办 — claimed by this worker; ``attempts`` tells its claim from every other claim of the same message."""

    id: UUID
    kind: str
    payload: str
    attempts: int


async def claim(*, at: datetime, limit: int = BATCH) -> list[Message]:
    """Claim messages that are due, oldest first; nobody else gets them before the lease is over."""
    if await fetch_row(_PEEK, at) is None:  # a look costs no write lock
        return []
    rows = await fetch_rows(_CLAIM, at, at + timedelta(seconds=LEASE_SECONDS), limit)
    return [Message(as_uuid(row["id"]), row["kind"], row["payload"], row["attempts"]) for row in rows]


async def finish(message: Message) -> None:
    """Remove a message that was done, unless its lease ran out and somebody else has claimed it since."""
    await execute("DELETE FROM outbox_messages WHERE id = $1 AND attempts = $2", message.id, message.attempts)


async def postpone(message: Message, *, fault: str, at: datetime, max_attempts: int) -> bool:
    """Give a failed message back for a later attempt, or bury it; return whether it is to be tried again."""
    is_dead = message.attempts >= max_attempts
    await execute(
        "UPDATE outbox_messages SET state = $1, run_at = $2, locked_until = NULL, last_fault = $3 "
        "WHERE id = $4 AND attempts = $5",
        "dead" if is_dead else "waiting",
        at + pause_after(message.attempts),
        fault[:500],
        message.id,
        message.attempts,
    )
    return not is_dead


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: doubling up to an hour, and never in step."""
    seconds = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))


async def do_due(tasks: Mapping[str, Task], *, at: datetime) -> int:
    """Claim one batch and do it, all messages side by side; return how many there were."""
    messages = await claim(at=at)
    await asyncio.gather(*(_do(message, tasks) for message in messages))
    return len(messages)


async def _do(message: Message, tasks: Mapping[str, Task]) -> None:
    task = tasks.get(message.kind)
    max_attempts = task.max_attempts if task else MAX_ATTEMPTS
    try:
        if task is None:
            raise UnknownTask
        if message.attempts > max_attempts:  # its last attempts ended with the whole process
            raise RuntimeError("worker ended during the last attempt")
        payload: dict[str, Any] = msgspec.json.decode(message.payload)
        async with asyncio.timeout(TASK_SECONDS):
            await task.do(payload)
    except Exception as fault:
        again = await postpone(message, fault=describe(fault), at=utc_now(), max_attempts=max_attempts)
        OUTBOX.labels(message.kind, "retry" if again else "dead").inc()
        level = log.warning if again else log.error
        level("outbox.failed" if again else "outbox.buried", task=message.kind, message_id=message.id,
              attempts=message.attempts, exc_info=fault)  # fmt: skip
        return
    await finish(message)
    OUTBOX.labels(message.kind, "done").inc()
    log.info("outbox.done", task=message.kind, message_id=message.id, attempts=message.attempts)


async def keep_doing(tasks: Mapping[str, Task], stop: asyncio.Event) -> None:
    """Do what becomes due until told to stop; the batch in hand is finished first."""
    while not stop.is_set():
        try:
            done = await do_due(tasks, at=utc_now())
        except Exception as fault:  # the database is away: the messages are safe there
            log.warning("outbox.not_reached", exc_info=fault)
            done = 0
        if not done:
            await pause(stop, POLL_SECONDS)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return when told to stop or when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
