"""The fake keeps the platform's rules for tokens, or the tests that lean on it would prove nothing."""

from typing import Any

import aiohttp

from server.wechat.fake.server import FakeWeChat, SteppedClock
from server.wechat.fake.tokens import FORCES_A_DAY


async def ask_token(wechat: FakeWeChat, http: aiohttp.ClientSession, *, is_forced: bool = False) -> dict[str, Any]:
    request = {"appid": wechat.appid, "secret": wechat.secret, "force_refresh": is_forced}
    async with http.post(f"{wechat.origin}/cgi-bin/stable_token", json=request) as response:
        assert response.content_type == "text/plain"
        answer: dict[str, Any] = await response.json(content_type=None)
        return answer


async def errcode_with(wechat: FakeWeChat, http: aiohttp.ClientSession, token: str) -> int:
    async with http.get(f"{wechat.origin}/cgi-bin/getcallbackip", params={"access_token": token}) as response:
        return int((await response.json(content_type=None)).get("errcode", 0))


async def test_asking_again_returns_the_same_token(wechat: FakeWeChat, http: aiohttp.ClientSession) -> None:
    first = await ask_token(wechat, http)

    second = await ask_token(wechat, http)

    assert first == second
    assert len(first["access_token"]) >= 512


async def test_in_the_last_five_minutes_the_old_and_the_new_token_work(
    wechat: FakeWeChat, http: aiohttp.ClientSession, clock: SteppedClock
) -> None:
    old = (await ask_token(wechat, http))["access_token"]
    clock.advance(seconds=7200 - 300)

    new = (await ask_token(wechat, http))["access_token"]

    assert new != old
    assert [await errcode_with(wechat, http, token) for token in (old, new)] == [0, 0]
    clock.advance(seconds=300)
    assert [await errcode_with(wechat, http, token) for token in (old, new)] == [42001, 0]


async def test_forcing_kills_the_old_token_at_once(wechat: FakeWeChat, http: aiohttp.ClientSession) -> None:
    old = (await ask_token(wechat, http))["access_token"]

    new = (await ask_token(wechat, http, is_forced=True))["access_token"]

    assert [await errcode_with(wechat, http, token) for token in (old, new)] == [40001, 0]


async def test_forces_come_thirty_seconds_apart(
    wechat: FakeWeChat, http: aiohttp.ClientSession, clock: SteppedClock
) -> None:
    await ask_token(wechat, http, is_forced=True)
    clock.advance(seconds=29)

    too_soon = await ask_token(wechat, http, is_forced=True)
    clock.advance(seconds=1)
    in_time = await ask_token(wechat, http, is_forced=True)

    assert too_soon["errcode"] == 45009
    assert "access_token" in in_time


async def test_a_day_has_twenty_forces(wechat: FakeWeChat, http: aiohttp.ClientSession, clock: SteppedClock) -> None:
    for _ in range(FORCES_A_DAY):
        assert "access_token" in await ask_token(wechat, http, is_forced=True)
        clock.advance(seconds=30)

    assert (await ask_token(wechat, http, is_forced=True))["errcode"] == 45009
