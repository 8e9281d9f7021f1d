"""微信来往的清除 — forgets what was pushed and said after a while, and takes up what lost its worker."""

from datetime import datetime, timedelta

from models.transactions import execute, fetch_rows, transaction
from server.outbox.service import enqueue
from server.wechat.receiving.keeping import PUSHED

KEPT_DAYS = 30
_STALE = timedelta(minutes=10)
_AT_ONCE = 100
_MESSAGES = "DELETE FROM wechat_messages WHERE created_at < $1 AND state NOT IN ('waiting', 'sending')"
_PUSHES = "DELETE FROM wechat_pushes WHERE done_at < $1 AND state <> 'waiting'"
_STRANDED = (
    "SELECT p.id FROM wechat_pushes p WHERE p.state = 'waiting' AND p.created_at < $1 AND NOT EXISTS "
    "(SELECT 1 FROM outbox_messages o WHERE o.kind = 'wechat.push' AND o.state = 'waiting' "
    """AND o.payload = '{"push_id":"' || replace(cast(p.id AS text), '-', '') || '"}') ORDER BY p.id LIMIT $2"""
)


async def purge_pushes(*, at: datetime) -> int:
    """Remove pushes and messages that are so old and done; return how many. Contacts stay, without words."""
    before = at - timedelta(days=KEPT_DAYS)
    async with transaction():
        return await execute(_MESSAGES, before) + await execute(_PUSHES, before)


async def take_up_stranded(*, at: datetime) -> int:
    """Put work back for pushes whose work was buried; return how many."""
    rows = await fetch_rows(_STRANDED, at - _STALE, _AT_ONCE)
    for row in rows:
        await enqueue(PUSHED, {"push_id": str(row["id"]).replace("-", "")})
    return len(rows)
