"""Access tokens: one fetch for all who ask, one forced refresh for a dead one, none lost between processes."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from wechatpy.exceptions import WeChatClientException  # type: ignore[import-untyped]

from server.state.memory import MemoryState
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import TokenRefused
from server.wechat.fake.server import Failure, FakeWeChat, SteppedClock
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured
from server.wechat.tokens import FAILED_PAUSE_SECONDS, FORCED_PAUSE_SECONDS, FORCING_SECONDS, IssuedToken, TokenKeeper

ISSUING = "/cgi-bin/stable_token"
MakeClient = Callable[..., AsyncWeChatClient]


async def test_fifty_cold_calls_fetch_one_token(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    answers = await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(50)))

    assert answers == [["101.226.62.77"]] * 50
    assert len(wechat.requests(ISSUING)) == 1


async def test_a_second_process_uses_the_token_of_the_first(wechat: FakeWeChat, make_client: MakeClient) -> None:
    await make_client().misc.get_wechat_ips()

    await make_client().misc.get_wechat_ips()

    assert len(wechat.requests(ISSUING)) == 1


async def test_a_token_is_renewed_five_minutes_before_its_end(
    wechat: FakeWeChat, client: AsyncWeChatClient, clock: SteppedClock
) -> None:
    first = await client.fetch_access_token()
    clock.advance(seconds=7200 - 301)
    assert await client.fetch_access_token() == first

    clock.advance(seconds=1)
    second = await client.fetch_access_token()

    assert second != first
    assert second == wechat.token
    assert wechat.forced_refreshes == 0


async def test_calls_go_through_when_the_token_dies_under_them(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    await client.misc.get_wechat_ips()
    wechat.kill_token()

    answers = await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(50)))

    assert answers == [["101.226.62.77"]] * 50
    assert len(wechat.requests(ISSUING)) == 2
    assert wechat.forced_refreshes == 0


async def test_a_dead_token_that_wechat_keeps_handing_out_is_forced_once(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    await client.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)

    answers = await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(50)))

    assert answers == [["101.226.62.77"]] * 50
    assert wechat.forced_refreshes == 1


async def test_two_processes_with_a_dead_token_force_once_between_them(
    wechat: FakeWeChat, make_client: MakeClient
) -> None:
    one, other = make_client(), make_client()
    await one.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)

    answers = await asyncio.gather(
        *(client.misc.get_wechat_ips() for client in (one, other) for _ in range(50)),
    )

    assert answers == [["101.226.62.77"]] * 100
    assert wechat.forced_refreshes == 1


async def test_a_token_that_dies_again_soon_is_not_forced_again(wechat: FakeWeChat, make_client: MakeClient) -> None:
    client = make_client(force_wait_seconds=(0.0, 0.0))
    await client.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)
    await client.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)
    issued_before = len(wechat.requests(ISSUING))

    results = await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(20)), return_exceptions=True)

    assert {getattr(result, "errcode", result) for result in results if not isinstance(result, list)} == {40001}
    assert wechat.forced_refreshes == 1
    assert len(wechat.requests(ISSUING)) == issued_before + 1, "twenty callers wait together"


async def test_it_is_forced_again_after_the_pause(
    wechat: FakeWeChat, client: AsyncWeChatClient, clock: SteppedClock
) -> None:
    await client.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)
    await client.misc.get_wechat_ips()
    clock.advance(seconds=FORCED_PAUSE_SECONDS)
    wechat.kill_token(still_handed_out=True)

    answer = await client.misc.get_wechat_ips()

    assert answer == ["101.226.62.77"]
    assert wechat.forced_refreshes == 2


async def test_a_call_that_stays_refused_fails_after_one_repetition(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    wechat.fail_next(40001, times=100, path="/cgi-bin/getcallbackip")

    with pytest.raises(WeChatClientException) as failure:
        await client.misc.get_wechat_ips()

    assert failure.value.errcode == 40001
    assert len(wechat.requests("/cgi-bin/getcallbackip")) == 2
    assert len(wechat.requests(ISSUING)) == 4, "the first token, the same again, the forced one, the same again"


async def test_a_call_gets_through_that_a_slow_process_hands_another_dead_token(
    wechat: FakeWeChat, client: AsyncWeChatClient, state: MemoryState
) -> None:
    oldest = await client.fetch_access_token()
    wechat.kill_token()
    await client.misc.get_wechat_ips()
    wechat.kill_token()
    wechat.failures.delay_seconds = 0.2

    call = asyncio.create_task(client.misc.get_wechat_ips())
    await asyncio.sleep(0.1)
    await state.set(f"wechat:token:{wechat.appid}", oldest, ttl_seconds=6900)

    assert await call == ["101.226.62.77"]
    assert len(wechat.requests("/cgi-bin/getcallbackip")) == 2 + 3
    assert wechat.forced_refreshes == 0


async def test_a_process_that_waits_in_vain_for_another_ones_force_stores_nothing(state: MemoryState) -> None:
    async def issue_dead(is_forced: bool) -> IssuedToken:
        assert not is_forced
        return IssuedToken(token="dead", lives_seconds=7200)

    keeper = TokenKeeper(appid="wx1", state=state, issue=issue_dead, wait_seconds=(0.0, 0.0))
    await state.add("wechat:token:wx1:forced", "1", ttl_seconds=FORCED_PAUSE_SECONDS)

    token = await keeper.current(refused="dead")

    assert token == "dead"
    assert await state.get("wechat:token:wx1") is None


async def test_a_process_that_is_killed_while_it_forces_holds_the_others_up_for_a_minute(
    wechat: FakeWeChat, make_client: MakeClient, state: MemoryState, clock: SteppedClock
) -> None:
    client = make_client(force_wait_seconds=(0.0,))
    dead = await client.fetch_access_token()
    wechat.kill_token(still_handed_out=True)
    begun, gone = asyncio.Event(), asyncio.Event()

    async def issue_until_killed(is_forced: bool) -> IssuedToken:
        if is_forced:
            begun.set()
            await gone.wait()
        return IssuedToken(token=dead, lives_seconds=7000)

    killed = TokenKeeper(appid=wechat.appid, state=state, issue=issue_until_killed, wait_seconds=())
    renewing = asyncio.create_task(killed._renew(dead, may_force=True))
    await begun.wait()
    with pytest.raises(TokenRefused):
        await client.misc.get_wechat_ips()

    clock.advance(seconds=FORCING_SECONDS)
    answer = await client.misc.get_wechat_ips()

    assert answer == ["101.226.62.77"]
    assert wechat.forced_refreshes == 1
    renewing.cancel()


async def test_a_forced_refresh_that_failed_may_be_tried_again_soon(
    wechat: FakeWeChat, client: AsyncWeChatClient, state: MemoryState, clock: SteppedClock
) -> None:
    await client.misc.get_wechat_ips()
    wechat.kill_token(still_handed_out=True)
    dead = wechat.token
    outcomes: Iterator[IssuedToken | WeChatBusy] = iter([IssuedToken(token=dead, lives_seconds=7000), WeChatBusy()])

    async def issue_and_fail(is_forced: bool) -> IssuedToken:
        outcome = next(outcomes)
        if isinstance(outcome, WeChatBusy):
            raise outcome
        return outcome

    failing = TokenKeeper(appid=wechat.appid, state=state, issue=issue_and_fail, wait_seconds=())
    with pytest.raises(WeChatBusy):
        await failing.current(refused=dead)
    clock.advance(seconds=FAILED_PAUSE_SECONDS)

    answer = await client.misc.get_wechat_ips()

    assert answer == ["101.226.62.77"]
    assert wechat.forced_refreshes == 1


async def test_a_caller_that_leaves_does_not_take_the_fetch_from_the_others(state: MemoryState) -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def issue_slowly(is_forced: bool) -> IssuedToken:
        assert not has_begun.is_set(), "fetched twice"
        has_begun.set()
        await may_end.wait()
        return IssuedToken(token="fresh", lives_seconds=7200)

    keeper = TokenKeeper(appid="wx1", state=state, issue=issue_slowly, wait_seconds=())
    impatient = asyncio.create_task(keeper.current())
    patient = asyncio.create_task(keeper.current())
    await has_begun.wait()

    impatient.cancel()
    may_end.set()

    assert await patient == "fresh"
    assert impatient.cancelled()


@pytest.mark.parametrize("failure", [-1, Failure.SERVER_ERROR, Failure.RESET, Failure.TRUNCATED, Failure.PAGE])
async def test_no_token_to_be_had_means_that_wechat_is_busy(
    wechat: FakeWeChat, client: AsyncWeChatClient, failure: Failure | int
) -> None:
    wechat.fail_next(failure, times=100, path=ISSUING)

    results = await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(10)), return_exceptions=True)

    assert {type(result) for result in results} == {WeChatBusy}
    assert wechat.requests("/cgi-bin/getcallbackip") == []


async def test_a_wrong_secret_is_named_as_misconfigured(make_client: MakeClient) -> None:
    with pytest.raises(WeChatMisconfigured):
        await make_client(secret="mistyped").misc.get_wechat_ips()


async def test_accounts_keep_their_tokens_apart(
    wechat: FakeWeChat, make_client: MakeClient, clock: SteppedClock
) -> None:
    async with FakeWeChat(appid="wx-service", now=clock) as service_account:
        mini_program = make_client()
        service = make_client(appid=service_account.appid, secret=service_account.secret, origin=service_account.origin)

        tokens = await mini_program.fetch_access_token(), await service.fetch_access_token()

        assert tokens == (wechat.token, service_account.token)
