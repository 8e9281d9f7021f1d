"""请求 — Sanic's request, also for an address that cannot be parsed."""

from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest


class IncomingRequest(Request):
    """A request whose refusal can always be answered.

    Sanic answers what it cannot parse through an empty request of the method ``NONE`` with the same address; when
    the address is what cannot be parsed, that fails too and the connection ends without a word.
    """

    def __init__(self, url_bytes: bytes, headers: Any, version: str, method: str, *others: Any, **named: Any) -> None:
        try:
            super().__init__(url_bytes, headers, version, method, *others, **named)
        except BadRequest:
            if method != "NONE":
                raise
            super().__init__(b"*", headers, version, method, *others, **named)
