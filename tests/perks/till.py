"""收银台场景 — a holder with a phone, a clerk with a scanner, a merchant with branches."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.cards import Card
from models.merchants import Branch, Merchant
from models.perks import Perk
from models.transactions import fetch_rows
from server.cards.pass_keys import ensure_pass_key
from server.cards.passes import issue_pass
from tests.factories.cards import make_card
from tests.factories.merchants import make_branch, make_clerk, make_merchant
from tests.factories.perks import make_perk
from tests.service import Answer, Client

_numbers = count(1)


@dataclass
class Shop:
    """A merchant with one branch and as many clerks as are asked for."""

    service: Client
    merchant: Merchant
    branch: Branch
    clerks: list[Client] = field(default_factory=list)

    async def clerk(self, branch: Branch | None = None) -> Client:
        """Return a clerk at the branch (or another one), logged in."""
        client = await self.service.login(f"clerk-{next(_numbers)}")
        await make_clerk(branch=branch or self.branch, account_id=client.account_id)
        return client

    async def perk(self, **overrides: Any) -> Perk:
        """Make a live perk at the branch."""
        return await make_perk(branches=overrides.pop("branches", [self.branch]), **overrides)


async def open_shop(service: Client) -> Shop:
    """Open a shop and make sure that passes can be signed."""
    await ensure_pass_key(at=utc_now())
    merchant = await make_merchant()
    return Shop(service=service, merchant=merchant, branch=await make_branch(merchant_id=merchant.id))


async def make_veteran(service: Client, **card: Any) -> tuple[Client, Card]:
    """Return a veteran, logged in, with a bound card."""
    client = await service.login(f"veteran-{next(_numbers)}")
    return client, await make_card(account_id=client.account_id, **card)


async def show_pass(card: Card, *, at: datetime | None = None) -> str:
    """Return the text of a fresh pass, or of one made at another time."""
    return (await issue_pass(card=card, at=at or utc_now())).pass_


async def old_pass(card: Card) -> str:
    """Return a genuine pass whose minute is over."""
    return await show_pass(card, at=utc_now() - timedelta(seconds=61))


async def redeem(clerk: Client, shown: str, perk: Perk | UUID, **kwargs: Any) -> Answer:
    """Ask to redeem."""
    perk_id = perk.id if isinstance(perk, Perk) else perk
    return await clerk.post("/v1/merchant/redemptions", {"pass": shown, "perk_id": str(perk_id)}, **kwargs)


async def usage(perk: Perk) -> dict[str, int]:
    """Return the counters of a perk by period, summed over everybody in it."""
    rows = await fetch_rows("SELECT subject, period, used FROM perk_usages WHERE perk_id = $1", perk.id)
    found: dict[str, int] = {}
    for row in rows:
        key = ("all " if row["subject"] == "all" else "") + row["period"]
        found[key] = found.get(key, 0) + row["used"]
    return found


async def refused_scans() -> list[str]:
    """Return the reasons of the refused scans, oldest first."""
    rows = await fetch_rows("SELECT reason FROM scans WHERE outcome = 'refused' ORDER BY id")
    return [row["reason"] for row in rows]
