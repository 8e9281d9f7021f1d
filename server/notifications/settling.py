"""送达结果 — every change of a delivery's state is one guarded statement, so that nothing is sent or counted twice."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.subscriptions import SubscriptionSource
from models.transactions import execute, fetch_row, transaction
from server.notifications import ledger
from server.notifications.sending import Sending, SendOutcome

MAX_FAILURES = 12
"""With pauses that double up to an hour: about half a day of trying."""
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3600.0
NO_CONSENT_CODE = 43101

_BEGIN = (
    "UPDATE notification_deliveries SET state = 'sending', locked_until = $3 "
    "WHERE id = $1 AND attempts = $2 AND state = 'waiting'"
)
_END = (
    "UPDATE notification_deliveries SET state = $3, ended_at = $4, errcode = $5, message_id = $6, locked_until = NULL "
    "WHERE id = $1 AND attempts = $2 AND state IN ('waiting', 'sending', 'unsure')"
)
_POSTPONE = (
    "UPDATE notification_deliveries SET state = 'waiting', failures = failures + 1, run_at = $3, errcode = $4, "
    "locked_until = NULL, ended_at = NULL WHERE id = $1 AND attempts = $2 AND state IN ('sending', 'unsure')"
)
_CRASHED = (
    "UPDATE notification_deliveries SET state = 'unsure', ended_at = $1, locked_until = NULL "
    "WHERE state = 'sending' AND locked_until <= $1"
)
_ANY_CRASHED = "SELECT 1 AS one FROM notification_deliveries WHERE state = 'sending' AND locked_until <= $1 LIMIT 1"
_TOLD_SENT = (
    "UPDATE notification_deliveries SET state = 'sent', message_id = $1, ended_at = $2, errcode = NULL "
    "WHERE state = 'unsure' AND id = (SELECT d.id FROM notification_deliveries d "
    "JOIN notification_templates t ON t.key = d.template "
    "WHERE d.account_id = $3 AND t.template_id = $4 AND d.state = 'unsure' ORDER BY d.id LIMIT 1) "
    "AND NOT EXISTS (SELECT 1 FROM notification_deliveries o WHERE o.account_id = $3 "
    "AND (o.message_id = $1 OR o.state = 'sending'))"
)
_TOLD_FAILED = (
    "UPDATE notification_deliveries SET state = $1, errcode = $2 "
    "WHERE account_id = $3 AND message_id = $4 AND state = 'sent'"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """领到的送达 — by whom it is to be sent: ``attempts`` tells this claim from every other of the same delivery."""

    delivery_id: UUID
    attempts: int
    failures: int
    account_id: UUID
    template_id: str

    @property
    def reference(self) -> str:
        return f"delivery:{self.delivery_id.hex}:{self.attempts}"


async def begin(claim: Claim, *, locked_until: datetime, at: datetime) -> bool:
    """Take one consent and mark the delivery as being sent; return whether it is to be sent.

    Without a consent it ends there: the inbox has it. Both are one transaction, so a process that dies before has
    taken nothing, and one that dies after leaves a delivery that is unsure.
    """
    async with transaction():
        if not await execute(_BEGIN, claim.delivery_id, claim.attempts, locked_until):
            return False
        if await ledger.take(
            account_id=claim.account_id, template_id=claim.template_id, reference=claim.reference, at=at
        ):
            return True
        await end(claim, "no_consent", at=at)
    return False


async def end(
    claim: Claim, state: str, *, errcode: int | None = None, message_id: str | None = None, at: datetime
) -> bool:
    """End a delivery that this claim still holds; return whether it did."""
    values = (state, at, errcode, message_id)
    return bool(await execute(_END, claim.delivery_id, claim.attempts, *values))


async def conclude(claim: Claim, sending: Sending, *, at: datetime) -> None:
    """Note what an attempt came to: the state, the consent, and when it is tried again."""
    async with transaction():
        match sending.outcome:
            case SendOutcome.SENT:
                await end(claim, "sent", message_id=sending.message_id or None, at=at)
            case SendOutcome.UNKNOWN:
                await end(claim, "unsure", errcode=sending.errcode, at=at)
            case SendOutcome.NO_CONSENT:
                if await end(claim, "no_consent", errcode=sending.errcode, at=at):
                    await _close(claim, at=at)
            case SendOutcome.REFUSED:
                if await end(claim, "dead", errcode=sending.errcode, at=at):
                    await _give_back(claim, at=at)
            case SendOutcome.NOT_SENT:
                await _postpone(claim, sending.errcode, at=at)


async def give_up_crashed(*, at: datetime) -> int:
    """Mark as unsure what a process began to send and never concluded; return how many.

    Whether WeChat sent it is not known, so it is never repeated by itself.
    """
    if await fetch_row(_ANY_CRASHED, at) is None:  # a look costs no write lock
        return 0
    return await execute(_CRASHED, at)


async def settle_sent(*, account_id: UUID, template_id: str, message_id: str, errcode: int, at: datetime) -> bool:
    """Use what WeChat pushed of a message that it sent or failed to; return whether it changed anything.

    A success whose id is of no delivery of the person settles the oldest one of the template that is unsure, unless
    one is being sent at this moment. A failure afterwards ends a delivery that counted as sent.
    """
    if not message_id:
        return False
    if errcode == 0:
        return bool(await execute(_TOLD_SENT, message_id[:40], at, account_id, template_id))
    state = "no_consent" if errcode == NO_CONSENT_CODE else "dead"
    return bool(await execute(_TOLD_FAILED, state, errcode, account_id, message_id[:40]))


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: doubling up to an hour, and never in step."""
    seconds = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (failures - 1))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))


async def _postpone(claim: Claim, errcode: int | None, *, at: datetime) -> None:
    failures = claim.failures + 1
    if failures >= MAX_FAILURES:
        is_held = await end(claim, "dead", errcode=errcode, at=at)
    else:
        run_at = at + pause_after(failures)
        is_held = bool(await execute(_POSTPONE, claim.delivery_id, claim.attempts, run_at, errcode))
    if is_held:
        await _give_back(claim, at=at)


async def _give_back(claim: Claim, *, at: datetime) -> None:
    reference = f"{claim.reference}:returned"
    await ledger.give_back(account_id=claim.account_id, template_id=claim.template_id, reference=reference, at=at)


async def _close(claim: Claim, *, at: datetime) -> None:
    await ledger.close(
        account_id=claim.account_id,
        template_id=claim.template_id,
        source=SubscriptionSource.WECHAT,
        reference=f"{claim.reference}:closed",
        at=at,
    )
