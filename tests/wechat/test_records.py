"""What staff see of an account: its token's times, the last failure, how calls ended. Never a token."""

from collections.abc import Callable
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client import REGISTRY
from structlog.typing import EventDict

from config.clock import utc_now
from server.state.memory import MemoryState
from server.wechat import calls
from server.wechat.accounts import WeChatAccount
from server.wechat.answers import Quota
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import WeChatRefused
from server.wechat.fake.failures import Failure
from server.wechat.fake.server import FakeWeChat
from server.wechat.health import QUOTAS, read_quotas
from server.wechat.measures import calls_by_outcome
from server.wechat.records import OF_PEOPLE
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured

IPS = "/cgi-bin/getcallbackip"
MakeClient = Callable[..., AsyncWeChatClient]


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"youbing_wechat_{name}", {"account": "mini", **labels}) or 0.0


async def test_a_token_in_use_is_known_by_its_times(client: AsyncWeChatClient) -> None:
    before = utc_now()
    fetched = measured("tokens_total", manner="normal")

    await calls.list_callback_addresses(client)

    times = (await client.records.read()).token
    assert times is not None
    assert before <= times.issued_at <= utc_now()
    assert times.renewal_at - times.issued_at == timedelta(seconds=7200 - 300)
    assert measured("tokens_total", manner="normal") == fetched + 1
    assert measured("token_issued_timestamp_seconds") == pytest.approx(times.issued_at.timestamp())
    assert measured("token_renewal_timestamp_seconds") == pytest.approx(times.renewal_at.timestamp())


async def test_a_forced_refresh_is_counted_as_one(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    forced = measured("tokens_total", manner="forced")
    await calls.list_callback_addresses(client)
    wechat.kill_token(still_handed_out=True)

    await calls.list_callback_addresses(client)

    assert measured("tokens_total", manner="forced") == forced + 1


async def test_another_process_reads_what_one_noted(client: AsyncWeChatClient, make_client: MakeClient) -> None:
    await calls.list_callback_addresses(client)

    assert await make_client().records.read() == await client.records.read()


@pytest.mark.parametrize(
    ("failure", "errcode", "fault", "outcome"),
    [
        (45009, 45009, "scripted, rid: 65f0-1a2b-3c4d", "refused"),
        (48001, 48001, "scripted, rid: 65f0-1a2b-3c4d", "refused"),
        (40164, 40164, "scripted, rid: 65f0-1a2b-3c4d", "misconfigured"),
        (-1, -1, "errcode -1", "busy"),
        (Failure.SERVER_ERROR, 0, "HTTP 500", "busy"),
        (Failure.PAGE, 0, "unreadable answer", "busy"),
    ],
)
async def test_the_last_failure_is_kept_and_counted(
    wechat: FakeWeChat,
    client: AsyncWeChatClient,
    failure: Failure | int,
    errcode: int,
    fault: str,
    outcome: str,
) -> None:
    counted, coded = measured("calls_total", outcome=outcome), measured("errcodes_total", errcode=str(errcode))
    wechat.fail_next(failure, times=10, path=IPS)

    with pytest.raises((WeChatRefused, WeChatBusy, WeChatMisconfigured)):
        await calls.list_callback_addresses(client)

    error = (await client.records.read()).last_error
    assert error is not None
    assert (error.endpoint, error.errcode, error.fault) == (IPS, errcode, fault)
    assert utc_now() - error.at < timedelta(seconds=30)
    assert measured("calls_total", outcome=outcome) == counted + 1
    assert measured("errcodes_total", errcode=str(errcode)) == coded + (1 if errcode else 0)
    assert measured("last_error_timestamp_seconds") == pytest.approx(error.at.timestamp())


@pytest.mark.parametrize("errcode", sorted(OF_PEOPLE))
async def test_what_a_person_did_is_counted_and_is_no_failure(
    wechat: FakeWeChat, client: AsyncWeChatClient, errcode: int
) -> None:
    coded = measured("errcodes_total", errcode=str(errcode))
    wechat.fail_next(errcode, path=IPS)

    with pytest.raises(WeChatRefused):
        await calls.list_callback_addresses(client)

    assert (await client.records.read()).last_error is None
    assert measured("errcodes_total", errcode=str(errcode)) == coded + 1


async def test_a_token_that_was_not_to_be_had_is_noted_as_that_and_once(
    wechat: FakeWeChat, client: AsyncWeChatClient
) -> None:
    refused = measured("errcodes_total", errcode="40125")
    wechat.fail_next(40125, times=10, path="/cgi-bin/stable_token")

    with pytest.raises(WeChatMisconfigured):
        await calls.list_callback_addresses(client)

    error = (await client.records.read()).last_error
    assert error is not None
    assert (error.endpoint, error.errcode) == ("/cgi-bin/stable_token", 40125)
    assert measured("errcodes_total", errcode="40125") == refused + 1


async def test_a_fault_that_goes_on_is_written_down_once(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.fail_next(48001, times=2, path=IPS)
    first = None
    for _ in range(2):
        with pytest.raises(WeChatRefused):
            await calls.list_callback_addresses(client)
        first = first or (await client.records.read()).last_error

    assert (await client.records.read()).last_error == first


async def test_a_state_that_fails_does_not_hide_what_wechat_said(
    wechat: FakeWeChat, http: aiohttp.ClientSession, logs: list[EventDict]
) -> None:
    class Broken(MemoryState):
        async def set(self, key: str, value: str, *, ttl_seconds: int) -> None:
            if "last_error" in key:
                raise ConnectionError("the state is down")
            await super().set(key, value, ttl_seconds=ttl_seconds)

    client = AsyncWeChatClient(
        appid=wechat.appid, secret=wechat.secret, http=http, state=Broken(), origin=wechat.origin
    )
    wechat.fail_next(48001, path=IPS)

    with pytest.raises(WeChatRefused):
        await calls.list_callback_addresses(client)

    assert [line["fault"] for line in logs if line["event"] == "wechat.failure_not_noted"] == ["ConnectionError"]


async def test_calls_are_summed_by_outcome_for_each_account(client: AsyncWeChatClient) -> None:
    before, others = calls_by_outcome("mini").get("ok", 0), calls_by_outcome("service")

    await calls.list_callback_addresses(client)

    assert calls_by_outcome("mini")["ok"] == before + 2, "the token and the call"
    assert calls_by_outcome("service") == others


async def test_quotas_are_read_and_noted(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.mini.quotas.limits["/wxa/msg_sec_check"] = 2_000_000
    wechat.fail_next(76021, path="/cgi-bin/openapi/quota/get")

    told = await read_quotas(client)

    reading = (await client.records.read()).quotas
    assert reading is not None
    assert told == len(reading.quotas) == len(QUOTAS[WeChatAccount.MINI]) - 1
    assert reading.quotas["/wxa/msg_sec_check"] == Quota(2_000_000, 0, 2_000_000)
    assert measured("quota_remaining", endpoint="/wxa/msg_sec_check") == 2_000_000


async def test_quotas_are_left_alone_while_wechat_is_down(wechat: FakeWeChat, client: AsyncWeChatClient) -> None:
    wechat.fail_next(Failure.SERVER_ERROR, times=10, path="/cgi-bin/openapi/quota/get")

    assert await read_quotas(client) == 0
    assert (await client.records.read()).quotas is None
    assert len(wechat.requests("/cgi-bin/openapi/quota/get")) == 1
