"""Redis 共享状态 — the same five verbs for installations with several machines."""

from redis.asyncio import Redis

_INCREMENT = """
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
if value == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return value
"""


class RedisState:
    """A SharedState in Redis; keys carry the prefix ``youbing:``."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, decode_responses=True, socket_timeout=2, socket_connect_timeout=2)

    async def get(self, key: str) -> str | None:
        value = await self._redis.get(_name(key))
        return None if value is None else str(value)

    async def set(self, key: str, value: str, *, ttl_seconds: int) -> None:
        await self._redis.set(_name(key), value, ex=ttl_seconds)

    async def add(self, key: str, value: str, *, ttl_seconds: int) -> bool:
        return bool(await self._redis.set(_name(key), value, ex=ttl_seconds, nx=True))

    async def increment(self, key: str, *, by: int = 1, ttl_seconds: int) -> int:
        return int(await self._redis.eval(_INCREMENT, 1, _name(key), by, ttl_seconds))

    async def delete(self, key: str) -> None:
        await self._redis.delete(_name(key))

    async def close(self) -> None:
        await self._redis.aclose()


def _name(key: str) -> str:
    return f"youbing:{key}"
