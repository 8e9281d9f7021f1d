"""The self-check names the step that fails, says what to do in Chinese, and reports later steps all the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from config.clock import utc_now
from config.settings import WeChatPushMode
from server.state.memory import MemoryState
from server.wechat.accounts import WeChatAccount, WeChatCredentials
from server.wechat.checking import (
    Checked,
    CheckOutcome,
    CheckReport,
    CheckStep,
    check_account,
    find_report,
    keep_report,
)
from server.wechat.client import AsyncWeChatClient
from server.wechat.fake.failures import Failure
from server.wechat.fake.server import FakeWeChat
from tests.wechat.recorder import Recorder

OK, FAILED, UNKNOWN = CheckOutcome.OK, CheckOutcome.FAILED, CheckOutcome.UNKNOWN
MakeClient = Callable[..., AsyncWeChatClient]


@pytest.fixture
def credentials(wechat: FakeWeChat) -> WeChatCredentials:
    return WeChatCredentials(
        account=WeChatAccount.MINI,
        appid=wechat.appid,
        secret=wechat.secret,
        push_token="pushtoken123",
        push_key="eW91YmluZyBzYW5kYm94IHB1c2hlczogb3BlbiBsaWU",
        push_mode=WeChatPushMode.SAFE,
        is_sandbox=False,
    )


def outcomes(report: CheckReport) -> list[CheckOutcome]:
    assert [step.step for step in report.steps] == list(CheckStep)
    return [step.outcome for step in report.steps]


def step(report: CheckReport, which: CheckStep) -> Checked:
    return next(one for one in report.steps if one.step is which)


async def test_an_account_in_order_passes_every_step(client: AsyncWeChatClient, credentials: WeChatCredentials) -> None:
    report = await check_account(client, credentials, at=utc_now())

    assert outcomes(report) == [OK] * 5
    assert report.failed == []
    assert "https://你的域名/v1/wechat/mini/messages" in step(report, CheckStep.CALLBACK).words
    assert [one.next_step for one in report.steps] == [""] * 5


@pytest.mark.parametrize("failure", [Failure.SERVER_ERROR, Failure.RESET, -1])
async def test_a_wechat_that_is_not_reached_leaves_two_steps_unknown(
    wechat: FakeWeChat, client: AsyncWeChatClient, credentials: WeChatCredentials, failure: Failure | int
) -> None:
    wechat.fail_next(failure, times=100)

    report = await check_account(client, credentials, at=utc_now())

    assert outcomes(report) == [FAILED, UNKNOWN, UNKNOWN, OK, OK]
    assert "api.weixin.qq.com" in step(report, CheckStep.CONNECTION).next_step


@pytest.mark.parametrize(("overrides", "word"), [({"appid": "wx-another"}, "40013"), ({"secret": "mistyped"}, "40125")])
async def test_wrong_credentials_are_told_from_everything_else(
    make_client: MakeClient, credentials: WeChatCredentials, overrides: dict[str, str], word: str
) -> None:
    report = await check_account(make_client(**overrides), replace(credentials, **overrides), at=utc_now())

    assert outcomes(report) == [OK, FAILED, UNKNOWN, OK, OK]
    failed = step(report, CheckStep.CREDENTIALS)
    assert word in failed.words
    assert "小程序后台" in failed.next_step
    assert "mistyped" not in repr(report)


async def test_an_address_off_the_whitelist_is_told_as_wechat_saw_it(
    wechat: FakeWeChat, client: AsyncWeChatClient, credentials: WeChatCredentials
) -> None:
    wechat.allows_address = False

    report = await check_account(client, credentials, at=utc_now())

    assert outcomes(report) == [OK, UNKNOWN, FAILED, OK, OK]
    assert "127.0.0.1" in step(report, CheckStep.WHITELIST).words
    assert "127.0.0.1" in step(report, CheckStep.WHITELIST).next_step


async def test_another_refusal_is_explained(
    wechat: FakeWeChat, client: AsyncWeChatClient, credentials: WeChatCredentials
) -> None:
    wechat.fail_next(45009, times=100, path="/cgi-bin/stable_token")

    report = await check_account(client, credentials, at=utc_now())

    assert outcomes(report) == [OK, FAILED, UNKNOWN, OK, OK]
    assert "次数已用完（45009）" in step(report, CheckStep.CREDENTIALS).words


async def test_a_held_token_does_not_hide_a_secret_that_was_reset(
    wechat: FakeWeChat, client: AsyncWeChatClient, credentials: WeChatCredentials
) -> None:
    await client.fetch_access_token()
    wechat.secret = "0" * 32

    report = await check_account(client, credentials, at=utc_now())

    assert step(report, CheckStep.CREDENTIALS).outcome is FAILED


@pytest.mark.parametrize(
    ("overrides", "which", "words"),
    [
        ({"push_token": ""}, CheckStep.CALLBACK, "没有设置 WECHAT_MINI_PUSH_TOKEN"),
        ({"push_token": "ab"}, CheckStep.CALLBACK, "3 到 32 位"),
        ({"push_token": "令牌令牌"}, CheckStep.CALLBACK, "3 到 32 位"),
        ({"push_key": ""}, CheckStep.KEY, "没有设置 WECHAT_MINI_PUSH_KEY"),
        ({"push_key": "x" * 42}, CheckStep.KEY, "43 位"),
        ({"push_key": "密" * 43}, CheckStep.KEY, "43 位"),
    ],
)
async def test_a_wrong_token_or_key_is_found_by_its_form(
    client: AsyncWeChatClient,
    credentials: WeChatCredentials,
    overrides: dict[str, str],
    which: CheckStep,
    words: str,
) -> None:
    report = await check_account(client, replace(credentials, **overrides), at=utc_now())

    assert [one.step for one in report.failed] == [which]
    assert words in report.failed[0].words
    assert report.failed[0].next_step


async def test_a_failed_first_step_does_not_hide_a_wrong_key(
    wechat: FakeWeChat, client: AsyncWeChatClient, credentials: WeChatCredentials
) -> None:
    wechat.fail_next(Failure.SERVER_ERROR, times=100)

    report = await check_account(client, replace(credentials, push_key="short", push_token=""), at=utc_now())

    assert outcomes(report) == [FAILED, UNKNOWN, UNKNOWN, FAILED, FAILED]


async def test_plain_mode_needs_no_key(client: AsyncWeChatClient, credentials: WeChatCredentials) -> None:
    plain = replace(credentials, push_key="", push_mode=WeChatPushMode.PLAIN)

    report = await check_account(client, plain, at=utc_now())

    assert outcomes(report) == [OK] * 5
    assert "安全模式" in step(report, CheckStep.KEY).words


async def test_the_last_report_is_kept_for_staff(client: AsyncWeChatClient, credentials: WeChatCredentials) -> None:
    state = MemoryState()
    assert await find_report(state, appid="wx1") is None

    report = await check_account(client, credentials, at=utc_now())
    await keep_report(state, report, appid="wx1")

    assert await find_report(state, appid="wx1") == report


@pytest.mark.parametrize(
    ("reach", "outcome", "words"),
    [
        ({"dns": [], "ping": []}, FAILED, "解析不出"),
        (
            {"dns": [{"ip": "203.0.113.7"}], "ping": [{"ip": "203.0.113.7", "package_loss": "100%"}]},
            FAILED,
            "203.0.113.7",
        ),
        ({"dns": [{"ip": "203.0.113.7"}], "ping": [{"ip": "203.0.113.7", "package_loss": "0%"}]}, OK, "能解析"),
        ({"errcode": 48001, "errmsg": "api unauthorized"}, OK, "没有说明"),
    ],
)
async def test_what_wechat_says_of_the_callback_is_told(
    credentials: WeChatCredentials, reach: dict[str, object], outcome: CheckOutcome, words: str
) -> None:
    async with Recorder() as recorder:
        recorder.answer = [{"ip_list": ["101.226.62.77"]}, reach]

        report = await check_account(recorder.client(), credentials, at=utc_now())

    assert outcomes(report) == [OK, OK, OK, outcome, OK]
    assert words in step(report, CheckStep.CALLBACK).words


@pytest.mark.parametrize("account", WeChatAccount)
async def test_each_account_is_told_its_own_address_and_back_office(
    credentials: WeChatCredentials, account: WeChatAccount
) -> None:
    async with Recorder() as recorder:
        recorder.answer = {"ip_list": [], "dns": [{"ip": "203.0.113.7"}]}

        report = await check_account(recorder.client(account), replace(credentials, account=account), at=utc_now())

    words = step(report, CheckStep.CALLBACK).words
    assert f"/v1/wechat/{account}/messages" in words
    assert {WeChatAccount.MINI: "小程序后台", WeChatAccount.SERVICE: "公众平台"}[account] in words
