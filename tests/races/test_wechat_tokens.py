"""Four worker processes send while the token dies under them: nothing is lost, and it is forced once at most."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from server.wechat.fake.server import FakeWeChat
from server.wechat.fake.tokens import TokenDesk
from tests.races.wechat_sender import OPENID, TEMPLATE
from tests.run.installation import ROOT, environment, until

WORKERS, EACH = 4, 600
ALL = WORKERS * EACH


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the workers share their state."""
    address: str = request.getfixturevalue("redis_url" if request.param == "redis" else f"{request.param}_address")
    return address


@asynccontextmanager
async def workers(place: str, wechat: FakeWeChat) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Start the processes and yield them when all are ready to send."""
    wechat.add_template(TEMPLATE, "thing1")
    wechat.grant_consent(OPENID, TEMPLATE, times=ALL)
    command = [sys.executable, "-m", "tests.races.wechat_sender", place, wechat.origin]
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    started = [
        await asyncio.create_subprocess_exec(*command, f"w{number}", str(EACH), env=environment(), cwd=ROOT, **pipes)
        for number in range(WORKERS)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def race(place: str, wechat: FakeWeChat, blow: Callable[[TokenDesk], None]) -> None:
    """Let the workers send, strike the token when a third has gone out, and hold what must hold."""
    async with workers(place, wechat) as started:
        for process in started:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        await until(lambda: len(wechat.sent) >= ALL / 3)
        before = Counter(words(wechat))
        blow(wechat.mini.tokens)
        outputs = [(await process.communicate())[0] for process in started]

    assert [json.loads(output) for output in outputs] == [[]] * WORKERS
    assert len(wechat.sent) == len(set(bodies(wechat))) == ALL
    assert wechat.duplicates() == []
    late = Counter(words(wechat)) - before
    assert len(late) == WORKERS, "every process sent after the blow"


def bodies(wechat: FakeWeChat) -> list[str]:
    return [sent.body["data"]["thing1"]["value"] for sent in wechat.sent]


def words(wechat: FakeWeChat) -> list[str]:
    """Return which process sent each message."""
    return [body.split()[0] for body in bodies(wechat)]


def refused_for_the_token(wechat: FakeWeChat) -> int:
    return sum(call.errcode in {40001, 40014, 42001} for call in wechat.calls)


async def test_no_message_is_lost_when_the_token_runs_out(place: str) -> None:
    async with FakeWeChat() as wechat:
        desk = wechat.mini.tokens

        await race(place, wechat, lambda _: wechat.now.advance(seconds=desk.lives.total_seconds()))

        assert refused_for_the_token(wechat) >= 1
        assert wechat.forced_refreshes == 0
        assert desk.issued == 2


async def test_a_dead_token_that_wechat_keeps_handing_out_is_forced_once_by_all(place: str) -> None:
    async with FakeWeChat() as wechat:
        await race(place, wechat, lambda desk: desk.kill(still_handed_out=True))

        assert refused_for_the_token(wechat) >= 1
        assert wechat.forced_refreshes == 1
