"""旅程中的人 — clients that speak to a running installation and remember everything they were told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import aiohttp

from tests.service import Answer, Client


@dataclass(frozen=True, slots=True)
class Heard:
    """One exchange: what was asked for by the request line, and the answer."""

    request_line: str
    answer: Answer

    @property
    def text(self) -> bytes:
        """The whole answer: headers, then body."""
        headers = cast(Mapping[str, str], self.answer.headers)
        head = "\n".join(f"{name}: {value}" for name, value in headers.items())
        return head.encode() + b"\n\n" + self.answer.body


class Person(Client):
    """Speaks as one person; all persons of a journey share the list of what was heard."""

    def __init__(self, http: aiohttp.ClientSession, base: str, heard: list[Heard], token: str | None = None) -> None:
        super().__init__(http, base, token)
        self.heard = heard

    async def call(self, method: str, path: str, **kwargs: Any) -> Answer:
        answer = await super().call(method, path, **kwargs)
        self.heard.append(Heard(f"{method} {path}", answer))
        return answer

    async def login(self, code: str) -> "Person":
        answer = await self.post("/v1/sessions", {"code": code})
        assert answer.status == 201, answer
        return Person(self.http, self.base, self.heard, answer.json["token"])

    async def expect(self, status: int, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """Ask and return the decoded answer; fail unless it has the status."""
        if body is not None:
            kwargs["json"] = body
        answer = await self.call(method, path, **kwargs)
        assert answer.status == status, answer.body.decode(errors="replace")
        return answer.json


@asynccontextmanager
async def stranger(base: str) -> AsyncIterator[Person]:
    """Yield somebody who is not logged in."""
    async with aiohttp.ClientSession() as http:
        yield Person(http, base, [])
