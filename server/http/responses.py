"""答复 — one response class whose unchanging headers are encoded once, and what is noted of every answer."""

import os
import re
import time
from collections.abc import Iterator
from functools import cache
from typing import ClassVar

from sanic import Request
from sanic.response import HTTPResponse

from config.logging import log_request, request_id
from server.http.metrics import REQUESTS, SECONDS

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SCRIPTED = SECURITY_HEADERS | {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}


def _in_one_line(headers: dict[str, str]) -> tuple[bytes, bytes]:
    """Return headers as one with the others behind it: Sanic writes each pair it is given as it is."""
    first, *others = headers.items()
    return first[0].encode(), "\r\n".join([first[1], *(f"{name}: {value}" for name, value in others)]).encode()


_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}\Z")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_LINE_BREAKS = str.maketrans({"\r": None, "\n": None})


class Answer(HTTPResponse):
    """An answer with the security headers and the request's id; every route of ours returns one.

    Setting ten headers through Sanic's dictionary and having each one sanitised costs more than the rest of a
    small answer; these are encoded once.
    """

    __slots__ = ()
    security: ClassVar[tuple[bytes, bytes]] = _in_one_line(SECURITY_HEADERS)

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        yield self.security
        yield b"X-Request-ID", request_id.get().encode()
        if self.content_type and self.status not in (204, 304):
            yield b"Content-Type", self.content_type.encode()
        for name, value in self.headers.items():
            if value != "":
                yield name.encode("ascii"), str(value).translate(_LINE_BREAKS).encode(errors="surrogateescape")


class ScriptedPage(Answer):
    """A file of a page that runs a script of ours and asks this server, and nobody else."""

    __slots__ = ()
    security: ClassVar[tuple[bytes, bytes]] = _in_one_line(_SCRIPTED)


def begin(request: Request) -> float:
    """Give a request its id, a well-formed one of the caller's or a new one; return the clock."""
    offered = request.headers.getone("x-request-id", "")
    request_id.set(offered if offered and _WELL_FORMED.match(offered) else os.urandom(16).hex())
    return time.perf_counter()


def note(*, route: str, method: str, status: int, began: float) -> None:
    """Count an answer and log it. ``route`` is the pattern of the path, never the path itself."""
    seconds = time.perf_counter() - began
    _counter(route, method, status).inc()
    _histogram(route).observe(seconds)
    if route not in _QUIET:
        log_request(method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


_counter = cache(REQUESTS.labels)
_histogram = cache(SECONDS.labels)
