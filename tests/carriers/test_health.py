"""承运方健康 — staff see whether carriers answer, what waits, and codes in no table; failed pushes are done again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from config.clock import utc_now
from models.audit import AuditEntry
from models.carriers import CarrierPush, PushOutcome
from models.outbox import OutboxMessage
from models.parcels import EventKind, Parcel, ParcelState
from server.carriers.circuit import FAILURES_TO_OPEN, Circuit
from server.carriers.kuaidi100 import sign_push
from server.carriers.pushes import PUSHED
from server.outbox.worker import do_due
from server.parcels.events import NewEvent, record_events
from server.resources import resources
from server.worker import TASKS
from tests.carriers.recordings import NUMBER, entries, push_param
from tests.factories.cards import make_staff
from tests.factories.parcels import make_parcel
from tests.service import Client, make_settings, serving

SALT = "a-salt"
BOOKED_AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest_asyncio.fixture
async def administrator(database_address: str) -> AsyncIterator[Client]:
    async with serving(make_settings(database_address, kuaidi100_salt=SALT)) as client:
        person = await client.login("an-administrator")
        await make_staff(person.account_id, town_code=None)
        yield person


async def push(client: Client, param: str, *, salt: str = SALT) -> None:
    form = {"param": param, "sign": sign_push(param=param, salt=salt)}
    await client.call("POST", "/v1/carriers/kuaidi100/pushes", data=form)


async def work() -> None:
    while await do_due(TASKS, at=utc_now()):
        pass


async def test_a_fresh_installation_has_heard_of_nobody(administrator: Client) -> None:
    answer = await administrator.get("/v1/staff/carriers")

    platform, post = answer.json["items"]
    assert (platform["carrier"], platform["last_received_at"], platform["pushes"]) == ("kuaidi100", None, {})
    assert platform["polling"] == {
        "circuit": "closed",
        "open_until": None,
        "failures_in_a_row": 0,
        "last_answer_at": None,
        "due": 0,
        "longest_due_at": None,
        "scheduled": 0,
    }
    assert (post["carrier"], post["polling"], post["unknown_codes"]) == ("ems", None, [])


async def test_the_circuit_the_waiting_and_the_unknown_codes_are_shown(administrator: Client) -> None:
    now = utc_now()
    for minutes in (-5, -50, 25):
        await make_parcel(state=ParcelState.HANDED_OVER, next_poll_at=now + timedelta(minutes=minutes))
    parcel = await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number=NUMBER)
    told = [("kuaidi100", "9999"), ("kuaidi100", "9999"), ("kuaidi100", "101"), ("ems", "称重"), ("kuaidi100", "888")]
    await record_events(
        [
            NewEvent(parcel.id, EventKind.UNKNOWN, BOOKED_AT + timedelta(hours=hour), source, code)
            for hour, (source, code) in enumerate(told)
        ],
        at=now,
    )
    circuit = Circuit("kuaidi100", resources().state)
    await circuit.succeeded(at=now - timedelta(hours=1))
    for _ in range(FAILURES_TO_OPEN):
        await circuit.failed(at=now)

    platform, post = (await administrator.get("/v1/staff/carriers")).json["items"]

    polling = platform["polling"]
    assert (polling["circuit"], polling["failures_in_a_row"]) == ("open", FAILURES_TO_OPEN)
    assert _close(polling["open_until"], now + timedelta(minutes=1))
    assert _close(polling["last_answer_at"], now - timedelta(hours=1))
    assert (polling["due"], polling["scheduled"]) == (2, 3)
    assert _close(polling["longest_due_at"], now - timedelta(minutes=50))
    assert [(one["code"], one["events"]) for one in platform["unknown_codes"]] == [("9999", 2), ("888", 1)]
    assert [(one["code"], one["events"]) for one in post["unknown_codes"]] == [("称重", 1)]
    metrics = (await administrator.get("/metrics")).body.decode()
    assert 'youbing_carrier_circuit_open{carrier="kuaidi100"} 1.0' in metrics


async def test_failed_pushes_are_paged_and_one_is_done_again_once_its_parcel_is_known(administrator: Client) -> None:
    param = push_param(entries())
    await push(administrator, param)
    await push(administrator, "{}")
    await push(administrator, param, salt="another")
    await work()
    first = (await administrator.get("/v1/staff/carrier-pushes?limit=2")).json
    rest = (await administrator.get(f"/v1/staff/carrier-pushes?limit=2&cursor={first['next_cursor']}")).json
    listed = {item["outcome"]: item["id"] for item in (*first["items"], *rest["items"])}
    parcel = await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number=NUMBER)

    again = await administrator.post(f"/v1/staff/carrier-pushes/{listed['unknown_parcel']}/repetition")
    await work()

    assert list(listed) == ["bad_signature", "unreadable", "unknown_parcel"]
    assert (len(first["items"]), rest["next_cursor"]) == (2, None)
    assert again.status == 204
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.DELIVERED
    repeated = await CarrierPush.get(id=listed["unknown_parcel"])
    assert (repeated.outcome, repeated.events) == (PushOutcome.DONE, len(entries()))
    audited = await AuditEntry.get(action="carrier.push_repeated")
    assert audited.record_id == listed["unknown_parcel"]
    platform = (await administrator.get("/v1/staff/carriers")).json["items"][0]
    assert platform["pushes"] == {"bad_signature": 1, "done": 1, "unreadable": 1}
    assert platform["last_received_at"] is not None
    metrics = (await administrator.get("/metrics")).body.decode()
    for outcome in ("received", "bad_signature", "unreadable", "unknown_parcel", "done"):
        assert f'youbing_carrier_pushes_total{{carrier="kuaidi100",outcome="{outcome}"}}' in metrics
    assert 'youbing_carrier_events_total{source="kuaidi100"}' in metrics


@pytest.mark.parametrize("outcome", [PushOutcome.RECEIVED, PushOutcome.DONE, PushOutcome.BAD_SIGNATURE])
async def test_what_is_done_or_under_way_or_unsigned_is_not_done_again(
    administrator: Client, outcome: PushOutcome
) -> None:
    await push(administrator, "{}")
    kept = await CarrierPush.get()
    await CarrierPush.filter(id=kept.id).update(outcome=outcome)

    answer = await administrator.post(f"/v1/staff/carrier-pushes/{kept.id}/repetition")

    assert (answer.status, answer.code) == (409, "CarrierPushNotRepeatable")
    assert (await CarrierPush.get()).outcome is outcome


async def test_of_two_who_do_one_push_again_at_once_one_does(administrator: Client) -> None:
    await push(administrator, "{}")
    await work()
    path = f"/v1/staff/carrier-pushes/{(await CarrierPush.get()).id}/repetition"

    answers = await asyncio.gather(*(administrator.post(path) for _ in range(4)))
    waiting = await OutboxMessage.filter(kind=PUSHED).count()

    assert sorted(answer.status for answer in answers) == [204, 409, 409, 409]
    assert waiting == 1


async def test_a_push_that_does_not_exist_is_not_found(administrator: Client) -> None:
    answer = await administrator.post(f"/v1/staff/carrier-pushes/{uuid4()}/repetition")

    assert (answer.status, answer.code) == (404, "CarrierPushNotFound")


def _close(written: str, wanted: datetime) -> bool:
    return abs(datetime.fromisoformat(written) - wanted) < timedelta(milliseconds=2)
