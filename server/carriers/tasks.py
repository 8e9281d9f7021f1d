"""承运方任务 — what carriers pushed is not kept once it has served: it tells where parcels went."""

from datetime import datetime, timedelta

from models.transactions import execute

PUSHES_KEPT = timedelta(days=30)
"""Long enough to look into one that failed and to do it again."""
_BATCH = 5000


async def purge_pushes(*, at: datetime) -> int:
    """Delete pushes that came more than 30 days ago, whatever became of them; return how many.

    The same push later changes nothing either: its events are known by themselves.
    """
    total = 0
    while True:
        deleted = await execute(
            "DELETE FROM carrier_pushes WHERE id IN (SELECT id FROM carrier_pushes WHERE created_at < $1 LIMIT $2)",
            at - PUSHES_KEPT,
            _BATCH,
        )
        total += deleted
        if deleted < _BATCH:
            return total
