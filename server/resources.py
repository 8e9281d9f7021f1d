"""进程资源 — what each process opens once: shared state, the HTTP client, the log-in provider."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from config.settings import Settings
from server.state.database import DatabaseState
from server.state.protocol import SharedState
from server.wechat.accounts import WeChatAccount, get_credentials
from server.wechat.identity import LoginProvider, NoLogin
from server.wechat.refusals import WeChatNotConfigured
from server.wechat.sandbox import SandboxLogin

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient


@dataclass(frozen=True, slots=True)
class Resources:
    """资源 — open for the life of a process."""

    settings: Settings
    state: SharedState
    http: aiohttp.ClientSession
    login: LoginProvider
    clients: "dict[WeChatAccount, AsyncWeChatClient]" = field(default_factory=dict)
    """The clients of WeChat that were asked for so far."""

    def wechat(self, account: WeChatAccount) -> "AsyncWeChatClient":
        """Return the client of an account, the same one each time.

        Raises:
            WeChatNotConfigured: no credentials are set for it.
        """
        if account not in self.clients:
            self.clients[account] = _client(self.settings, account, self.state, self.http)
        return self.clients[account]


_current: Resources | None = None


async def open_resources(settings: Settings) -> Resources:
    """Open what this process needs and make it current."""
    global _current
    redis = settings.redis_url.get_secret_value()
    state = _redis_state(redis) if redis else DatabaseState()
    http = aiohttp.ClientSession()
    clients: dict[WeChatAccount, AsyncWeChatClient] = {}
    login = _login(settings, state, http, clients)
    _current = Resources(settings=settings, state=state, http=http, login=login, clients=clients)
    return _current


def _redis_state(url: str) -> SharedState:
    from server.state.redis import RedisState  # 6 MB that an installation without Redis need not carry

    return RedisState(url)


def _login(
    settings: Settings,
    state: SharedState,
    http: aiohttp.ClientSession,
    clients: "dict[WeChatAccount, AsyncWeChatClient]",
) -> LoginProvider:
    if settings.has_sandbox_login:
        return SandboxLogin()
    try:
        clients[WeChatAccount.MINI] = client = _client(settings, WeChatAccount.MINI, state, http)
    except WeChatNotConfigured:
        return NoLogin()
    from server.wechat.login import WeChatLogin

    return WeChatLogin(client)


def _client(
    settings: Settings, account: WeChatAccount, state: SharedState, http: aiohttp.ClientSession
) -> "AsyncWeChatClient":
    credentials = get_credentials(settings, account)
    from server.wechat.client import AsyncWeChatClient  # 8 MB that a process without WeChat need not carry

    return AsyncWeChatClient(
        appid=credentials.appid,
        secret=credentials.secret,
        account=account,
        http=http,
        state=state,
        origin=settings.wechat_origin,
    )


def resources() -> Resources:
    """Return the resources of this process.

    Raises:
        RuntimeError: nothing was opened; a tool that needs them opens them itself.
    """
    if _current is None:
        raise RuntimeError("open_resources() has not run in this process")
    return _current


async def close_resources(opened: Resources) -> None:
    """Close what was opened."""
    global _current
    await opened.http.close()
    if close := getattr(opened.state, "close", None):
        await close()
    _current = None
