"""微信推送基准 — verified and stored pushes a second beside a bare route; and what becomes of a burst."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from sanic import Request, Sanic
from sanic.response import HTTPResponse, text

from bench.compare import compare, print_row, serving
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.migrations.runner import migrate
from models.transactions import fetch_row
from models.wechat import WeChatMessage, WeChatMessageState, WeChatPush, WeChatPushState
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.server import FakeWeChat
from server.wechat.pushes.signing import PushQuery, is_query_signed
from tests.run.installation import running

MINI = WeChatAccount.MINI
WANTED = 0.3
CONNECTIONS = 32
"""WeChat waits for nobody's answer before the next person's push."""
BURST, BURST_SECONDS, PEOPLE = 500, 5.0, 100
_WANTED_MS = 1000
_PATH = f"/v1/wechat/{MINI}/messages"
_ANY_KEY = "A" * 43
_QUESTION = "优待证丢了怎么补办"


def add_wechat_route(app: "Sanic[Any, Any]") -> None:
    """Give the rival a route that believes whatever is signed, and keeps nothing."""
    token = SANDBOX_CREDENTIALS[MINI].push_token

    @app.post("/v1/wechat/mini/messages")
    async def receive(request: Request) -> HTTPResponse:
        query = PushQuery(request.args.get("timestamp"), request.args.get("nonce"), request.args.get("signature"))
        return text("success") if is_query_signed(query, token) else text("", status=403)


def measure_wechat(address: str, *, rounds: int, seconds: float) -> None:
    """Print pushes a second beside the bare route, and how a burst is answered and worked on."""
    asyncio.run(migrate(address))
    with tempfile.TemporaryDirectory() as name, serving(address, _ANY_KEY, Path(name)) as ports:
        # Every push is new, hence as many as may be answered in a round.
        row = compare(
            Path(name),
            ports,
            f"微信推送 {CONNECTIONS} 连接",
            _pushes,
            _pushes,
            rounds=rounds,
            seconds=seconds,
            count=3000,
            connections=CONNECTIONS,
        )
        print_row(row, wanted=WANTED)


def _pushes(number: int) -> list[bytes]:
    """Return so many pushes of different people, sealed and signed, as they stand on the wire."""
    pusher = FakeWeChat().phones.pushers[MINI]
    return [_wire(pusher.compose(f"o-{time.monotonic_ns()}", messages.text(_QUESTION))) for _ in range(number)]


def _wire(request: Any) -> bytes:
    head = (
        f"POST {_PATH}?{urlencode(request.params)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: {request.content_type}\r\nContent-Length: {len(request.body)}\r\n\r\n"
    )
    return head.encode() + bytes(request.body)


async def measure_burst(address: str, directory: Path, models: Path) -> None:
    """Print how 500 pushes in five seconds are answered, and when the last of their answers was sent."""
    knobs = {"DATABASE_URL": address, "RATE_LIMITS": "off", "SANDBOX_WECHAT": "true", "MODEL_DIR": str(models)}
    async with (
        FakeWeChat() as wechat,
        running(directory, "--workers", "1", **(knobs | {"WECHAT_ORIGIN": wechat.origin})) as installation,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        wechat.push_to(installation.base)
        pusher, times, began = wechat.phones.pushers[MINI], list[float](), time.perf_counter()

        async def push(number: int) -> None:
            await asyncio.sleep(number * BURST_SECONDS / BURST)
            openid = f"o-{number % PEOPLE}"
            wechat.did(openid)
            request = pusher.compose(openid, messages.text(f"{_QUESTION}（{number}）"))
            sent = time.perf_counter()
            async with http.post(
                pusher.url,
                params=request.params,
                data=request.body,
                headers={"Content-Type": request.content_type},
            ) as response:
                assert (response.status, await response.text()) == (200, "success")
            times.append((time.perf_counter() - sent) * 1000)

        await asyncio.gather(*(push(number) for number in range(BURST)))
        context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
        try:
            await _until_done()
            took = time.perf_counter() - began
            row = await fetch_row(
                "SELECT count(*) AS n FROM wechat_messages WHERE state = $1", WeChatMessageState.SENT.value
            )
        finally:
            await close_database(context)
    ordered = sorted(times)
    print(
        f"{BURST} 条推送在 {BURST_SECONDS:.0f} 秒内：答 success 的 p50 {statistics.median(ordered):.0f} ms，"
        f"p99 {ordered[int(len(ordered) * 0.99)]:.0f} ms（目标 ≤ {_WANTED_MS}）；"
        f"{int(row['n']) if row else 0} 条答复在 {took:.1f} 秒后全部发出，微信收到 {len(wechat.sent)} 条"
    )


async def _until_done() -> None:
    async with asyncio.timeout(180):
        while await _is_waiting():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.1)


async def _is_waiting() -> bool:
    pushes = await WeChatPush.filter(state=WeChatPushState.WAITING).exists()
    return pushes or await WeChatMessage.filter(state__in=["waiting", "sending"]).exists()
