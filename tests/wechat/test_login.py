"""Log-in by WeChat's code: the identity behind it, or a refusal that a person can act on."""

import asyncio
import time
from collections.abc import Callable

import pytest
from structlog.typing import EventDict

from models.errors import Conflict, Forbidden, Invalid, Refusal, TooMany, Unavailable
from server.wechat.client import AsyncWeChatClient
from server.wechat.fake.login import LOGINS_A_MINUTE
from server.wechat.fake.server import Failure, FakeWeChat, SteppedClock
from server.wechat.identity import WeChatIdentity
from server.wechat.login import WeChatLogin
from server.wechat.refusals import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    LoginTooFrequent,
    WeChatBusy,
    WeChatMisconfigured,
)

LOGIN = "/sns/jscode2session"


async def test_a_fresh_code_names_the_person_without_fetching_a_token(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    code = wechat.issue_code(openid="o-zhang", unionid="u-zhang")

    identity = await WeChatLogin(client).identify(code)

    assert identity == WeChatIdentity(openid="o-zhang", unionid="u-zhang", is_sandbox=False)
    assert [call.path for call in wechat.calls] == [LOGIN]


async def test_an_account_outside_any_open_platform_has_no_unionid(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    code = wechat.issue_code(openid="o-zhang")

    identity = await WeChatLogin(client).identify(code)

    assert identity.unionid is None


async def test_an_unknown_code_is_invalid(client: AsyncWeChatClient) -> None:
    with pytest.raises(LoginCodeInvalid):
        await WeChatLogin(client).identify("never-issued")


async def test_a_code_is_invalid_after_five_minutes(
    wechat: FakeWeChat, client: AsyncWeChatClient, clock: SteppedClock
) -> None:
    code = wechat.issue_code(openid="o-zhang")
    clock.advance(seconds=300)

    with pytest.raises(LoginCodeInvalid):
        await WeChatLogin(client).identify(code)


async def test_a_code_logs_in_once(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    code = wechat.issue_code(openid="o-zhang")
    login = WeChatLogin(client)
    await login.identify(code)

    with pytest.raises(LoginCodeUsed):
        await login.identify(code)


async def test_of_simultaneous_log_ins_with_one_code_one_succeeds(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    code = wechat.issue_code(openid="o-zhang")
    login = WeChatLogin(client)

    results = await asyncio.gather(*(login.identify(code) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(result, WeChatIdentity) for result in results) == 1
    assert sum(isinstance(result, LoginCodeUsed) for result in results) == 19


async def test_too_many_log_ins_in_a_minute_are_asked_to_wait_a_minute(
    wechat: FakeWeChat, client: AsyncWeChatClient, clock: SteppedClock
) -> None:
    login = WeChatLogin(client)
    for _ in range(LOGINS_A_MINUTE):
        await login.identify(wechat.issue_code(openid="o-zhang"))

    with pytest.raises(LoginTooFrequent) as refusal:
        await login.identify(wechat.issue_code(openid="o-zhang"))

    assert refusal.value.retry_after_seconds == 60
    clock.advance(seconds=60)
    identity = await login.identify(wechat.issue_code(openid="o-zhang"))
    assert identity.openid == "o-zhang"


async def test_a_person_whom_wechat_holds_for_a_risk_is_blocked(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.blocked.add("o-zhang")

    with pytest.raises(LoginBlocked):
        await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [
        (40029, LoginCodeInvalid),
        (40163, LoginCodeUsed),
        (45011, LoginTooFrequent),
        (40226, LoginBlocked),
        (-1, WeChatBusy),
        (40013, WeChatMisconfigured),
        (40125, WeChatMisconfigured),
        (40164, WeChatMisconfigured),
        (40001, WeChatMisconfigured),
        (45009, WeChatBusy),
        (99999, WeChatBusy),
    ],
)
async def test_every_errcode_becomes_its_refusal(
    wechat: FakeWeChat, client: AsyncWeChatClient, errcode: int, refusal: type[Refusal]
) -> None:
    wechat.fail_next(errcode, times=10)

    with pytest.raises(Refusal) as raised:
        await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))

    assert type(raised.value) is refusal


@pytest.mark.parametrize("failure", [failure for failure in Failure if failure is not Failure.STALL])
async def test_every_failure_without_an_errcode_means_that_wechat_is_busy(
    wechat: FakeWeChat, client: AsyncWeChatClient, failure: Failure
) -> None:
    wechat.fail_next(failure, times=10)

    with pytest.raises(WeChatBusy):
        await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))

    assert {call.path for call in wechat.calls} == {LOGIN}


async def test_a_stalled_wechat_is_given_up_within_the_timeout(
    wechat: FakeWeChat, make_client: Callable[..., AsyncWeChatClient]
) -> None:
    wechat.fail_next(Failure.STALL)
    login = WeChatLogin(make_client(timeout_seconds=0.2))
    began = time.monotonic()

    with pytest.raises(WeChatBusy):
        await login.identify(wechat.issue_code(openid="o-zhang"))

    assert time.monotonic() - began < 2
    assert len(wechat.calls) == 1, "a timeout is not repeated: the code may have been spent"


async def test_the_timeout_bounds_a_log_in_with_all_its_retries(
    wechat: FakeWeChat, make_client: Callable[..., AsyncWeChatClient]
) -> None:
    wechat.fail_next(-1, times=10)
    login = WeChatLogin(make_client(timeout_seconds=0.2, retry_seconds=(600.0,)))

    with pytest.raises(WeChatBusy):
        await login.identify(wechat.issue_code(openid="o-zhang"))


async def test_nobody_listening_means_that_wechat_is_busy(make_client: Callable[..., AsyncWeChatClient]) -> None:
    login = WeChatLogin(make_client(origin="http://127.0.0.1:9"))

    with pytest.raises(WeChatBusy):
        await login.identify("0123456789")


async def test_a_busy_answer_is_tried_again_before_the_person_hears_of_it(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    wechat.fail_next(-1, times=2)

    identity = await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))

    assert identity.openid == "o-zhang"


async def test_a_busy_wechat_is_asked_three_times_and_no_more(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.fail_next(-1, times=10)

    with pytest.raises(WeChatBusy):
        await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))

    assert len(wechat.calls) == 3


@pytest.mark.parametrize(
    ("overrides", "errcode", "advice"),
    [({"appid": "wx-another"}, 40013, "AppID"), ({"secret": "mistyped"}, 40125, "AppSecret")],
)
async def test_wrong_credentials_are_logged_with_what_the_operator_must_check(
    wechat: FakeWeChat,
    make_client: Callable[..., AsyncWeChatClient],
    logs: list[EventDict],
    overrides: dict[str, str],
    errcode: int,
    advice: str,
) -> None:
    login = WeChatLogin(make_client(**overrides))

    with pytest.raises(WeChatMisconfigured):
        await login.identify(wechat.issue_code(openid="o-zhang"))

    [entry] = [line for line in logs if line["event"] == "wechat.misconfigured"]
    assert entry["log_level"] == "error"
    assert entry["errcode"] == errcode
    assert advice in entry["reason"]


async def test_an_address_off_the_whitelist_is_logged_with_the_address(
    wechat: FakeWeChat, client: AsyncWeChatClient, logs: list[EventDict]
) -> None:
    wechat.allows_address = False

    with pytest.raises(WeChatMisconfigured):
        await WeChatLogin(client).identify(wechat.issue_code(openid="o-zhang"))

    [entry] = [line for line in logs if line["event"] == "wechat.misconfigured"]
    assert "白名单" in entry["reason"]
    assert "127.0.0.1" in entry["fault"]


@pytest.mark.parametrize("code", ["", "x" * 129, "登录", "a b", "a\n", "\x00", "\ud800", "é"])
async def test_what_cannot_be_a_code_never_reaches_wechat(
    wechat: FakeWeChat, client: AsyncWeChatClient, code: str
) -> None:
    with pytest.raises(LoginCodeInvalid):
        await WeChatLogin(client).identify(code)

    assert wechat.calls == []


@pytest.mark.parametrize(
    ("refusal", "family"),
    [
        (LoginCodeInvalid, Invalid),
        (LoginCodeUsed, Conflict),
        (LoginTooFrequent, TooMany),
        (LoginBlocked, Forbidden),
        (WeChatBusy, Unavailable),
        (WeChatMisconfigured, Unavailable),
    ],
)
async def test_every_refusal_says_in_its_own_words_what_to_do_next(
    refusal: type[Refusal], family: type[Refusal]
) -> None:
    assert issubclass(refusal, family)
    assert refusal.message != family.message
    assert refusal.next_step != family.next_step
    assert not refusal.message.endswith("。")
    assert not refusal.next_step.endswith("。")
