"""候选岗位的查询计划 — no way to a candidate goes through all postings, on either database, however many there are."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from config.clock import utc_now
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.employers import Employer
from models.jobs import JobKind, JobPosting
from models.transactions import Dialects, Row, execute, fetch_rows, is_postgres
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.jobs.seekers import candidates
from server.jobs.seekers.candidates import Search, find_candidates
from server.search import nearest
from server.search.pairs import search_text
from server.search.places import Place
from tests.factories.employers import make_employer
from tests.factories.jobs import make_posting, make_seeker
from tests.factories.merchants import make_town
from tests.jobs.seekers.people import JIESHOU, LINZE

MANY = 3000


async def make_many() -> None:
    """Make many live postings like one that the factory makes, of several employers, 仓管 in every sixth."""
    employers: list[Employer] = [await make_employer() for _ in range(60)]
    model = await make_posting(employer=employers[0], town_code=JIESHOU)
    await make_town(LINZE)
    shared = {name: getattr(model, name) for name in model._meta.db_fields if name not in ("id", "created_at")}
    now = utc_now()
    postings = []
    for number in range(MANY):
        title = f"{'仓管' if number % 6 == 0 else '保洁'}{number}"
        own: dict[str, Any] = {
            "employer_id": employers[number % len(employers)].id,
            "number": f"M{number}",
            "title": title,
            "town_id": (JIESHOU, LINZE)[number % 2],
            "latitude": 32.5 + number / MANY,
            "longitude": 119.46,
            "title_search_text": search_text(title),
            "published_at": now - timedelta(minutes=number),
        }
        postings.append(JobPosting(**(shared | own)))
    await JobPosting.bulk_create(postings, batch_size=300)
    await execute("VACUUM ANALYZE" if is_postgres() else "ANALYZE")


async def test_every_way_goes_by_an_index(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_many()
    seeker = await make_seeker()
    assert seeker.account_id is not None
    asked: list[tuple[str | Dialects, Sequence[object]]] = []

    async def listen(sql: str | Dialects, *values: object) -> list[Row]:
        asked.append((sql, values))
        return await fetch_rows(sql, *values)

    monkeypatch.setattr(candidates, "fetch_rows", listen)
    search = Search(
        account_id=seeker.account_id,
        seeker_id=seeker.id,
        words=("无人机", "飞手"),
        towns=(JIESHOU, LINZE),
        kinds=(JobKind.VETERANS_ONLY, JobKind.MILITARY_INSTRUCTOR),
        place=Place(32.8, 119.46),
        at=utc_now(),
    )

    found = await find_candidates(search)

    assert 60 <= len(found) <= 310
    assert len(asked) == 2 + 2 + 2 + 1 + 1, "words twice, for they are rare; towns; kinds; newest; the rows themselves"
    for sql, values in asked:
        plan = await plan_of(sql, values)
        assert steps_through_all(plan) == 0, "\n".join(plan)


@pytest_asyncio.fixture
async def sqlite(sqlite_address: str) -> AsyncIterator[None]:
    """A fresh SQLite database, open in the test's own loop."""
    context = await open_database(sqlite_address, model_modules=MODEL_MODULES, pool=1)
    yield
    await close_database(context)


async def test_on_sqlite_the_walk_to_the_nearest_begins_at_the_map_though_there_were_few_when_it_was_planned(
    sqlite: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await make_posting(title=f"示例{number}", latitude=32.8, longitude=119.46)
    await execute("ANALYZE")
    asked: list[tuple[str | Dialects, Sequence[object]]] = []

    async def listen(sql: str | Dialects, *values: object) -> list[Row]:
        asked.append((sql, values))
        return await fetch_rows(sql, *values)

    monkeypatch.setattr(nearest, "fetch_rows", listen)
    at, here = utc_now(), Place(32.8, 119.46)

    page = await list_jobs(at=at, criteria=Criteria(), order=JobOrder.DISTANCE, near=here)

    assert len(page.rows) == 3
    assert [(await plan_of(sql, values))[0].split()[:2] for sql, values in asked] == [["SCAN", "r"]] * len(asked)


async def plan_of(sql: str | Dialects, values: Sequence[object]) -> list[str]:
    if is_postgres():
        text = sql if isinstance(sql, str) else sql.postgres
        return [row["QUERY PLAN"] for row in await fetch_rows(f"EXPLAIN {text}", *values)]
    text = sql if isinstance(sql, str) else sql.sqlite
    return [row["detail"] for row in await fetch_rows(f"EXPLAIN QUERY PLAN {text}", *values)]


def steps_through_all(plan: Sequence[str]) -> int:
    """Return how many steps read the postings without an index; a part that was made before is also called ``p``."""
    if is_postgres():
        return sum("Seq Scan on job_postings" in step for step in plan)
    made = sum(step.startswith(("CO-ROUTINE", "MATERIALIZE")) for step in plan)
    reads = [step for step in plan if step.startswith("SCAN p") and "INDEX job_postings_live" not in step]
    return len(reads) - made
