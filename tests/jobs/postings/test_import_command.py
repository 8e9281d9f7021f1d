"""岗位导入命令 — from the command line, stopped in the middle too."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from config.clock import utc_now
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.audit import AuditEntry
from models.fairs import FairPosting, JobFairBooth
from models.jobs import JobPosting, JobPostingEvent
from models.outbox import OutboxMessage
from server.jobs.postings.importing import import_jobs
from server.tables.reading import Sheet
from tests.factories.merchants import make_town
from tests.jobs.postings.sheets import many_rows, sheet
from tests.run.installation import environment

T = TypeVar("T")
STORED = (JobPosting, JobPostingEvent, JobFairBooth, FairPosting, OutboxMessage, AuditEntry)


async def counted() -> dict[str, int]:
    """Return how many records there are of each kind that an import stores."""
    return {model.__name__: await model.all().count() for model in STORED}


async def rows_of(number: int) -> bytes:
    await make_town("321084112", "界首镇")
    return sheet(*await many_rows(number))


async def within(address: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do something with the database open."""
    context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
    try:
        return await work()
    finally:
        await close_database(context)


async def test_what_fails_while_it_is_stored_leaves_nothing(database: object) -> None:
    data = await rows_of(1200)
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 1000:
            raise KeyboardInterrupt  # as if somebody pressed Ctrl-C

    with pytest.raises(KeyboardInterrupt):
        await import_jobs(
            sheet=Sheet(data, "岗位.csv"), publish=True, dry_run=False, staff=None, at=utc_now(), progress=stop
        )

    assert seen == [(500, 1200), (1000, 1200)]
    assert set((await counted()).values()) == {0}


async def test_a_command_that_is_killed_in_the_middle_leaves_nothing_and_the_next_one_does_all(
    database_address: str, tmp_path: Path
) -> None:
    file = tmp_path / "岗位.csv"
    file.write_bytes(await within(database_address, lambda: rows_of(2500)))
    command = [sys.executable, "-m", "server", "import", "jobs", str(file), "--publish"]
    knobs = environment(DATABASE_URL=database_address, DATA_DIR=str(tmp_path / "var"))

    killed = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=knobs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert killed.stderr is not None
    shown = (await killed.stderr.read(4)).decode(errors="ignore")  # the first five hundred are written
    os.kill(killed.pid, signal.SIGKILL)
    code = await killed.wait()
    left = await within(database_address, counted)
    again = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=knobs, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    told = (await again.communicate())[0].decode()
    stored = await within(database_address, counted)

    assert (shown[:1], code) == ("写", -signal.SIGKILL)
    assert set(left.values()) == {0}
    assert "共 2500 行：新增 2500，更新 0，没有变化 0" in told
    assert "其中上线 2500，待审核 0" in told
    assert Counter(stored) == Counter(
        JobPosting=2500, JobPostingEvent=2500, JobFairBooth=60, FairPosting=2500, OutboxMessage=2500, AuditEntry=1
    )
