"""两个进程的服务 — the real ``python -m server run --workers 2`` on a database, and that database beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from prometheus_client.multiprocess import MultiProcessCollector

from config.database import close_database, open_database
from models import MODEL_MODULES
from server.run.preparation import METRICS_VARIABLE
from tests.run.installation import Installation, running, until
from tests.service import Client

WORKERS = 2
ROUNDS = 8
"""Who accepts a connection is the kernel's choice; it is asked so often for a race that both took part in."""


@dataclass(frozen=True, slots=True)
class TwoWorkers:
    """A running installation, a stranger who speaks to it, and the directory of its log."""

    installation: Installation
    stranger: Client
    directory: Path

    def log(self) -> str:
        return (self.directory / "log").read_text(encoding="utf-8")

    def answered(self, route: str) -> dict[int, int]:
        """Return how many requests of a route each living web process has answered."""
        return {pid: self._answered_by(pid, route) for pid in self.installation.web_pids()}

    async def raced(self, route: str, race: Callable[[], Awaitable[None]]) -> None:
        """Run a race, and its checks, until both processes have answered requests of ``route`` in one round."""
        for _ in range(ROUNDS):
            before = self.answered(route)
            await race()
            shares = [number - before.get(pid, 0) for pid, number in self.answered(route).items()]
            assert len(shares) == WORKERS
            if all(shares):
                return
        raise AssertionError(f"one of the two processes had no part in any of {ROUNDS} races")

    def _answered_by(self, pid: int, route: str) -> int:
        inherited = dict(line.partition("=")[::2] for line in Path(f"/proc/{pid}/environ").read_text().split("\0"))
        measures = Path(inherited[METRICS_VARIABLE], f"counter_{pid}.db")
        families = MultiProcessCollector.merge([str(measures)]) if measures.exists() else ()  # type: ignore[no-untyped-call]
        return sum(
            int(sample.value) for family in families for sample in family.samples if sample.labels.get("route") == route
        )


@asynccontextmanager
async def two_workers(directory: Path, address: str) -> AsyncIterator[TwoWorkers]:
    """Run the service with two web processes and a worker, and wait until both answer.

    Every request goes over a connection of its own, so that the two processes share the work.
    """
    before = _starts_in(directory)
    knobs = {"DATABASE_URL": address, "RATE_LIMITS": "off"}
    async with (
        running(directory, "--workers", str(WORKERS), **knobs) as installation,
        strangers(installation.base) as stranger,
    ):
        service = TwoWorkers(installation, stranger, directory)
        await until(lambda: service.log().count("run.web_ready") >= before + WORKERS)
        yield service


def _starts_in(directory: Path) -> int:
    """Return how many web processes were ready in earlier runs in a directory, made if it is not there."""
    directory.mkdir(exist_ok=True)
    log = directory / "log"
    return log.read_text(encoding="utf-8").count("run.web_ready") if log.exists() else 0


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[None]:
    """Open the database for the test itself."""
    context = await open_database(address, model_modules=MODEL_MODULES, pool=5)
    try:
        yield
    finally:
        await close_database(context)


@asynccontextmanager
async def strangers(base: str) -> AsyncIterator[Client]:
    """Yield a stranger who speaks to the service at ``base``, never twice over one connection."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        yield Client(http, base)
