"""共享状态协议 — five verbs that the database and Redis both fulfil."""

from typing import Protocol


class SharedState(Protocol):
    """Small values with a life span, seen alike by every process of an installation."""

    async def get(self, key: str) -> str | None:
        """Return the living value of a key, or None."""

    async def set(self, key: str, value: str, *, ttl_seconds: int) -> None:
        """Store a value for so long, whatever was there."""

    async def add(self, key: str, value: str, *, ttl_seconds: int) -> bool:
        """Store a value only if the key has none alive; True for the one caller that did."""

    async def increment(self, key: str, *, by: int = 1, ttl_seconds: int) -> int:
        """Add to a counter and return its new value; its life begins with the first increment."""

    async def delete(self, key: str) -> None:
        """Forget a key."""
