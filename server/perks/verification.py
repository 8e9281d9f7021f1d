"""核验 — what a till is told about a pass, in a second: good or not, why not, and which perks it opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.cards import HOLDER_NAME
from models.errors import Conflict, Refusal
from models.fields import unseal
from models.identifiers import mask_name
from models.perk_terms import EVERYBODY, PerkTerms, periods_at
from models.redemptions import ScanOutcome
from models.transactions import Row, as_uuid, fetch_row, fetch_rows
from server.cards.passes import CardPass, read_pass
from server.cards.service import PassUnknown
from server.perks.entitlement import Entitlement, Usage, card_fault, judge
from server.perks.scans import record_scan


class PassAlreadyUsed(Conflict):
    message = "这张出示码已经用过了"
    next_step = "请持证人刷新出示码后再扫"


class WrongBranch(Conflict):
    message = "这项优惠不在本门店提供"
    next_step = "请看优惠详情里的适用门店"


@dataclass(frozen=True, slots=True)
class Till:
    """收银台 — who scans, and where."""

    account_id: UUID
    clerk_id: UUID
    merchant_id: UUID
    branch_id: UUID


@dataclass(frozen=True, slots=True)
class PerkAtTill:
    """A perk of this merchant as it stands for the person at the till."""

    id: Any
    title: str
    documents: str
    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class Verification:
    """核验结论 — ``refusal`` None means valid."""

    refusal: Refusal | None
    masked_name: str
    card_kind: str
    perks: tuple[PerkAtTill, ...]


async def verify(*, pass_text: str, till: Till, at: datetime) -> Verification:
    """Tell a till about a pass and its holder's perks here; the scan is recorded whatever comes of it.

    A pass that cannot be accepted is an answer, not an exception: the clerk reads the reason and the next step.
    """
    card_pass: CardPass | None = None
    try:
        card_pass = await read_pass(pass_text, at=at)
        card = await _card_behind(card_pass, at=at)
    except Refusal as refusal:
        await _note(till, card_pass, ScanOutcome.REFUSED, refusal.code, at)
        return Verification(refusal=refusal, masked_name="", card_kind="", perks=())
    perks = await _perks_for(card, till=till, at=at)
    await _note(till, card_pass, ScanOutcome.VALID, "", at)
    return Verification(
        refusal=None,
        masked_name=mask_name(unseal(HOLDER_NAME, card["name_sealed"])),
        card_kind=card["kind"],
        perks=perks,
    )


async def _card_behind(card_pass: CardPass, *, at: datetime) -> Row:
    card = await fetch_row(
        "SELECT c.kind, c.state, c.expires_on, c.holder_id, h.name_sealed, h.town_id, "
        "EXISTS (SELECT 1 FROM redemptions r WHERE r.pass_id = $2) AS is_used "
        "FROM cards c JOIN card_holders h ON h.id = c.holder_id WHERE c.pseudonym = $1 AND c.account_id IS NOT NULL",
        card_pass.pseudonym,
        card_pass.pass_id,
    )
    if card is None:
        raise PassUnknown
    if refusal := card_fault(state=card["state"], expires_on=card["expires_on"], at=at):
        raise refusal
    if card["is_used"]:
        raise PassAlreadyUsed
    return card


async def _perks_for(card: Row, *, till: Till, at: datetime) -> tuple[PerkAtTill, ...]:
    """Return this merchant's perks, suspended ones too, each judged for the holder; one row a perk and counter."""
    holder_id = as_uuid(card["holder_id"])
    rows = await fetch_rows(
        "SELECT p.id, p.title, p.documents, p.state, p.starts_on, p.ends_on, p.weekdays, p.hours, p.card_kinds, "
        "p.households, p.per_person_day, p.per_person_month, p.per_person_year, p.per_person_ever, p.total_day, "
        "p.total_ever, EXISTS (SELECT 1 FROM perk_branches t WHERE t.perk_id = p.id AND t.branch_id = $2) AS is_here, "
        "u.subject, u.period, u.used FROM perks p LEFT JOIN perk_usages u ON u.perk_id = p.id "
        f"AND u.subject IN ($3, '{EVERYBODY}') AND u.period IN ($4, $5, $6, $7) "
        "WHERE p.merchant_id = $1 AND p.state IN ('live', 'suspended') ORDER BY p.id",
        till.merchant_id,
        till.branch_id,
        holder_id.hex,
        *periods_at(at),
    )
    perks: dict[Any, Row] = {}
    usage: dict[tuple[Any, str, str], int] = {}
    for row in rows:
        perk_id = row["id"]
        perks.setdefault(perk_id, row)
        if row["used"] is not None:
            usage[perk_id, row["subject"], row["period"]] = row["used"]
    return tuple(_perk_at_till(row, card, holder_id=holder_id, usage=usage, at=at) for row in perks.values())


def _perk_at_till(row: Mapping[str, Any], card: Row, *, holder_id: UUID, usage: Usage, at: datetime) -> PerkAtTill:
    entitlement = judge(
        PerkTerms.from_row(row),
        perk_id=row["id"],
        holder_id=holder_id,
        kind=card["kind"],
        town_code=card["town_id"],
        usage=usage,
        at=at,
    )
    if not row["is_here"]:
        entitlement = Entitlement(refusal=WrongBranch, remaining=entitlement.remaining)
    return PerkAtTill(id=row["id"], title=row["title"], documents=row["documents"], entitlement=entitlement)


async def _note(till: Till, card_pass: CardPass | None, outcome: ScanOutcome, reason: str, at: datetime) -> None:
    await record_scan(
        account_id=till.account_id,
        merchant_id=till.merchant_id,
        branch_id=till.branch_id,
        pass_id=card_pass.pass_id if card_pass else None,
        outcome=outcome,
        reason=reason,
        at=at,
    )
