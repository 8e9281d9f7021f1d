"""共享状态 — one contract for memory, both databases and Redis."""

import asyncio
import time

import pytest
import redis.asyncio
from tortoise.context import TortoiseContext

from models.shared_state import SharedValue
from models.transactions import execute
from server.state.database import DatabaseState, purge_expired
from server.state.memory import MemoryState
from server.state.protocol import SharedState
from server.state.redis import RedisState


async def test_what_was_set_is_read_and_what_was_not_is_none(state: SharedState, key: str) -> None:
    before = await state.get(key)
    await state.set(key, "第一", ttl_seconds=60)
    await state.set(key, "第二", ttl_seconds=60)

    assert before is None
    assert await state.get(key) == "第二"


async def test_only_the_first_of_many_adds_a_value(state: SharedState, key: str) -> None:
    added = await asyncio.gather(*(state.add(key, str(number), ttl_seconds=60) for number in range(20)))

    assert added.count(True) == 1
    assert await state.get(key) == str(added.index(True))


async def test_parallel_increments_lose_none(state: SharedState, key: str) -> None:
    values = await asyncio.gather(*(state.increment(key, ttl_seconds=60) for _ in range(50)))

    assert sorted(values) == list(range(1, 51))
    assert await state.get(key) == "50"


async def test_an_increment_adds_as_much_as_it_says(state: SharedState, key: str) -> None:
    first = await state.increment(key, by=3, ttl_seconds=60)
    second = await state.increment(key, by=3, ttl_seconds=60)

    assert (first, second) == (3, 6)


async def test_a_deleted_key_is_forgotten_and_free(state: SharedState, key: str) -> None:
    await state.set(key, "有", ttl_seconds=60)

    await state.delete(key)
    await state.delete(key)

    assert await state.get(key) is None
    assert await state.add(key, "新", ttl_seconds=60)


async def test_long_and_chinese_values_come_back_whole(state: SharedState, key: str) -> None:
    value = "兵" * 5000 + "\n'\"%;--"

    await state.set(key, value, ttl_seconds=60)

    assert await state.get(key) == value


async def test_a_life_over_in_the_database_is_over(database: TortoiseContext) -> None:
    state = DatabaseState()
    for name in ("read", "added", "counted"):
        await state.set(name, "7", ttl_seconds=60)
    await execute("UPDATE shared_state SET expires_at = $1", int(time.time()))

    assert await state.get("read") is None
    assert await state.add("added", "1", ttl_seconds=60)
    assert await state.increment("counted", ttl_seconds=60) == 1


async def test_a_counters_life_begins_with_its_first_increment(database: TortoiseContext) -> None:
    state = DatabaseState()
    await state.increment("counter", ttl_seconds=60)
    until = (await SharedValue.get(key="counter")).expires_at

    await state.increment("counter", ttl_seconds=6000)

    assert (await SharedValue.get(key="counter")).expires_at == until


async def test_only_what_nobody_can_see_is_purged(database: TortoiseContext) -> None:
    state = DatabaseState()
    await state.set("old", "1", ttl_seconds=-1)
    await state.set("new", "1", ttl_seconds=60)

    assert await purge_expired() == 1
    assert await state.get("new") == "1"


async def test_a_life_over_in_memory_is_over() -> None:
    now = 0.0
    state = MemoryState(clock=lambda: now)
    await state.set("value", "1", ttl_seconds=10)
    await state.increment("counter", ttl_seconds=10)
    await state.increment("counter", ttl_seconds=1000)

    now = 10.0

    assert await state.get("value") is None
    assert await state.add("value", "2", ttl_seconds=10)
    assert await state.increment("counter", ttl_seconds=10) == 1


async def test_redis_is_told_how_long_a_key_lives_and_whose_it_is(redis_url: str, key: str) -> None:
    state = RedisState(redis_url)
    await state.set(key, "1", ttl_seconds=60)
    await state.add(f"{key}:added", "1", ttl_seconds=60)
    await state.increment(f"{key}:counted", ttl_seconds=60)
    await state.increment(f"{key}:counted", ttl_seconds=6000)

    async with redis.asyncio.Redis.from_url(redis_url) as server:
        lives = [await server.ttl(f"youbing:{name}") for name in (key, f"{key}:added", f"{key}:counted")]
    await state.close()

    assert all(50 <= life <= 60 for life in lives), lives


async def test_a_redis_that_is_gone_is_an_error_and_not_a_long_wait() -> None:
    state = RedisState("redis://127.0.0.1:1/0")

    began = time.monotonic()
    with pytest.raises(redis.exceptions.ConnectionError):
        await state.get("key")
    await state.close()

    assert time.monotonic() - began < 5
