"""账目核对 — what the database holds of a perk: uses, counters and audit entries, which must all agree."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from config.clock import utc_now
from models.cards import Card
from models.fields import decode_words
from models.perks import Perk
from models.transactions import as_uuid, fetch_row, fetch_rows
from server.audit.sealing import seal_new_entries
from server.audit.verification import verify_chain
from tests.factories.cards import make_account, make_card


@dataclass(frozen=True, slots=True)
class Ledger:
    """账目 — the uses of a perk and what was counted and noted of them."""

    redeemed: set[UUID]
    reversed: set[UUID]
    counters: dict[str, int]
    """What the counters say, without those at zero; by ``subject|period``."""
    owed: dict[str, int]
    """What they must say: each use that was not taken back, in every counter it took from."""
    noted: int
    """Audit entries of redemptions."""
    notes_of_reversals: int

    def assert_consistent(self) -> None:
        """Fail unless counters and audit agree exactly with the uses."""
        assert self.counters == self.owed
        assert self.noted == len(self.redeemed)
        assert self.notes_of_reversals == len(self.reversed)


async def ledger_of(perk: Perk) -> Ledger:
    """Return the account of a perk as it is stored now."""
    uses = await fetch_rows("SELECT id, reversed_at, counted FROM redemptions WHERE perk_id = $1", perk.id)
    owed: Counter[str] = Counter()
    for use in uses:
        if use["reversed_at"] is None:
            owed.update(decode_words(use["counted"]))
    rows = await fetch_rows("SELECT subject, period, used FROM perk_usages WHERE perk_id = $1", perk.id)
    return Ledger(
        redeemed={as_uuid(use["id"]) for use in uses},
        reversed={as_uuid(use["id"]) for use in uses if use["reversed_at"] is not None},
        counters={f"{row['subject']}|{row['period']}": row["used"] for row in rows if row["used"]},
        owed=dict(owed),
        noted=await _notes(perk, "perk.redeemed"),
        notes_of_reversals=await _notes(perk, "perk.redemption_reversed"),
    )


async def _notes(perk: Perk, action: str) -> int:
    return await count(
        "SELECT count(*) AS n FROM audit_entries WHERE action = $1 "
        "AND record_id IN (SELECT id::text FROM redemptions WHERE perk_id = $2)",
        action,
        perk.id,
    )


async def count(sql: str, *values: object) -> int:
    """Return the number ``n`` that a query gives."""
    row = await fetch_row(sql, *values)
    assert row is not None
    return int(row["n"])


async def make_bound_cards(number: int) -> list[Card]:
    """Make cards of as many different holders, each bound to an account."""
    return [await make_card(account_id=(await make_account()).id) for _ in range(number)]


async def assert_chain_holds() -> None:
    """Fail unless every audit entry can be sealed and the whole chain verifies."""
    async with asyncio.timeout(10):
        while (report := await verify_chain(at=utc_now())).sealed < report.entries:
            await seal_new_entries()
    assert report.fault is None
    assert report.entries > 0
