"""任务 — what the worker can do: tasks for messages, and periodic work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

LEASE_SECONDS = 60
"""How long a claimed message belongs to its worker; after a crash another one takes it then."""
TASK_SECONDS = 50
"""A task that takes longer is cut off, so that it cannot still run when its lease is over."""
MAX_ATTEMPTS = 12
"""With pauses that double up to an hour: about half a day of trying."""


@dataclass(frozen=True, slots=True)
class Task:
    """任务 — does the work of one kind of message; it may be called twice for one message."""

    do: Callable[[dict[str, Any]], Awaitable[None]]
    max_attempts: int = MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Periodic:
    """定时任务 — done every so many seconds by one worker of an installation.

    ``has_own_lock`` is for work that excludes a second worker by itself and so often that a mark would cost more.
    """

    name: str
    every_seconds: int
    do: Callable[[], Awaitable[int]]
    has_own_lock: bool = False
