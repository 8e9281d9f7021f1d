"""被测服务 — the real application on a loopback port, spoken to over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from sanic import Sanic

from config.settings import Settings
from server.app import create_app
from server.http.protocol import DeadlineProtocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, decoded JSON (None when there is none), headers, raw body."""

    status: int
    json: Any
    headers: "aiohttp.typedefs.LooseHeaders | Any"
    body: bytes

    @property
    def code(self) -> str:
        """The refusal's code, empty on success."""
        return self.json.get("code", "") if isinstance(self.json, dict) else ""


class Client:
    """Speaks to the service as one person; ``token`` None is a stranger."""

    def __init__(self, http: aiohttp.ClientSession, base: str, token: str | None = None, account_id: str = "") -> None:
        self.http, self.base, self.token = http, base, token
        self.account_id = UUID(account_id) if account_id else None

    async def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **kwargs: Any) -> Answer:
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        async with self.http.request(
            method, self.base + path, headers=sent, allow_redirects=False, **kwargs
        ) as response:
            body = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            decoded = await response.json(content_type=None) if is_json and body else None
            return Answer(response.status, decoded, response.headers, body)

    async def get(self, path: str, **kwargs: Any) -> Answer:
        return await self.call("GET", path, **kwargs)

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        if body is not None:
            kwargs["json"] = body
        return await self.call("POST", path, **kwargs)

    async def patch(self, path: str, body: Any, **kwargs: Any) -> Answer:
        return await self.call("PATCH", path, json=body, **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> Answer:
        return await self.call("DELETE", path, **kwargs)

    async def upload(self, path: str, *, filename: str, data: bytes, **kwargs: Any) -> Answer:
        form = aiohttp.FormData()
        form.add_field("file", BytesIO(data), filename=filename, content_type="application/octet-stream")
        return await self.call("POST", path, data=form, **kwargs)

    async def login(self, code: str) -> "Client":
        """Return a client that speaks as the person behind a sandbox code."""
        answer = await self.post("/v1/sessions", {"code": code})
        assert answer.status == 201, answer
        return Client(self.http, self.base, answer.json["token"], answer.json["account"]["id"])


def make_settings(database_address: str, **overrides: Any) -> Settings:
    """Return sandbox settings for a database, deaf to the environment's ``.env``."""
    values: dict[str, Any] = {"database_url": database_address, "rate_limits": "off", "log_level": "ERROR"}
    return Settings(_env_file=None, **(values | overrides))  # type: ignore[call-arg]


_idle: "dict[str, Sanic[Any, Any]]" = {}
"""Applications by their settings that no test is using: building one anew costs more than most tests."""


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Client]:
    """Run the application in this loop on a free port; yield a stranger who speaks to it."""
    Sanic.test_mode = True
    key = settings.model_dump_json(exclude={"database_url", "data_dir", "wechat_origin"})
    app = _idle.pop(key, None) or create_app(settings, name=f"youbing-{uuid4().hex}")
    app.ctx.settings = settings
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    server = await app.create_server(sock=listener, protocol=DeadlineProtocol, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            yield Client(http, f"http://127.0.0.1:{listener.getsockname()[1]}")
        await asyncio.sleep(0)
    finally:
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()
        listener.close()
    if app.ctx.limiter is None:  # a limiter remembers who asked
        app.config.TOUCHUP = False  # done at the first start
        _idle[key] = app
    else:
        Sanic._app_registry.pop(app.name, None)
