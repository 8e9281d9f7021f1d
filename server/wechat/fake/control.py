"""替身遥控 — what other processes set in the fake and read from it, under ``/fake``."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.customer_service import Doing
from server.wechat.fake.failures import Failure
from server.wechat.fake.sent import Sent

if TYPE_CHECKING:
    from server.wechat.fake.server import FakeWeChat


def add_control_routes(app: web.Application, wechat: "FakeWeChat") -> None:
    """Add the addresses by which a fake is set and read."""
    control = _Control(wechat)
    app.router.add_get("/fake/sent", control.sent)
    app.router.add_get("/fake/counts", control.counts)
    app.router.add_post("/fake/failures", control.fail)
    app.router.add_post("/fake/recovery", control.recover)
    app.router.add_post("/fake/clock", control.advance)
    app.router.add_post("/fake/tokens/death", control.kill_token)
    app.router.add_post("/fake/codes", control.issue_code)
    app.router.add_post("/fake/phone-codes", control.issue_phone_code)
    app.router.add_post("/fake/consents", control.consent)
    app.router.add_post("/fake/deeds", control.deed)
    app.router.add_post("/fake/faces", control.face)


class _Control:
    """One method an address; bodies and answers are JSON objects."""

    def __init__(self, wechat: "FakeWeChat") -> None:
        self._wechat = wechat

    async def sent(self, request: web.Request) -> web.Response:
        """``?openid=&account=&after=`` — what reached people, in order, and how many of it repeats."""
        openid, account = request.query.get("openid"), request.query.get("account")
        after = int(request.query.get("after", "0"))
        found = [
            told(one)
            for one in self._wechat.sent
            if one.number > after and openid in (None, one.openid) and account in (None, one.account)
        ]
        return web.json_response({"items": found, "duplicates": len(self._wechat.duplicates())})

    async def counts(self, request: web.Request) -> web.Response:
        """How often each address was called and with what errcode, and what tokens were forced."""
        wechat = self._wechat
        return web.json_response(
            {
                "calls": Counter(call.path for call in wechat.calls),
                "errcodes": Counter(str(call.errcode) for call in wechat.calls if call.errcode),
                "sent": len(wechat.sent),
                "duplicates": len(wechat.duplicates()),
                "forced_refreshes": wechat.forced_refreshes,
                "tokens_issued": sum(account.tokens.issued for account in wechat.accounts.values()),
            }
        )

    async def fail(self, request: web.Request) -> web.Response:
        """``{errcode | failure | down_seconds | delay_seconds, times, path}``."""
        asked = await request.json()
        failures = self._wechat.failures
        if "down_seconds" in asked:
            failures.be_down(seconds=float(asked["down_seconds"]))
        if "delay_seconds" in asked:
            failures.delay_seconds = float(asked["delay_seconds"])
        if "errcode" in asked or "failure" in asked:
            failure = int(asked["errcode"]) if "errcode" in asked else Failure[asked["failure"]]
            failures.plan(failure, times=int(asked.get("times", 1)), path=str(asked.get("path", "/")))
        return _done()

    async def recover(self, request: web.Request) -> web.Response:
        """Forget every planned failure."""
        self._wechat.failures.recover()
        return _done()

    async def advance(self, request: web.Request) -> web.Response:
        """``{seconds}``: move the fake's clock."""
        self._wechat.now.advance(seconds=float((await request.json())["seconds"]))
        return _done()

    async def kill_token(self, request: web.Request) -> web.Response:
        """``{account, still_handed_out}``."""
        asked = await request.json()
        self._wechat.kill_token(still_handed_out=bool(asked.get("still_handed_out")), account=_account(asked))
        return _done()

    async def issue_code(self, request: web.Request) -> web.Response:
        """``{openid, unionid}`` → a log-in code."""
        asked = await request.json()
        return web.json_response(
            {"code": self._wechat.issue_code(openid=asked["openid"], unionid=asked.get("unionid"))}
        )

    async def issue_phone_code(self, request: web.Request) -> web.Response:
        """``{mobile, openid}`` → a phone-number code."""
        asked = await request.json()
        code = self._wechat.issue_phone_code(mobile=asked["mobile"], openid=asked.get("openid", ""))
        return web.json_response({"code": code})

    async def consent(self, request: web.Request) -> web.Response:
        """``{openid, template, times}``."""
        asked = await request.json()
        self._wechat.grant_consent(asked["openid"], asked["template"], times=int(asked.get("times", 1)))
        return _done()

    async def deed(self, request: web.Request) -> web.Response:
        """``{account, openid, doing}``: open a window without a push."""
        asked = await request.json()
        self._wechat.did(asked["openid"], Doing(asked.get("doing", "message")), account=_account(asked))
        return _done()

    async def face(self, request: web.Request) -> web.Response:
        """``{verify_id, verdict}``: show the face, or turn away."""
        asked = await request.json()
        try:
            self._wechat.mini.faces.show(asked["verify_id"], verdict=int(asked.get("verdict", 10000)))
        except KeyError:
            return web.json_response({"message": "没有这次核身，或已过期"}, status=404)
        return _done()


def told(sent: Sent) -> dict[str, Any]:
    """Return a message as JSON tells it."""
    return {
        "number": sent.number,
        "at": sent.at.isoformat(),
        "account": sent.account,
        "openid": sent.openid,
        "channel": sent.channel,
        "kind": sent.kind,
        "text": sent.text,
        "body": dict(sent.body),
    }


def _account(asked: dict[str, Any]) -> WeChatAccount:
    return WeChatAccount(asked.get("account", WeChatAccount.MINI))


def _done() -> web.Response:
    return web.json_response({})
