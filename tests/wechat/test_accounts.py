"""Which credentials stand behind an account, and that the sandbox's never go to WeChat itself."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tortoise.context import TortoiseContext

from config.settings import Settings, UnsafeSettings, WeChatPushMode
from server.resources import Resources, close_resources, open_resources
from server.wechat.accounts import OFFICIAL_ORIGIN, WeChatAccount, find_credentials, get_credentials
from server.wechat.fake.server import FakeWeChat
from server.wechat.refusals import WeChatNotConfigured
from tests.service import make_settings, serving

MINI = {"wechat_mini_appid": "wx1111111111111111", "wechat_mini_secret": "m" * 32}
SERVICE = {"wechat_service_appid": "wx2222222222222222", "wechat_service_secret": "s" * 32}


def settings_with(**overrides: object) -> Settings:
    return make_settings("sqlite://unused", **overrides)


@asynccontextmanager
async def resources_of(**overrides: object) -> AsyncIterator[Resources]:
    opened = await open_resources(settings_with(**overrides))
    try:
        yield opened
    finally:
        await close_resources(opened)


def test_the_official_origin_is_the_default_one() -> None:
    assert settings_with().wechat_origin == OFFICIAL_ORIGIN


@pytest.mark.parametrize("account", WeChatAccount)
def test_without_credentials_an_account_is_the_sandboxs(account: WeChatAccount) -> None:
    found = find_credentials(settings_with(), account)

    assert found is not None
    assert (found.appid, found.is_sandbox) == (f"wxsandbox{account}", True)
    assert re.fullmatch("[0-9A-Za-z]{43}", found.push_key)
    assert re.fullmatch("[0-9A-Za-z]{3,32}", found.push_token)


@pytest.mark.parametrize("account", WeChatAccount)
@pytest.mark.parametrize("origin", [OFFICIAL_ORIGIN, OFFICIAL_ORIGIN + "/"])
def test_the_sandboxs_accounts_are_never_used_before_wechat_itself(account: WeChatAccount, origin: str) -> None:
    with pytest.raises(WeChatNotConfigured):
        get_credentials(settings_with(wechat_origin=origin), account)


def test_each_account_has_its_own_credentials() -> None:
    own = {
        "wechat_mini_push_token": "tm",
        "wechat_mini_push_key": "km",
        "wechat_mini_push_mode": "plain",
        "wechat_service_push_token": "ts",
        "wechat_service_push_key": "ks",
        "wechat_service_push_mode": "compatible",
    }
    settings = settings_with(**MINI, **SERVICE, **own)

    mini = get_credentials(settings, WeChatAccount.MINI)
    service = get_credentials(settings, WeChatAccount.SERVICE)

    assert (mini.appid, mini.secret, mini.push_token, mini.push_key, mini.push_mode, mini.is_sandbox) == (
        "wx1111111111111111",
        "m" * 32,
        "tm",
        "km",
        WeChatPushMode.PLAIN,
        False,
    )
    assert (service.appid, service.secret, service.push_token, service.push_key, service.push_mode) == (
        "wx2222222222222222",
        "s" * 32,
        "ts",
        "ks",
        WeChatPushMode.COMPATIBLE,
    )


@pytest.mark.parametrize("missing", ["wechat_service_appid", "wechat_service_secret"])
def test_an_account_without_appid_or_secret_is_not_configured(missing: str) -> None:
    settings = settings_with(**MINI, **(SERVICE | {missing: ""}))

    assert find_credentials(settings, WeChatAccount.SERVICE) is None
    with pytest.raises(WeChatNotConfigured):
        get_credentials(settings, WeChatAccount.SERVICE)


def test_credentials_say_no_secret_in_their_repr() -> None:
    hidden = {"wechat_mini_push_token": "quiet-token", "wechat_mini_push_key": "quiet-key"}
    found = get_credentials(settings_with(**MINI, **hidden), WeChatAccount.MINI)

    assert [secret for secret in ("m" * 32, "quiet-token", "quiet-key") if secret in repr(found)] == []


def test_production_refuses_the_sandboxs_accounts() -> None:
    with pytest.raises(UnsafeSettings, match="SANDBOX_WECHAT"):
        settings_with(mode="production", sandbox_wechat=True).refuse_unsafe()


async def test_a_process_has_one_client_for_each_account() -> None:
    async with resources_of(**MINI, **SERVICE) as opened:
        mini, service = opened.wechat(WeChatAccount.MINI), opened.wechat(WeChatAccount.SERVICE)

        assert (mini.appid, service.appid) == ("wx1111111111111111", "wx2222222222222222")
        assert opened.wechat(WeChatAccount.MINI) is mini
        assert opened.wechat(WeChatAccount.SERVICE) is service


async def test_an_account_that_is_not_configured_has_no_client() -> None:
    async with resources_of(**MINI) as opened:
        with pytest.raises(WeChatNotConfigured):
            opened.wechat(WeChatAccount.SERVICE)


async def test_the_client_of_the_sandbox_speaks_to_the_fake(database: TortoiseContext) -> None:
    async with FakeWeChat(appid="wxsandboxmini") as fake, resources_of(wechat_origin=fake.origin) as opened:
        fake.secret = "sandbox-mini-secret"

        assert await opened.wechat(WeChatAccount.MINI).misc.get_wechat_ips() == ["101.226.62.77"]


async def test_nobody_logs_in_where_neither_sandbox_nor_account_may_be_asked(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address, sandbox_login=False)) as stranger:
        answer = await stranger.post("/v1/sessions", {"code": "demo-veteran"})

    assert (answer.status, answer.code) == (503, "WeChatNotConfigured")


async def test_log_in_and_everything_else_share_the_client() -> None:
    async with resources_of(**MINI) as opened:
        assert list(opened.clients) == [WeChatAccount.MINI]
        assert opened.wechat(WeChatAccount.MINI) is opened.clients[WeChatAccount.MINI]
