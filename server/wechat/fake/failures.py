"""替身故障 — the ways in which WeChat fails, planned for the next calls or for a while."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aiohttp import web

from server.wechat.fake.platform import Now


class Failure(StrEnum):
    """Ways to fail that carry no errcode."""

    SERVER_ERROR = "HTTP 500"
    STALL = "never answers"
    TRUNCATED = "half of a JSON object"
    PAGE = "an HTML page with status 200"
    RESET = "closes the connection"
    REDIRECT = "sends the client elsewhere"
    DONE_UNTOLD = "does it and never answers"


@dataclass
class _Plan:
    failure: Failure | int
    path: str
    left: int


class Failures:
    """故障计划 — asked before each call; a number is an errcode."""

    def __init__(self, now: Now) -> None:
        self.down_until: datetime | None = None
        self.delay_seconds = 0.0
        self.released = asyncio.Event()
        self._now = now
        self._plans: list[_Plan] = []

    def plan(self, failure: Failure | int, *, times: int, path: str) -> None:
        """Let the next calls whose path begins so fail."""
        self._plans.append(_Plan(failure, path, times))

    def be_down(self, *, seconds: float) -> None:
        """Close every connection for so long by the fake's own clock."""
        self.down_until = self._now() + timedelta(seconds=seconds)

    def recover(self) -> None:
        """Forget every plan."""
        self.down_until = None
        self._plans.clear()

    def next(self, path: str) -> Failure | int | None:
        """Return how this call fails, None if it does not."""
        if self.down_until is not None and self._now() < self.down_until:
            return Failure.RESET
        for plan in self._plans:
            if plan.left and path.startswith(plan.path):
                plan.left -= 1
                return plan.failure
        return None

    async def fail(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        """Answer as a failure does."""
        match failure:
            case Failure.STALL | Failure.DONE_UNTOLD:
                await self.released.wait()
            case Failure.RESET:
                assert request.transport is not None
                request.transport.abort()
            case Failure.SERVER_ERROR:
                return web.Response(status=500, text="system error")
            case Failure.TRUNCATED:
                return web.Response(text='{"openid": "o', content_type="text/plain")
            case Failure.PAGE:
                return web.Response(text="<html>系统维护</html>", content_type="text/html")
            case Failure.REDIRECT:
                return web.Response(status=302, headers={"Location": f"/elsewhere?{request.query_string}"})
        return web.Response()
