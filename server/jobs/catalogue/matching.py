"""匹配 — whether a posting fits the conditions of a saved search; the same answer as the list gives in SQL."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from models.jobs import JobKind
from server.jobs.catalogue.criteria import Criteria
from server.search.pairs import query_terms


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a posting decides whether it fits."""

    words: frozenset[str]
    town: str | None
    kind: JobKind
    pay_min_fen: int | None
    pay_max_fen: int | None
    schooling_rank: int
    fair_ids: frozenset[UUID]


def fits(offer: Offer, criteria: Criteria) -> bool:
    """Return whether an open posting fits."""
    return (
        (not criteria.town or criteria.town == offer.town)
        and (criteria.kind is None or criteria.kind is offer.kind)
        and (criteria.schooling is None or offer.schooling_rank <= criteria.schooling.rank)
        and (criteria.fair_id is None or criteria.fair_id in offer.fair_ids)
        and _pays(offer, criteria)
        and (not criteria.q or all(_has(offer.words, term) for term in _terms(criteria.q)))
    )


def _pays(offer: Offer, criteria: Criteria) -> bool:
    if criteria.pay_min_fen is None:
        return True
    if offer.pay_max_fen is not None:
        return offer.pay_max_fen >= criteria.pay_min_fen
    return criteria.negotiable or offer.pay_min_fen is not None


def _has(words: frozenset[str], term: str) -> bool:
    return any(word.startswith(term[:-1]) for word in words) if term.endswith("*") else term in words


@lru_cache(maxsize=4096)
def _terms(q: str) -> tuple[str, ...]:
    return tuple(query_terms(q))
