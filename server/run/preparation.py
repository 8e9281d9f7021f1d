"""启动准备 — what must be so before anything is served: safe settings, a migrated database, seeds in the sandbox."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config.clock import utc_now
from config.database import close_database, open_database
from config.settings import Settings
from models import MODEL_MODULES
from models.migrations.runner import migrate, verify
from server.cards.pass_keys import ensure_pass_key
from server.seed.files import SeedHolder
from server.seed.service import sample_to_claim, seed
from server.seed.template_samples import seed_template_ids

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SHARED_MEMORY = Path("/dev/shm")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """Keep the migrated database open for a command.

    Raises:
        DatabaseUnreachable: it does not answer.
        MigrationFault: it is not migrated to this version.
    """
    await verify(settings.database_address)
    context = await open_database(settings.database_address, model_modules=MODEL_MODULES, pool=2)
    try:
        yield
    finally:
        await close_database(context)


async def prepare(settings: Settings) -> SeedHolder | None:
    """Make the database ready; return the sample whose card can be bound, outside production.

    Raises:
        MigrationFault: production with a database that is not exactly migrated, or a migration that fails.
        DatabaseUnreachable: the database does not answer.
    """
    if settings.is_production:
        async with opened(settings):
            await ensure_pass_key(at=utc_now())
        return None
    await migrate(settings.database_address)
    async with opened(settings):
        await seed(samples=True, at=utc_now())
        if settings.has_sandbox_wechat:
            await seed_template_ids(at=utc_now())
        return await sample_to_claim() if settings.has_sandbox_login else None


def use_fresh_metrics(data_dir: Path) -> Path:
    """Make this run's directory for the measures of all processes, inherited through the environment.

    It lies in memory where the system offers that: the files are mapped, and a full disk under a mapped file kills
    the process. Directories of runs that were killed are removed.
    """
    parent = _metrics_parent(data_dir)
    if parent.is_dir():
        for left in parent.iterdir():
            if left.name.isdecimal() and not _is_alive(int(left.name)):
                shutil.rmtree(left, ignore_errors=True)
    directory = parent / str(os.getpid())
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o700)
    os.environ[METRICS_VARIABLE] = str(directory.resolve())
    return directory


def _metrics_parent(data_dir: Path) -> Path:
    is_usable = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    return SHARED_MEMORY / f"youbing.metrics.{os.getuid()}" if is_usable else data_dir / "metrics"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
