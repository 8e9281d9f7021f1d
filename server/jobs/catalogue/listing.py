"""岗位目录 — what is open, by relevance, time, pay or distance; SQL text, because this is a busy read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from models.transactions import as_instant, fetch_rows, is_postgres
from server.jobs.catalogue.criteria import Criteria, JobOrder, add_criteria, add_fair, add_town_and_kind
from server.jobs.catalogue.ways import COLUMNS, NEWEST, PAY, Wanted, gather, glance, layout_of
from server.jobs.catalogue.words import Where, add_words, are_common
from server.search.conditions import Conditions
from server.search.nearest import Position, nearest
from server.search.pairs import NothingToSearch, query_terms
from server.search.places import Place

Found: TypeAlias = list[Mapping[str, Any]]
After: TypeAlias = tuple[Any, ...]

_Instant = Annotated[int, Meta(ge=0, le=253_370_764_800_000_000)]
_Fen = Annotated[int, Meta(ge=0, le=2**62)]
_Part = Annotated[int, Meta(ge=0, le=1)]
SHAPES: dict[JobOrder, Any] = {
    JobOrder.RELEVANCE: tuple[Literal["relevance"], _Part, _Instant, UUID],
    JobOrder.NEWEST: tuple[Literal["newest"], _Instant, UUID],
    JobOrder.PAY: tuple[Literal["pay"], _Fen, _Fen, _Instant, UUID],
    JobOrder.DISTANCE: tuple[Literal["distance"], float, UUID],
}
"""What a position is made of in each order, its name first; instants are microseconds since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """One page and the position after it; ``position`` None means that there is no more."""

    rows: Found
    position: tuple[str | int | float, ...] | None


async def list_jobs(
    *,
    at: datetime,
    criteria: Criteria,
    order: JobOrder,
    near: Place | None = None,
    after: After | None = None,
    limit: int = 20,
) -> Page:
    """Return open postings of approved employers that fit, in an order, ``limit`` of them after a position.

    - ``relevance``: postings with all words in the title, then those with the words elsewhere; each newest first.
    - ``newest``: by the instant of publication.
    - ``pay``: by the upper bound of the month's pay (the lower one where there is no upper), then by the lower bound,
      highest first; postings without a figure last; of equals the newest first.
    - ``distance``: nearest first; postings without coordinates do not appear.

    Of what is still equal the later id comes first, by distance the earlier. Rows carry ``metres`` with ``near``.

    Raises:
        NothingToSearch: ``q`` holds no character that could be found.
    """
    terms = query_terms(criteria.q) if criteria.q else []
    if criteria.q and not terms:
        raise NothingToSearch
    search = _Search(at, criteria, terms, limit + 1)
    after = after[1:] if after else None
    match order:
        case JobOrder.DISTANCE:
            assert near is not None
            return _page(await search.by_distance(near, after), limit, _distance_position)
        case JobOrder.RELEVANCE:
            page = _page(await search.by_relevance(after), limit, _relevance_position)
        case JobOrder.PAY:
            page = _page(await search.in_order(PAY, Where.ANYWHERE, after), limit, _pay_position)
        case JobOrder.NEWEST:
            page = _page(await search.in_order(NEWEST, Where.ANYWHERE, after), limit, _newest_position)
    return page if near is None else Page(rows=_measured(page.rows, near), position=page.position)


@dataclass(frozen=True, slots=True)
class _Search:
    at: datetime
    criteria: Criteria
    terms: list[str]
    limit: int

    async def by_relevance(self, after: After | None) -> Found:
        """Return matches in the title, then, if that is no page, matches elsewhere; ``part`` tells them apart."""
        found: Found = []
        if after is None or after[0] == 0:
            in_title = await self.in_order(NEWEST, Where.TITLE, after[1:] if after else None)
            found += [{**dict(row.items()), "part": 0} for row in in_title]
            after = None
        if len(found) < self.limit:
            elsewhere = await self.in_order(NEWEST, Where.REST, after[1:] if after else None)
            found += [{**dict(row.items()), "part": 1} for row in elsewhere]
        return found[: self.limit]

    async def in_order(self, order: tuple[str, ...], where: Where, after: After | None) -> Found:
        """Return a page in descending order, from a glance if that fills it."""
        keys = (*after[:-2], _EPOCH + after[-2] * _MICROSECOND, after[-1]) if after else None
        wanted = Wanted(self.at, self.criteria, self.terms, where, order, keys, self.limit)
        if wanted.is_worth_a_glance:
            sql, values = glance(wanted)
            rows = await fetch_rows(sql, *values)
            if len(rows) >= self.limit:
                return list(rows)
        sql, values = gather(wanted)
        return list(await fetch_rows(sql, *values))

    async def by_distance(self, near: Place, after: After | None) -> Found:
        conditions = Conditions()
        add_town_and_kind(conditions, self.criteria)
        add_criteria(conditions, self.criteria, at=self.at)
        add_fair(conditions, self.criteria)
        is_narrow = self.criteria != Criteria(q=self.criteria.q)
        if self.terms:
            is_rare = is_postgres() or not await are_common(self.terms)
            add_words(conditions, self.terms, Where.ANYWHERE, is_indexed=is_rare)
            is_narrow = is_narrow or is_rare
        last = Position(metres=after[0], thing_id=after[1]) if after else None
        layout = layout_of(self.criteria, self.terms)
        return await nearest(layout, COLUMNS, conditions, near, is_narrow=is_narrow, after=last, limit=self.limit)


def _page(rows: Found, limit: int, position: Callable[[Mapping[str, Any]], tuple[str | int | float, ...]]) -> Page:
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(rows=kept, position=position(kept[-1]) if more else None)


def _distance_position(row: Mapping[str, Any]) -> tuple[str | int | float, ...]:
    return "distance", row["metres"], str(row["id"])


def _newest_position(row: Mapping[str, Any]) -> tuple[str | int | float, ...]:
    return "newest", *_published(row)


def _relevance_position(row: Mapping[str, Any]) -> tuple[str | int | float, ...]:
    return "relevance", row["part"], *_published(row)


def _pay_position(row: Mapping[str, Any]) -> tuple[str | int | float, ...]:
    lowest = row["pay_min_fen"] or 0
    highest = lowest if row["pay_max_fen"] is None else row["pay_max_fen"]
    return "pay", highest, lowest, *_published(row)


def _published(row: Mapping[str, Any]) -> tuple[int, str]:
    return (as_instant(row["published_at"]) - _EPOCH) // _MICROSECOND, str(row["id"])


def _measured(rows: Found, near: Place) -> Found:
    return [
        row
        if row["latitude"] is None or row["longitude"] is None
        else {**dict(row.items()), "metres": near.metres_to(row["latitude"], row["longitude"])}
        for row in rows
    ]
