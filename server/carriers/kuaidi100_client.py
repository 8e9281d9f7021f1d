"""快递100查询 — one signed question about one number; what the answer means is not decided here."""

import asyncio
from dataclasses import dataclass, field

import aiohttp
import msgspec

from models.errors import Unavailable
from server.carriers.kuaidi100 import sign_query

TIMEOUT_SECONDS = 8.0
_PATH = "/poll/query.do"
_MOST_BYTES = 1_000_000
_ITS_OWN_FAULT = frozenset({"501", "502", "504"})
NO_RESULT = "500"


class CarrierDown(Unavailable):
    message = "快递查询平台暂时没有回应"
    next_step = "预约和收寄不受影响；轨迹会在它恢复后自动补上"


class CarrierRefuses(Unavailable):
    message = "快递查询平台没有接受查询"
    next_step = "请核对快递100的授权（customer、key）和查询余量"


class _Verdict(msgspec.Struct):
    result: bool | None = None
    returnCode: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """查询 — ``phone`` are the last four digits, only for companies that want them."""

    com: str
    num: str
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Kuaidi100Client:
    """快递100客户端 — asks over an open session."""

    http: aiohttp.ClientSession
    origin: str
    customer: str
    key: str = field(repr=False)

    async def ask(self, question: Question) -> bytes | None:
        """Return the answer, None when the platform knows nothing of the number yet.

        Raises:
            CarrierDown: it cannot be reached, takes too long, or answers with something else.
            CarrierRefuses: it does not take the question.
        """
        asked = {"com": question.com, "num": question.num, "resultv2": "4"}
        if question.phone:
            asked["phone"] = question.phone
        param = msgspec.json.encode(asked).decode()
        sign = sign_query(param=param, key=self.key, customer=self.customer)
        form = {"customer": self.customer, "sign": sign, "param": param}
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                async with self.http.post(self.origin + _PATH, data=form, allow_redirects=False) as response:
                    body = await _read(response)
                    status = response.status
            verdict = msgspec.json.decode(body, type=_Verdict)
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise CarrierDown from fault
        if status >= 500 or (verdict.result is False and verdict.returnCode in _ITS_OWN_FAULT):
            raise CarrierDown
        if verdict.result is False:
            if verdict.returnCode == NO_RESULT:
                return None
            raise CarrierRefuses
        return body


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return a body that comes in any number of pieces, cut where it is longer than anything that is meant for us."""
    received = bytearray()
    async for piece in response.content.iter_any():
        received += piece
        if len(received) > _MOST_BYTES:
            break
    return bytes(received)
