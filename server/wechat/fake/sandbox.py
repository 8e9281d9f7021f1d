"""沙箱微信 — where no account is set up, a WeChat of ours with the seeded people, and their phones as a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from config.settings import Settings
from server.wechat.accounts import OFFICIAL_ORIGIN, WeChatAccount
from server.wechat.fake.phone import VISITOR
from server.wechat.fake.server import FakeWeChat
from server.wechat.menu import MENU_FILE, as_request, read_menu
from server.wechat.sandbox import DEMO_CODES, sandbox_openid, sandbox_service_openid, sandbox_unionid

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@asynccontextmanager
async def sandbox_wechat(*, host: str, port: int) -> AsyncIterator[str]:
    """Run a fake WeChat that pushes to the service at this address; yield its origin."""
    async with FakeWeChat() as wechat:
        settle(wechat, host=host, port=port)
        yield wechat.origin


def needs_fake(settings: Settings) -> bool:
    """Tell whether the fake is to run here: its accounts are used, and nobody else offers them."""
    return settings.has_sandbox_wechat and settings.wechat_origin.rstrip("/") == OFFICIAL_ORIGIN


def settle(wechat: FakeWeChat, *, host: str, port: int) -> None:
    """Make a fake one for trying things out: everybody is known, every template exists, results are pushed.

    The service account has the menu of the file.
    """
    wechat.push_to(near_origin(host, port))
    for code in (*DEMO_CODES, VISITOR):
        for openid in (sandbox_openid(code), sandbox_service_openid(code)):
            wechat.unionids[openid] = sandbox_unionid(code)
    mini = wechat.mini
    mini.everybody_is_active = True
    mini.subscriptions.knows_all = True
    mini.checks.taken = lambda trace_id: wechat.phones.later(wechat.phones.judge_media(trace_id))
    wechat.service.menu.put(as_request(read_menu(MENU_FILE.read_text(encoding="utf-8")), mini_appid=wechat.appid))
    wechat.phones.tells_sent = True
    wechat.keeps_calls = wechat.deliveries.keeps = 1_000
    for name, pusher in wechat.phones.pushers.items():
        pusher.is_json = name is WeChatAccount.MINI  # each of the two formats is tried
        pusher.pause_seconds = 1.0


def near_origin(host: str, port: int) -> str:
    """Return where a service that listens on a host is reached from its own machine."""
    near = _EVERYWHERE.get(host, host)
    return f"http://{f'[{near}]' if ':' in near else near}:{port}"
