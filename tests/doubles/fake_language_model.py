"""语言模型替身 — an OpenAI-compatible chat on a loopback port that answers as told, lies and fails on demand."""

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from aiohttp import web


class Failure(StrEnum):
    """Ways to fail."""

    SERVER_ERROR = "HTTP 500"
    UNAUTHORISED = "HTTP 401"
    TOO_MANY = "HTTP 429"
    REDIRECT = "sends the client elsewhere"
    RESET = "closes the connection"
    STALL = "never answers"
    DRIP = "begins to answer and never ends"
    PAGE = "an HTML page with status 200"
    TRUNCATED = "half of a JSON object"
    OTHER_JSON = "JSON of another form"
    NO_CHOICES = "a completion without a choice"
    NESTED = "a thousand lists in each other"
    BROKEN_TEXT = "bytes that are no UTF-8"
    HUGE = "megabytes around a good answer"
    BOMB = "megabytes packed into little"


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.raw)
        return decoded

    @property
    def shown(self) -> dict[str, Any]:
        """The data of the task as the model reads them."""
        data: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return data


class FakeLanguageModel:
    """Use as ``async with FakeLanguageModel() as model`` and point a client at ``model.origin``."""

    def __init__(self, says: str | None = "1") -> None:
        self.says = says
        self.means = ""
        """A title: the model answers the number that this candidate has."""
        self.failure: Failure | None = None
        self.calls: list[Call] = []
        self.origin = ""
        self._released = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.path, dict(request.headers), await request.read())
        self.calls.append(call)
        if request.method != "POST" or request.path != "/v1/chat/completions":
            return web.Response(status=404)
        if self.failure is not None:
            return await self._fail(request, self.failure)
        return web.json_response(completion(self._answer(call)))

    def _answer(self, call: Call) -> str | None:
        if not self.means:
            return self.says
        return next((str(one["number"]) for one in call.shown["candidates"] if one["title"] == self.means), "0")

    async def _fail(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        good = json.dumps(completion("1")).encode()
        match failure:
            case Failure.SERVER_ERROR | Failure.UNAUTHORISED | Failure.TOO_MANY:
                return web.Response(status=int(failure[-3:]), body=good, content_type="application/json")
            case Failure.REDIRECT:
                return web.Response(status=307, headers={"Location": "/v1/chat/completions"})
            case Failure.RESET:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case Failure.STALL:
                await self._released.wait()
                return web.Response(body=good)
            case Failure.DRIP:
                return await self._stream(request, good[:10], waits=True)
            case Failure.HUGE:
                return await self._stream(request, good + b" " * 8_000_000)
            case Failure.BOMB:
                packed = web.Response(body=good + b" " * 8_000_000, zlib_executor_size=100_000_000)
                packed.enable_compression(web.ContentCoding.gzip)
                return packed
        return web.Response(body=_BODIES[failure], content_type="application/json")

    async def _stream(self, request: web.Request, body: bytes, *, waits: bool = False) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            await response.write(body)
            if waits:
                await self._released.wait()
        except ConnectionError:  # the client has heard enough
            return response
        return response


_BODIES = {
    Failure.PAGE: "<html>系统维护</html>".encode(),
    Failure.TRUNCATED: b'{"choices": [{"message": {"content": "1"',
    Failure.OTHER_JSON: b'{"choices": {"message": 1}}',
    Failure.NO_CHOICES: b'{"choices": []}',
    Failure.NESTED: b'{"x": ' + b"[" * 60_000,
    Failure.BROKEN_TEXT: b'{"choices": [{"message": {"content": "\xff\xfe"}}]}',
}


def completion(content: str | None) -> dict[str, Any]:
    """Return the body of a chat's answer."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "fake",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 200, "completion_tokens": 1, "total_tokens": 201},
    }
