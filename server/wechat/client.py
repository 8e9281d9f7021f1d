"""微信客户端 — wechatpy's API methods made awaitable; one client for each account (mini-program, service account)."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Never, TypeVar
from urllib.parse import parse_qsl

import aiohttp
import msgspec
from wechatpy.client import WeChatClient  # type: ignore[import-untyped]

from server.state.protocol import SharedState
from server.wechat import api
from server.wechat.accounts import OFFICIAL_ORIGIN, WeChatAccount
from server.wechat.blotting import blot
from server.wechat.errors import WeChatRefused
from server.wechat.judging import BUSY, DEAD_TOKEN, refusal_of
from server.wechat.records import CallRecords
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured
from server.wechat.tokens import IssuedToken, TicketKeeper, TokenKeeper
from server.wechat.transport import Answer, Blob, WeChatTransport, busy, encode_body, locate
from server.wechat.uploads import encode_upload

T = TypeVar("T")

MOST_RENEWALS = 3
"""So many tokens may die under one call: the one it began with, and one that a slow process stored too late."""
UPLOAD_PATIENCE = 5
"""How many times longer than another call an upload may take: a video has ten megabytes."""
WITHOUT_TOKEN = ("/sns/", "/cgi-bin/stable_token", "/cgi-bin/token")


class _Ticket(msgspec.Struct):
    ticket: str
    expires_in: int = 7200


class _StableToken(msgspec.Struct):
    access_token: str
    expires_in: int = 7200


@dataclass(slots=True)
class _Call:
    """One request as it is repeated, but for the token; what may hold a secret stays out of the repr."""

    method: str
    endpoint: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout_seconds: float
    """For everything: the token, the request and its repetitions."""
    content_type: str | None = None
    is_under_way: bool = False
    """Whether the request is out and its answer is not in."""

    @property
    def path(self) -> str:
        return self.endpoint.partition("?")[0]

    @property
    def needs_token(self) -> bool:
        return not self.path.startswith(WITHOUT_TOKEN)


class AsyncWeChatClient(WeChatClient):  # type: ignore[misc]  # wechatpy is untyped
    """One account of WeChat. Its API methods (``client.wxa.code_to_session`` …) return awaitables.

    An awaited method raises ``WeChatBusy`` (unreachable, or −1 after the retries), ``WeChatMisconfigured``, or a
    ``WeChatRefused`` with its ``errcode``, which is wechatpy's ``WeChatClientException`` or ``APILimitedException``
    too; none of them quotes a secret, a token or anything else of the request. Timeouts are not retried: the deed
    may have been done, and ``WeChatBusy.may_have_happened`` says so.
    """

    card, cloud, datacube, jsapi = api.Cards(), api.Cloud(), api.Figures(), api.Tickets()
    material, media, qrcode = api.Materials(), api.Media(), api.QRCodes()
    tag, user = api.Tags(), api.Followers()

    access_token = ""  # wechatpy's property does I/O; here the token joins the query just before each request

    def __init__(
        self,
        *,
        appid: str,
        secret: str,
        account: WeChatAccount = WeChatAccount.MINI,
        http: aiohttp.ClientSession,
        state: SharedState,
        origin: str = OFFICIAL_ORIGIN,
        timeout_seconds: float = 8.0,
        retry_seconds: Sequence[float] = (0.4, 0.8),
        force_wait_seconds: Sequence[float] = (0.2,) * 30,
    ) -> None:
        """Take over an open session and the state that all processes share.

        ``timeout_seconds`` bounds a whole call with its token and retries; ``retry_seconds`` are the pauses after
        −1, ``force_wait_seconds`` those between looks for a token that another process is forcing.
        """
        super().__init__(appid, secret)
        self.account = account
        self._http.close()  # wechatpy's blocking session, never used here
        self._timeout_seconds = timeout_seconds
        self._retry_seconds = tuple(retry_seconds)
        self._transport = WeChatTransport(http=http, origin=origin)
        self.records = CallRecords(account=account.value, appid=appid, state=state)
        self._tokens = TokenKeeper(
            appid=appid,
            state=state,
            issue=self._issue_token,
            wait_seconds=force_wait_seconds,
            note=self.records.issued,
        )
        self._tickets = TicketKeeper(appid=appid, state=state, issue=self._issue_ticket)

    def __repr__(self) -> str:
        return f"AsyncWeChatClient({self.appid})"

    async def fetch_access_token(self) -> str:
        """Return the account's current access token, fetched only if no process holds one."""
        return await self._tokens.current()

    async def prove_credentials(self) -> None:
        """Ask WeChat for the token that it would hand to anybody, whatever is held; nothing is changed by it."""
        await self._issue_token(False)

    async def ticket(self, kind: str) -> str:
        """Return the account's current JS-SDK ticket of a kind (``jsapi``, ``wx_card``)."""
        return await self._tickets.current(kind)

    async def ask(
        self,
        path: str,
        body: object,
        *,
        shape: type[T],
        method: str = "post",
        query: Mapping[str, object] | None = None,
    ) -> T:
        """Call an endpoint by its path and return the answer in its shape; ``WeChatBusy`` where it has another."""
        answer = await self._request(method, OFFICIAL_ORIGIN + path, params=query, data=body)
        try:
            return msgspec.convert(answer, shape)
        except msgspec.ValidationError:
            raise busy(path, "unreadable answer", may_have_happened=True) from None

    async def ask_for_file(self, path: str, body: object) -> Blob:
        """Call an endpoint that answers a file; ``WeChatBusy`` where it answers none."""
        answer = await self._request("post", OFFICIAL_ORIGIN + path, data=body)
        if not isinstance(answer, Blob):
            raise busy(path, "no file in the answer")
        return answer

    async def _request(
        self,
        method: str,
        url_or_endpoint: str,
        *,
        params: Mapping[str, object] | str | None = None,
        data: object = None,
        json: object = None,
        files: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        result_processor: Callable[[Any], Any] | None = None,
        api_base_url: str | None = None,
    ) -> Any:
        """Fulfil what wechatpy's methods call ``_request``; the one way out for all of them."""
        sent = json if data is None else data
        call = _Call(
            method=method,
            endpoint=locate(url_or_endpoint, base=api_base_url or self.API_BASE_URL),
            query=_query(params),
            body=None if files else encode_body(sent),
            timeout_seconds=self._timeout_seconds,
        )
        if files:
            upload = await asyncio.to_thread(encode_upload, files, sent if isinstance(sent, Mapping) else {})
            call.body, call.content_type = upload.body, upload.content_type
            call.timeout_seconds *= UPLOAD_PATIENCE
        try:
            answer = await self._within_time(call)
            result = _processed(answer, result_processor, call.path)
        except (WeChatRefused, WeChatBusy, WeChatMisconfigured) as failure:
            await self.records.failed(failure, call.path)
            raise
        self.records.succeeded()
        return result

    async def _within_time(self, call: _Call) -> Answer:
        try:
            async with asyncio.timeout(call.timeout_seconds) as deadline:
                return await self._insist(call)
        except TimeoutError:
            if not deadline.expired():
                raise  # not ours: the shared state's, say
        raise busy(call.path, "TimeoutError", may_have_happened=call.is_under_way)

    async def _insist(self, call: _Call) -> Answer:
        """Repeat a call with each new token and a few times after −1; raise what WeChat finally refused."""
        token = await self._token() if call.needs_token else ""
        pauses = list(self._retry_seconds)
        renewals = 0
        while True:
            query = {**call.query, "access_token": token} if token else call.query
            call.is_under_way = True
            answer = await self._transport.exchange(
                method=call.method,
                endpoint=call.endpoint,
                query=query,
                body=call.body,
                content_type=call.content_type,
                timeout_seconds=call.timeout_seconds,
            )
            call.is_under_way = False
            errcode = answer["errcode"] if isinstance(answer, dict) else 0
            if not errcode:
                return answer
            if errcode in DEAD_TOKEN and token and renewals < MOST_RENEWALS:
                dead, token = token, await self._token(refused=token, may_force=not renewals)
                renewals += 1
                if token != dead:
                    continue
            if errcode == BUSY and pauses:
                await asyncio.sleep(pauses.pop(0))
                continue
            self._refuse(call, answer, query)

    async def _token(self, *, refused: str | None = None, may_force: bool = True) -> str:
        try:
            return await self._tokens.current(refused=refused, may_force=may_force)
        except WeChatBusy as refusal:
            # Whatever became of the request for a token, what needed it was not done.
            refusal.may_have_happened = False
            raise

    def _refuse(self, call: _Call, answer: Answer, query: Mapping[str, str]) -> Never:
        assert isinstance(answer, dict)
        told = blot(str(answer.get("errmsg", "")), sent=[self.secret, *query.values()], body=call.body)
        raise refusal_of(call.path, int(str(answer["errcode"])), told, is_token_sent=call.needs_token)

    async def _issue_token(self, is_forced: bool) -> IssuedToken:
        request = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": is_forced,
        }
        answer = await self._request("post", f"{OFFICIAL_ORIGIN}/cgi-bin/stable_token", data=request)
        try:
            issued = msgspec.convert(answer, _StableToken)
        except msgspec.ValidationError:
            raise busy("/cgi-bin/stable_token", "unreadable answer") from None
        return IssuedToken(token=issued.access_token, lives_seconds=issued.expires_in)

    async def _issue_ticket(self, kind: str) -> IssuedToken:
        issued = await self.ask("/cgi-bin/ticket/getticket", None, method="get", query={"type": kind}, shape=_Ticket)
        return IssuedToken(token=issued.ticket, lives_seconds=issued.expires_in)


def _processed(answer: Answer, result_processor: Callable[[Any], Any] | None, path: str) -> Any:
    try:
        return result_processor(answer) if result_processor else answer
    except (LookupError, TypeError, ValueError):
        raise busy(path, "unreadable answer", may_have_happened=True) from None


def _query(params: Mapping[str, object] | str | None) -> dict[str, str]:
    """Return parameters as texts without the empty ones: the HTTP library refuses None and booleans."""
    pairs = parse_qsl(params) if isinstance(params, str) else (params or {}).items()
    return {name: str(value) for name, value in pairs if value is not None}
