"""微信替身服务 — answers WeChat's addresses for both accounts, keeps its rules, and fails on demand."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from aiohttp import BodyPartReader, web

from config.clock import utc_now
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount, WeChatCredentials
from server.wechat.fake.account import FakeAccount
from server.wechat.fake.control import add_control_routes
from server.wechat.fake.customer_service import Doing
from server.wechat.fake.failures import Failure, Failures
from server.wechat.fake.messages import Fields
from server.wechat.fake.phone import add_phone_routes
from server.wechat.fake.phones import Phones
from server.wechat.fake.platform import (
    Answer,
    Asked,
    Errcode,
    Now,
    Operation,
    Picture,
    ShiftedClock,
    SteppedClock,
    UploadedFile,
)
from server.wechat.fake.pushing import PushOutcome
from server.wechat.fake.sent import Deliveries, Sent

__all__ = ["Call", "Doing", "Failure", "FakeWeChat", "SteppedClock"]

_BY_APPID = ("/sns/", "/cgi-bin/stable_token", "/cgi-bin/clear_quota/v2")


@dataclass
class Call:
    """一次请求 — as it arrived, and the errcode it was answered with (0 is none)."""

    path: str
    query: dict[str, str]
    body: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)
    errcode: int = 0


class FakeWeChat:
    """微信替身 — use as ``async with FakeWeChat() as wechat`` and point clients at ``wechat.origin``.

    Both accounts are the sandbox's unless told otherwise, so that ``wechat_origin=wechat.origin`` is all that the
    settings of a service under test need. What is about one account takes it as ``account``, by default the
    mini-program. Time is ``now`` plus what the fake itself was advanced.
    """

    def __init__(
        self,
        *,
        appid: str = "",
        now: Now | None = None,
        credentials: Mapping[WeChatAccount, WeChatCredentials] = SANDBOX_CREDENTIALS,
    ) -> None:
        self.now = ShiftedClock(now or utc_now)
        self.origin = ""
        self.calls: list[Call] = []
        self.keeps_calls = 100_000
        """How many of the last requests are kept."""
        self.allows_address = True
        """False answers 40164, as for a server that is not on the IP whitelist."""
        self.quotes_requests = False
        """True puts what was sent into every errmsg: the worst that an answer could do to a log."""
        self.failures = Failures(self.now)
        self.deliveries = Deliveries(self.now)
        self.unionids: dict[str, str] = {}
        if appid:
            mine = replace(credentials[WeChatAccount.MINI], appid=appid, secret=secrets.token_hex(16))
            credentials = {**credentials, WeChatAccount.MINI: mine}
        self.accounts = {
            name: FakeAccount(held, now=self.now, deliveries=self.deliveries, unionids=self.unionids)
            for name, held in credentials.items()
        }
        self.phones = Phones(self.accounts, deliveries=self.deliveries, now=self.now)
        self.mini, self.service = self.accounts[WeChatAccount.MINI], self.accounts[WeChatAccount.SERVICE]
        self.appid = self.mini.appid

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        add_control_routes(app, self)
        add_phone_routes(app, self)
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        await self.phones.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.failures.released.set()
        await self.phones.close()
        await self._runner.cleanup()

    # —— what a test sets up ——

    def issue_code(self, *, openid: str, unionid: str | None = None) -> str:
        """Return what ``wx.login`` gives the phone of this person."""
        return self.mini.login.issue_code(openid=openid, unionid=unionid)

    def issue_phone_code(self, *, mobile: str, openid: str = "") -> str:
        """Return what the phone-number button gives."""
        return self.mini.login.issue_phone_code(mobile=mobile, openid=openid)

    def grant_consent(self, openid: str, template: str, *, times: int = 1) -> None:
        """Let a person accept a template's messages so many times; accepts add up."""
        self.mini.subscriptions.consents[openid, template] += times

    def add_template(self, template: str, *keys: str) -> None:
        """Give the mini-program a template with these fields (``thing1``, ``time2`` …)."""
        self.mini.subscriptions.templates[template] = dict.fromkeys(keys, ())

    def did(self, openid: str, doing: Doing = Doing.MESSAGE, *, account: WeChatAccount = WeChatAccount.MINI) -> None:
        """Let a person do something that opens a window for customer-service messages."""
        self.accounts[account].did(openid, doing)

    def fail_next(self, failure: Failure | int, *, times: int = 1, path: str = "/") -> None:
        """Let the next calls whose path begins so fail; a number is an errcode."""
        self.failures.plan(failure, times=times, path=path)

    def kill_token(self, *, still_handed_out: bool = False, account: WeChatAccount = WeChatAccount.MINI) -> None:
        """Make the current token dead; if still handed out, stable_token returns it until it is forced."""
        self.accounts[account].tokens.kill(still_handed_out=still_handed_out)

    def push_to(self, origin: str) -> None:
        """Set the callback of both accounts: the service's own addresses below this origin."""
        for name, pusher in self.phones.pushers.items():
            pusher.url = f"{origin}/v1/wechat/{name}/messages"

    async def push(self, openid: str, fields: Fields, *, account: WeChatAccount = WeChatAccount.MINI) -> PushOutcome:
        """Let a person do something and push it (``messages.text("…")``, ``messages.click("…")`` …)."""
        return await self.phones.push(account, openid, fields)

    # —— what a test looks at ——

    @property
    def token(self) -> str:
        """The mini-program's current token."""
        return self.mini.tokens.current

    @property
    def secret(self) -> str:
        """The mini-program's AppSecret; setting it is what an operator does in the back office."""
        return self.mini.secret

    @secret.setter
    def secret(self, secret: str) -> None:
        self.mini.secret = secret

    @property
    def blocked(self) -> set[str]:
        """Openids that WeChat holds for a risk."""
        return self.mini.login.blocked

    @property
    def forced_refreshes(self) -> int:
        """How often a token was forced, over both accounts."""
        return sum(len(account.tokens.forced) for account in self.accounts.values())

    @property
    def sent(self) -> list[Sent]:
        """What reached people."""
        return self.deliveries.all

    def sent_to(self, openid: str, *, account: WeChatAccount | None = None) -> list[Sent]:
        """Return what reached a person."""
        return self.deliveries.to(openid, account=account)

    def duplicates(self) -> list[Sent]:
        """Return what reached somebody again."""
        return self.deliveries.duplicates()

    def requests(self, path: str) -> list[Call]:
        """Return the requests that reached a path."""
        return [call for call in self.calls if call.path == path]

    # —— how a request is answered ——

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return web.Response(status=412, text="Precondition Failed")
        raw = b"" if request.content_type.startswith("multipart/") else await request.read()
        call = Call(request.path, dict(request.query), _decoded(raw), raw)
        self.calls.append(call)
        del self.calls[: -self.keeps_calls]
        await asyncio.sleep(self.failures.delay_seconds)
        failure = self.failures.next(request.path)
        if isinstance(failure, Failure) and failure is not Failure.DONE_UNTOLD:
            return await self.failures.fail(request, failure)
        try:
            if isinstance(failure, int):
                raise Errcode(failure, "scripted")
            answer = self._answer(request, call, await _file(request))
        except Errcode as fault:
            call.errcode = fault.errcode
            answer = self._refusal(call, fault)
        if failure is Failure.DONE_UNTOLD:
            return await self.failures.fail(request, failure)
        if isinstance(answer, Picture):
            return web.Response(body=answer.data, content_type=answer.media_type)
        return _plain(answer)

    def _answer(self, request: web.Request, call: Call, file: UploadedFile | None) -> Answer:
        if not self.allows_address:
            raise Errcode(40164, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist")
        account, operation = self._find(call)
        if request.method != operation.method:
            raise Errcode(43001 if operation.method == "GET" else 43002, f"require {operation.method} method")
        if call.raw and not call.body and call.raw.strip() != b"{}":
            raise Errcode(47001, "data format error")
        account.quotas.count(call.path)
        for name in ("touser", "openid"):
            if isinstance(openid := call.body.get(name), str):
                self._check_owner(account, openid)
        try:
            return operation.do(Asked(call.query, call.body, file))
        except (TypeError, ValueError, AttributeError) as fault:  # a member of another kind than the document's
            raise Errcode(47001, "data format error") from fault

    def _find(self, call: Call) -> tuple[FakeAccount, Operation]:
        """Return whose call this is, by its token or by its appid, and what it asks for."""
        if call.path.startswith(_BY_APPID):
            appid = call.query.get("appid") or call.body.get("appid")
            account = next((one for one in self.accounts.values() if one.appid == appid), None)
            if account is None:
                raise Errcode(40013, "invalid appid")
        else:
            token = call.query.get("access_token", "")
            account = next((one for one in self.accounts.values() if one.tokens.owns(token)), self.mini)
            account.tokens.check(token)
        operation = account.operations.get(call.path)
        if operation is None:
            is_others = any(call.path in one.operations for one in self.accounts.values())
            raise Errcode(48001, "api unauthorized") if is_others else Errcode(40066, "invalid url")
        return account, operation

    def _check_owner(self, account: FakeAccount, openid: str) -> None:
        others = (one for one in self.accounts.values() if one is not account)
        if openid not in account.seen and any(openid in one.seen for one in others):
            raise Errcode(40003, "invalid openid")

    def _refusal(self, call: Call, fault: Errcode) -> Answer:
        said = f" {call.query} {call.body}" if self.quotes_requests else ""
        return {"errcode": fault.errcode, "errmsg": f"{fault.errmsg}{said}, rid: 65f0-1a2b-3c4d"}


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _file(request: web.Request) -> UploadedFile | None:
    if not request.content_type.startswith("multipart/"):
        return None
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media":
            header = part.headers.get("Content-Disposition", "")
            return UploadedFile(part.filename or "", bytes(await part.read()), "filename*" not in header)
    return None


def _plain(answer: Mapping[str, Any]) -> web.Response:
    """WeChat labels its JSON as plain text."""
    return web.Response(text=json.dumps(answer, ensure_ascii=False), content_type="text/plain")
