"""替身推送 — signs, seals and pushes: five seconds, three attempts, the same signature, time and nonce each time."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from config.settings import WeChatPushMode
from server.wechat.fake.account import FakeAccount
from server.wechat.fake.crypto import Envelope, sign
from server.wechat.fake.messages import Fields, as_json, as_xml
from server.wechat.fake.platform import Now
from server.wechat.fake.replies import PassiveReply, ReplyFault, read_reply

ATTEMPTS = 3
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PushRequest:
    """一次推送的请求 — the same for every attempt; a test may tamper with a copy."""

    params: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """一次尝试 — status 0 is no answer in time or no connection."""

    status: int
    seconds: float


@dataclass
class PushOutcome:
    """推送经过 — the attempts, the reply that WeChat took from the last one, or why it took none."""

    openid: str
    attempts: list[Attempt] = field(default_factory=list)
    reply: PassiveReply | None = None
    fault: str = ""

    @property
    def was_taken(self) -> bool:
        return not self.fault


class Pusher:
    """推送者 — one account's pushes to its callback; ``url`` empty means that none is set."""

    def __init__(self, account: FakeAccount, *, now: Now) -> None:
        self.url = ""
        self.is_json = False
        """Which of the two formats is set in the back office."""
        self.patience_seconds = PATIENCE_SECONDS
        self.pause_seconds = 0.0
        """Between two attempts."""
        self._account, self._now = account, now

    def compose(self, openid: str, fields: Fields, *, at: int | None = None) -> PushRequest:
        """Return a push of these fields, signed and sealed as the account's mode wants it."""
        held = self._account.credentials
        stamp = str(at if at is not None else int(self._now().timestamp()))
        nonce = str(secrets.randbelow(10**10))
        names = {"ToUserName": self._account.original_id, "FromUserName": openid, "CreateTime": int(stamp)}
        params = {
            "signature": sign(held.push_token, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": openid,
        }
        body: Fields = {**names, **fields}
        if held.push_mode is not WeChatPushMode.PLAIN:
            sealed = Envelope(key=held.push_key, appid=held.appid).seal(self._written(body))
            params["encrypt_type"] = "aes"
            params["msg_signature"] = sign(held.push_token, stamp, nonce, sealed)
            is_safe = held.push_mode is WeChatPushMode.SAFE
            body = (
                {"ToUserName": self._account.original_id, "Encrypt": sealed} if is_safe else {**body, "Encrypt": sealed}
            )
        kind = "application/json" if self.is_json else "text/xml"
        return PushRequest(params, self._written(body).encode(), kind)

    async def push(self, http: aiohttp.ClientSession, openid: str, fields: Fields) -> PushOutcome:
        """Push until the callback answers 200 in time, three times at most; judge what came back."""
        outcome = PushOutcome(openid)
        if not self.url:
            outcome.fault = "没有设置回调地址"
            return outcome
        request = self.compose(openid, fields)
        for number in range(ATTEMPTS):
            if number:
                await asyncio.sleep(self.pause_seconds)
            attempt, raw = await self._try(http, request)
            outcome.attempts.append(attempt)
            if attempt.status == 200:
                self._judge(outcome, raw, is_event=fields.get("MsgType") == "event")
                return outcome
        last = outcome.attempts[-1].status
        outcome.fault = f"服务答复 HTTP {last}，已推送 3 次" if last else "服务没有在 5 秒内答复，已推送 3 次"
        return outcome

    async def check_url(self, http: aiohttp.ClientSession) -> bool:
        """Ask the callback as the back office does when an address is saved; tell whether the echo came back."""
        token = self._account.credentials.push_token
        stamp, nonce, echo = str(int(self._now().timestamp())), secrets.token_hex(4), str(secrets.randbelow(10**18))
        params = {"signature": sign(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "echostr": echo}
        try:
            async with http.get(self.url, params=params, timeout=self._limit(), allow_redirects=False) as response:
                return response.status == 200 and await response.text() == echo
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _try(self, http: aiohttp.ClientSession, request: PushRequest) -> tuple[Attempt, str]:
        began = time.monotonic()
        try:
            async with http.post(
                self.url,
                params=request.params,
                data=request.body,
                headers={"Content-Type": request.content_type},
                timeout=self._limit(),
                allow_redirects=False,
            ) as response:
                raw, status = await response.text(errors="replace"), response.status
        except (aiohttp.ClientError, TimeoutError):
            raw, status = "", 0
        return Attempt(status, time.monotonic() - began), raw

    def _judge(self, outcome: PushOutcome, raw: str, *, is_event: bool) -> None:
        try:
            outcome.reply = read_reply(
                raw,
                credentials=self._account.credentials,
                original_id=self._account.original_id,
                openid=outcome.openid,
                is_json=self.is_json,
                is_event=is_event,
            )
        except ReplyFault as fault:
            outcome.fault = str(fault)

    def _written(self, fields: Fields) -> str:
        return as_json(fields) if self.is_json else as_xml(fields)

    def _limit(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=self.patience_seconds)
