"""微信送达 — once, with a consent, by day, at its pace; and what WeChat refuses ends as it should."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from models.notifications import DeliveryState, NotificationDelivery, NotificationTemplate
from models.subscriptions import SubscriptionEntry, SubscriptionKind
from server.notifications.settling import MAX_FAILURES, Claim, begin
from server.notifications.subscriptions import SENT, record_reports
from server.notifications.tasks import deliver_due
from server.resources import resources
from server.wechat.accounts import WeChatAccount
from server.wechat.fake.failures import Failure
from tests.factories.cards import make_account
from tests.factories.notifications import (
    EVENT,
    TEMPLATE_ID,
    give_consents,
    make_delivery,
    make_event,
    remaining,
    use_template,
)
from tests.notifications.conftest import MORNING, PER_SECOND, House
from tests.service import make_settings, serving

SEND = "/cgi-bin/message/subscribe/send"
ASK = "/cgi-bin/getcallbackip"


async def ready(house: House, *, consents: int = 1, known: int | None = None, **overrides: Any) -> NotificationDelivery:
    """Make a waiting delivery whose person has consents, here and (``known``) at WeChat."""
    account = await make_account()
    delivery = await make_delivery(account=account, at=house.now, **overrides)
    await give_consents(account.id, consents)
    house.agree(account.openid, times=consents if known is None else known)
    return delivery


async def state_of(delivery: NotificationDelivery) -> DeliveryState:
    return (await NotificationDelivery.get(id=delivery.id)).state


async def test_a_message_goes_out_once_with_its_fields_and_takes_one_consent(house: House) -> None:
    delivery = await ready(house, consents=2)

    await house.let_pass(timedelta(seconds=5))

    [sent] = house.sent()
    account = await delivery.account
    assert (sent.openid, sent.kind) == (account.openid, TEMPLATE_ID)
    assert sent.body["page"] == "pages/message/message?link=%2Fv1%2Fjobs%2F1"
    assert sent.body["data"] == {
        "thing1": {"value": "面试通知"},
        "thing2": {"value": "示例单位约您面试"},
        "time3": {"value": "2026年3月2日 10:00"},
    }
    assert await remaining(account.id) == 1
    found = await NotificationDelivery.get(id=delivery.id)
    assert (found.state, found.message_id, found.attempts) == (DeliveryState.SENT, "2000000001", 1)


async def test_without_a_consent_nothing_is_asked_and_the_inbox_has_it(house: House) -> None:
    delivery = await ready(house, consents=0)

    assert await house.run() == 0

    assert await state_of(delivery) is DeliveryState.NO_CONSENT
    assert house.wechat.requests(SEND) == []


async def test_of_two_messages_with_one_consent_one_goes_out(house: House) -> None:
    account = await make_account()
    both = [await make_delivery(account=account, at=house.now) for _ in range(2)]
    await give_consents(account.id)
    house.agree(account.openid, times=2)

    await house.let_pass(timedelta(seconds=3))

    assert sorted([await state_of(one) for one in both]) == [DeliveryState.NO_CONSENT, DeliveryState.SENT]
    assert len(house.wechat.requests(SEND)) == 1
    assert await remaining(account.id) == 0


async def test_several_runs_at_once_send_each_message_once(house: House) -> None:
    for _ in range(PER_SECOND):
        await ready(house, consents=2)

    await asyncio.gather(*(house.run() for _ in range(6)))
    await house.let_pass(timedelta(minutes=2), step=timedelta(seconds=20))

    assert len(house.wechat.requests(SEND)) == len(house.sent()) == PER_SECOND


async def test_one_second_takes_no_more_than_its_pace_however_often_the_worker_runs(house: House) -> None:
    for _ in range(PER_SECOND + 5):
        await ready(house)

    tried = [await house.run() for _ in range(3)]
    house.now += timedelta(seconds=1)

    assert (tried, await house.run()) == ([PER_SECOND, 0, 0], 5)


async def test_one_claim_begins_once_and_an_older_one_never(house: House) -> None:
    delivery = await ready(house, consents=5, attempts=2)
    claim, older = (Claim(delivery.id, attempts, 0, delivery.account_id, TEMPLATE_ID) for attempts in (2, 1))
    until = house.now + timedelta(seconds=60)

    begun = [await begin(one, locked_until=until, at=house.now) for one in (older, claim, claim)]

    assert begun == [False, True, False]
    assert await remaining(delivery.account_id) == 4


async def test_what_wechat_refuses_for_want_of_consent_closes_the_balance_without_a_failure(house: House) -> None:
    delivery = await ready(house, consents=3, known=0)

    await house.let_pass(timedelta(seconds=3))

    found = await NotificationDelivery.get(id=delivery.id)
    assert (found.state, found.errcode) == (DeliveryState.NO_CONSENT, 43101)
    assert await remaining(found.account_id) == 0
    assert len(house.wechat.requests(SEND)) == 1
    kinds = await SubscriptionEntry.filter(kind=SubscriptionKind.CLOSED).values_list("change", flat=True)
    assert kinds == [-2]  # type: ignore[comparison-overlap]


async def test_at_night_nothing_goes_out_but_what_is_urgent(house: House) -> None:
    house.now = MORNING + timedelta(hours=11, minutes=30)  # 21:30
    ordinary, urgent = await ready(house), await ready(house, is_urgent=True)

    await house.let_pass(timedelta(hours=10), step=timedelta(minutes=10))
    at_night = (await state_of(ordinary), await state_of(urgent))
    house.now = MORNING + timedelta(hours=21, minutes=29, seconds=59)
    await house.run()
    before = await state_of(ordinary)
    house.now += timedelta(seconds=1)  # 07:30
    await house.run()

    assert at_night == (DeliveryState.WAITING, DeliveryState.SENT)
    assert (before, await state_of(ordinary)) == (DeliveryState.WAITING, DeliveryState.SENT)


@pytest.mark.parametrize("errcode", [47003, 40037, 41030, 40003])
async def test_a_message_that_wechat_refuses_for_good_is_dead_and_its_consent_given_back(
    house: House, errcode: int
) -> None:
    delivery = await ready(house)
    house.wechat.fail_next(errcode, path=SEND)

    await house.let_pass(timedelta(hours=1), step=timedelta(minutes=1))

    found = await NotificationDelivery.get(id=delivery.id)
    assert (found.state, found.errcode) == (DeliveryState.DEAD, errcode)
    assert await remaining(found.account_id) == 1
    assert len(house.wechat.requests(SEND)) == 1


async def test_a_busy_wechat_is_tried_again_later_with_the_same_consent(house: House) -> None:
    delivery = await ready(house)
    house.wechat.fail_next(-1, path=SEND, times=3)  # the client itself repeats twice

    await house.run()
    between = await NotificationDelivery.get(id=delivery.id)
    left_between = await remaining(between.account_id)
    await house.let_pass(timedelta(minutes=1))

    assert (between.state, between.failures, left_between) == (DeliveryState.WAITING, 1, 1)
    assert timedelta(seconds=3) < between.run_at - MORNING < timedelta(seconds=7)
    assert await state_of(delivery) is DeliveryState.SENT
    assert await remaining(between.account_id) == 0


async def test_after_its_last_attempt_a_message_is_dead_and_its_consent_given_back(house: House) -> None:
    delivery = await ready(house, failures=MAX_FAILURES - 1)
    house.wechat.fail_next(-1, path=SEND, times=3)

    await house.run()

    assert await state_of(delivery) is DeliveryState.DEAD
    assert await remaining(delivery.account_id) == 1


@pytest.mark.parametrize(
    "failure", [Failure.RESET, Failure.TRUNCATED, Failure.SERVER_ERROR, Failure.PAGE, Failure.DONE_UNTOLD]
)
async def test_what_may_have_been_sent_is_unsure_and_never_repeated_by_itself(
    house: House, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = await ready(house, consents=2)
    house.wechat.fail_next(failure, path=SEND)
    client = resources().wechat(WeChatAccount.MINI)
    monkeypatch.setattr(client, "_timeout_seconds", 0.5)

    await house.let_pass(timedelta(hours=1), step=timedelta(seconds=30))

    assert await state_of(delivery) is DeliveryState.UNSURE
    assert len(house.wechat.requests(SEND)) == 1
    assert await remaining(delivery.account_id) == 1


async def test_a_message_whose_sender_died_is_unsure_once_its_lease_is_over(house: House) -> None:
    delivery = await ready(house, consents=2, attempts=1)
    claim = Claim(delivery.id, 1, 0, delivery.account_id, TEMPLATE_ID)
    assert await begin(claim, locked_until=house.now + timedelta(seconds=60), at=house.now)

    await house.let_pass(timedelta(seconds=60))
    inside = await state_of(delivery)
    await house.let_pass(timedelta(hours=2), step=timedelta(seconds=30))

    assert (inside, await state_of(delivery)) == (DeliveryState.SENDING, DeliveryState.UNSURE)
    assert house.wechat.requests(SEND) == []
    assert await remaining(delivery.account_id) == 1


async def test_a_message_whose_claimer_died_before_sending_goes_out_when_the_lease_is_over(house: House) -> None:
    delivery = await ready(house, locked_until=MORNING + timedelta(seconds=60), attempts=1)

    await house.let_pass(timedelta(seconds=60))
    inside = await state_of(delivery)
    await house.run()

    assert (inside, await state_of(delivery)) == (DeliveryState.WAITING, DeliveryState.SENT)


async def test_what_wechat_pushes_settles_what_was_unsure(house: House) -> None:
    delivery = await ready(house, state=DeliveryState.UNSURE)
    account = await delivery.account
    told = [{"TemplateId": TEMPLATE_ID, "MsgID": "77", "ErrorCode": "0", "ErrorStatus": "success"}]

    used = [
        await record_reports(openid=account.openid, event=SENT, items=told, reference=str(number), at=house.now)
        for number in range(2)
    ]

    found = await NotificationDelivery.get(id=delivery.id)
    assert (found.state, found.message_id) == (DeliveryState.SENT, "77")
    assert used == [1, 0]


async def test_a_push_about_another_message_settles_nothing(house: House) -> None:
    unsure = await ready(house, state=DeliveryState.UNSURE)
    account = await unsure.account
    await make_delivery(account=account, at=house.now, state=DeliveryState.SENT, message_id="77")
    told = [{"TemplateId": TEMPLATE_ID, "MsgID": "77", "ErrorCode": "0"}]

    assert await record_reports(openid=account.openid, event=SENT, items=told, reference="1", at=house.now) == 0

    assert await state_of(unsure) is DeliveryState.UNSURE


@pytest.mark.parametrize(("errcode", "state"), [("43101", DeliveryState.NO_CONSENT), ("48008", DeliveryState.DEAD)])
async def test_a_failure_that_wechat_pushes_afterwards_ends_what_counted_as_sent(
    house: House, errcode: str, state: DeliveryState
) -> None:
    delivery = await ready(house, state=DeliveryState.SENT, message_id="77")
    account = await delivery.account
    told = [{"TemplateId": TEMPLATE_ID, "MsgID": "77", "ErrorCode": errcode}]

    assert await record_reports(openid=account.openid, event=SENT, items=told, reference="1", at=house.now) == 1

    found = await NotificationDelivery.get(id=delivery.id)
    assert (found.state, found.errcode) == (state, int(errcode))


async def test_a_template_switched_off_before_its_turn_sends_nothing(house: House) -> None:
    delivery = await ready(house)
    await NotificationTemplate.filter(key="job_application").update(is_on=False)

    await house.run()

    assert await state_of(delivery) is DeliveryState.WITHHELD
    assert await remaining(delivery.account_id) == 1


async def test_a_ten_minute_outage_loses_nothing_and_is_caught_up_with_at_the_pace(house: House) -> None:
    await ready(house)
    await house.run()
    house.now += timedelta(seconds=1)
    waiting = [await ready(house) for _ in range(45)]
    house.wechat.failures.be_down(seconds=3600)

    await house.let_pass(timedelta(minutes=10))
    asked_while_down = (len(house.wechat.requests(SEND)), len(house.wechat.requests(ASK)))
    house.wechat.failures.recover()
    until = house.now + timedelta(minutes=3)
    tried = []
    while house.now < until:
        tried.append(await house.run())
        house.now += timedelta(seconds=1)

    states = [await state_of(one) for one in waiting]
    assert asked_while_down[0] == 2  # one before, and one that found out: whether it arrived nobody knows
    assert 3 <= asked_while_down[1] <= 16  # the HTTP library asks twice where a connection is closed
    assert (states.count(DeliveryState.SENT), states.count(DeliveryState.UNSURE)) == (44, 1)
    assert max(tried) == PER_SECOND
    assert house.wechat.duplicates() == []
    assert len({one.openid for one in house.sent()}) == 45


async def test_when_wechat_goes_away_in_the_middle_few_are_unsure_and_the_rest_wait(house: House) -> None:
    waiting = [await ready(house) for _ in range(PER_SECOND)]
    await house.run()
    more = [await ready(house) for _ in range(PER_SECOND)]
    house.now += timedelta(seconds=1)
    house.wechat.fail_next(Failure.SERVER_ERROR, path=SEND, times=100)

    await house.run()

    assert {await state_of(one) for one in waiting} == {DeliveryState.SENT}
    states = [await state_of(one) for one in more]
    assert (states.count(DeliveryState.UNSURE), states.count(DeliveryState.WAITING)) == (1, PER_SECOND - 1)
    assert all(one.locked_until is None for one in await NotificationDelivery.filter(state=DeliveryState.WAITING))


@pytest.mark.parametrize("errcode", [40164, 45009, 48001])
async def test_a_refusal_of_the_whole_account_stops_all_sending_and_loses_nothing(house: House, errcode: int) -> None:
    waiting = [await ready(house) for _ in range(5)]
    house.wechat.fail_next(errcode, path=SEND)

    tried = await house.run()
    meanwhile = await house.run()
    await house.let_pass(timedelta(minutes=2))

    assert (tried, meanwhile) == (1, 0)
    assert {await state_of(one) for one in waiting} == {DeliveryState.SENT}


async def test_what_came_of_sends_and_whether_wechat_is_away_is_measured(house: House) -> None:
    def sends(outcome: str) -> float:
        return REGISTRY.get_sample_value("youbing_notification_sends_total", {"outcome": outcome}) or 0.0

    sent, not_sent = sends("sent"), sends("not_sent")
    await ready(house)
    house.wechat.fail_next(45009, path=SEND)

    await house.run()
    during = REGISTRY.get_sample_value("youbing_notification_wechat_away")
    await house.let_pass(timedelta(seconds=30))

    assert (sends("sent") - sent, sends("not_sent") - not_sent) == (1, 1)
    assert (during, REGISTRY.get_sample_value("youbing_notification_wechat_away")) == (1, 0)


async def test_without_wechats_credentials_nothing_is_tried(database_address: str) -> None:
    async with serving(make_settings(database_address, sandbox_wechat=False)):
        delivery = await make_delivery(at=MORNING)

        assert await deliver_due(now=lambda: MORNING) == 0

        assert await state_of(delivery) is DeliveryState.WAITING


async def test_what_an_event_gives_for_the_template_is_sent_in_its_fields(house: House) -> None:
    parcels = "sample-template-of-parcels-00000000000000000"
    await use_template("parcel", template_id=parcels)
    house.wechat.add_template(parcels, "character_string1", "phrase2", "time3", "thing4")
    account = await make_account()
    values = {"number": "GY2Q3-7", "state": "运输中", "hint": "约明天到扬州"}
    event = make_event(name="parcel.in_transit", values=values)
    await make_delivery(account=account, at=house.now, event=event)
    await give_consents(account.id, template_id=parcels)
    house.wechat.grant_consent(account.openid, parcels)

    await house.run()

    assert {name: one["value"] for name, one in house.sent()[0].body["data"].items()} == {
        "character_string1": "GY2Q3-7",
        "phrase2": "运输中",
        "time3": "2026年3月2日 10:00",
        "thing4": "约明天到扬州",
    }
    assert EVENT not in house.sent()[0].kind
