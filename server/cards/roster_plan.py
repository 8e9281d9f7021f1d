"""花名册比对 — what each row of a roster means for the holders and cards that are stored."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.base import new_id
from models.cards import CARD_NUMBER, HOLDER_ID_NUMBER, HOLDER_MOBILE, HOLDER_NAME, CardKind, CardState
from models.fields import seal, unseal
from models.identifiers import IdNumber, Mobile
from models.transactions import Dialects, Row, fetch_rows
from server.cards.identity import hash_card_number, hash_id_number, hash_mobile
from server.cards.roster_table import EXPIRES_ON, ID_NUMBER, ISSUED_ON, KIND, MOBILE, NAME, NUMBER
from server.tables.columns import ParsedTable, RowFault, TableShape
from server.tables.table import Table

CHUNK = 1_000
TOWN_KEY = "town"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the roster with the hashes by which it is found."""

    row: int
    name: str
    id_number: IdNumber
    id_hash: str
    number: str
    number_hash: str
    kind: CardKind
    town: str | None
    mobile: Mobile | None
    issued_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What an import may touch: the rows of one town (None: all), and the columns that the file has."""

    town_code: str | None
    columns: frozenset[str]


@dataclass(slots=True)
class Holder:
    """A holder as stored or as this import makes it, in clear."""

    id: str
    name: str
    mobile: str | None
    town: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the people and cards on a roster: holders by ID hash, cards by number and by holder."""

    holders: Mapping[str, Row]
    cards: Mapping[str, Row]
    live: Mapping[tuple[str, str], Row]


@dataclass(slots=True)
class Plan:
    """What an import will write, row by row as the bulk statements want it, and what stands against it."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)
    new_holders: list[tuple[object, ...]] = field(default_factory=list)
    old_holders: list[tuple[object, ...]] = field(default_factory=list)
    new_cards: list[tuple[object, ...]] = field(default_factory=list)
    old_cards: list[tuple[object, ...]] = field(default_factory=list)
    seen: dict[str, Holder] = field(default_factory=dict)


def read_entries(table: Table, shape: TableShape) -> tuple[ParsedTable, list[Entry]]:
    """Return the checked table and its good rows; hundreds of milliseconds for a long one, so off the loop."""
    parsed = shape.parse(table)
    entries = [
        Entry(
            row=row.number,
            name=row[NAME],
            id_number=row[ID_NUMBER],
            id_hash=hash_id_number(row[ID_NUMBER]),
            number=row[NUMBER],
            number_hash=hash_card_number(row[NUMBER]),
            kind=row[KIND],
            town=_town(row.values[TOWN_KEY]),
            mobile=row.get(MOBILE),
            issued_on=row.get(ISSUED_ON),
            expires_on=row.get(EXPIRES_ON),
        )
        for row in parsed.rows
    ]
    return parsed, entries


def _town(value: Any) -> str | None:
    return None if value is None else str(value)


async def find_known(entries: Sequence[Entry]) -> Known:
    """Return what is stored of the people and cards on a roster."""
    holders: dict[str, Row] = {}
    cards: dict[str, Row] = {}
    live: dict[tuple[str, str], Row] = {}
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        ids = json.dumps([entry.id_hash for entry in chunk])
        numbers = json.dumps([entry.number_hash for entry in chunk])
        for row in await fetch_rows(_HOLDERS, ids):
            holders[row["id_number_hash"]] = row
        for row in await fetch_rows(_CARDS, numbers, ids):
            cards[row["number_hash"]] = row
            if row["state"] in (CardState.ACTIVE, CardState.SUSPENDED):
                live[str(row["holder_id"]), row["kind"]] = row
    return Known(holders, cards, live)


def _among(parameter: int) -> tuple[str, str]:
    return (
        f"IN (SELECT jsonb_array_elements_text(${parameter}::jsonb))",
        f"IN (SELECT value FROM json_each(${parameter}))",
    )


def _holders_query() -> Dialects:
    text = "SELECT id, id_number_hash, name_sealed, mobile_sealed, mobile_hash, town_id FROM card_holders "
    postgres, sqlite = _among(1)
    return Dialects(f"{text} WHERE id_number_hash {postgres}", f"{text} WHERE id_number_hash {sqlite}")


def _cards_query() -> Dialects:
    (numbers, numbers_sqlite), (ids, ids_sqlite) = _among(1), _among(2)
    columns = (
        "SELECT c.id, c.holder_id, c.number_hash, c.last4, c.kind, c.state, c.issued_on, c.expires_on FROM cards c"
    )

    def text(numbers: str, ids: str) -> str:
        holders = f"SELECT id FROM card_holders WHERE id_number_hash {ids}"
        return f"{columns} WHERE c.number_hash {numbers} UNION {columns} WHERE c.holder_id IN ({holders})"

    return Dialects(text(numbers, ids), text(numbers_sqlite, ids_sqlite))


_HOLDERS, _CARDS = _holders_query(), _cards_query()


def make_plan(entries: Sequence[Entry], *, known: Known, scope: Scope) -> Plan:
    """Return what importing the entries means; it seals and unseals, so it runs off the loop."""
    plan = Plan(rows=len(entries))
    for entry in entries:
        faults = list(_faults(entry, known=known, scope=scope))
        if faults:
            plan.faults += faults
            continue
        holder_changed = _plan_holder(plan, entry, known=known, scope=scope)
        _plan_card(plan, entry, known=known, scope=scope, holder_changed=holder_changed)
    return plan


def _faults(entry: Entry, *, known: Known, scope: Scope) -> Iterator[RowFault]:
    holder, card = known.holders.get(entry.id_hash), known.cards.get(entry.number_hash)
    if scope.town_code is not None:
        if entry.town not in (None, scope.town_code):
            yield entry.row, TOWN_KEY, "不是本乡镇的人员，请交由该乡镇的服务站或市局导入"
        elif holder is not None and holder["town_id"] not in (None, scope.town_code):
            yield entry.row, ID_NUMBER.key, "这位持证人登记在其他乡镇，请联系市局处理"
    if card is not None:
        if holder is None or str(card["holder_id"]) != str(holder["id"]):
            yield entry.row, NUMBER.key, "这个优待证号已登记在另一位持证人名下，请核对证号和身份证号"
            return
        if card["state"] == CardState.REVOKED:
            yield entry.row, NUMBER.key, "这张证已注销，导入不会恢复它，请核对；已发新证的请填新证号"
        if card["state"] == CardState.REPLACED:
            yield entry.row, NUMBER.key, "这张证已换发，请填新证的证号"
    if holder is not None:
        live = known.live.get((str(holder["id"]), entry.kind))
        if live is not None and live["number_hash"] != entry.number_hash:
            message = (
                f"这位持证人已有一张同类别的证（后四位 {live['last4']}），换证请在工作台办理「换发」，不要直接导入"
            )
            yield entry.row, NUMBER.key, message


def _plan_holder(plan: Plan, entry: Entry, *, known: Known, scope: Scope) -> bool:
    """Plan the holder of an entry, once for all entries of one person; return whether the person changes."""
    if entry.id_hash in plan.seen:
        return False
    stored = known.holders.get(entry.id_hash)
    if stored is None:
        holder = Holder(str(new_id()), entry.name, entry.mobile, entry.town)
        plan.seen[entry.id_hash] = holder
        name, mobile, mobile_hash = _sealed(holder)
        id_number = seal(HOLDER_ID_NUMBER, entry.id_number)
        plan.new_holders.append((holder.id, name, id_number, entry.id_hash, mobile, mobile_hash, holder.town))
        return True
    before = _unsealed(stored)
    after = Holder(
        before.id,
        entry.name,
        entry.mobile if MOBILE.key in scope.columns else before.mobile,
        entry.town if TOWN_KEY in scope.columns else before.town,
    )
    plan.seen[entry.id_hash] = after
    if after == before:
        return False
    name, mobile, mobile_hash = _sealed(after)
    plan.old_holders.append((after.id, name, mobile, mobile_hash, after.town))
    return True


def _sealed(holder: Holder) -> tuple[str, str | None, str | None]:
    if holder.mobile is None:
        return seal(HOLDER_NAME, holder.name), None, None
    return seal(HOLDER_NAME, holder.name), seal(HOLDER_MOBILE, holder.mobile), hash_mobile(holder.mobile)


def _unsealed(row: Row) -> Holder:
    mobile = row["mobile_sealed"]
    return Holder(
        str(row["id"]),
        unseal(HOLDER_NAME, row["name_sealed"]),
        None if mobile is None else unseal(HOLDER_MOBILE, mobile),
        row["town_id"],
    )


def _plan_card(plan: Plan, entry: Entry, *, known: Known, scope: Scope, holder_changed: bool) -> None:
    stored = known.cards.get(entry.number_hash)
    if stored is None:
        plan.created += 1
        plan.new_cards.append(
            (
                new_id(),
                plan.seen[entry.id_hash].id,
                seal(CARD_NUMBER, entry.number),
                entry.number_hash,
                entry.number[-4:],
                entry.kind,
                entry.issued_on,
                entry.expires_on,
                new_pseudonym(),
            )
        )
        return
    before = (stored["kind"], _day(stored["issued_on"]), _day(stored["expires_on"]))
    after = (
        entry.kind.value,
        _day(entry.issued_on) if ISSUED_ON.key in scope.columns else before[1],
        _day(entry.expires_on) if EXPIRES_ON.key in scope.columns else before[2],
    )
    if after != before:
        plan.old_cards.append((str(stored["id"]), *after))
    if after != before or holder_changed:
        plan.updated += 1
    else:
        plan.unchanged += 1


def _day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def new_pseudonym() -> str:
    """Return a random subject for a card's passes."""
    return secrets.token_urlsafe(16)
