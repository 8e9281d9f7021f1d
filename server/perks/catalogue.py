"""优惠目录 — what is offered, nearest or newest first; SQL text, because this is the busiest read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing_day
from models.errors import Conflict, NotFound
from models.transactions import Row, as_uuid, fetch_row, fetch_rows, is_postgres
from server.search.conditions import Conditions
from server.search.nearest import Layout, Position, nearest
from server.search.pairs import NothingToSearch, postgres_query, query_terms, sqlite_query
from server.search.places import Place

COLUMNS = (
    "p.id, p.number, p.title, p.description, p.category_id, p.provider, p.merchant_id, p.starts_on, p.ends_on, "
    "p.card_kinds, p.households, p.is_sample"
)
_AT_BRANCHES = Layout(
    places="branches",
    alias="b",
    boxes="branch_places",
    row="place_rowid",
    is_open="b.closed_at IS NULL",
    things="JOIN perk_branches t ON t.branch_id = b.id JOIN perks p ON p.id = t.perk_id",
    nearer="SELECT 1 FROM perk_branches t2 JOIN branches b2 ON b2.id = t2.branch_id "
    "WHERE t2.perk_id = p.id AND b2.closed_at IS NULL",
)


class PerkNotFound(NotFound):
    message = "没有找到这项优惠，可能已经下线"
    next_step = "请返回优惠列表看看其他优惠"


class EligibilityUnknown(Conflict):
    message = "还没有绑定优待证，无法只看我能用的优惠"
    next_step = "请先登录并绑定优待证，或取消「只看我能用的」"


@dataclass(frozen=True, slots=True)
class Standing:
    """身份条件 — what decides which perks a card holder may use."""

    holder_id: UUID
    kind: str
    town_code: str | None
    state: str
    expires_on: object


@dataclass(frozen=True, slots=True)
class Page:
    """One page and the position after it; ``position`` None means that there is no more."""

    rows: list[Mapping[str, Any]]
    position: tuple[str | float, ...] | None


async def list_perks(
    *,
    at: datetime,
    q: str = "",
    category: str = "",
    town: str = "",
    near: Place | None = None,
    standing: Standing | None = None,
    after: tuple[Any, ...] | None = None,
    limit: int = 20,
) -> Page:
    """Return live perks, newest first, or nearest first with ``near``.

    ``after`` is the position of the page before; ``standing`` keeps only what that holder is entitled to by kind
    and household. ``rows`` of a nearest list carry ``distance_metres`` and the branch that is so near.

    Raises:
        NothingToSearch: ``q`` holds no character that could be found.
    """
    conditions = _conditions(at=at, category=category, standing=standing)
    terms = query_terms(q) if q else []
    if q and not terms:
        raise NothingToSearch
    if near is not None:
        _add_town(conditions, town, branch="b")
        _add_terms(conditions, terms, nearest=True)
        rows = await nearest(
            _AT_BRANCHES,
            f"{COLUMNS}, b.id AS branch_id, b.name AS branch_name",
            conditions,
            near,
            is_narrow=bool(terms or town or category or standing),
            after=Position(metres=after[0], thing_id=after[1]) if after else None,
            limit=limit + 1,
        )
        return _page(rows, limit, lambda row: (row["metres"], str(row["id"])))
    _add_town(conditions, town, branch=None)
    return await _newest(conditions, terms, after=after, limit=limit)


def _conditions(*, at: datetime, category: str, standing: Standing | None) -> Conditions:
    conditions = Conditions()
    conditions.add("p.state = 'live'")
    conditions.add(f"(p.ends_on IS NULL OR p.ends_on >= {conditions.value(beijing_day(at))})")
    if category:
        conditions.add(f"p.category_id = {conditions.value(category)}")
    if standing is not None:
        kind = conditions.value(f'%"{standing.kind}"%')
        conditions.add(f"(p.card_kinds = '[]' OR p.card_kinds LIKE {kind})")
        town = conditions.value(f'%"{standing.town_code}"%')
        conditions.add(f"(p.households = '[]' OR p.households LIKE {town})")
    return conditions


def _add_town(conditions: Conditions, town: str, *, branch: str | None) -> None:
    if not town:
        return
    if branch:
        conditions.add(f"{branch}.town_id = {conditions.value(town)}")
        return
    conditions.add(
        "EXISTS (SELECT 1 FROM perk_branches t JOIN branches s ON s.id = t.branch_id "
        f"WHERE t.perk_id = p.id AND s.town_id = {conditions.value(town)} AND s.closed_at IS NULL)"
    )


def _add_terms(conditions: Conditions, terms: list[str], *, nearest: bool) -> None:
    if not terms:
        return
    if is_postgres():
        conditions.add(f"p.search @@ {conditions.value(postgres_query(terms))}::text::tsquery")
    elif nearest:
        match = conditions.value(sqlite_query(terms))
        conditions.add(f"p.search_rowid IN (SELECT rowid FROM perk_search WHERE perk_search MATCH {match})")


async def _newest(conditions: Conditions, terms: list[str], *, after: tuple[Any, ...] | None, limit: int) -> Page:
    source, order = "perks p", "p.id"
    if terms and not is_postgres():
        # FTS5 walks its matches by row number; row numbers grow with the ids
        source, order = "perk_search f JOIN perks p ON p.search_rowid = f.rowid", "f.rowid"
        conditions.add(f"f.perk_search MATCH {conditions.value(sqlite_query(terms))}")
        if after:
            last = conditions.value(as_uuid(after[0]))
            conditions.add(f"f.rowid < (SELECT search_rowid FROM perks WHERE id = {last})")
    else:
        _add_terms(conditions, terms, nearest=False)
        if after:
            conditions.add(f"p.id < {conditions.value(as_uuid(after[0]))}")
    rows = await fetch_rows(
        f"SELECT {COLUMNS} FROM {source} WHERE {conditions.text} "
        f"ORDER BY {order} DESC LIMIT {conditions.value(limit + 1)}",
        *conditions.values,
    )
    return _page(rows, limit, lambda row: (str(row["id"]),))


def _page(rows: Sequence[Mapping[str, Any]], limit: int, position: Any) -> Page:
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(rows=list(kept), position=position(kept[-1]) if more else None)


async def find_standing(*, account_id: UUID | None) -> Standing | None:
    """Return the card standing of an account, None when it has no card."""
    if account_id is None:
        return None
    row = await fetch_row(
        "SELECT h.id AS holder_id, c.kind, h.town_id, c.state, c.expires_on FROM cards c "
        "JOIN card_holders h ON h.id = c.holder_id WHERE c.account_id = $1",
        account_id,
    )
    if row is None:
        return None
    return Standing(
        holder_id=as_uuid(row["holder_id"]),
        kind=row["kind"],
        town_code=row["town_id"],
        state=row["state"],
        expires_on=row["expires_on"],
    )


async def get_perk(*, perk_id: UUID) -> list[Row]:
    """Return one perk that the public may see, once for each open branch that grants it, by the branch's name.

    A perk without branches is one row whose ``branch_id`` is None. Live, suspended or ended; never a draft.

    Raises:
        PerkNotFound: there is no such perk, or it was never published.
    """
    rows = await fetch_rows(
        "SELECT p.id, p.number, p.category_id, p.title, p.description, p.merchant_id, p.provider, p.starts_on, "
        "p.ends_on, p.weekdays, p.hours, p.card_kinds, p.households, p.documents, p.per_person_day, "
        "p.per_person_month, p.per_person_year, p.per_person_ever, p.total_day, p.total_ever, p.source, p.state, "
        "p.is_sample, c.name AS category_name, m.state AS merchant_state, b.id AS branch_id, b.name AS branch_name, "
        "b.town_id AS branch_town_id, b.address, b.telephone, b.latitude, b.longitude FROM perks p "
        "JOIN perk_categories c ON c.code = p.category_id LEFT JOIN merchants m ON m.id = p.merchant_id "
        "LEFT JOIN (perk_branches t JOIN branches b ON b.id = t.branch_id AND b.closed_at IS NULL) "
        "ON t.perk_id = p.id WHERE p.id = $1 AND p.state <> 'draft' ORDER BY b.name, b.id",
        perk_id,
    )
    if not rows:
        raise PerkNotFound
    return rows


async def list_categories(*, at: datetime) -> list[Row]:
    """Return every category in its order with the number of live perks in it."""
    return await fetch_rows(
        "SELECT c.code, c.name, count(p.id) AS perks FROM perk_categories c "
        "LEFT JOIN perks p ON p.category_id = c.code AND p.state = 'live' AND (p.ends_on IS NULL OR p.ends_on >= $1) "
        "GROUP BY c.code, c.name, c.position ORDER BY c.position, c.code",
        beijing_day(at),
    )
