"""岗位任务 — postings whose closing day has passed are closed."""

from datetime import datetime

from config.clock import beijing_day
from models.jobs import JobPosting
from models.transactions import transaction
from server.jobs.postings.steps import CLOSE, SYSTEM, PostingStateForbids, take_step

BATCH = 200
OVERDUE = "截止日期已过"


async def close_overdue(*, at: datetime) -> int:
    """Close every posting whose last Beijing day has passed; return how many. What somebody moves meanwhile is left."""
    total = 0
    while True:
        overdue = (
            await JobPosting.filter(state__in=CLOSE.origins, closes_on__lt=beijing_day(at)).order_by("id").limit(BATCH)
        )
        closed = sum([await _close(posting, at=at) for posting in overdue])
        total += closed
        if not closed:
            return total


async def _close(posting: JobPosting, *, at: datetime) -> bool:
    try:
        async with transaction():
            await take_step(CLOSE, posting, by=SYSTEM, at=at, reason=OVERDUE)
    except PostingStateForbids:
        return False
    return True
