"""定时 — does periodic work once per period, however many workers there are."""

import asyncio
import time

from config.logging import get_logger
from server.outbox.tasks import Periodic
from server.outbox.worker import pause
from server.state.protocol import SharedState

log = get_logger("periodic")

_LONGEST_LOOK_SECONDS = 60.0


async def keep_time(periodic: Periodic, state: SharedState, stop: asyncio.Event) -> None:
    """Do one periodic work whenever its time has come, until told to stop."""
    while not stop.is_set():
        try:
            await do_if_due(periodic, state)
        except Exception as fault:
            log.warning("periodic.failed", task=periodic.name, exc_info=fault)
        await pause(stop, min(float(periodic.every_seconds), _LONGEST_LOOK_SECONDS))


async def do_if_due(periodic: Periodic, state: SharedState) -> bool:
    """Do the work unless a worker did it within the period; return whether it was done here."""
    mark = f"periodic:{periodic.name}"
    if not periodic.has_own_lock and not await state.add(mark, "1", ttl_seconds=periodic.every_seconds):
        return False
    began = time.perf_counter()
    count = await periodic.do()
    if count and not periodic.has_own_lock:
        log.info("periodic.done", task=periodic.name, count=count, seconds=round(time.perf_counter() - began, 3))
    return True
