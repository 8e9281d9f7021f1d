"""No secret, token or log-in code in what an exception, a repr or a log line says."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from structlog.typing import EventDict
from wechatpy.exceptions import WeChatClientException  # type: ignore[import-untyped]

from models.errors import Refusal
from server.wechat.client import AsyncWeChatClient
from server.wechat.fake.server import Failure, FakeWeChat
from server.wechat.login import WeChatLogin
from server.wechat.tokens import IssuedToken

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
