"""导入计划 — what a checked table would create and change, or why it cannot; pure, so that it runs in a thread."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from models.base import new_id
from models.fields import encode_words
from models.perks import ALL_WEEKDAYS, PerkState
from models.transactions import Row, as_uuid
from server.perks.drafts import Fault, PerkDraft, columns_of, faults_of
from server.tables.columns import ParsedRow, ParsedTable
from server.tables.faults import CellError

_DERIVED = frozenset({"search_text"})
_KEYS = {"branch_ids": "branches"}


@dataclass(frozen=True, slots=True)
class KnownMerchant:
    """A merchant with its branches by name, and the ids of those that are open."""

    id: UUID
    name: str
    branches: dict[str, UUID]
    open_branches: list[UUID]


@dataclass(frozen=True, slots=True)
class KnownPerk:
    """A stored perk as its row, with its links to branches: branch id → link id."""

    row: Row
    links: dict[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of what the table speaks of: merchants by credit code, perks by number."""

    merchants: Mapping[str, KnownMerchant]
    perks: Mapping[str, KnownPerk]


@dataclass(frozen=True, slots=True)
class PerkChange:
    """One perk to store; ``values`` are columns in stored form, ``state`` what the file asks for."""

    id: UUID
    is_new: bool
    values: Mapping[str, object]
    state: PerkState
    added_branches: tuple[UUID, ...]
    removed_links: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will do; rows that are as stored are in no change."""

    rows: int
    changes: tuple[PerkChange, ...]
    errors: tuple[CellError, ...]


def plan_import(parsed: ParsedTable, known: Known) -> Plan:
    """Return what the rows without faults would change, and every further fault of theirs."""
    changes: list[PerkChange] = []
    errors: list[CellError] = []
    for row in parsed.rows:
        merchant = known.merchants.get(str(row.values["merchant"]))
        draft, faults = _draft_of(row, merchant)
        perk = known.perks.get(draft.number)
        faults += faults_of(draft)
        state = _state_of(row, perk)
        faults += _state_faults(row, draft, state, perk)
        if faults:
            errors += [parsed.error(row=row.number, key=_KEYS.get(key, key), message=text) for key, text in faults]
            continue
        change = _change_of(draft, perk, state)
        if change is not None and perk is not None and perk.row["state"] == PerkState.ENDED:
            errors.append(
                parsed.error(row=row.number, key="number", message="这项优惠已经结束，不能修改，请换一个编号")
            )
        elif change is not None:
            changes.append(change)
    return Plan(rows=len(parsed.rows), changes=tuple(changes), errors=tuple(errors))


def _draft_of(row: ParsedRow, merchant: KnownMerchant | None) -> tuple[PerkDraft, list[Fault]]:
    faults: list[Fault] = []
    given: dict[str, Any] = {
        field.name: row.values[field.name]
        for field in fields(PerkDraft)
        if field.name in row.values and row.values[field.name] is not None
    }
    draft = PerkDraft(**({"weekdays": ALL_WEEKDAYS} | given))
    names: tuple[str, ...] = row.values["branches"] or ()  # type: ignore[assignment]
    if row.values["merchant"] is None:
        if names:
            faults.append(("branches", "没有商户的优惠不能写门店，请填商户信用代码或清空门店"))
        return draft, faults
    if merchant is None:
        faults.append(("merchant", "没有登记过这个商户，请先登记商户再导入"))
        # the provider is then not known either; its absence is no second fault
        return replace(draft, provider=draft.provider or "？"), faults
    if unknown := [name for name in names if name not in merchant.branches]:
        faults.append(("branches", f"这个商户没有门店「{unknown[0]}」，请核对门店名称"))
    chosen = [merchant.branches[name] for name in names if name in merchant.branches] or merchant.open_branches
    return (
        replace(
            draft,
            merchant_id=merchant.id,
            provider=draft.provider or merchant.name,
            branch_ids=tuple(sorted(chosen)),
        ),
        faults,
    )


def _state_of(row: ParsedRow, perk: KnownPerk | None) -> PerkState:
    """Return the state that the perk will have: only a draft goes live by a file."""
    asked = row.values["state"]
    if perk is None:
        return PerkState(asked) if asked else PerkState.DRAFT  # type: ignore[arg-type]
    stored = PerkState(perk.row["state"])
    return PerkState.LIVE if stored is PerkState.DRAFT and asked == PerkState.LIVE else stored


def _state_faults(row: ParsedRow, draft: PerkDraft, state: PerkState, perk: KnownPerk | None) -> Iterator[Fault]:
    if perk is not None:
        if row.values["state"] == PerkState.DRAFT and perk.row["state"] == PerkState.LIVE:
            yield "state", "已上线的优惠不能退回草稿，要停用请在系统中暂停"
        if _as_id(perk.row["merchant_id"]) != draft.merchant_id and (draft.merchant_id or not row.values["merchant"]):
            yield "number", "这个编号是另一个商户或单位的优惠，请换一个编号"
        used = perk.row["used_ever"] or 0
        if draft.total_ever is not None and draft.total_ever != perk.row["total_ever"] and draft.total_ever < used:
            yield "total_ever", f"已经用掉 {used} 次，总量不能低于 {used}，请改大"
    if state is not PerkState.LIVE:
        return
    if not draft.source:
        yield "source", "上线的优惠请写明依据文件"
    if draft.merchant_id and not draft.branch_ids:
        yield "branches", "这个商户没有营业的门店，请先增加门店再上线"


def _change_of(draft: PerkDraft, perk: KnownPerk | None, state: PerkState) -> PerkChange | None:
    """Return the change that makes the stored perk what the row says; None when it is so."""
    values = {name: _stored(value) for name, value in columns_of(draft).items()}
    wanted = set(draft.branch_ids)
    if perk is None:
        return PerkChange(new_id(), True, values, state, tuple(sorted(wanted)), ())
    is_same = all(_stored(perk.row[name]) == value for name, value in values.items() if name not in _DERIVED)
    if is_same and wanted == perk.links.keys() and state == perk.row["state"]:
        return None
    removed = tuple(link for branch, link in perk.links.items() if branch not in wanted)
    added = tuple(sorted(wanted - perk.links.keys()))
    return PerkChange(as_uuid(perk.row["id"]), False, values, state, added, removed)


def _stored(value: object) -> object:
    """Return a value as both databases can give it: days and ids as text, words as JSON."""
    match value:
        case date() | UUID():
            return str(value)
        case tuple():
            return encode_words(value)
    return value


def _as_id(value: Any) -> UUID | None:
    return None if value is None else as_uuid(value)
