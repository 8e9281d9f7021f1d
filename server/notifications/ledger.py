"""订阅账本 — one accept is one message: adding, taking, giving back, closing; each entered once by its reference."""

from datetime import datetime, timedelta
from uuid import UUID

from models.base import new_id
from models.subscriptions import SubscriptionKind, SubscriptionSource
from models.transactions import execute, fetch_row

SAME_TAP = timedelta(minutes=10)
"""Within this time an accept that the phone reports and one that WeChat pushes are the same tap."""

_LOCK = (
    "INSERT INTO subscription_balances (id, created_at, account_id, template_id, remaining) VALUES ($1, $2, $3, $4, 0) "
    "ON CONFLICT (account_id, template_id) DO UPDATE SET remaining = subscription_balances.remaining"
)
_ENTER = (
    "INSERT INTO subscription_entries "
    "(id, created_at, account_id, template_id, kind, source, change, reference, is_paired) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE) ON CONFLICT (reference) DO NOTHING"
)
_PAIR = (
    "UPDATE subscription_entries SET is_paired = TRUE WHERE id = (SELECT id FROM subscription_entries "
    "WHERE account_id = $1 AND template_id = $2 AND kind = 'accepted' AND source <> $3 AND NOT is_paired "
    "AND created_at BETWEEN $4 AND $5 ORDER BY id LIMIT 1)"
)
_IS_PAIR = "UPDATE subscription_entries SET is_paired = TRUE, change = 0 WHERE reference = $1"
_ADD = "UPDATE subscription_balances SET remaining = remaining + 1 WHERE account_id = $1 AND template_id = $2"
_TAKE = (
    "UPDATE subscription_balances SET remaining = remaining - 1 "
    "WHERE account_id = $1 AND template_id = $2 AND remaining > 0"
)
_LEFT = "SELECT remaining FROM subscription_balances WHERE account_id = $1 AND template_id = $2"
_EMPTY = "UPDATE subscription_balances SET remaining = 0 WHERE account_id = $1 AND template_id = $2"


async def accept(
    *, account_id: UUID, template_id: str, source: SubscriptionSource, reference: str, at: datetime
) -> bool:
    """Add one consent in the current transaction; return whether the balance grew.

    The same reference counts once, and so does a tap of which both the phone and WeChat tell. The balance is locked
    first, so that the two reports of one tap wait for each other.
    """
    await execute(_LOCK, new_id(), at, account_id, template_id)
    kind = SubscriptionKind.ACCEPTED
    if not await _enter(account_id, template_id, kind, source, change=1, reference=reference, at=at):
        return False
    if await execute(_PAIR, account_id, template_id, source.value, at - SAME_TAP, at + SAME_TAP):
        await execute(_IS_PAIR, reference)
        return False
    await execute(_ADD, account_id, template_id)
    return True


async def note(
    *,
    account_id: UUID,
    template_id: str,
    kind: SubscriptionKind,
    source: SubscriptionSource,
    reference: str,
    at: datetime,
) -> bool:
    """Enter what was said without changing the balance, such as a refusal of this once; return whether it was new."""
    return await _enter(account_id, template_id, kind, source, change=0, reference=reference, at=at)


async def take(*, account_id: UUID, template_id: str, reference: str, at: datetime) -> bool:
    """Take one consent for a message in the current transaction; return whether there was one."""
    if not await execute(_TAKE, account_id, template_id):
        return False
    kind, source = SubscriptionKind.SENT, SubscriptionSource.SERVER
    await _enter(account_id, template_id, kind, source, change=-1, reference=reference, at=at)
    return True


async def give_back(*, account_id: UUID, template_id: str, reference: str, at: datetime) -> None:
    """Give back in the current transaction what was taken for a message that never left."""
    kind, source = SubscriptionKind.RETURNED, SubscriptionSource.SERVER
    if await _enter(account_id, template_id, kind, source, change=1, reference=reference, at=at):
        await execute(_ADD, account_id, template_id)


async def close(
    *, account_id: UUID, template_id: str, source: SubscriptionSource, reference: str, at: datetime
) -> None:
    """Set a balance to nothing in the current transaction: WeChat knows of no consent (43101)."""
    await execute(_LOCK, new_id(), at, account_id, template_id)
    change = -await count_remaining(account_id=account_id, template_id=template_id)
    kind = SubscriptionKind.CLOSED
    if await _enter(account_id, template_id, kind, source, change=change, reference=reference, at=at):
        await execute(_EMPTY, account_id, template_id)


async def count_remaining(*, account_id: UUID, template_id: str) -> int:
    """Return how many messages of a template a person may still be sent, by our count."""
    row = await fetch_row(_LEFT, account_id, template_id)
    return int(row["remaining"]) if row else 0


async def _enter(
    account_id: UUID,
    template_id: str,
    kind: SubscriptionKind,
    source: SubscriptionSource,
    *,
    change: int,
    reference: str,
    at: datetime,
) -> bool:
    values = (account_id, template_id, kind.value, source.value, change, reference)
    return bool(await execute(_ENTER, new_id(), at, *values))
