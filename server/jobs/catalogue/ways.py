"""找法 — the two ways to a page of postings, as SQL text: a glance along an index, or gathering all that fits.

A glance reads the newest (or best paid) live postings until the page is full or ``GLANCE`` rows were read: common
words end there, at a thousand postings as at a hundred thousand. Gathering is for what is rare: everything that fits
is found by an index of its own and sorted. The indexes of live postings carry the order for town, kind and pay.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.transactions import is_postgres
from server.jobs.catalogue.criteria import Criteria, add_criteria, add_town_and_kind
from server.jobs.catalogue.words import Where, add_words
from server.search.conditions import Conditions
from server.search.nearest import Layout

GLANCE = 1000
"""So many rows hold a page where two in a hundred fit."""

COLUMNS = (
    "p.id, p.title, p.kind, p.town_id, p.address, p.openings, p.pay_min_fen, p.pay_max_fen, p.pay_months, "
    "p.pay_is_negotiable, p.schooling, p.experience_years, p.closes_on, p.published_at, p.is_sample, p.latitude, "
    "p.longitude, p.employer_id, e.name AS employer_name, e.nature AS employer_nature"
)

NEWEST = ("p.published_at", "p.id")
PAY = ("COALESCE(p.pay_max_fen, p.pay_min_fen, 0)", "COALESCE(p.pay_min_fen, 0)", *NEWEST)
"""The keys of an order, all descending."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is to hold, and after which keys it begins."""

    at: datetime
    criteria: Criteria
    terms: list[str]
    where: Where
    order: tuple[str, ...]
    after: tuple[object, ...] | None
    limit: int

    @property
    def is_worth_a_glance(self) -> bool:
        """Whether a glance may fill the page where gathering would not find it by walking the same index."""
        if self.criteria.fair_id is not None or self.criteria.is_special:
            return False
        # without words PostgreSQL weighs it by its statistics, which SQLite does not keep by itself
        return bool(self.terms) or (self.order is PAY and bool(self.criteria.town) and not is_postgres())


def glance(wanted: Wanted) -> tuple[str, list[object]]:
    """Return the query of a glance and its values."""
    conditions, is_by_pay = Conditions(), wanted.order is PAY
    # the index of pay does not begin with a town, so that a glance along it looks at all towns
    _add_begin(conditions, wanted, has_town=not is_by_pay)
    index = "" if is_postgres() else f"INDEXED BY {index_of(wanted.criteria, by_pay=is_by_pay)}"
    source = (
        f"(SELECT p.* FROM job_postings p {index} WHERE {conditions.text} "
        f"ORDER BY {_descending(wanted)} LIMIT {GLANCE}) p {_to_employer()}"
    )
    outer = Conditions(values=conditions.values)
    if is_by_pay:
        add_town_and_kind(outer, wanted.criteria)
    add_criteria(outer, wanted.criteria, at=wanted.at)
    if wanted.terms:
        add_words(outer, wanted.terms, wanted.where, is_indexed=False)
    return (
        f"SELECT {COLUMNS} FROM {source} WHERE {outer.text} ORDER BY {_descending(wanted)} LIMIT {wanted.limit}",
        outer.values,
    )


def gather(wanted: Wanted) -> tuple[str, list[object]]:
    """Return the query for everything that fits, sorted, and its values."""
    conditions = Conditions()
    source, is_indexed = _source(wanted, conditions)
    _add_begin(conditions, wanted, has_town=True)
    add_criteria(conditions, wanted.criteria, at=wanted.at)
    if wanted.terms:
        add_words(conditions, wanted.terms, wanted.where, is_indexed=is_indexed)
    select = f"SELECT {COLUMNS} FROM {source} {_to_employer()} WHERE {conditions.text}"
    order = f"ORDER BY {_descending(wanted)} LIMIT {wanted.limit}"
    if wanted.terms or wanted.criteria.fair_id:
        # a fence: the order must not tempt the planner to walk all postings in it for the few that fit
        return f"WITH fitting AS MATERIALIZED ({select}) SELECT * FROM fitting p {order}", conditions.values
    return f"{select} {order}", conditions.values


def layout_of(criteria: Criteria, terms: list[str]) -> Layout:
    """Return where postings lie on the map, and by which index SQLite gathers those that are rare."""
    hint = ""
    if not is_postgres() and criteria.fair_id is None:
        is_by_words = terms and not criteria.is_special
        hint = "NOT INDEXED" if is_by_words else f"INDEXED BY {index_of(criteria, by_pay=False)}"
    return Layout(
        places="job_postings",
        alias="p",
        boxes="job_posting_places",
        row="search_rowid",
        is_open="p.state = 'live'",
        things=_to_employer(),
        glance=GLANCE,
        hint=hint,
        is_wide=True,
    )


def _source(wanted: Wanted, conditions: Conditions) -> tuple[str, bool]:
    """Return from where to gather, and whether words are to be looked up in SQLite's full-text index."""
    criteria = wanted.criteria
    if criteria.fair_id is not None:
        conditions.add(f"b.fair_id = {conditions.value(criteria.fair_id)} AND f.state = 'published'")
        joined = "JOIN" if is_postgres() else "CROSS JOIN"
        fair = f"job_fairs f {joined} fair_postings b ON b.fair_id = f.id"
        return f"{fair} {joined} job_postings p ON p.id = b.posting_id", False
    if is_postgres():
        return "job_postings p", True
    if wanted.terms and not criteria.is_special:
        return "job_postings p NOT INDEXED", True
    by_pay = wanted.order is PAY and not criteria.town and not criteria.is_special
    return f"job_postings p INDEXED BY {index_of(criteria, by_pay=by_pay)}", False


def index_of(criteria: Criteria, *, by_pay: bool) -> str:
    """Return the index of live postings by which SQLite is to go."""
    if by_pay:
        return "job_postings_live_pay"
    if criteria.is_special:
        return "job_postings_live_kind"
    return "job_postings_live_town" if criteria.town else "job_postings_live"


def _to_employer() -> str:
    """Return the join that looks each posting's employer up; it must never become the way to the postings."""
    if is_postgres():
        own = "SELECT e.name, e.nature, e.state FROM employers e WHERE e.id = p.employer_id OFFSET 0"
        return f"CROSS JOIN LATERAL ({own}) e"
    return "CROSS JOIN employers e ON e.id = p.employer_id"


def _add_begin(conditions: Conditions, wanted: Wanted, *, has_town: bool) -> None:
    """Add what an index begins with: live, town, kind, and the keys after which the page begins."""
    add_town_and_kind(conditions, wanted.criteria if has_town else Criteria())
    if wanted.after is not None:
        keys = ", ".join(conditions.value(key) + _cast(key) for key in wanted.after)
        conditions.add(f"({', '.join(wanted.order)}) < ({keys})")


def _cast(key: object) -> str:
    return "::uuid" if isinstance(key, UUID) else "::timestamptz" if isinstance(key, datetime) else "::bigint"


def _descending(wanted: Wanted) -> str:
    return ", ".join(f"{key} DESC" for key in wanted.order)
