"""中间件 — what every request gets: an id, security headers, a count, a line in the log."""

import re
import time
from typing import Any
from uuid import uuid4

from sanic import Request, Sanic
from sanic.response import HTTPResponse

from config.logging import get_logger, request_id
from server.http.metrics import REQUESTS, SECONDS

log = get_logger("http")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}\Z")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def attach_middleware(app: "Sanic[Any, Any]") -> None:
    """Give every request its id before it is handled and finish every answer after."""
    app.register_middleware(begin_request, "request", priority=100)
    app.register_middleware(finish_response, "response", priority=-100)  # type: ignore[arg-type]


async def begin_request(request: Request) -> None:
    """Take a well-formed id from ``X-Request-ID`` or make one."""
    offered = request.headers.getone("x-request-id", "")
    request_id.set(offered if _ID.match(offered) else uuid4().hex)
    request.ctx.began = time.perf_counter()


async def finish_response(request: Request, response: HTTPResponse) -> None:
    """Set the headers, count the answer and log it."""
    identifier = request_id.get()
    if not identifier:
        await begin_request(request)
        identifier = request_id.get()
    headers = response.headers
    headers["X-Request-ID"] = identifier
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    seconds = time.perf_counter() - getattr(request.ctx, "began", time.perf_counter())
    route = f"/{request.route.path}" if request.route else "none"
    REQUESTS.labels(route, request.method, response.status).inc()
    SECONDS.labels(route).observe(seconds)
    if route not in _QUIET:
        log.info(
            "http.answered",
            method=request.method,
            route=route,
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
        )
