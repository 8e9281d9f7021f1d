"""匹配 — a saved search fits exactly the postings that the list shows under the same conditions."""

import random
from uuid import UUID

from tortoise.context import TortoiseContext

from config.clock import utc_now
from models.fairs import FairPosting, JobFair
from models.jobs import JobKind, JobPosting
from models.schooling import Schooling
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.jobs.catalogue.matching import Offer, fits
from tests.factories.employers import make_employer
from tests.factories.jobs import bring, make_fair, make_posting

TOWNS = ("321084112", "321084108", "")
WORDS = ("保安", "保安 门卫", "保", "叉车", "vip", "VIP", "3号", "a", "")


async def make_postings(chance: random.Random, fair: JobFair) -> list[JobPosting]:
    employer = await make_employer(name="盂城物业")
    postings = []
    for number in range(40):
        lowest = chance.choice((None, 300_000, 500_000))
        posting = await make_posting(
            employer=employer,
            title=f"{chance.choice(('保安', '门卫', '叉车司机', 'VIP专员'))}{number % 5}号岗",
            description=chance.choice(("保安和门卫", "开叉车", "abc")),
            town_code=chance.choice(TOWNS) or None,
            kind=chance.choice(list(JobKind)),
            schooling=chance.choice(list(Schooling)),
            pay_min_fen=lowest,
            pay_max_fen=None if lowest is None or chance.random() < 0.3 else lowest + 100_000,
            pay_is_negotiable=lowest is None,
        )
        if chance.random() < 0.3:
            await bring(posting, fair)
        postings.append(posting)
    return postings


def make_criteria(chance: random.Random, fair_id: UUID) -> Criteria:
    return Criteria(
        q=chance.choice(WORDS),
        town=chance.choice(TOWNS),
        kind=chance.choice((None, None, *JobKind)),
        pay_min_fen=chance.choice((None, 350_000, 400_000, 600_000, 700_000)),
        negotiable=chance.random() < 0.5,
        schooling=chance.choice((None, *Schooling)),
        fair_id=fair_id if chance.random() < 0.3 else None,
    )


async def test_a_search_fits_what_the_list_shows(database: TortoiseContext) -> None:
    chance, fair = random.Random(5), await make_fair()
    postings = await make_postings(chance, fair)
    brought = set(await FairPosting.filter(fair_id=fair.id).values_list("posting_id", flat=True))
    offers = {
        posting.id: Offer(
            words=frozenset(posting.search_text.split()),
            town=posting.town_id,
            kind=posting.kind,
            pay_min_fen=posting.pay_min_fen,
            pay_max_fen=posting.pay_max_fen,
            schooling_rank=posting.schooling_rank,
            fair_ids=frozenset({fair.id}) if posting.id in brought else frozenset(),
        )
        for posting in postings
    }
    sizes = set()

    for _ in range(200):
        criteria = make_criteria(chance, fair.id)
        page = await list_jobs(at=utc_now(), criteria=criteria, order=JobOrder.NEWEST, limit=100)
        listed = {UUID(str(row["id"])) for row in page.rows}
        sizes.add(len(listed))
        assert {posting_id for posting_id, offer in offers.items() if fits(offer, criteria)} == listed, criteria

    assert len(sizes) > 5  # else the conditions would hardly have been tried
