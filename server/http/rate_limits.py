"""限流 — how often somebody may ask; counted by ``limits``, kept in memory or in the shared state."""

import time
from functools import cache

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from models.errors import TooMany
from server.http.endpoints import Limit
from server.state.protocol import SharedState


class RateLimited(TooMany):
    message = "操作太频繁，请歇一会儿"
    next_step = "请按提示的秒数稍后再试"


class SharedStateStorage(Storage):
    """Lets ``limits`` count in our shared state. A counter's window is part of its key."""

    STORAGE_SCHEME = ["youbing"]  # noqa: RUF012 - the library declares it on instances

    def __init__(self, state: SharedState) -> None:
        super().__init__()
        self._state = state

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        window = int(time.time()) // expiry
        return await self._state.increment(f"limit:{key}:{window}", by=amount, ttl_seconds=expiry)

    async def get(self, key: str) -> int:
        raise NotImplementedError("only hits are counted")

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError("windows are aligned to the clock")

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        raise NotImplementedError("keys expire by themselves")

    async def clear(self, key: str) -> None:
        raise NotImplementedError("keys expire by themselves")


class RateLimiter:
    """Counts the requests of one worker's endpoints."""

    def __init__(self) -> None:
        self._shared: FixedWindowRateLimiter | None = None
        self._local = FixedWindowRateLimiter(MemoryStorage())

    def use(self, state: SharedState) -> None:
        """Count what is counted for all processes in ``state``; until then each process counts for itself."""
        self._shared = FixedWindowRateLimiter(SharedStateStorage(state))

    async def hit(self, limit: Limit, *identifiers: str) -> None:
        """Count one request.

        Raises:
            RateLimited: the window is full; ``retry_after_seconds`` says when it ends.
        """
        item = _item(limit.rate)
        counter = self._shared if limit.shared and self._shared else self._local
        if not await counter.hit(item, *identifiers):
            seconds = item.get_expiry()
            raise RateLimited(retry_after_seconds=max(1, seconds - int(time.time()) % seconds))


@cache
def _item(rate: str) -> RateLimitItem:
    return parse(rate)
