"""地址簿任务 — forgets units' addresses that nobody used for long, and every address once the consent is withdrawn."""

from datetime import datetime

from config.clock import beijing_day
from models.transactions import execute

_BATCH = 5000
_OVERDUE = "SELECT id FROM addresses WHERE purge_on <= $1 LIMIT $2"
_WITHOUT_CONSENT = (
    "SELECT a.id FROM addresses a WHERE NOT EXISTS (SELECT 1 FROM consents c WHERE c.account_id = a.account_id "
    "AND c.purpose = 'parcels' AND c.withdrawn_at IS NULL) LIMIT $1"
)


async def purge_addresses(*, at: datetime) -> int:
    """Delete addresses whose day has come, and those of people who agree to ``parcels`` no more; return how many."""
    total = 0
    while True:
        deleted = await execute(f"DELETE FROM addresses WHERE id IN ({_OVERDUE})", beijing_day(at), _BATCH)
        deleted += await execute(f"DELETE FROM addresses WHERE id IN ({_WITHOUT_CONSENT})", _BATCH)
        total += deleted
        if deleted < _BATCH:
            return total
