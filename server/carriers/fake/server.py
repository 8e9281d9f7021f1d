"""承运方替身服务 — replays recorded journeys, keeps the platform's rules, and fails on demand."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self, TypeAlias

import aiohttp
from aiohttp import web

from server.carriers.kuaidi100 import NEEDS_TELEPHONE, sign_push, sign_query

APART = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
Entry: TypeAlias = tuple[str, str, str, str]
"""One entry of a journey: time, code, words, place."""

RECORDED: tuple[Entry, ...] = (
    ("2026-11-02 11:00:00", "103", "【示例】已揽收", "江苏,扬州市,高邮市"),
    ("2026-11-02 20:10:00", "1002", "【示例】已发往下一站", "江苏,扬州市"),
    ("2026-11-04 06:30:00", "1001", "【示例】已到达派件城市", "云南,昆明市"),
    ("2026-11-04 08:05:00", "9999", "【示例】平台新增的状态", "云南,昆明市"),
    ("2026-11-04 08:05:00", "5", "【示例】正在派件", "云南,昆明市"),
    ("2026-11-04 18:40:00", "301", "【示例】本人签收", "云南,昆明市"),
)
"""A journey made up for samples; one code is in no table."""


class Failure(StrEnum):
    """Ways to fail."""

    SERVER_ERROR = "HTTP 500"
    STALL = "never answers"
    RUBBISH = "an HTML page with status 200"
    RESET = "closes the connection"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it arrived, and what code it was answered with."""

    at: datetime
    param: Mapping[str, Any] = field(repr=False)
    code: str


class FakeCarrier:
    """承运方替身 — answers ``/poll/query.do`` and pushes to a callback; time is passed in.

    ``journeys`` are entries by number in the order in which they happened; a number without one has no result. Slow
    is ``delay_seconds``, down one of ``Failure``; every question is kept with how it was answered.
    """

    def __init__(
        self, *, customer: str, key: str, salt: str, now: Callable[[], datetime], per_minute: int = 60
    ) -> None:
        self._customer, self._key, self._salt = customer, key, salt
        self.now, self._per_minute = now, per_minute
        self.journeys: dict[str, Sequence[Entry]] = {}
        self.journey_of: Callable[[str], Sequence[Entry]] = lambda number: self.journeys.get(number, ())
        self.failure: Failure | None = None
        self.delay_seconds = 0.0
        self.asked: list[Asked] = []
        self.origin = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/poll/query.do", self._query)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *fault: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def push_form(self, number: str, *, com: str, upto: int | None = None) -> dict[str, str]:
        """Return the form of a push with the first entries of a journey, signed."""
        body = {"status": "polling", "message": "", "lastResult": self._result(number, com, upto)}
        param = json.dumps(body, ensure_ascii=False)
        return {"param": param, "sign": sign_push(param=param, salt=self._salt)}

    async def push(
        self, http: aiohttp.ClientSession, url: str, *, number: str, com: str, upto: Sequence[int]
    ) -> list[int]:
        """Push a journey in pieces in this order, late, doubled or reordered; return the statuses of the answers."""
        statuses = []
        for length in upto:
            async with http.post(url, data=self.push_form(number, com=com, upto=length)) as answer:
                statuses.append(answer.status)
        return statuses

    async def _query(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        param = str(form.get("param", ""))
        asked = _read(param)
        await asyncio.sleep(self.delay_seconds)
        if self.failure is not None:
            self.asked.append(Asked(self.now(), asked, self.failure.name))
            return await self._fail(request, self.failure)
        code = self._verdict(form, param, asked)
        self.asked.append(Asked(self.now(), asked, code))
        if code != "200":
            return web.json_response({"result": False, "returnCode": code, "message": "示例：没有接受或没有结果"})
        return web.json_response(self._result(asked["num"], asked["com"], None))

    def _verdict(self, form: Mapping[str, Any], param: str, asked: Mapping[str, Any]) -> str:
        """Return the code of an answer: signature, telephone, the half hour of a number, the rate, the result."""
        expected = sign_query(param=param, key=self._key, customer=self._customer)
        if form.get("customer") != self._customer or form.get("sign") != expected:
            return "503"
        if not asked.get("num") or not asked.get("com"):
            return "400"
        if asked["com"] in NEEDS_TELEPHONE and len(asked.get("phone", "")) != 4:
            return "408"
        now = self.now()
        if any(one.param.get("num") == asked["num"] and now - one.at < APART for one in self.asked):
            return "601"
        if sum(now - one.at < MINUTE for one in self.asked) >= self._per_minute:
            return "601"
        return "200" if self.journey_of(asked["num"]) else "500"

    def _result(self, number: str, com: str, upto: int | None) -> dict[str, Any]:
        entries = [
            {"time": time, "ftime": time, "context": text, "statusCode": code, "areaName": place}
            for time, code, text, place in self.journey_of(number)[:upto]
        ]
        return {"message": "ok", "nu": number, "com": com, "state": "0", "status": "200", "data": entries[::-1]}

    async def _fail(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        if failure is Failure.STALL:
            await asyncio.sleep(3600)
        if failure is Failure.RESET:
            assert request.transport is not None
            request.transport.close()
        if failure is Failure.RUBBISH:
            return web.Response(text="<html>系统维护中</html>", content_type="text/html")
        return web.Response(status=500, text="{}")


def _read(param: str) -> dict[str, Any]:
    """Return what was asked, nothing if it is no JSON object."""
    try:
        asked = json.loads(param)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}
