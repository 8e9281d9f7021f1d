"""沙箱承运方 — where nothing is set up, numbers given at the counter travel by themselves within minutes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
from pydantic import SecretStr

from config.clock import beijing, utc_now
from config.logging import get_logger
from config.settings import SANDBOX_SALT, Settings
from server.carriers.fake.server import Entry, FakeCarrier

FIRST = timedelta(seconds=60)
"""From the first question about a number to its collection: time to hand the parcel over."""
STEP = timedelta(seconds=30)
_LOOK_SECONDS = 5.0
_MOST_NUMBERS = 1_000
_CUSTOMER, _KEY = "sandbox", "sandbox"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
ROUTE = (
    ("103", "【示例】快递员已揽收", "江苏,扬州市,高邮市"),
    ("1002", "【示例】已发往下一站", "江苏,扬州市"),
    ("1001", "【示例】已到达派件城市", "示例城市"),
    ("9999", "【示例】平台新增的、我们还不认识的状态", "示例城市"),
    ("5", "【示例】快递员正在派送", "示例城市"),
    ("301", "【示例】本人签收", "示例城市"),
)
log = get_logger("carriers")


class Travels:
    """沙箱行程 — a number sets out when it is first asked about, and comes to one place after the other."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._began: dict[str, datetime] = {}

    def journey(self, number: str) -> list[Entry]:
        """Return the entries of a number until now."""
        began = self._began.setdefault(number, self._now())
        if len(self._began) > _MOST_NUMBERS:
            del self._began[next(iter(self._began))]
        reached = (self._now() - began - FIRST) // STEP + 1
        return [
            (f"{beijing(began + FIRST + place * STEP):%Y-%m-%d %H:%M:%S}", code, words, where)
            for place, (code, words, where) in enumerate(ROUTE[: max(0, reached)])
        ]


class News:
    """新轨迹 — pushes what the numbers that were asked about have come to since, each piece until it is taken."""

    def __init__(self, carrier: FakeCarrier, url: str) -> None:
        self._carrier, self._url = carrier, url
        self._told: dict[str, int] = {}

    async def push(self, http: aiohttp.ClientSession) -> int:
        """Push once whatever is new; return how many pushes were taken."""
        taken = 0
        for number, com in {
            str(one.param.get("num")): str(one.param.get("com")) for one in self._carrier.asked
        }.items():
            length = len(self._carrier.journey_of(number))
            if length <= self._told.get(number, 0):
                continue
            if await self._carrier.push(http, self._url, number=number, com=com, upto=[length]) == [200]:
                self._told[number] = length
                taken += 1
        return taken


@asynccontextmanager
async def sandbox_carrier(settings: Settings) -> AsyncIterator[Settings]:
    """Run a fake carrier that pushes to the service; yield the settings with which it is asked."""
    carrier = FakeCarrier(customer=_CUSTOMER, key=_KEY, salt=SANDBOX_SALT, now=utc_now, per_minute=1_200)
    carrier.journey_of = Travels(utc_now).journey
    async with carrier, aiohttp.ClientSession() as http:
        pushing = asyncio.create_task(_keep_pushing(carrier, http, push_url(settings.host, settings.port)))
        try:
            yield settings.model_copy(
                update={
                    "kuaidi100_customer": _CUSTOMER,
                    "kuaidi100_key": SecretStr(_KEY),
                    "kuaidi100_origin": carrier.origin,
                }
            )
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)


def push_url(host: str, port: int) -> str:
    """Return where a service that listens on a host takes pushes, seen from its own machine."""
    near = _EVERYWHERE.get(host, host)
    return f"http://{f'[{near}]' if ':' in near else near}:{port}/v1/carriers/kuaidi100/pushes"


async def _keep_pushing(carrier: FakeCarrier, http: aiohttp.ClientSession, url: str) -> None:
    news = News(carrier, url)
    while True:
        try:
            await news.push(http)
        except aiohttp.ClientError as fault:  # the web process is starting: it is told at the next look
            log.info("carriers.sandbox_not_heard", fault=type(fault).__name__)
        del carrier.asked[:-_MOST_NUMBERS]
        await asyncio.sleep(_LOOK_SECONDS)
