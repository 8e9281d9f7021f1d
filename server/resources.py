"""进程资源 — what each process opens once: shared state, the HTTP client, the log-in provider."""

from dataclasses import dataclass

import aiohttp

from config.settings import Settings
from server.state.database import DatabaseState
from server.state.protocol import SharedState
from server.wechat.identity import LoginProvider
from server.wechat.sandbox import SandboxLogin


@dataclass(frozen=True, slots=True)
class Resources:
    """资源 — open for the life of a process."""

    settings: Settings
    state: SharedState
    http: aiohttp.ClientSession
    login: LoginProvider


_current: Resources | None = None


async def open_resources(settings: Settings) -> Resources:
    """Open what this process needs and make it current."""
    global _current
    redis = settings.redis_url.get_secret_value()
    state = _redis_state(redis) if redis else DatabaseState()
    http = aiohttp.ClientSession()
    _current = Resources(settings=settings, state=state, http=http, login=_login(settings, state, http))
    return _current


def _redis_state(url: str) -> SharedState:
    from server.state.redis import RedisState  # 6 MB that an installation without Redis need not carry

    return RedisState(url)


def _login(settings: Settings, state: SharedState, http: aiohttp.ClientSession) -> LoginProvider:
    if settings.has_sandbox_login:
        return SandboxLogin()
    from server.wechat.client import AsyncWeChatClient  # 8 MB that the sandbox need not carry
    from server.wechat.login import WeChatLogin

    client = AsyncWeChatClient(
        appid=settings.wechat_mini_appid,
        secret=settings.wechat_mini_secret.get_secret_value(),
        http=http,
        state=state,
        origin=settings.wechat_origin,
    )
    return WeChatLogin(client)


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
