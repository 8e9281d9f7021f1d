"""录音机 — a server that answers whatever it is told to and keeps what it was sent, for the wording of requests."""

import json
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from aiohttp import web

from server.state.memory import MemoryState
from server.wechat.accounts import WeChatAccount
from server.wechat.client import AsyncWeChatClient

TOKEN = "84_" + "t" * 120
"""The first token; later ones end in their number."""
SECRET = "s" * 32


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None


class Recorder:
    """Use as ``async with Recorder() as wechat``; every account may ask it for a token."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer: Any = {"errcode": 0, "errmsg": "ok"}
        """What is answered, but for tokens; bytes are sent as a picture, a list is worked off from its start."""
        self.quotes_requests = False
        """True puts what was sent into the errmsg: the worst that an answer could do to a log."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._hear)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await self._runner.cleanup()

    def client(self, account: WeChatAccount = WeChatAccount.MINI, **overrides: Any) -> AsyncWeChatClient:
        """Return a client of an account that asks here, with a state of its own."""
        choices: dict[str, Any] = {"appid": "wx0123456789abcdef", "secret": SECRET, "state": MemoryState()}
        return AsyncWeChatClient(
            account=account, http=self._http, origin=self.origin, retry_seconds=(0.0, 0.0), **(choices | overrides)
        )

    def only(self) -> Heard:
        """Return the one request beside those for tokens."""
        [heard] = [one for one in self.heard if one.path != "/cgi-bin/stable_token"]
        return heard

    async def _hear(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.heard.append(Heard(request.method, request.path, dict(request.query), dict(request.headers), raw))
        if request.path == "/cgi-bin/stable_token":
            earlier = sum(one.path == request.path for one in self.heard) - 1
            token = f"{TOKEN}{earlier or ''}"
            return web.json_response({"access_token": token, "expires_in": 7200}, content_type="text/plain")
        answer = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="image/png")
        if self.quotes_requests:
            answer = answer | {
                "errmsg": f"{answer['errmsg']} {request.query_string} {dict(request.query)} {raw.decode()}"
            }
        return web.json_response(answer, content_type="text/plain")
