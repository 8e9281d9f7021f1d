"""核销 — one use of a perk: counted exactly, done once, taken back exactly."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from uuid import UUID

import msgspec

from config.clock import beijing_day
from config.logging import get_logger
from models.base import new_id
from models.errors import Conflict, Refusal
from models.fields import encode_words
from models.perk_terms import Counter, PerkTerms
from models.redemptions import ScanOutcome
from models.transactions import (
    Row,
    after_rollback,
    as_instant,
    as_uuid,
    execute,
    fetch_row,
    fetch_rows,
    is_postgres,
    transaction,
)
from server.audit.service import INSERT as AUDIT_INSERT
from server.cards.passes import CardPass, PassExpired, read_pass
from server.cards.service import PassUnknown
from server.perks.catalogue import PerkNotFound
from server.perks.entitlement import card_fault
from server.perks.scans import record_scan
from server.perks.verification import PassAlreadyUsed, Till, WrongBranch

log = get_logger("perks")


class RedemptionReversed(Conflict):
    message = "这次核销已经撤销"
    next_step = "如需重新核销，请持证人刷新出示码后再扫"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """核销结果"""

    id: UUID
    perk_id: UUID
    perk_title: str
    at: datetime
    reversed_at: datetime | None


async def redeem(*, pass_text: str, perk_id: UUID, till: Till, at: datetime) -> Redeemed:
    """Record one use of a perk by the card whose pass the clerk scanned. 核销一次。

    A pass is good for one redemption. Scanning it again for the same perk as the same clerk returns the first one,
    also after the pass has expired: a till whose answer was lost repeats safely. A refusal leaves a scan record.

    Raises:
        PassUnreadable, PassForged, PassFromTheFuture: the text is no genuine pass.
        PassAlreadyUsed: another till, or another perk, has used the pass.
        RedemptionReversed: this clerk has used the pass and taken it back.
        PassExpired, PassUnknown: the pass is too old, or its card was unbound or replaced.
        CardSuspended, CardRevoked, CardReplaced, CardExpired: the card is not good today.
        PerkNotFound: the clerk's merchant offers no such perk.
        WrongBranch: the perk is not granted at the clerk's branch.
        PerkNotOpen: ``at`` is outside the perk's period, weekdays or hours (which, the subclass tells).
        NotEligible: the card's kind or the holder's household is outside the perk's terms.
        LimitReached: the day, month, year or total is used up (which, the subclass tells).
    """
    card_pass: CardPass | None = None
    async with transaction():
        try:
            card_pass = await read_pass(pass_text, at=at, ignore_expiry=True)
            redeemed = await _redeem(card_pass, perk_id=perk_id, till=till, at=at)
        except Refusal as refusal:
            after_rollback(partial(_note_refusal, refusal.code, card_pass, perk_id, till, at))
            raise
    log.info("perks.redeemed", redemption_id=redeemed.id, perk_id=perk_id, merchant_id=till.merchant_id)
    return redeemed


async def _redeem(card_pass: CardPass, *, perk_id: UUID, till: Till, at: datetime) -> Redeemed:
    facts = await _facts(card_pass, perk_id=perk_id, till=till)
    if first := _first_redemption(facts, perk_id=perk_id, till=till):
        return first
    if at >= card_pass.expires_at:
        raise PassExpired
    counters = _checked_counters(facts, at=at)
    return await _deed(card_pass, facts, counters, perk_id=perk_id, till=till, at=at)


async def _note_refusal(code: str, card_pass: CardPass | None, perk_id: UUID, till: Till, at: datetime) -> None:
    await record_scan(
        account_id=till.account_id,
        merchant_id=till.merchant_id,
        branch_id=till.branch_id,
        pass_id=card_pass.pass_id if card_pass else None,
        perk_id=perk_id,
        outcome=ScanOutcome.REFUSED,
        reason=code,
        at=at,
    )


async def _facts(card_pass: CardPass, *, perk_id: UUID, till: Till) -> Row:
    """Return everything that decides, in one row: the perk, the card, and what the pass was used for before."""
    row = await fetch_row(
        "SELECT p.id AS perk_id, p.merchant_id, p.title, p.state, p.starts_on, p.ends_on, p.weekdays, p.hours, "
        "p.card_kinds, p.households, p.per_person_day, p.per_person_month, p.per_person_year, p.per_person_ever, "
        "p.total_day, p.total_ever, "
        "EXISTS (SELECT 1 FROM perk_branches t WHERE t.perk_id = p.id AND t.branch_id = $4) AS is_here, "
        "c.id AS card_id, c.kind, c.state AS card_state, c.expires_on, c.holder_id, h.town_id, "
        "r.id AS used_id, r.clerk_id AS used_by, r.perk_id AS used_for, r.created_at AS used_at, r.reversed_at "
        "FROM (SELECT 1 AS one) o LEFT JOIN perks p ON p.id = $1 "
        "LEFT JOIN cards c ON c.pseudonym = $2 AND c.account_id IS NOT NULL "
        "LEFT JOIN card_holders h ON h.id = c.holder_id LEFT JOIN redemptions r ON r.pass_id = $3",
        perk_id,
        card_pass.pseudonym,
        card_pass.pass_id,
        till.branch_id,
    )
    assert row is not None
    if row["perk_id"] is None or row["state"] == "draft" or as_uuid(row["merchant_id"] or perk_id) != till.merchant_id:
        raise PerkNotFound
    return row


def _first_redemption(facts: Row, *, perk_id: UUID, till: Till) -> Redeemed | None:
    if facts["used_id"] is None:
        return None
    if facts["used_by"] is None or as_uuid(facts["used_by"]) != till.clerk_id or as_uuid(facts["used_for"]) != perk_id:
        raise PassAlreadyUsed
    if facts["reversed_at"] is not None:
        raise RedemptionReversed
    return Redeemed(
        id=as_uuid(facts["used_id"]),
        perk_id=perk_id,
        perk_title=facts["title"],
        at=as_instant(facts["used_at"]),
        reversed_at=None,
    )


def _checked_counters(facts: Row, *, at: datetime) -> tuple[Counter, ...]:
    if facts["card_id"] is None:
        raise PassUnknown
    if refusal := card_fault(state=facts["card_state"], expires_on=facts["expires_on"], at=at):
        raise refusal
    if not facts["is_here"]:
        raise WrongBranch
    terms = PerkTerms.from_row(facts)
    if refusal := terms.refusal_at(at) or terms.refusal_for(kind=facts["kind"], town_code=facts["town_id"]):
        raise refusal
    return terms.counters(holder_id=as_uuid(facts["holder_id"]), at=at)


async def _deed(
    card_pass: CardPass, facts: Row, counters: tuple[Counter, ...], *, perk_id: UUID, till: Till, at: datetime
) -> Redeemed:
    """Take from every counter, write the redemption and its audit entry; all of it or nothing."""
    redemption_id = new_id()
    redemption = (
        redemption_id,
        at,
        card_pass.pass_id,
        perk_id,
        till.merchant_id,
        till.branch_id,
        till.clerk_id,
        as_uuid(facts["card_id"]),
        as_uuid(facts["holder_id"]),
        beijing_day(at),
        encode_words(counter.key for counter in counters),
    )
    detail = msgspec.json.encode({"perk_id": str(perk_id), "branch_id": str(till.branch_id)}).decode()
    audit = (new_id(), at, till.account_id, "clerk", "perk.redeemed", "redemption", str(redemption_id), detail)
    if is_postgres():
        taken, is_written = await _write_in_one(counters, redemption, audit, perk_id=perk_id, at=at)
    else:
        taken, is_written = await _write_in_three(counters, redemption, audit, perk_id=perk_id, at=at)
    if not is_written:  # the same pass was a moment faster: this till's first try, or another till
        return await _faster_redemption(card_pass, perk_id=perk_id, till=till)
    exhausted = next((counter for counter in counters if counter.key not in taken), None)
    if exhausted is not None:
        raise exhausted.refusal
    return Redeemed(id=redemption_id, perk_id=perk_id, perk_title=facts["title"], at=at, reversed_at=None)


async def _faster_redemption(card_pass: CardPass, *, perk_id: UUID, till: Till) -> Redeemed:
    """Return the redemption that took the pass after we looked, if this clerk made it; nothing has been written."""
    if first := _first_redemption(await _facts(card_pass, perk_id=perk_id, till=till), perk_id=perk_id, till=till):
        return first
    raise PassAlreadyUsed


_REDEMPTION_COLUMNS = (
    "id, created_at, pass_id, perk_id, merchant_id, branch_id, clerk_id, card_id, holder_id, redeemed_on, counted"
)
_AUDIT_COLUMNS = "id, created_at, account_id, role, action, record_type, record_id, detail"


async def _write_in_one(
    counters: tuple[Counter, ...],
    redemption: tuple[object, ...],
    audit: tuple[object, ...],
    *,
    perk_id: UUID,
    at: datetime,
) -> tuple[set[str], bool]:
    """Write everything in one round trip (PostgreSQL).

    The redemption goes first: where the pass was used a moment ago no counter is touched and nothing is to be undone.
    """
    row = await fetch_row(
        _one_statement(len(counters)),
        *redemption,
        *audit,
        *_usage_values(counters, perk_id=perk_id, at=at),
    )
    assert row is not None
    return set(row["taken"] or ()), row["written"] == 1


async def _write_in_three(
    counters: tuple[Counter, ...],
    redemption: tuple[object, ...],
    audit: tuple[object, ...],
    *,
    perk_id: UUID,
    at: datetime,
) -> tuple[set[str], bool]:
    """Write the same in three statements (SQLite has no writing CTE)."""
    places = ", ".join(f"${number}" for number in range(1, 12))
    written = await execute(
        f"INSERT INTO redemptions ({_REDEMPTION_COLUMNS}) VALUES ({places}) ON CONFLICT (pass_id) DO NOTHING",
        *redemption,
    )
    if not written:
        return set(), False
    taken: set[str] = set()
    if counters:
        values = _usage_values(counters, perk_id=perk_id, at=at)
        rows = await fetch_rows(_take(len(counters), first=1) + " RETURNING subject, period", *values)
        taken = {f"{row['subject']}|{row['period']}" for row in rows}
    await execute(AUDIT_INSERT, *audit)
    return taken, True


def _usage_values(counters: tuple[Counter, ...], *, perk_id: UUID, at: datetime) -> list[object]:
    """Return the values of ``_take``: perk, instant, then id, subject, period, key, quota of each counter."""
    values: list[object] = [perk_id, at] if counters else []
    for counter in counters:
        values += [new_id(), counter.subject, counter.period, counter.key, counter.quota]
    return values


@cache
def _take(count: int, *, first: int, condition: str = "true") -> str:
    """Return the statement that takes one from each counter that has one left; placeholders begin at ``first``.

    A counter at its quota is not returned; the caller rolls back when any is missing, so a use is counted everywhere
    or nowhere.
    """
    perk, instant = f"${first}", f"${first + 1}"
    numbers = [first + 2 + 5 * place for place in range(count)]
    rows = ", ".join(
        f"(${n}::uuid, {instant}::timestamptz, {perk}::uuid, ${n + 1}::text, ${n + 2}::text, 1)" for n in numbers
    )
    quota = " ".join(f"WHEN ${n + 3}::text THEN ${n + 4}::int" for n in numbers)
    return (
        "INSERT INTO perk_usages (id, created_at, perk_id, subject, period, used) "
        f"SELECT * FROM (VALUES {rows}) AS v WHERE {condition} "
        "ON CONFLICT (perk_id, subject, period) DO UPDATE SET used = perk_usages.used + 1 "
        f"WHERE perk_usages.used < CASE perk_usages.subject || '|' || perk_usages.period {quota} END"
    )


_REDEMPTION_TYPES = "uuid timestamptz text uuid uuid uuid uuid uuid uuid date text"
_AUDIT_TYPES = "uuid timestamptz uuid text text text text text"


def _placeholders(types: str, *, first: int) -> str:
    return ", ".join(f"${number}::{kind}" for number, kind in enumerate(types.split(), start=first))


@cache
def _one_statement(count: int) -> str:
    redemption = _placeholders(_REDEMPTION_TYPES, first=1)
    audit = _placeholders(_AUDIT_TYPES, first=12)
    taken = (
        _take(count, first=20, condition="EXISTS (SELECT 1 FROM done)") + " RETURNING subject || '|' || period AS key"
        if count
        else "SELECT NULL::text AS key WHERE false"
    )
    return (
        f"WITH done AS (INSERT INTO redemptions ({_REDEMPTION_COLUMNS}) VALUES ({redemption}) "
        f"ON CONFLICT (pass_id) DO NOTHING RETURNING id), taken AS ({taken}), "
        f"noted AS (INSERT INTO audit_entries ({_AUDIT_COLUMNS}) SELECT {audit} FROM done RETURNING id) "
        "SELECT (SELECT array_agg(key) FROM taken) AS taken, (SELECT count(*) FROM noted) AS written"
    )
