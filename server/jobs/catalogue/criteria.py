"""找岗位的条件 — what a person asks of postings, and in which order they want to see them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from config.clock import beijing_day
from models.errors import FieldError, Invalid
from models.jobs import JobKind
from models.schooling import Schooling
from server.search.conditions import Conditions


class JobOrder(StrEnum):
    """岗位排序"""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    PAY = "pay"
    DISTANCE = "distance"


class DistanceNeedsPlace(Invalid):
    message = "按距离排序需要知道您的位置"
    next_step = "请先允许使用位置信息，或换一种排序"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("near", "按距离排序时必填，写成「纬度,经度」"),))


class RelevanceNeedsWords(Invalid):
    message = "按相关度排序需要搜索内容"
    next_step = "请输入要找的岗位，例如「保安」，或换一种排序"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("q", "按相关度排序时必填"),))


@dataclass(frozen=True, slots=True)
class Criteria:
    """找岗位的条件 — empty ones leave everything in.

    ``pay_min_fen`` is a month's pay that a posting's upper bound must reach; pay without an upper bound
    (5000元以上) reaches any. Postings that name no figure at all (面议) fit only with ``negotiable``.
    ``schooling`` is the person's own level: what asks for more is left out.
    """

    q: str = ""
    town: str = ""
    kind: JobKind | None = None
    pay_min_fen: int | None = None
    negotiable: bool = False
    schooling: Schooling | None = None
    fair_id: UUID | None = None

    @property
    def is_special(self) -> bool:
        """Whether only one of the special kinds is asked for, of which there are few."""
        return self.kind is not None and self.kind is not JobKind.ORDINARY


def order_of(asked: JobOrder | None, *, q: str, has_place: bool) -> JobOrder:
    """Return the order asked for, else relevance if there are words, distance if there is a place, newest.

    Raises:
        RelevanceNeedsWords: by relevance, and there are no words.
        DistanceNeedsPlace: by distance, and there is no place.
    """
    if asked is None:
        return JobOrder.RELEVANCE if q else JobOrder.DISTANCE if has_place else JobOrder.NEWEST
    if asked is JobOrder.RELEVANCE and not q:
        raise RelevanceNeedsWords
    if asked is JobOrder.DISTANCE and not has_place:
        raise DistanceNeedsPlace
    return asked


def add_criteria(conditions: Conditions, criteria: Criteria, *, at: datetime) -> None:
    """Add that ``p`` is open, of an approved employer ``e``, and fits in all but words, town, kind and fair."""
    conditions.add("e.state = 'approved'")
    conditions.add(f"(p.closes_on IS NULL OR p.closes_on >= {conditions.value(beijing_day(at))})")
    if criteria.schooling is not None:
        conditions.add(f"p.schooling_rank <= {conditions.value(criteria.schooling.rank)}")
    if criteria.pay_min_fen is not None:
        reached = f"p.pay_max_fen >= {conditions.value(criteria.pay_min_fen)}"
        unbounded = "p.pay_max_fen IS NULL" + ("" if criteria.negotiable else " AND p.pay_min_fen IS NOT NULL")
        conditions.add(f"({reached} OR ({unbounded}))")


def add_town_and_kind(conditions: Conditions, criteria: Criteria) -> None:
    """Add that ``p`` is live, of the town and of the kind: the indexes of live postings begin with these."""
    conditions.add("p.state = 'live'")
    if criteria.town:
        conditions.add(f"p.town_id = {conditions.value(criteria.town)}")
    if criteria.kind is not None:
        # written out, for the planner must know how rare it is; it is one of our own words
        conditions.add(f"p.kind = '{criteria.kind.value}'")


def add_fair(conditions: Conditions, criteria: Criteria) -> None:
    """Add that ``p`` was brought to the fair, if it is published."""
    if criteria.fair_id is not None:
        conditions.add(
            "p.id IN (SELECT b.posting_id FROM job_fairs f JOIN fair_postings b ON b.fair_id = f.id "
            f"WHERE f.id = {conditions.value(criteria.fair_id)} AND f.state = 'published')"
        )
