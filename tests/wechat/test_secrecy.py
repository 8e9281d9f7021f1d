"""No secret, token or log-in code in what an exception, a repr or a log line says."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from structlog.typing import EventDict
from wechatpy.exceptions import WeChatClientException  # type: ignore[import-untyped]

from models.errors import Refusal
from server.state.memory import MemoryState
from server.wechat.calls import read_phone_number
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import WeChatRefused
from server.wechat.fake.server import Failure, FakeWeChat
from server.wechat.login import WeChatLogin
from server.wechat.tokens import IssuedToken
from tests.wechat.recorder import SECRET, TOKEN, Recorder
from tests.wechat.test_calls import OPENID, REQUESTS

NUMBER = "13800001234"
HIDDEN = [
    TOKEN,
    SECRET,
    OPENID,
    NUMBER,
    "张三",
    "110101199003072316",
    "您好，邮兵",
    "招普工",
    "e31968a7f94cc5ee25fafc2aef27",
]
"""What stands in the requests of ``REQUESTS``, and in what goes with them."""
FAILURES = [*Failure, -1, 40001, 40013, 40029, 40125, 40163, 40164, 40226, 42001, 45009, 45011, 47003]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("path", ["/sns/jscode2session", "/cgi-bin/stable_token", "/cgi-bin/getcallbackip"])
async def test_a_failure_tells_neither_secret_nor_token_nor_code(
    wechat: FakeWeChat,
    make_client: Callable[..., AsyncWeChatClient],
    caplog: pytest.LogCaptureFixture,
    logs: list[EventDict],
    failure: Failure | int,
    path: str,
) -> None:
    caplog.set_level("DEBUG")
    wechat.quotes_requests = True
    client = make_client(timeout_seconds=0.2 if failure is Failure.STALL else 5.0)
    code = wechat.issue_code(openid="o-zhang")
    deeds: dict[str, Callable[[], Awaitable[Any]]] = {
        "/sns/jscode2session": lambda: WeChatLogin(client).identify(code),
        "/cgi-bin/stable_token": client.fetch_access_token,
        "/cgi-bin/getcallbackip": client.misc.get_wechat_ips,
    }
    wechat.fail_next(failure, times=100, path=path)

    with pytest.raises((Refusal, WeChatClientException)) as failed:
        await deeds[path]()

    said = "\n".join([*_everything_said_by(failed.value), caplog.text, repr(logs), repr(client)])
    hidden = [wechat.secret, code, wechat.token]
    assert [name for name in hidden if name and name in said] == []


@pytest.mark.parametrize("errcode", [-1, 40001, 40003, 40013, 40125, 40164, 43101, 45009, 47003, 48001, 99999])
@pytest.mark.parametrize("name", REQUESTS)
async def test_no_call_tells_whom_or_what_it_was_about(
    caplog: pytest.LogCaptureFixture, logs: list[EventDict], name: str, errcode: int
) -> None:
    caplog.set_level("DEBUG")
    state = MemoryState()
    async with Recorder() as recorder:
        recorder.quotes_requests = True
        recorder.answer = {"errcode": errcode, "errmsg": "refused"}
        client = recorder.client(state=state, force_wait_seconds=())

        with pytest.raises((Refusal, WeChatRefused)) as failed:
            await REQUESTS[name][0](client)

    noted = repr([value for key, value in state._values.items() if not key.startswith("wechat:token:")])
    said = "\n".join([*_everything_said_by(failed.value), caplog.text, repr(logs), repr(client), noted])
    assert [hidden for hidden in HIDDEN if hidden in said] == []


@pytest.mark.parametrize(
    "answer", [{"errcode": 0, "phone_info": {"purePhoneNumber": [NUMBER]}}, {"errcode": 0, "x": NUMBER}]
)
async def test_an_unreadable_answer_is_not_quoted(
    caplog: pytest.LogCaptureFixture, logs: list[EventDict], answer: dict[str, Any]
) -> None:
    async with Recorder() as recorder:
        recorder.answer = answer

        with pytest.raises(Refusal) as failed:
            await read_phone_number(recorder.client(), code="x")

    said = "\n".join([*_everything_said_by(failed.value), caplog.text, repr(logs)])
    assert NUMBER not in said


async def test_a_token_stays_out_of_its_repr() -> None:
    assert "84_secret" not in repr(IssuedToken(token="84_secret", lives_seconds=7200))


async def test_a_successful_call_logs_no_token(
    wechat: FakeWeChat, client: AsyncWeChatClient, caplog: pytest.LogCaptureFixture, logs: list[EventDict]
) -> None:
    caplog.set_level("DEBUG")

    await asyncio.gather(*(client.misc.get_wechat_ips() for _ in range(3)))

    assert [line["event"] for line in logs] == ["wechat.token_renewed"]
    assert wechat.token not in repr(logs) + caplog.text
    assert wechat.secret not in repr(logs) + caplog.text


def _everything_said_by(error: BaseException | None) -> Iterator[str]:
    """Yield the texts, attributes and traceback of an exception and of all that stands behind it, suppressed or not."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
