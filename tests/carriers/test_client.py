"""快递100的查询 — before the fake carrier, which keeps the platform's rules and fails in its ways."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio

from server.carriers import kuaidi100_client
from server.carriers.fake.server import RECORDED, Failure, FakeCarrier
from server.carriers.kuaidi100 import Kuaidi100, is_signed, sign_query
from server.carriers.kuaidi100_client import CarrierDown, CarrierRefuses, Kuaidi100Client, Question


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def carrier(clock: Clock) -> AsyncIterator[FakeCarrier]:
    async with FakeCarrier(customer="customer", key="key", salt="salt", now=clock, per_minute=2) as fake:
        fake.journeys = {str(number): RECORDED for number in range(1, 5)}
        yield fake


@pytest_asyncio.fixture
async def client(carrier: FakeCarrier) -> AsyncIterator[Kuaidi100Client]:
    async with aiohttp.ClientSession() as http:
        yield Kuaidi100Client(http=http, origin=carrier.origin, customer="customer", key="key")


async def test_a_signed_question_is_answered_with_the_journey(client: Kuaidi100Client, carrier: FakeCarrier) -> None:
    answer = await client.ask(Question(com="ems", num="1"))

    assert answer is not None
    assert len(Kuaidi100().translate_answer(answer)) == len(RECORDED)
    assert carrier.asked[0].param == {"com": "ems", "num": "1", "resultv2": "4"}


async def test_a_number_that_is_not_known_yet_is_no_failure(client: Kuaidi100Client) -> None:
    assert await client.ask(Question(com="ems", num="99")) is None


async def test_a_wrong_key_is_refused(client: Kuaidi100Client, carrier: FakeCarrier) -> None:
    stranger = Kuaidi100Client(http=client.http, origin=carrier.origin, customer="customer", key="another")

    with pytest.raises(CarrierRefuses):
        await stranger.ask(Question(com="ems", num="1"))
    assert "another" not in repr(stranger)


async def test_some_companies_want_four_digits(client: Kuaidi100Client) -> None:
    with pytest.raises(CarrierRefuses):
        await client.ask(Question(com="shunfeng", num="1"))
    assert await client.ask(Question(com="shunfeng", num="2", phone="2888")) is not None


async def test_the_platform_refuses_a_number_within_half_an_hour_and_more_than_its_rate(
    client: Kuaidi100Client, clock: Clock
) -> None:
    await client.ask(Question(com="ems", num="1"))
    clock.now += timedelta(minutes=29)
    with pytest.raises(CarrierRefuses):
        await client.ask(Question(com="ems", num="1"))
    await client.ask(Question(com="ems", num="2"))

    with pytest.raises(CarrierRefuses):
        await client.ask(Question(com="ems", num="3"))


@pytest.mark.parametrize("failure", Failure)
async def test_a_carrier_that_fails_is_down(
    client: Kuaidi100Client, carrier: FakeCarrier, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kuaidi100_client, "TIMEOUT_SECONDS", 0.2)
    carrier.failure = failure

    with pytest.raises(CarrierDown):
        await client.ask(Question(com="ems", num="1"))


async def test_a_slow_answer_is_waited_for_and_a_too_slow_one_is_not(
    client: Kuaidi100Client, carrier: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.delay_seconds = 0.05
    assert await client.ask(Question(com="ems", num="1")) is not None
    monkeypatch.setattr(kuaidi100_client, "TIMEOUT_SECONDS", 0.02)

    with pytest.raises(CarrierDown):
        await client.ask(Question(com="ems", num="2"))


@pytest.mark.parametrize("param", ["", "[]", "{", '{"num":"1"}'])
async def test_what_is_no_question_is_refused_and_kept(
    client: Kuaidi100Client, carrier: FakeCarrier, param: str
) -> None:
    form = {"param": param, "sign": sign_query(param=param, key="key", customer="customer"), "customer": "customer"}

    async with client.http.post(carrier.origin + "/poll/query.do", data=form) as answer:
        verdict = await answer.json()

    assert (verdict["returnCode"], [asked.code for asked in carrier.asked]) == ("400", ["400"])


async def test_pushes_of_the_fake_are_signed(carrier: FakeCarrier) -> None:
    form = carrier.push_form("1", com="ems", upto=2)

    assert is_signed(param=form["param"], sign=form["sign"], salt="salt")
    assert len(Kuaidi100().translate(form["param"].encode())) == 2


async def test_an_answer_that_comes_in_pieces_is_read_whole() -> None:
    whole = b'{"message":"ok","state":"0","status":"200","com":"ems","nu":"1","data":[]}'

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(whole))
        writer.write(whole[:20])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(whole[20:])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, aiohttp.ClientSession() as http:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = Kuaidi100Client(http=http, origin=origin, customer="customer", key="key")

        assert await client.ask(Question(com="ems", num="1")) is not None
