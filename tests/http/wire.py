"""裸连接 — bytes on a socket, for requests that no client library would send."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.service import Client

PATIENCE_SECONDS = 15.0
_TRIES = 3
ALWAYS_SENT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_TRACES = (b"Traceback", b"Exception", b"Error:", b"sanic", b"msgspec", b"sqlite", b"asyncpg", b"<html", b"<!DOCTYPE")


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came back over the socket; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> Any:
        """The decoded problem document."""
        return msgspec.json.decode(self.body)

    @property
    def code(self) -> str:
        return str(self.problem["code"])


async def say(service: Client, *parts: bytes, pause_seconds: float = 0.0) -> WireAnswer:
    """Send bytes as they are and return the first answer.

    A server that answers before it has read everything closes the connection, and the reset may overtake its answer:
    then, as a client would, it is asked again.
    """
    for _ in range(_TRIES - 1):
        with suppress(ConnectionError):
            return await _say_once(service, *parts, pause_seconds=pause_seconds)
    return await _say_once(service, *parts, pause_seconds=pause_seconds)


async def _say_once(service: Client, *parts: bytes, pause_seconds: float) -> WireAnswer:
    address = urlsplit(service.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        answer = asyncio.create_task(_read_answer(reader))
        for part in parts:
            if answer.done():
                break
            writer.write(part)
            await asyncio.sleep(pause_seconds)
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> WireAnswer:
    head = await reader.readuntil(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return WireAnswer(int(first.split(" ")[1]), headers, body)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a well-framed request; ``content_type="…"`` is the header Content-Type."""
    lines = [f"{method} {path} HTTP/1.1", "Host: test"]
    sent = {"content-length": str(len(body))} if body else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines += [f"{name}: {value}" for name, value in sent.items()]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def assert_problem(answer: WireAnswer, status: int, code: str = "") -> None:
    """Check that an answer is a problem document as promised: Chinese, safe, and with every header."""
    assert answer.status == status, (answer.status, answer.body[:400])
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.problem
    assert set(document) == {"type", "title", "status", "code", "detail", "errors", "request_id"}
    assert document["status"] == status
    assert document["code"] == code or not code, document
    assert document["type"] == f"/docs#{document['code']}"
    assert any("\u4e00" <= sign <= "\u9fff" for sign in document["detail"])
    assert document["request_id"] == answer.headers["x-request-id"] != ""
    for name, value in ALWAYS_SENT.items():
        assert answer.headers[name] == value
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for trace in _TRACES:
        assert trace not in answer.body, answer.body
