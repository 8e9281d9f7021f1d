"""The administrators' page of the two accounts, the check at the start, and the check by command."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from structlog.typing import EventDict
from typer.testing import CliRunner

from config.clock import beijing, utc_now
from config.settings import get_settings
from server.cli.app import app
from server.resources import resources
from server.run.wechat_check import check_wechat
from server.wechat import calls
from server.wechat.accounts import WeChatAccount
from server.wechat.errors import WeChatRefused
from server.wechat.fake.failures import Failure
from server.wechat.fake.server import FakeWeChat
from server.worker import PERIODIC
from tests.factories.cards import make_staff
from tests.run.installation import environment
from tests.service import Client, make_settings, serving


@pytest_asyncio.fixture
async def platform() -> AsyncIterator[FakeWeChat]:
    async with FakeWeChat() as fake:
        yield fake


@pytest_asyncio.fixture
async def administrator(database_address: str, platform: FakeWeChat) -> AsyncIterator[Client]:
    async with serving(make_settings(database_address, wechat_origin=platform.origin)) as client:
        person = await client.login("an-administrator")
        await make_staff(person.account_id, town_code=None)
        yield person


async def page(administrator: Client) -> dict[str, Any]:
    answer = await administrator.get("/v1/staff/wechat")
    assert answer.status == 200
    return {item["account"]: item for item in answer.json["items"]}


async def test_an_account_that_was_never_used_has_nothing_to_tell(administrator: Client) -> None:
    accounts = await page(administrator)

    assert list(accounts) == ["mini", "service"]
    mini = accounts["mini"]
    assert mini.pop("calls") is not None
    assert mini == {
        "account": "mini",
        "name": "小程序",
        "appid": "wxsandboxmini",
        "is_configured": True,
        "is_sandbox": True,
        "push_mode": "safe",
        "accepts_pushes": True,
        "token": None,
        "last_error": None,
        "quotas": [],
        "quotas_read_at": None,
        "checks": [],
        "checked_at": None,
    }


async def test_what_happened_is_on_the_page_and_the_token_is_not(administrator: Client, platform: FakeWeChat) -> None:
    client = resources().wechat(WeChatAccount.SERVICE)
    await calls.list_callback_addresses(client)
    platform.fail_next(48001, path="/cgi-bin/getcallbackip")
    with pytest.raises(WeChatRefused):
        await calls.list_callback_addresses(client)
    [quotas] = [periodic for periodic in PERIODIC if periodic.name == "wechat.quotas"]
    await quotas.do()
    await check_wechat(resources(), now=utc_now)

    service = (await page(administrator))["service"]

    token = platform.service.tokens.current
    assert service["token"]["issued_at"] < service["token"]["renewal_at"]
    assert service["token"]["issued_at"].endswith("+08:00")
    error = service["last_error"]
    assert (error["endpoint"], error["errcode"]) == ("/cgi-bin/getcallbackip", 48001)
    assert error["words"] == "账号没有开通这个接口"
    assert service["calls"]["ok"] >= 2
    assert service["calls"]["refused"] >= 1
    assert {one["endpoint"] for one in service["quotas"]} == {
        "/cgi-bin/message/custom/send",
        "/cgi-bin/message/template/send",
    }
    assert [(one["step"], one["outcome"]) for one in service["checks"]] == [
        ("connection", "ok"),
        ("credentials", "ok"),
        ("whitelist", "ok"),
        ("callback", "ok"),
        ("key", "ok"),
    ]
    assert service["checks"][0]["name"] == "连接微信"
    assert service["checked_at"] <= beijing(utc_now()).isoformat()
    answer = await administrator.get("/v1/staff/wechat")
    assert token
    assert token.encode() not in answer.body


async def test_an_account_without_credentials_is_not_configured(database_address: str) -> None:
    own = {"wechat_mini_appid": "wx1111111111111111", "wechat_mini_secret": "m" * 32, "sandbox_login": True}
    async with serving(make_settings(database_address, **own)) as client:
        administrator = await client.login("an-administrator")
        await make_staff(administrator.account_id, town_code=None)

        accounts = await page(administrator)

    assert (accounts["mini"]["is_configured"], accounts["mini"]["is_sandbox"]) == (True, False)
    assert accounts["mini"]["accepts_pushes"] is False
    service = accounts["service"]
    assert (service["is_configured"], service["appid"], service["push_mode"]) == (False, "", None)
    assert "m" * 32 not in repr(accounts)


@pytest.mark.parametrize("town_code", ["321084112", ""])
async def test_others_do_not_see_the_page(service: Client, town_code: str) -> None:
    person = await service.login("somebody")
    if town_code:
        await make_staff(person.account_id, town_code=town_code)

    assert (await person.get("/v1/staff/wechat")).status == 403


async def test_the_check_at_the_start_logs_every_step_and_stops_nothing(
    administrator: Client, platform: FakeWeChat, logs: list[EventDict]
) -> None:
    platform.fail_next(Failure.SERVER_ERROR, times=1, path="/cgi-bin/stable_token")

    await check_wechat(resources(), now=utc_now)

    told = [(line["kind"], line["step"], line["code"], line["log_level"]) for line in logs if "step" in line]
    assert told[:5] == [
        ("mini", "connection", "failed", "warning"),
        ("mini", "credentials", "unknown", "warning"),
        ("mini", "whitelist", "unknown", "warning"),
        ("mini", "callback", "ok", "info"),
        ("mini", "key", "ok", "info"),
    ]
    assert [code for _, _, code, _ in told[5:]] == ["ok"] * 5
    assert (await page(administrator))["mini"]["checks"][0]["outcome"] == "failed"


async def test_a_check_that_breaks_is_logged_and_stops_nothing(
    administrator: Client, logs: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(resources().state), "set", broken)

    await check_wechat(resources(), now=utc_now)

    assert [line["fault"] for line in logs if line["event"] == "wechat.check_broken"] == ["ConnectionError"] * 2


async def check(origin: str, *arguments: str, **knobs: str) -> tuple[int, str]:
    return await command(origin, "check", *arguments, **knobs)


async def command(origin: str, *arguments: str, **knobs: str) -> tuple[int, str]:
    """Run a command beside the fake's loop; return exit code and what it printed."""

    def run() -> tuple[int, str]:
        get_settings.cache_clear()
        own = {name: value for name, value in environment().items() if not name.startswith("WECHAT")}
        result = CliRunner().invoke(app, ["wechat", *arguments], env=own | {"WECHAT_ORIGIN": origin} | knobs)
        get_settings.cache_clear()
        return result.exit_code, result.output

    return await asyncio.to_thread(run)


async def test_the_command_prints_each_step_of_both_accounts(platform: FakeWeChat) -> None:
    code, output = await check(platform.origin)

    assert code == 0
    assert output.count("：通过。") == 10
    assert "小程序（wxsandboxmini）" in output
    assert "服务号（wxsandboxservice）" in output


async def test_the_command_names_the_address_that_wechat_saw_and_fails(platform: FakeWeChat) -> None:
    platform.allows_address = False

    code, output = await check(platform.origin, "--account", "service")

    assert code == 1
    assert "IP 白名单：没有通过。微信看到的服务器出口 IP 是 127.0.0.1，不在白名单里" in output
    assert "怎么办：在公众平台把 127.0.0.1 加进「IP 白名单」，再检查一次" in output
    assert "小程序" not in output
    assert "sandbox-service-secret" not in output


async def test_the_command_tells_which_account_has_no_credentials(platform: FakeWeChat) -> None:
    knobs = {"WECHAT_MINI_APPID": "wxsandboxmini", "WECHAT_MINI_SECRET": "sandbox-mini-secret"}

    both = await check(platform.origin, **knobs)
    one = await check(platform.origin, "--account", "service", **knobs)

    assert both[0] == 1, "no push token is set"
    assert "服务号：没有填写凭据" in both[1]
    assert one == (1, "服务号：没有填写凭据（WECHAT_SERVICE_APPID、WECHAT_SERVICE_SECRET），不检查\n")


async def test_the_command_has_nothing_to_check_in_the_sandbox() -> None:
    code, output = await check("https://api.weixin.qq.com")

    assert (code, output) == (0, "没有填写微信凭据，用的是沙箱微信，不用检查\n")


async def test_the_quotas_of_an_account_are_printed(platform: FakeWeChat) -> None:
    platform.service.quotas.limits["/cgi-bin/message/custom/send"] = 500_000

    code, output = await command(platform.origin, "quota", "--account", "service")

    assert code == 0
    assert "/cgi-bin/message/custom/send\t今天 500000 次，已用 0，还剩 500000\n" in output
    assert "清零" not in output


async def test_quotas_are_cleared_until_wechat_allows_it_no_more(platform: FakeWeChat) -> None:
    outputs = [await command(platform.origin, "quota", "--clear") for _ in range(11)]

    assert {code for code, _ in outputs[:10]} == {0}
    assert outputs[0][1].startswith("小程序今天的调用次数已清零\n")
    assert outputs[10] == (1, "微信没有接受：本月清零次数已用完（48006）\n")


async def test_quotas_that_wechat_does_not_tell_are_said_to_be_none(platform: FakeWeChat) -> None:
    platform.fail_next(48001, times=10, path="/cgi-bin/openapi/quota/get")

    assert await command(platform.origin, "quota") == (1, "微信没有告诉任何接口的额度\n")


async def test_an_account_without_credentials_has_no_quota() -> None:
    code, output = await command("https://api.weixin.qq.com", "quota")

    assert code == 1
    assert output.startswith("这项微信服务还没有开通")
