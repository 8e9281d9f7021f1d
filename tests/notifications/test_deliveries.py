"""微信送达管理 — staff see what did not arrive and why, without text or person, and may send it again."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Account
from models.notifications import DeliveryState, NotificationDelivery
from tests.factories.cards import make_account, make_staff
from tests.factories.notifications import give_consents, make_delivery, make_event, remaining
from tests.notifications.conftest import House
from tests.races.ledger import count
from tests.service import Client

PATH = "/v1/staff/notifications/deliveries"


async def administrator(service: Client) -> Client:
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


async def test_what_needs_a_person_is_listed_with_the_reason_and_without_text_or_openid(service: Client) -> None:
    staff = await administrator(service)
    account = await Account.create(openid="oABCDEFGHIJKLMNOPQRSTUVWXYZ0")
    secret = make_event(text="只有本人能看的话")
    dead = await make_delivery(account=account, event=secret, state=DeliveryState.DEAD, errcode=47003, failures=2)
    unsure = await make_delivery(account=account, state=DeliveryState.UNSURE)
    for state in (DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.NO_CONSENT):
        await make_delivery(account=account, state=state)

    answer = await staff.get(PATH)

    first, second = answer.json["items"]
    assert [first["id"], second["id"]] == [str(unsure.id), str(dead.id)]
    assert second["reason"] == "多次没有发出去：模板内容不对：某一项为空、太长或格式不符"
    assert (second["state"], second["errcode"], second["failures"]) == ("dead", 47003, 2)
    assert (second["template"], second["template_title"], second["event"]) == (
        "job_application",
        "求职进展提醒",
        "job_application.interview",
    )
    assert second["person"] == "oA***XYZ0"
    body = answer.body.decode()
    assert "只有本人能看的话" not in body
    assert account.openid not in body


async def test_one_state_is_listed_in_pages_newest_first(service: Client) -> None:
    staff = await administrator(service)
    made = [await make_delivery(state=DeliveryState.DEAD) for _ in range(3)]
    await make_delivery(state=DeliveryState.UNSURE)

    first = await staff.get(f"{PATH}?state=dead&limit=2")
    second = await staff.get(f"{PATH}?state=dead&limit=2&cursor={first.json['next_cursor']}")

    listed = [item["id"] for page in (first, second) for item in page.json["items"]]
    assert listed == [str(one.id) for one in reversed(made)]
    assert second.json["next_cursor"] is None


def next_noon() -> datetime:
    """Return the next noon in Beijing, less than a day away."""
    noon = utc_now().replace(hour=4, minute=0)
    return noon if noon > utc_now() else noon + timedelta(days=1)


@pytest.mark.parametrize("state", ["dead", "unsure", "no_consent", "withheld", "expired"])
async def test_what_was_not_sent_can_be_sent_again(house: House, state: str) -> None:
    staff = await administrator(house.client)
    account = await make_account()
    old = {"state": DeliveryState(state), "errcode": 47003, "failures": 12, "ended_at": utc_now()}
    delivery = await make_delivery(account=account, at=utc_now() - timedelta(days=3), **old)
    await give_consents(account.id)
    house.agree(account.openid)

    answer = await staff.post(f"{PATH}/{delivery.id}/resend")
    waiting = await NotificationDelivery.get(id=delivery.id)
    house.now = next_noon()
    await house.run()

    assert (answer.status, answer.json["state"], answer.json["reason"]) == (200, "waiting", "等待发送")
    assert (waiting.failures, waiting.errcode, waiting.ended_at) == (0, None, None)
    assert waiting.expires_at > utc_now() + timedelta(hours=23)
    assert (await NotificationDelivery.get(id=delivery.id)).state is DeliveryState.SENT
    assert len(house.sent()) == 1
    assert await remaining(account.id) == 0
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'notification_delivery.resent' AND record_id = $1"
    assert await count(noted, str(delivery.id)) == 1


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.SENT])
async def test_what_is_sent_or_on_its_way_is_not_sent_again(service: Client, state: DeliveryState) -> None:
    staff = await administrator(service)
    delivery = await make_delivery(state=state)

    answer = await staff.post(f"{PATH}/{delivery.id}/resend")

    assert (answer.status, answer.code) == (409, "DeliveryNotResendable")
    assert (await NotificationDelivery.get(id=delivery.id)).state is state


async def test_ten_colleagues_who_send_one_message_again_at_once_put_it_back_once(service: Client) -> None:
    staff = await administrator(service)
    delivery = await make_delivery(state=DeliveryState.UNSURE)

    answers = await asyncio.gather(*(staff.post(f"{PATH}/{delivery.id}/resend") for _ in range(10)))

    assert sorted(answer.status for answer in answers) == [200] + [409] * 9
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'notification_delivery.resent' AND record_id = $1"
    assert await count(noted, str(delivery.id)) == 1


async def test_an_unknown_delivery_is_not_found(service: Client) -> None:
    staff = await administrator(service)

    answer = await staff.post(f"{PATH}/{uuid4()}/resend")

    assert (answer.status, answer.code) == (404, "DeliveryNotFound")


async def test_the_figures_count_by_template_and_state_within_the_days(service: Client) -> None:
    staff = await administrator(service)
    account = await make_account()
    for state in (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.DEAD):
        await make_delivery(account=account, state=state)
    await make_delivery(account=account, at=utc_now() - timedelta(days=8), state=DeliveryState.SENT)
    await give_consents(account.id, 4)

    answer = await staff.get("/v1/staff/notifications/figures?days=7")

    items = {item["key"]: item for item in answer.json["items"]}
    assert answer.json["days"] == 7
    assert items["job_application"] == {
        "key": "job_application",
        "title": "求职进展提醒",
        "counts": {"sent": 2, "dead": 1},
        "left": 4,
    }
    assert items["parcel"]["counts"] == {}
