"""规模 — what a search and a nearest list cost at 1,000 and at 100,000 perks, inside the process."""

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from bench.data import add_perks, add_reference
from config.database import close_database, open_database
from models import MODEL_MODULES
from server.perks.catalogue import list_perks
from server.search.places import Place

SIZES = (1_000, 100_000)
REPEATS = 60
CENTRE = Place(latitude=32.785, longitude=119.46)

CASES: dict[str, Callable[[], Awaitable[Any]]] = {
    "q=理发店（常见）": lambda: _list(q="理发店"),
    "q=文游 体检（少见）": lambda: _list(q="文游体检中心"),
    "q=示例通湖面馆77号（唯一）": lambda: _list(q="通湖面馆77号"),
    "q=理（单字）": lambda: _list(q="理"),
    "near": lambda: _list(near=CENTRE),
    "near + q=理发店": lambda: _list(near=CENTRE, q="理发店"),
    "列表（无条件）": lambda: _list(),
}


async def _list(**options: Any) -> Any:
    return await list_perks(at=datetime.now(UTC), limit=20, **options)


async def measure_growth(address: str) -> None:
    """Print the median time of each kind of read at each size, and the ratio of the last to the first."""
    context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
    try:
        await add_reference()
        medians: dict[str, list[float]] = {name: [] for name in CASES}
        size = 0
        for wanted in SIZES:
            while size < wanted:
                step = min(10_000, wanted - size)
                await add_perks(step, seed=size)
                size += step
            for name, case in CASES.items():
                medians[name].append(await _median(case))
    finally:
        await close_database(context)
    print(f"\n{'查询（毫秒，中位数）':28}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'倍数':>8}{'目标':>6}")
    for name, found in medians.items():
        cells = "".join(f"{value * 1000:12.2f}" for value in found)
        print(f"{name:28}{cells}{found[-1] / found[0]:8.1f}{'≤3':>6}")


async def _median(case: Callable[[], Awaitable[Any]]) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await case()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
