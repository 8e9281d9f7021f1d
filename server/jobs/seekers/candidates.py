"""推荐的候选岗位 — a few hundred open postings that may fit a person, each way to them bounded and along an index.

What a recommendation costs must not grow with the number of postings, so nobody's whole catalogue is scored. The ways:

- words of the speciality and the skills in titles: the newest ``GLANCE`` live postings are read through; only where
  fewer than ``ENOUGH`` of them hold a word, so that the words are rare, all matches are taken from the full-text index;
- each wished town: its newest postings are read through, those with the words in the title first;
- the special kinds that the person wishes for or may have as a veteran, the newest;
- the nearest to where the person lives;
- the newest of all, so that a bare profile finds something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import beijing_day
from models.jobs import JobKind
from models.transactions import Dialects, Row, as_uuid, fetch_rows, is_postgres
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.jobs.catalogue.ways import COLUMNS
from server.search.conditions import Conditions
from server.search.pairs import postgres_query, query_terms, sqlite_query
from server.search.places import Place

GLANCE = 1000
ENOUGH = 30
MOST_BY_WORDS = 60
TOWN_GLANCE, MOST_BY_TOWNS = 400, 60
"""For all wished towns together."""
MOST_OF_A_KIND = 20
MOST_NEAR = 20
MOST_NEWEST = 20
MOST_TERMS = 30
"""Of the words looked for in titles; what is scored afterwards looks for all of them."""

_NEWEST = "p.published_at DESC, p.id DESC"


@dataclass(frozen=True, slots=True)
class Search:
    """What candidates are looked for by; ``words`` the weightiest first."""

    account_id: UUID
    seeker_id: UUID
    words: Sequence[str]
    towns: Sequence[str]
    kinds: Sequence[JobKind]
    place: Place | None
    at: datetime


async def find_candidates(search: Search) -> list[Row]:
    """Return open postings of approved employers that may fit, without those blocked or applied for, in no order.

    Rows carry the columns of the catalogue, ``description``, ``age_min``, ``age_max`` and ``town_name``.
    """
    ids = [*await _by_words(search), *await _by_towns(search), *await _by_kinds(search)]
    ids += await _newest(search, MOST_NEWEST)
    if search.place is not None:
        page = await list_jobs(
            at=search.at, criteria=Criteria(), order=JobOrder.DISTANCE, near=search.place, limit=MOST_NEAR
        )
        ids += [as_uuid(row["id"]) for row in page.rows]
    return await _fetch(search, list(dict.fromkeys(ids)))


async def _by_words(search: Search) -> list[UUID]:
    if not search.words:
        return []
    conditions = Conditions()
    text = _glance(conditions, "p.state = 'live'", index="job_postings_live", depth=GLANCE)
    conditions.add(_in_title(conditions, search.words))
    _add_fit(conditions, search)
    found = await _ids(f"{text} WHERE {conditions.text} ORDER BY {_NEWEST} LIMIT {MOST_BY_WORDS}", conditions)
    if len(found) >= ENOUGH:
        return found
    conditions = Conditions()
    conditions.add("p.state = 'live'")
    conditions.add(_found_in_title(conditions, search.words))
    _add_fit(conditions, search)
    source = "job_postings p" if is_postgres() else "job_postings p NOT INDEXED"
    fitting = f"SELECT p.id, p.published_at FROM {source} {_employer()} WHERE {conditions.text}"
    # a fence: the order must not tempt the planner to walk all postings in it for the few that fit
    text = f"WITH fitting AS MATERIALIZED ({fitting}) SELECT id FROM fitting p ORDER BY {_NEWEST} LIMIT {MOST_BY_WORDS}"
    return await _ids(text, conditions)


async def _by_towns(search: Search) -> list[UUID]:
    found: list[UUID] = []
    for town in search.towns:
        conditions = Conditions()
        live = f"p.state = 'live' AND p.town_id = {conditions.value(town)}"
        depth = max(MOST_BY_TOWNS // 2, TOWN_GLANCE // len(search.towns))
        text = _glance(conditions, live, index="job_postings_live_town", depth=depth)
        words = f"CASE WHEN {_in_title(conditions, search.words)} THEN 0 ELSE 1 END, " if search.words else ""
        _add_fit(conditions, search)
        share = max(10, MOST_BY_TOWNS // len(search.towns))
        found += await _ids(f"{text} WHERE {conditions.text} ORDER BY {words}{_NEWEST} LIMIT {share}", conditions)
    return found


async def _by_kinds(search: Search) -> list[UUID]:
    found: list[UUID] = []
    for kind in search.kinds:
        conditions = Conditions()
        # written out, for the planner must know how rare it is; it is one of our own words
        conditions.add(f"p.state = 'live' AND p.kind = '{kind.value}'")
        _add_fit(conditions, search)
        source = f"job_postings p {_by_index('job_postings_live_kind')} {_employer()}"
        text = f"SELECT p.id FROM {source} WHERE {conditions.text} ORDER BY {_NEWEST} LIMIT {MOST_OF_A_KIND}"
        found += await _ids(text, conditions)
    return found


async def _newest(search: Search, limit: int) -> list[UUID]:
    conditions = Conditions()
    conditions.add("p.state = 'live'")
    _add_fit(conditions, search)
    source = f"job_postings p {_by_index('job_postings_live')} {_employer()}"
    return await _ids(f"SELECT p.id FROM {source} WHERE {conditions.text} ORDER BY {_NEWEST} LIMIT {limit}", conditions)


async def _fetch(search: Search, ids: Sequence[UUID]) -> list[Row]:
    """Return the rows of candidates; here for certain nothing passes that must not be shown."""
    conditions = Conditions()
    chosen = conditions.value(list(ids))
    conditions.add("p.state = 'live'")
    _add_fit(conditions, search)
    select = f"SELECT {COLUMNS}, p.description, p.age_min, p.age_max, COALESCE(t.name, '') AS town_name"
    source = f"JOIN employers e ON e.id = p.employer_id LEFT JOIN towns t ON t.code = p.town_id WHERE {conditions.text}"
    return await fetch_rows(
        Dialects(
            f"{select} FROM job_postings p {source} AND p.id = ANY({chosen}::uuid[])",
            f"{select} FROM json_each({chosen}) c CROSS JOIN job_postings p ON p.id = c.value {source}",
        ),
        *conditions.values,
    )


def _glance(conditions: Conditions, live: str, *, index: str, depth: int) -> str:
    """Return a SELECT over the newest live postings, read along an index."""
    columns = "p.id, p.employer_id, p.closes_on, p.published_at, p.title_search" + ("" if is_postgres() else "_text")
    inner = f"SELECT {columns} FROM job_postings p {_by_index(index)} WHERE {live} ORDER BY {_NEWEST} LIMIT {depth}"
    return f"SELECT p.id FROM ({inner}) p {_employer()}"


def _add_fit(conditions: Conditions, search: Search) -> None:
    """Add that ``p`` may be shown to the person at all."""
    conditions.add("e.state = 'approved'")
    conditions.add(f"(p.closes_on IS NULL OR p.closes_on >= {conditions.value(beijing_day(search.at))})")
    blocked = (
        f"SELECT b.employer_id FROM blocked_employers b WHERE b.account_id = {conditions.value(search.account_id)}"
    )
    conditions.add(f"p.employer_id NOT IN ({blocked})")
    applied = f"x.posting_id = p.id AND x.seeker_id = {conditions.value(search.seeker_id)}"
    conditions.add(f"NOT EXISTS (SELECT 1 FROM job_applications x WHERE {applied})")


def _in_title(conditions: Conditions, words: Sequence[str]) -> str:
    """Return that a row's title holds one of the words, read row by row."""
    if is_postgres():
        return _found_in_title(conditions, words)
    alternatives = []
    for terms in _terms(words):
        wanted = [f" {term[:-1]}" if term.endswith("*") else f" {term} " for term in terms]
        places = [f"instr(' ' || p.title_search_text || ' ', {conditions.value(term)}) > 0" for term in wanted]
        alternatives.append(f"({' AND '.join(places)})")
    return f"({' OR '.join(alternatives)})"


def _found_in_title(conditions: Conditions, words: Sequence[str]) -> str:
    """Return that a title holds one of the words, by the full-text index."""
    if is_postgres():
        query = " | ".join(f"({postgres_query(terms)})" for terms in _terms(words))
        # a subquery is read once; in the plan of a prepared statement a cast would be read again for every row
        return f"p.title_search @@ (SELECT {conditions.value(query)}::text::tsquery)"
    query = " OR ".join(f"({sqlite_query(terms)})" for terms in _terms(words))
    match = conditions.value(f"{{title_search_text}} : ({query})")
    return f"p.search_rowid IN (SELECT rowid FROM job_posting_search WHERE job_posting_search MATCH {match})"


def _terms(words: Sequence[str]) -> list[list[str]]:
    """Return the terms of each word, as many words as ``MOST_TERMS`` allow."""
    taken: list[list[str]] = []
    left = MOST_TERMS
    for terms in map(query_terms, words):
        if terms and len(terms) <= left:
            taken.append(terms)
            left -= len(terms)
    return taken


def _by_index(name: str) -> str:
    return "" if is_postgres() else f"INDEXED BY {name}"


def _employer() -> str:
    """Return the join that looks each posting's employer up, row by row: never the way to the postings."""
    if is_postgres():
        return "CROSS JOIN LATERAL (SELECT e.state FROM employers e WHERE e.id = p.employer_id OFFSET 0) e"
    return "CROSS JOIN employers e ON e.id = p.employer_id"


async def _ids(sql: str, conditions: Conditions) -> list[UUID]:
    rows: Sequence[Mapping[str, Any]] = await fetch_rows(sql, *conditions.values)
    return [as_uuid(row["id"]) for row in rows]
