"""快递100的推送 — signed ones are kept once and worked on, in any order; others are refused and recorded."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from config.clock import utc_now
from models.carriers import CarrierPush, PushOutcome
from models.parcels import Parcel, ParcelState, TrackingEvent
from server.carriers.kuaidi100 import sign_push
from server.carriers.pushes import BAD_KEPT_A_MINUTE
from server.outbox.worker import do_due
from server.worker import TASKS
from tests.carriers.recordings import JOURNEY, NUMBER, entries, push_param
from tests.factories.cards import make_staff
from tests.factories.parcels import make_parcel
from tests.service import Answer, Client, make_settings, serving

PUSHES = "/v1/carriers/kuaidi100/pushes"
SALT = "a-salt"
BOOKED_AT = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def platform(database_address: str) -> AsyncIterator[Client]:
    """The platform, before a service that knows its salt."""
    async with serving(make_settings(database_address, kuaidi100_salt=SALT)) as client:
        yield client


async def push(client: Client, param: str, *, sign: str | None = None) -> Answer:
    """Push as the platform does: a form."""
    form = {"param": param, "sign": sign_push(param=param, salt=SALT) if sign is None else sign}
    return await client.call("POST", PUSHES, data=form)


async def work() -> None:
    while await do_due(TASKS, at=utc_now()):
        pass


@pytest.mark.parametrize("seed", range(4))
async def test_pushes_in_any_order_and_repeated_end_delivered(platform: Client, seed: int) -> None:
    parcel = await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number=NUMBER)
    params = [push_param(entries(JOURNEY[:end])) for end in range(1, len(JOURNEY) + 1)]
    dice = random.Random(seed)
    sent = dice.sample([*params, *params[:3]], k=len(params) + 3)

    for place, param in enumerate(sent):
        answer = await push(platform, param)
        assert answer.json == {"result": True, "returnCode": "200", "message": "成功"}
        if place % 3 == 0:
            await work()
    await work()

    parcel = await Parcel.get(id=parcel.id)
    assert (parcel.state, parcel.state_at) == (
        ParcelState.DELIVERED,
        datetime(2026, 11, 4, 10, 40, tzinfo=UTC),
    )
    assert await TrackingEvent.filter(parcel_id=parcel.id, source="kuaidi100").count() == len(JOURNEY)
    assert await CarrierPush.filter(outcome=PushOutcome.DONE).count() == len(params)


async def test_json_is_taken_as_a_form_is(platform: Client) -> None:
    param = push_param(entries())

    answer = await platform.post(PUSHES, {"param": param, "sign": sign_push(param=param, salt=SALT).lower()})

    assert answer.status == 200
    kept = await CarrierPush.get()
    assert (kept.outcome, kept.carrier) == (PushOutcome.RECEIVED, "kuaidi100")
    assert NUMBER not in kept.body_sealed


async def test_a_bad_signature_is_refused_recorded_and_in_nobodys_way(platform: Client) -> None:
    param = push_param(entries())

    refused = await push(platform, param, sign="0" * 32)
    good = await push(platform, param)

    assert (refused.status, refused.code, good.status) == (403, "PushSignatureWrong", 200)
    outcomes = await CarrierPush.all().order_by("id").values_list("outcome", flat=True)
    assert outcomes == [PushOutcome.BAD_SIGNATURE, PushOutcome.RECEIVED]


async def test_only_so_many_bad_ones_are_kept_a_minute(platform: Client) -> None:
    answers = [await push(platform, f"{{{place}}}", sign="") for place in range(BAD_KEPT_A_MINUTE * 2 + 5)]

    assert {answer.status for answer in answers} == {403}
    assert BAD_KEPT_A_MINUTE <= await CarrierPush.all().count() <= BAD_KEPT_A_MINUTE * 2


async def test_without_a_salt_nobody_can_sign(sqlite_address: str) -> None:
    param = push_param(entries())

    async with serving(make_settings(sqlite_address, sandbox_carrier=False)) as service:
        answer = await push(service, param, sign=sign_push(param=param, salt=""))

    assert (answer.status, answer.code) == (403, "PushSignatureWrong")


@pytest.mark.parametrize(
    ("param", "outcome"),
    [("{}", PushOutcome.UNREADABLE), (push_param(entries()), PushOutcome.UNKNOWN_PARCEL)],
)
async def test_what_came_to_nothing_is_listed_for_staff(platform: Client, param: str, outcome: PushOutcome) -> None:
    administrator = await platform.login("an-administrator")
    await make_staff(administrator.account_id, town_code=None)

    await push(platform, param)
    await work()
    listed = await administrator.get("/v1/staff/carrier-pushes")

    assert [(item["outcome"], item["events"]) for item in listed.json["items"]] == [(outcome.value, 0)]


@pytest.mark.parametrize("body", ["param=a&param=b", "param=%ff", "sign=x", "param=%00"])
async def test_a_form_that_cannot_be_read_is_refused(platform: Client, body: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await platform.call("POST", PUSHES, data=body.encode(), headers=headers)

    assert answer.status in (400, 422)
    assert await CarrierPush.all().count() == 0
