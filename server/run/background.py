"""后台进程 — does the outbox's messages and the periodic work until told to stop."""

import asyncio
import signal
from contextlib import AsyncExitStack

import uvloop

from config.clock import utc_now
from config.database import close_database, open_database
from config.logging import configure_logging, get_logger
from config.settings import Settings
from models import MODEL_MODULES
from server.outbox.periodic import keep_time
from server.outbox.worker import keep_doing
from server.resources import close_resources, open_resources
from server.run.lifeline import Lifeline
from server.run.wechat_check import check_wechat
from server.worker import PERIODIC, TASKS

log = get_logger("run")

_FORCED_END_SECONDS = 5


def work(settings: Settings, *, tie: int | None) -> None:
    """Run the worker until SIGTERM or until the supervisor is gone.

    Raises:
        DatabaseUnreachable: the database does not answer at the start.
    """
    configure_logging(level=settings.log_level, style=settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings, Lifeline(tie)))


async def _work(settings: Settings, lifeline: Lifeline) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def stop_soon() -> None:
        loop.call_soon_threadsafe(stop.set)

    grace_seconds = settings.shutdown_grace_seconds
    lifeline.watch(stop_soon, grace_seconds=grace_seconds + _FORCED_END_SECONDS)
    database = await open_database(settings.database_address, model_modules=MODEL_MODULES, pool=settings.database_pool)
    carrier = AsyncExitStack()
    if settings.has_sandbox_carrier:
        from server.carriers.fake.sandbox import sandbox_carrier  # a web server that production need not carry

        settings = await carrier.enter_async_context(sandbox_carrier(settings))
    opened = await open_resources(settings)
    lifeline.tell_ready()
    log.info("run.worker_ready")
    jobs = [keep_doing(TASKS, stop), *(keep_time(periodic, opened.state, stop) for periodic in PERIODIC)]
    running = [asyncio.ensure_future(job) for job in jobs]
    checking = asyncio.ensure_future(check_wechat(opened, now=utc_now))
    await stop.wait()
    checking.cancel()
    _, unfinished = await asyncio.wait(running, timeout=grace_seconds)
    for job in unfinished:  # their messages become due again when the lease is over
        job.cancel()
    await asyncio.gather(*running, checking, return_exceptions=True)
    await carrier.aclose()
    await close_resources(opened)
    await close_database(database)
    log.info("run.worker_stopped", count=len(unfinished))
