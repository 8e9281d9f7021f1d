"""很多岗位 — the ways to a page, beyond what one glance sees, lead to what sorting everything would give."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tortoise.context import TortoiseContext

from models.base import new_id
from models.employers import Employer
from models.jobs import JobKind, JobPosting, PostingState
from models.schooling import Schooling
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.jobs.catalogue.ways import GLANCE
from server.search.pairs import search_text
from server.search.places import Place
from tests.factories.employers import make_employer
from tests.factories.merchants import SOME_TOWN, make_town

HERE = Place(latitude=32.785, longitude=119.46)
OTHER_TOWN = "321084112"
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
MANY = GLANCE + 600


@dataclass(frozen=True, slots=True)
class Known:
    """A posting as the test made it; ``words`` stand in the title and ``elsewhere`` in the description."""

    id: UUID
    title: str
    elsewhere: str
    town: str
    kind: JobKind
    pay: tuple[int | None, int | None]
    latitude: float
    published_at: datetime

    @property
    def metres(self) -> float:
        return HERE.metres_to(self.latitude, HERE.longitude)


def make_known(number: int, chance: random.Random) -> Known:
    """Return one of many: 司机 is common and only of old postings in one town, 飞手 rare, 优先 everywhere."""
    is_old = number < 500
    title = "飞手" if number in (7, 333, MANY - 3) else "司机" if is_old and number % 3 == 0 else "门卫"
    lowest = chance.choice((None, 300_000, 400_000, 500_000))
    highest = None if lowest is None or chance.random() < 0.1 else lowest + 100_000 * chance.randrange(4)
    return Known(
        id=new_id(),
        title=f"{title}{number}号岗",
        elsewhere="司机优先" if number % 10 == 0 else "优先",
        town=OTHER_TOWN if number % 7 == 0 else SOME_TOWN,
        kind=JobKind.VILLAGE_STAFF if number % 400 == 1 else JobKind.ORDINARY,
        pay=(lowest, highest),
        latitude=32.5 + chance.random() * 0.5,
        published_at=NOW - timedelta(days=9) + timedelta(minutes=number // 2),
    )


def record_of(known: Known, employer: Employer) -> JobPosting:
    lowest, highest = known.pay
    return JobPosting(
        id=known.id,
        created_at=NOW,
        employer_id=employer.id,
        number=f"M{known.id}",
        title=known.title,
        kind=known.kind,
        openings=1,
        town_id=known.town,
        address="示例路 3 号",
        latitude=known.latitude,
        longitude=HERE.longitude,
        pay_min_fen=lowest,
        pay_max_fen=highest,
        pay_months=12,
        pay_is_negotiable=lowest is None,
        schooling=Schooling.ANY,
        schooling_rank=0,
        description=known.elsewhere,
        state=PostingState.LIVE,
        published_at=known.published_at,
        title_search_text=search_text(known.title),
        search_text=search_text(known.title, known.elsewhere),
        updated_at=NOW,
    )


@pytest_asyncio.fixture
async def many(database: TortoiseContext) -> list[Known]:
    """More postings than one glance sees."""
    chance = random.Random(11)
    for code in (SOME_TOWN, OTHER_TOWN):
        await make_town(code)
    employer = await make_employer()
    known = [make_known(number, chance) for number in range(MANY)]
    await JobPosting.bulk_create([record_of(posting, employer) for posting in known], batch_size=200)
    return known


def newest(posting: Known) -> Any:
    return posting.published_at, posting.id


def paid(posting: Known) -> Any:
    lowest, highest = posting.pay
    return highest or lowest or 0, lowest or 0, posting.published_at, posting.id


def relevant(word: str) -> Callable[[Known], Any]:
    return lambda posting: (word in posting.title, posting.published_at, posting.id)


def nearness(posting: Known) -> Any:
    return -posting.metres, -posting.id.int


def says(word: str) -> Callable[[Known], bool]:
    return lambda posting: word in posting.title or word in posting.elsewhere


CASES: dict[str, tuple[Criteria, JobOrder, Callable[[Known], bool], Callable[[Known], Any]]] = {
    "newest": (Criteria(), JobOrder.NEWEST, lambda _: True, newest),
    "newest, in a town": (Criteria(town=OTHER_TOWN), JobOrder.NEWEST, lambda p: p.town == OTHER_TOWN, newest),
    "newest, special": (
        Criteria(kind=JobKind.VILLAGE_STAFF),
        JobOrder.NEWEST,
        lambda p: p.kind is JobKind.VILLAGE_STAFF,
        newest,
    ),
    "newest, words that only old ones have": (Criteria(q="司机"), JobOrder.NEWEST, says("司机"), newest),
    "relevance, rare": (Criteria(q="飞手"), JobOrder.RELEVANCE, says("飞手"), relevant("飞手")),
    "relevance, old titles": (Criteria(q="司机"), JobOrder.RELEVANCE, says("司机"), relevant("司机")),
    "relevance, everywhere": (Criteria(q="优先"), JobOrder.RELEVANCE, says("优先"), relevant("优先")),
    "relevance, one sign": (Criteria(q="司"), JobOrder.RELEVANCE, says("司"), relevant("司")),
    "relevance, in a town": (
        Criteria(q="司机", town=OTHER_TOWN),
        JobOrder.RELEVANCE,
        lambda p: says("司机")(p) and p.town == OTHER_TOWN,
        relevant("司机"),
    ),
    "pay": (Criteria(), JobOrder.PAY, lambda _: True, paid),
    "pay, in a town": (Criteria(town=OTHER_TOWN), JobOrder.PAY, lambda p: p.town == OTHER_TOWN, paid),
    "pay, special": (
        Criteria(kind=JobKind.VILLAGE_STAFF),
        JobOrder.PAY,
        lambda p: p.kind is JobKind.VILLAGE_STAFF,
        paid,
    ),
    "pay, words": (Criteria(q="司机"), JobOrder.PAY, says("司机"), paid),
    "pay, words in a town": (
        Criteria(q="司机", town=OTHER_TOWN),
        JobOrder.PAY,
        lambda p: says("司机")(p) and p.town == OTHER_TOWN,
        paid,
    ),
    "distance": (Criteria(), JobOrder.DISTANCE, lambda _: True, nearness),
    "distance, common": (Criteria(q="优先"), JobOrder.DISTANCE, says("优先"), nearness),
    "distance, rare": (Criteria(q="飞手"), JobOrder.DISTANCE, says("飞手"), nearness),
    "distance, in a town": (Criteria(town=OTHER_TOWN), JobOrder.DISTANCE, lambda p: p.town == OTHER_TOWN, nearness),
    "distance, special": (
        Criteria(kind=JobKind.VILLAGE_STAFF),
        JobOrder.DISTANCE,
        lambda p: p.kind is JobKind.VILLAGE_STAFF,
        nearness,
    ),
}


async def read_all(criteria: Criteria, order: JobOrder, *, limit: int) -> list[UUID]:
    """Return the ids of a list, followed from page to page."""
    found: list[UUID] = []
    after: Any = None
    while True:
        page = await list_jobs(at=NOW, criteria=criteria, order=order, near=HERE, after=after, limit=limit)
        found += [UUID(str(row["id"])) for row in page.rows]
        if page.position is None:
            return found
        *keys, last = page.position
        after = (*keys, UUID(str(last)))


async def test_paging_equals_sorting_everything(many: list[Known]) -> None:
    for name, (criteria, order, is_wanted, key) in CASES.items():
        wanted = sorted((posting for posting in many if is_wanted(posting)), key=key, reverse=True)

        found = await read_all(criteria, order, limit=100)

        assert found == [posting.id for posting in wanted], name


class Counter(logging.Handler):
    """Counts the queries that are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.queries += 1


@pytest_asyncio.fixture
async def counter(database: TortoiseContext) -> Any:
    logger, counting = logging.getLogger("tortoise.db_client"), Counter()
    level = logger.level
    logger.addHandler(counting)
    logger.setLevel(logging.DEBUG)
    yield counting
    logger.removeHandler(counting)
    logger.setLevel(level)


QUERIES = [
    (Criteria(), JobOrder.NEWEST, 1),
    (Criteria(), JobOrder.PAY, 1),
    (Criteria(town=OTHER_TOWN, pay_min_fen=300_000), JobOrder.NEWEST, 1),
    (Criteria(q="门卫"), JobOrder.RELEVANCE, 1),
    (Criteria(q="优先"), JobOrder.NEWEST, 1),
    (Criteria(q="飞手"), JobOrder.NEWEST, 2),
    (Criteria(q="飞手"), JobOrder.RELEVANCE, 4),
    (Criteria(), JobOrder.DISTANCE, 4),
]
"""How many queries a page takes at the most."""


async def test_a_page_takes_few_queries(many: list[Known], counter: Counter) -> None:
    for criteria, order, most in QUERIES:
        counter.queries = 0

        page = await list_jobs(at=NOW, criteria=criteria, order=order, near=HERE, limit=20)

        assert len(page.rows) == (3 if criteria.q == "飞手" else 20)
        assert 1 <= counter.queries <= most, (criteria, order)
