"""就业意向任务 — what nobody signed or followed up in time ends by itself."""

from datetime import datetime

from models.intents import Intent, IntentState
from server.jobs.intents.drafting import DRAFT_DAYS
from server.jobs.intents.steps import SIGNED_DAYS, lapse_if_due

_REASONS = {
    IntentState.DRAFT: f"{DRAFT_DAYS}天内没有签署",
    IntentState.SIGNED: f"签署后{SIGNED_DAYS}天内没有拟录用",
}
_BATCH = 200


async def lapse_intents(*, at: datetime) -> int:
    """End the drafts that nobody signed and the signed intents without an offer whose time is over; return how many.

    Each is ended in a transaction of its own; one that is signed or offered at the same moment is left alone.
    """
    total = 0
    while True:
        due = await Intent.filter(state__in=list(_REASONS), expires_at__lte=at).order_by("expires_at").limit(_BATCH)
        ended = [await lapse_if_due(intent, reason=_REASONS[intent.state], at=at) for intent in due]
        total += sum(ended)
        if len(due) < _BATCH or not any(ended):
            return total
