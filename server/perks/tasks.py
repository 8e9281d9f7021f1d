"""优惠任务 — what was recorded at the till loses its person in time, so that no record of movements remains."""

from datetime import datetime, timedelta

from config.clock import beijing_day
from models.transactions import Dialects, execute

SCANS_KEPT = timedelta(days=90)
_BATCH = 5000

_OLD = (
    "id IN (SELECT id FROM redemptions WHERE redeemed_on < $1 "
    "AND (holder_id IS NOT NULL OR card_id IS NOT NULL OR clerk_id IS NOT NULL) LIMIT $2)"
)
_FORGET = "UPDATE redemptions SET holder_id = NULL, card_id = NULL, clerk_id = NULL, counted = '[]', "
# the time-ordered id tells the minute as well, so it makes place for a random one
_RANDOM_ID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || "
    "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
_DEIDENTIFY = Dialects(
    postgres=f"{_FORGET} id = gen_random_uuid(), redeemed_on = date_trunc('month', redeemed_on)::date, "
    f"created_at = date_trunc('month', redeemed_on::timestamp) AT TIME ZONE 'Asia/Shanghai' WHERE {_OLD}",
    sqlite=f"{_FORGET} id = {_RANDOM_ID}, redeemed_on = date(redeemed_on, 'start of month'), "
    "created_at = strftime('%Y-%m-%d %H:%M:%S+00:00', redeemed_on, 'start of month', '-8 hours') "
    f"WHERE {_OLD}",
)


async def purge_scans(*, at: datetime) -> int:
    """Delete scans older than 90 days; return how many."""
    total = 0
    while True:
        deleted = await execute(
            "DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE created_at < $1 LIMIT $2)",
            at - SCANS_KEPT,
            _BATCH,
        )
        total += deleted
        if deleted < _BATCH:
            return total


async def deidentify_redemptions(*, retention_days: int, at: datetime) -> int:
    """Take person, clerk, day and minute from old redemptions; return how many. Their month stays, for statements.

    The counters of past days and months of single holders are deleted with them: they tell the same.
    """
    before = beijing_day(at) - timedelta(days=retention_days)
    total = 0
    while True:
        changed = await execute(_DEIDENTIFY, before, _BATCH)
        total += changed
        if changed < _BATCH:
            break
    day = before.isoformat()
    await execute(
        "DELETE FROM perk_usages WHERE subject <> 'all' AND "
        "((length(period) = 10 AND period < $1) OR (length(period) = 7 AND period < $2))",
        day,
        day[:7],
    )
    return total
