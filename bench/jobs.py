"""岗位基准 — the list of jobs beside the hand-written one over 100,000 postings, and how every order grows to there."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

from bench import jobs_recommended
from bench.compare import compare, print_heading, print_row, serving
from bench.jobs_data import COMMON, RARE, TOWNS, TRADES, UNIQUE, add_postings, add_towns
from bench.load import get
from config.database import close_database, open_database
from models import MODEL_MODULES
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.search.places import Place

SIZES = (1_000, 100_000)
REPEATS = 60
WANTED = 0.7
_ANY_KEY = "A" * 43
CENTRE = Place(latitude=32.785, longitude=119.46)

Case: TypeAlias = Callable[[], Awaitable[Any]]


def _list(order: JobOrder, **criteria: Any) -> Case:
    near = CENTRE if order is JobOrder.DISTANCE else None

    async def ask() -> None:
        await list_jobs(at=datetime.now(UTC), criteria=Criteria(**criteria), order=order, near=near)

    return ask


CASES: dict[str, Case] = {
    f"q={COMMON}（常见）": _list(JobOrder.RELEVANCE, q=COMMON),
    f"q={RARE}（少见）": _list(JobOrder.RELEVANCE, q=RARE),
    f"q={UNIQUE}（唯一）": _list(JobOrder.RELEVANCE, q=UNIQUE),
    "q=工（单字）": _list(JobOrder.RELEVANCE, q="工"),
    "乡镇 + 工资": _list(JobOrder.NEWEST, town=TOWNS[0], pay_min_fen=800_000),
    f"q={COMMON} + 乡镇 + 工资": _list(JobOrder.RELEVANCE, q=COMMON, town=TOWNS[0], pay_min_fen=800_000),
    "near": _list(JobOrder.DISTANCE),
    f"near + q={COMMON}": _list(JobOrder.DISTANCE, q=COMMON),
    "排序 newest": _list(JobOrder.NEWEST),
    "排序 pay": _list(JobOrder.PAY),
    f"排序 pay + q={COMMON}": _list(JobOrder.PAY, q=COMMON),
}

MORE_CASES: list[Callable[[], Awaitable[dict[str, Case]]]] = [jobs_recommended.make_cases]
"""Functions that make what they need, once, beside the first thousand postings, and return further cases by name."""


def measure_jobs(address: str, *, rounds: int, seconds: float) -> None:
    """Print how reads grow from the first size to the last, and at the last the comparison with the rival."""
    asyncio.run(_measure_growth(address))
    print()
    print_heading(rounds)
    with tempfile.TemporaryDirectory() as name, serving(address, _ANY_KEY, Path(name)) as ports:
        queries = [
            urlencode({"q": trade, "town": town, "pay_min_fen": 500_000}) for trade in TRADES[:8] for town in TOWNS
        ]
        row = compare(
            Path(name),
            ports,
            "GET /v1/jobs q+乡镇+工资",
            lambda _: [get(f"/v1/jobs?{query}") for query in queries],
            lambda _: [get(f"/jobs?{query}") for query in queries],
            rounds=rounds,
            seconds=seconds,
            count=1,
        )
        print_row(row, wanted=WANTED)


async def _measure_growth(address: str) -> None:
    context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
    try:
        await add_towns()
        cases, medians, size = dict(CASES), dict[str, list[float]](), 0
        for wanted in SIZES:
            while size < wanted:
                step = min(10_000, wanted - size)
                await add_postings(step, seed=size)
                size += step
            if not medians:
                for make in MORE_CASES:
                    cases |= await make()
            for name, case in cases.items():
                medians.setdefault(name, []).append(await _median(case))
    finally:
        await close_database(context)
    print(f"\n{'岗位查询（毫秒，中位数）':28}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'倍数':>8}{'目标':>6}")
    for name, found in medians.items():
        cells = "".join(f"{value * 1000:12.2f}" for value in found)
        print(f"{name:28}{cells}{found[-1] / found[0]:8.1f}{'≤3':>6}", flush=True)


async def _median(case: Case) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await case()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
