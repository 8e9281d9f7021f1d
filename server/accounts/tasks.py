"""账户任务 — forgets sessions that are long over."""

from datetime import datetime, timedelta

from models.transactions import execute

KEPT_AFTER_END = timedelta(days=30)
_BATCH = 5000


async def purge_sessions(*, at: datetime) -> int:
    """Delete sessions that expired or were revoked a month ago; return how many. The audit log keeps the fact."""
    total = 0
    while True:
        deleted = await execute(
            "DELETE FROM sessions WHERE id IN "
            "(SELECT id FROM sessions WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)",
            at - KEPT_AFTER_END,
            _BATCH,
        )
        total += deleted
        if deleted < _BATCH:
            return total
