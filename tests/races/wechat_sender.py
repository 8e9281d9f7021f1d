"""发送进程 — one worker process of an installation that does nothing but send to WeChat.

``python -m tests.races.wechat_sender PLACE ORIGIN NAME COUNT``: it says ``ready``, waits for a line, sends, and
prints what failed as a JSON list.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack

import aiohttp

from config.database import close_database, open_database
from config.logging import configure_logging
from models import MODEL_MODULES
from server.state.database import DatabaseState
from server.state.protocol import SharedState
from server.state.redis import RedisState
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount
from server.wechat.calls import send_subscribe_message
from server.wechat.client import AsyncWeChatClient

OPENID, TEMPLATE = "sandbox-demo-veteran", "race"
AT_ONCE = 20


async def send(place: str, origin: str, name: str, count: int) -> list[str]:
    """Send so many messages, twenty at once, and return what was raised."""
    async with AsyncExitStack() as stack:
        state = await _open_state(place, stack)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        account = SANDBOX_CREDENTIALS[WeChatAccount.MINI]
        client = AsyncWeChatClient(appid=account.appid, secret=account.secret, http=http, state=state, origin=origin)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        numbers = iter(range(count))
        failures: list[str] = []

        async def sender() -> None:
            for number in numbers:
                try:
                    fields = {"thing1": f"{name} {number}"}
                    await send_subscribe_message(client, openid=OPENID, template_id=TEMPLATE, fields=fields)
                except Exception as failure:
                    failures.append(repr(failure))

        await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
        return failures


async def _open_state(place: str, stack: AsyncExitStack) -> SharedState:
    if place.startswith("redis"):
        redis = RedisState(place)
        stack.push_async_callback(redis.close)
        return redis
    context = await open_database(place, model_modules=MODEL_MODULES, pool=5)
    stack.push_async_callback(close_database, context)
    return DatabaseState()


if __name__ == "__main__":
    configure_logging(level="CRITICAL", style="json")
    place, origin, name, count = sys.argv[1:]
    print(json.dumps(asyncio.run(send(place, origin, name, int(count)))), flush=True)
