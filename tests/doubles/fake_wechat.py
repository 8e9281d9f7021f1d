"""微信替身 — an honest small WeChat on a loopback port that keeps the platform's rules and fails on demand."""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CODE_LIVES = timedelta(minutes=5)
TOKEN_LIVES = timedelta(seconds=7200)
ROTATES_BEFORE_END = timedelta(minutes=5)
FORCE_APART = timedelta(seconds=30)
FORCES_A_DAY = 20
LOGINS_A_MINUTE = 100
SCENE_LENGTH = 32
BODY = web.RequestKey("body", dict[str, Any])
PICTURE = b"\x89PNG\r\n\x1a\n a mini-program code"


class Failure(StrEnum):
    """Ways to fail that carry no errcode."""

    SERVER_ERROR = "HTTP 500"
    STALL = "never answers"
    TRUNCATED = "half of a JSON object"
    PAGE = "an HTML page with status 200"
    RESET = "closes the connection"
    REDIRECT = "sends the client elsewhere"


class SteppedClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass
class Call:
    """One request as it arrived."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]
    raw: bytes


@dataclass
class _Code:
    openid: str
    unionid: str | None
    until: datetime
    is_used: bool = False


@dataclass
class _Plan:
    failure: Failure | int
    path: str
    left: int


class FakeWeChat:
    """One account of WeChat. Use as ``async with FakeWeChat() as wechat`` and point a client at ``wechat.origin``."""

    def __init__(self, *, appid: str = "wx0123456789abcdef", now: Callable[[], datetime] | None = None) -> None:
        self.appid = appid
        self.secret = secrets.token_hex(16)
        self.origin = ""
        self.calls: list[Call] = []
        self.token = ""
        self.allows_address = True
        """False answers 40164, as for a server that is not on the IP whitelist."""
        self.quotes_requests = False
        """True puts what was sent into every errmsg: the worst that an answer could do to a log."""
        self.blocked: set[str] = set()
        self._now = now or (lambda: datetime.now(UTC))
        self._living: dict[str, datetime] = {}
        self._forced: list[datetime] = []
        self._codes: dict[str, _Code] = {}
        self._logins: dict[str, deque[datetime]] = {}
        self._plans: list[_Plan] = []
        self._released = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._receive])
        app.router.add_get("/sns/jscode2session", self._code_to_session)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_get("/cgi-bin/getcallbackip", self._callback_addresses)
        app.router.add_post("/wxa/getwxacodeunlimit", self._picture)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    def issue_code(self, *, openid: str, unionid: str | None = None) -> str:
        """Return what ``wx.login`` gives the phone of this person."""
        code = "0" + secrets.token_hex(15) + "w"
        self._codes[code] = _Code(openid, unionid, self._now() + CODE_LIVES)
        return code

    def fail_next(self, failure: Failure | int, *, times: int = 1, path: str = "/") -> None:
        """Let the next requests whose path begins so fail; a number is an errcode."""
        self._plans.append(_Plan(failure, path, times))

    def kill_token(self, *, still_handed_out: bool = False) -> None:
        """Make the current token dead; if still handed out, stable_token returns it until it is forced."""
        self._living.pop(self.token, None)
        if not still_handed_out:
            self.token = ""

    def requests(self, path: str) -> list[Call]:
        """Return the requests that reached a path."""
        return [call for call in self.calls if call.path == path]

    @property
    def forced_refreshes(self) -> int:
        return len(self._forced)

    @web.middleware
    async def _receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        request[BODY] = body
        self.calls.append(Call(request.path, dict(request.query), body, await request.read()))
        for plan in self._plans:
            if plan.left and request.path.startswith(plan.path):
                plan.left -= 1
                return await self._fail(request, plan.failure)
        if not self.allows_address:
            return self._error(request, 40164, "invalid ip 127.0.0.1, not in whitelist")
        return await handler(request)

    async def _fail(self, request: web.Request, failure: Failure | int) -> web.StreamResponse:
        match failure:
            case Failure.STALL:
                await self._released.wait()
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
            case int():
                return self._error(request, failure, "scripted")
        return web.Response()

    async def _code_to_session(self, request: web.Request) -> web.Response:
        query = request.query
        if fault := self._credential_fault(query.get("appid"), query.get("secret")):
            return self._error(request, *fault)
        code = self._codes.get(query.get("js_code", ""))
        if code is None or code.until <= self._now() or query.get("grant_type") != "authorization_code":
            return self._error(request, 40029, "invalid code")
        if code.is_used:
            return self._error(request, 40163, "code been used")
        if self._is_too_frequent(code.openid):
            return self._error(request, 45011, "api minute-quota reach limit")
        code.is_used = True
        if code.openid in self.blocked:
            return self._error(request, 40226, "code blocked")
        session = {"session_key": secrets.token_urlsafe(16), "openid": code.openid}
        return _plain(session | ({"unionid": code.unionid} if code.unionid else {}))

    def _is_too_frequent(self, openid: str) -> bool:
        logins = self._logins.setdefault(openid, deque())
        while logins and logins[0] <= self._now() - timedelta(minutes=1):
            logins.popleft()
        if len(logins) >= LOGINS_A_MINUTE:
            return True
        logins.append(self._now())
        return False

    async def _stable_token(self, request: web.Request) -> web.Response:
        asked = request[BODY]
        if fault := self._credential_fault(asked.get("appid"), asked.get("secret")):
            return self._error(request, *fault)
        if asked.get("force_refresh"):
            if self._may_not_force():  # the document states the limits, not the codes; these are the likely ones
                return self._error(request, 45009, "reach max api daily quota limit")
            self._forced.append(self._now())
            self._living.pop(self.token, None)
            self.token = ""
        ends = self._living.get(self.token)
        if not self.token or (ends is not None and ends - self._now() <= ROTATES_BEFORE_END):
            self.token = f"{len(self._living)}_" + secrets.token_urlsafe(384)
            self._living[self.token] = ends = self._now() + TOKEN_LIVES
        lives = int((ends - self._now()).total_seconds()) if ends else 7000
        return _plain({"access_token": self.token, "expires_in": lives})

    def _may_not_force(self) -> bool:
        today = [at for at in self._forced if at > self._now() - timedelta(days=1)]
        return len(today) >= FORCES_A_DAY or any(at > self._now() - FORCE_APART for at in today)

    def _credential_fault(self, appid: str | None, secret: str | None) -> tuple[int, str] | None:
        if appid != self.appid:
            return 40013, "invalid appid"
        if secret != self.secret:
            return 40125, "invalid appsecret"
        return None

    async def _callback_addresses(self, request: web.Request) -> web.Response:
        return self._token_fault(request) or _plain({"ip_list": ["101.226.62.77"]})

    async def _picture(self, request: web.Request) -> web.Response:
        if fault := self._token_fault(request):
            return fault
        if len(request[BODY]["scene"]) > SCENE_LENGTH:
            return self._error(request, 40169, "invalid length for scene")
        return web.Response(body=PICTURE, content_type="image/png")

    def _token_fault(self, request: web.Request) -> web.Response | None:
        until = self._living.get(request.query.get("access_token", ""))
        if until is None:
            return self._error(request, 40001, "invalid credential, access_token is invalid or not latest")
        return None if until > self._now() else self._error(request, 42001, "access_token expired")

    def _error(self, request: web.Request, errcode: int, errmsg: str) -> web.Response:
        sent = f" {request.query_string} {request[BODY]}" if self.quotes_requests else ""
        return _plain({"errcode": errcode, "errmsg": f"{errmsg}{sent}, rid: 65f0-1a2b-3c4d"})


def _plain(answer: dict[str, Any]) -> web.Response:
    """WeChat labels its JSON as plain text."""
    return web.json_response(answer, content_type="text/plain")
