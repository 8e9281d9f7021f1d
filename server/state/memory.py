"""内存共享状态 — for tests and single tools; a second process would not see it."""

import time
from collections.abc import Callable


class MemoryState:
    """A SharedState of one process. It never evicts keys that nobody asks for again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, float]] = {}

    async def get(self, key: str) -> str | None:
        value, until = self._values.get(key, ("", 0.0))
        return value if until > self._clock() else None

    async def set(self, key: str, value: str, *, ttl_seconds: int) -> None:
        self._values[key] = (value, self._clock() + ttl_seconds)

    async def add(self, key: str, value: str, *, ttl_seconds: int) -> bool:
        if await self.get(key) is not None:
            return False
        await self.set(key, value, ttl_seconds=ttl_seconds)
        return True

    async def increment(self, key: str, *, by: int = 1, ttl_seconds: int) -> int:
        value, until = self._values.get(key, ("0", 0.0))
        if until <= self._clock():
            value, until = "0", self._clock() + ttl_seconds
        self._values[key] = (str(int(value) + by), until)
        return int(value) + by

    async def delete(self, key: str) -> None:
        self._values.pop(key, None)
