"""资格 — whether a card holder may use a perk now, why not, and how often still."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from config.clock import beijing_day
from models.cards import card_refusal
from models.errors import Refusal
from models.perk_terms import EVERYBODY, Counter, PerkTerms, periods_at
from models.transactions import Row, fetch_rows

Usage = Mapping[tuple[Any, str, str], int]
"""How often by (perk id as the database gives it, subject, period)."""


class Entitlement(NamedTuple):
    """资格结论 — ``refusal`` None means that the perk may be used now; ``remaining`` None means without limit."""

    refusal: type[Refusal] | None
    remaining: int | None


async def standing_and_usage(*, account_id: UUID, perk_id: UUID, at: datetime) -> tuple[Row, Usage] | None:
    """Return the card of an account and the counters of one perk that bear on its holder now; None without a card.

    The row has ``holder_id``, ``kind``, ``town_id``, ``state``, ``expires_on``; usage is keyed by ``perk_id``.
    """
    rows = await fetch_rows(
        "SELECT c.holder_id, c.kind, h.town_id, c.state, c.expires_on, u.subject, u.period, u.used FROM cards c "
        "JOIN card_holders h ON h.id = c.holder_id LEFT JOIN perk_usages u ON u.perk_id = $2 "
        f"AND u.subject IN (replace(h.id::text, '-', ''), '{EVERYBODY}') AND u.period IN ($3, $4, $5, $6) "
        "WHERE c.account_id = $1",
        account_id,
        perk_id,
        *periods_at(at),
    )
    if not rows:
        return None
    usage = {(perk_id, row["subject"], row["period"]): row["used"] for row in rows if row["used"] is not None}
    return rows[0], usage


def judge(
    terms: PerkTerms,
    *,
    perk_id: Any,
    holder_id: UUID,
    kind: str,
    town_code: str | None,
    usage: Usage,
    at: datetime,
) -> Entitlement:
    """Return whether a holder may use a perk at an instant: its time first, then its terms, then its limits."""
    refusal = terms.refusal_at(at) or terms.refusal_for(kind=kind, town_code=town_code)
    counters = terms.counters(holder_id=holder_id, at=at)
    left = [_left(counter, perk_id=perk_id, usage=usage) for counter in counters]
    if refusal is None:
        refusal = next(
            (counter.refusal for counter, remaining in zip(counters, left, strict=True) if remaining <= 0), None
        )
    return Entitlement(refusal=refusal, remaining=max(0, min(left)) if left else None)


def _left(counter: Counter, *, perk_id: Any, usage: Usage) -> int:
    return counter.quota - usage.get((perk_id, counter.subject, counter.period), 0)


def card_fault(*, state: str, expires_on: object, at: datetime) -> type[Refusal] | None:
    """Return why a card, as its row tells, is not good now; None when it is."""
    last = date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on
    return card_refusal(state=state, expires_on=last if isinstance(last, date) else None, day=beijing_day(at))
