"""消息任务 — what the worker does for messages: sending what waits, ending what is old, counting, forgetting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from models.transactions import execute, fetch_rows, transaction
from server.notifications.delivering import Delivering, QuietHours
from server.notifications.measures import DELIVERIES
from server.resources import resources
from server.wechat.accounts import WeChatAccount
from server.wechat.refusals import WeChatNotConfigured

LEDGER_KEPT = timedelta(days=90)
"""Deliveries that ended and lines of the ledger: long enough to answer why something came or did not."""
_BATCH = 5000
_EXPIRED = (
    "UPDATE notification_deliveries SET state = 'expired', ended_at = $1 "
    "WHERE state = 'waiting' AND expires_at <= $1 AND (locked_until IS NULL OR locked_until <= $1)"
)
_MEASURED = ("waiting", "dead", "unsure")
_COUNTS = (
    "SELECT state, COUNT(*) AS n FROM notification_deliveries WHERE state IN ('waiting', 'dead', 'unsure') "
    "GROUP BY state"
)
_ENDED = (
    "DELETE FROM notification_deliveries WHERE id IN "
    "(SELECT id FROM notification_deliveries WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)"
)
_LINES = (
    "DELETE FROM subscription_entries WHERE id IN "
    "(SELECT id FROM subscription_entries WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
)
_OLD_DELIVERIES = (
    "DELETE FROM notification_deliveries WHERE notification_id IN "
    "(SELECT id FROM notifications WHERE id < $1 ORDER BY id LIMIT $2)"
)
_OLD = "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE id < $1 ORDER BY id LIMIT $2)"


async def deliver_due(*, now: Callable[[], datetime]) -> int:
    """Send what is due by WeChat's mini-program, if it is set up; return how many were tried."""
    here = resources()
    try:
        client = here.wechat(WeChatAccount.MINI)
    except WeChatNotConfigured:
        return 0
    from server.notifications.wechat_sender import WeChatSender

    settings = here.settings
    quiet = QuietHours(settings.notification_quiet_from, settings.notification_quiet_until)
    delivering = Delivering(WeChatSender(client), here.state, settings.notifications_per_second, quiet)
    return await delivering.deliver_due(now=now)


async def end_and_measure(*, at: datetime) -> int:
    """End what waited longer than a day, and publish how many wait or need a person; return how many were ended."""
    ended = await execute(_EXPIRED, at)
    counts = {row["state"]: row["n"] for row in await fetch_rows(_COUNTS)}
    for state in _MEASURED:
        DELIVERIES.labels(state).set(counts.get(state, 0))
    return ended


async def purge_notifications(*, retention_days: int, at: datetime) -> int:
    """Delete notifications of so many days ago, and earlier than they what became of them; return how many in all."""
    deleted = await _purge(_ENDED, at - LEDGER_KEPT) + await _purge(_LINES, at - LEDGER_KEPT)
    first_kept = _first_id(at - timedelta(days=retention_days))
    while True:
        async with transaction():
            await execute(_OLD_DELIVERIES, first_kept, _BATCH)
            old = await execute(_OLD, first_kept, _BATCH)
        deleted += old
        if old < _BATCH:
            return deleted


async def _purge(sql: str, before: datetime) -> int:
    total = 0
    while True:
        deleted = await execute(sql, before, _BATCH)
        total += deleted
        if deleted < _BATCH:
            return total


def _first_id(at: datetime) -> UUID:
    """Return the smallest time-ordered id of an instant."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
