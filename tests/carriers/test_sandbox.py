"""沙箱承运方 — a parcel that was given a number travels by itself; a service that is away is told later."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from config.clock import utc_now
from config.settings import SANDBOX_SALT, Settings, UnsafeSettings
from models.carriers import CarrierPush, PushOutcome
from models.notifications import Notification
from models.parcels import Parcel, ParcelState, TrackingEvent
from server.carriers.fake.sandbox import FIRST, ROUTE, STEP, News, Travels, push_url, sandbox_carrier
from server.carriers.fake.server import RECORDED, FakeCarrier
from server.carriers.polling import poll_kuaidi100
from server.outbox.worker import do_due
from server.resources import resources
from server.worker import TASKS
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel
from tests.service import Client, make_settings, serving


def test_a_number_sets_out_when_it_is_first_asked_about_and_then_goes_step_by_step() -> None:
    now = utc_now()
    travels = Travels(lambda: now)
    began, lengths = now, []

    for seconds in (0, 59, 60, 89, 90, 10_000):
        now = began + timedelta(seconds=seconds)
        lengths.append(len(travels.journey("1")))

    assert lengths == [0, 0, 1, 1, 2, len(ROUTE)]
    assert travels.journey("2") == []


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/v1/carriers/kuaidi100/pushes"),
        ("0.0.0.0", "http://127.0.0.1:80/v1/carriers/kuaidi100/pushes"),
        ("::", "http://[::1]:80/v1/carriers/kuaidi100/pushes"),
    ],
)
def test_the_carrier_pushes_on_its_own_machine(host: str, url: str) -> None:
    assert push_url(host, 80) == url


@pytest_asyncio.fixture
async def client(sqlite_address: str) -> AsyncIterator[Client]:
    async with serving(make_settings(sqlite_address)) as client:
        yield client


async def test_a_parcel_with_a_number_is_delivered_by_pushes_alone_after_one_question(client: Client) -> None:
    parcel = await make_parcel(state=ParcelState.HANDED_OVER, next_poll_at=utc_now())
    now = utc_now()
    here = resources()
    async with FakeCarrier(customer="c", key="k", salt=SANDBOX_SALT, now=lambda: now) as carrier:
        carrier.journey_of = Travels(lambda: now).journey
        asking = here.settings.model_copy(
            update={"kuaidi100_customer": "c", "kuaidi100_key": SecretStr("k"), "kuaidi100_origin": carrier.origin}
        )
        news = News(carrier, push_url("127.0.0.1", int(client.base.rsplit(":", 1)[1])))
        asked = await poll_kuaidi100(settings=asking, http=here.http, state=here.state, now=lambda: now)
        taken = []
        for _ in range(len(ROUTE) + 1):
            now += FIRST if not taken else STEP
            taken.append(await news.push(client.http))
        while await do_due(TASKS, at=utc_now()):
            pass

    assert asked == 1
    assert taken == [1] * len(ROUTE) + [0]
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.DELIVERED
    assert await TrackingEvent.filter(parcel_id=parcel.id, source="kuaidi100").count() == len(ROUTE)


async def test_the_recorded_journey_pushed_late_doubled_and_reordered_ends_delivered_once(client: Client) -> None:
    booked_at = datetime(2026, 11, 2, tzinfo=UTC)
    parcel = await make_parcel(
        state=ParcelState.HANDED_OVER,
        booked_at=booked_at,
        account_id=(await make_account()).id,
        tracking_number="9800000001",
    )
    url = push_url("127.0.0.1", int(client.base.rsplit(":", 1)[1]))
    async with FakeCarrier(customer="c", key="k", salt=SANDBOX_SALT, now=utc_now) as carrier:
        carrier.journeys = {"9800000001": RECORDED}
        statuses = await carrier.push(client.http, url, number="9800000001", com="ems", upto=[6, 2, 2, 4, 1, 6])
    while await do_due(TASKS, at=utc_now()):
        pass

    assert statuses == [200] * 6
    assert await CarrierPush.filter(outcome=PushOutcome.DONE).count() == 4
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.DELIVERED
    told = TrackingEvent.filter(parcel_id=parcel.id, source="kuaidi100").order_by("occurred_at", "raw_code")
    assert await told.values_list("raw_code", flat=True) == ["103", "1002", "1001", "5", "9999", "301"]
    assert await Notification.filter(account_id=parcel.account_id).count() == 1


async def test_news_that_was_not_taken_is_pushed_again(client: Client) -> None:
    now = utc_now()
    url = push_url("127.0.0.1", int(client.base.rsplit(":", 1)[1]))
    async with FakeCarrier(customer="c", key="k", salt="another", now=lambda: now) as stranger:
        stranger.journey_of = Travels(lambda: now).journey
        async with client.http.post(stranger.origin + "/poll/query.do", data={"param": '{"num":"1","com":"ems"}'}):
            pass
        stranger.journey_of("1")
        now += FIRST
        news = News(stranger, url)

        taken = [await news.push(client.http), await news.push(client.http)]

    assert taken == [0, 0]
    assert await CarrierPush.filter(outcome=PushOutcome.BAD_SIGNATURE).count() == 1


async def test_the_worker_is_given_a_carrier_that_knows_its_key(sqlite_address: str) -> None:
    parcel_number = "9800000001"
    async with sandbox_carrier(make_settings(sqlite_address, port=1)) as settings, aiohttp.ClientSession() as http:
        form = {"customer": settings.kuaidi100_customer, "sign": "0" * 32, "param": f'{{"num":"{parcel_number}"}}'}
        async with http.post(settings.kuaidi100_origin + "/poll/query.do", data=form) as answer:
            verdict = await answer.json()

    assert settings.kuaidi100_key.get_secret_value() != ""
    assert verdict["returnCode"] == "503"


@pytest.mark.parametrize(
    ("values", "has_one", "salt"),
    [
        ({}, True, SANDBOX_SALT),
        ({"kuaidi100_salt": "s"}, False, "s"),
        ({"kuaidi100_customer": "c"}, False, ""),
        ({"sandbox_carrier": False}, False, ""),
        ({"mode": "production"}, False, ""),
    ],
)
def test_there_is_one_only_where_nothing_is_set_up(values: dict[str, object], has_one: bool, salt: str) -> None:
    settings = make_settings("sqlite://unused", **values)

    assert (settings.has_sandbox_carrier, settings.push_salt) == (has_one, salt)


def test_production_refuses_it() -> None:
    settings: Settings = make_settings("sqlite://unused", mode="production", sandbox_carrier=True)

    with pytest.raises(UnsafeSettings, match="SANDBOX_CARRIER"):
        settings.refuse_unsafe()
