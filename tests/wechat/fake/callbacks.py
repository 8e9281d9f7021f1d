"""A callback that keeps what the fake pushed and answers as a test tells it, and the service's own way to open it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web

from config.settings import WeChatPushMode
from server.wechat.accounts import WeChatAccount
from server.wechat.fake.server import FakeWeChat
from server.wechat.pushes.envelope import keys_of, open_body
from server.wechat.pushes.parsing import Push, parse_push
from server.wechat.pushes.signing import PushQuery

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


@dataclass
class Callback:
    """A callback that keeps what came and answers as a test tells it."""

    origin: str
    came: list[tuple[dict[str, str], bytes, str]]
    answer: Answer

    def says(self, *texts: str, status: int = 200) -> None:
        """Answer with these texts in turn, the last one for good."""
        left = list(texts)

        async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
            return web.Response(text=left.pop(0) if len(left) > 1 else left[0], status=status)

        self.answer = answer


@asynccontextmanager
async def listening_to(wechat: FakeWeChat) -> AsyncIterator[Callback]:
    """Listen, and have both accounts push here."""

    async def receive(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        found.came.append((dict(request.query), body, request.content_type))
        return await found.answer(request, body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found = Callback(f"http://{host}:{port}", [], None)  # type: ignore[arg-type]
    found.says("success")
    wechat.push_to(found.origin)
    yield found
    await runner.cleanup()


def set_mode(wechat: FakeWeChat, account: WeChatAccount, mode: WeChatPushMode, *, is_json: bool) -> None:
    held = wechat.accounts[account]
    held.credentials = replace(held.credentials, push_mode=mode)
    wechat.phones.pushers[account].is_json = is_json


def query_of(params: dict[str, str]) -> PushQuery:
    names = ("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")
    return PushQuery(**{name: params.get(name, "") for name in names})


def opened(wechat: FakeWeChat, account: WeChatAccount, came: tuple[dict[str, str], bytes, str]) -> Push:
    """Open a push by the service's own code, which knows nothing of the fake's."""
    params, body, _ = came
    found = open_body(body, query_of(params), keys=keys_of(wechat.accounts[account].credentials))
    return parse_push(found.text)
