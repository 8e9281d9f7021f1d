"""微信传输 — one HTTP exchange with WeChat; what fails here says neither address, secret nor token."""

import json
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

import aiohttp

from config.logging import get_logger
from server.wechat.accounts import OFFICIAL_ORIGIN
from server.wechat.refusals import WeChatBusy

_NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

log = get_logger(__name__)


class Blob(bytes):
    """An answer that is not JSON: the picture of a code, a downloaded file."""

    content_type: str = "application/octet-stream"


Answer: TypeAlias = dict[str, object] | Blob


class WeChatTransport:
    """Speaks HTTP to one origin through a session that the caller opens and closes."""

    def __init__(self, *, http: aiohttp.ClientSession, origin: str) -> None:
        self._http = http
        self._origin = origin.rstrip("/")

    async def exchange(
        self,
        *,
        method: str,
        endpoint: str,
        query: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
        content_type: str | None = None,
    ) -> Answer:
        """Send one request and return WeChat's answer, whose ``errcode`` is not judged here.

        Raises:
            WeChatBusy: no connection, no answer in time, a status other than 200, or an unreadable body.
        """
        try:
            async with self._http.request(
                method,
                self._origin + endpoint,
                params=query,
                data=body,
                headers={"Content-Type": content_type} if content_type else None,
                timeout=aiohttp.ClientTimeout(total=timeout_seconds),
                allow_redirects=False,  # a redirect would carry the secret to a stranger
            ) as response:
                raw, kind, status = await response.read(), response.content_type, response.status
            fault, is_open = "" if status == 200 else f"HTTP {status}", status >= 500
        except _NEVER_CONNECTED as error:
            fault, is_open = type(error).__name__, False
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            fault, is_open = type(error).__name__, True
        # Raised outside the handler: the library's exception holds the address, and the address holds the secret.
        if fault:
            raise busy(endpoint, fault, may_have_happened=is_open)
        return _read(raw, kind, endpoint)


def locate(url_or_endpoint: str, *, base: str) -> str:
    """Return the path below the origin that an endpoint or a full address of wechatpy means.

    wechatpy's methods name addresses under the official origin; the transport leads them to the configured one.

    Raises:
        ValueError: the address is another host's, which must never see a token of ours.
    """
    is_full = url_or_endpoint.startswith(("http://", "https://"))
    parts = urlsplit(url_or_endpoint if is_full else base + url_or_endpoint)
    if parts.netloc != urlsplit(OFFICIAL_ORIGIN).netloc:
        raise ValueError(f"not an address of WeChat's API: {parts.hostname}")
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def encode_body(data: object) -> bytes | None:
    """Return the bytes of a request body; a mapping becomes JSON with its Chinese unescaped.

    Bytes, never a stream: WeChat answers 412 to chunked bodies.
    """
    if data is None or isinstance(data, bytes):
        return data
    if isinstance(data, str):
        return data.encode()
    return json.dumps(data, ensure_ascii=False).encode()


def busy(endpoint: str, fault: str, *, may_have_happened: bool = False) -> WeChatBusy:
    """Log why an endpoint could not be used and return the refusal for the person."""
    refusal = WeChatBusy()
    refusal.endpoint, refusal.told, refusal.may_have_happened = endpoint.partition("?")[0], fault, may_have_happened
    log.warning("wechat.unreachable", endpoint=refusal.endpoint, fault=fault)
    return refusal


def _read(raw: bytes, content_type: str, endpoint: str) -> Answer:
    """Decode by the body's first byte: WeChat labels JSON ``text/plain`` and sends errors where pictures are due."""
    if raw[:1] == b"{":
        return _read_json(raw, endpoint)
    if not raw or _is_text(raw, content_type):
        raise busy(endpoint, "unreadable answer", may_have_happened=True)
    blob = Blob(raw)
    blob.content_type = content_type
    return blob


def _read_json(raw: bytes, endpoint: str) -> dict[str, object]:
    try:
        # Not strict: nicknames arrive with control characters and broken UTF-8.
        answer: dict[str, object] = json.loads(raw.decode("utf-8", "ignore"), strict=False)
        nested = answer.pop("base_resp", None)
        if isinstance(nested, dict):
            answer.update(nested)
        answer["errcode"] = int(str(answer.get("errcode") or 0))
    except (ValueError, RecursionError):
        answer = {}
    if not answer:
        raise busy(endpoint, "unreadable answer", may_have_happened=True)
    return answer


def _is_text(raw: bytes, content_type: str) -> bool:
    """Tell an error page from a file that WeChat merely labels as text."""
    if not content_type.startswith("text/"):
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
