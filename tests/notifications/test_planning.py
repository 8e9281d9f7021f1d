"""计划送达 — a notification whose template is in use gets a delivery with it, and only then."""

import pytest

from config.clock import utc_now
from models.notifications import DeliveryState, Notification, NotificationDelivery
from models.transactions import transaction
from server.notifications.service import notify, notify_all, notify_each
from server.notifications.storing import NEWS_FOR
from tests.factories.cards import make_account
from tests.factories.notifications import make_event, use_template


async def deliveries() -> int:
    return await NotificationDelivery.all().count()


async def test_a_message_whose_template_is_in_use_is_planned_with_it(database: object) -> None:
    await use_template()
    account, at = await make_account(), utc_now()

    await notify(account_id=account.id, event=make_event(values={"number": "A1"}), at=at)

    planned = await NotificationDelivery.get()
    assert planned.account_id == account.id
    assert planned.notification_id == (await Notification.get()).id
    assert (planned.template, planned.state, planned.is_urgent) == ("job_application", DeliveryState.WAITING, False)
    assert planned.field_values == '{"number":"A1"}'
    assert planned.expires_at - planned.run_at == NEWS_FOR
    assert (planned.attempts, planned.failures, planned.ended_at) == (0, 0, None)


@pytest.mark.parametrize("setting", [{"template_id": None}, {"is_on": False}])
async def test_without_an_id_or_switched_off_a_message_is_in_the_inbox_only(
    database: object, setting: dict[str, object]
) -> None:
    await use_template(**setting)
    account = await make_account()

    assert await notify(account_id=account.id, event=make_event(), at=utc_now()) is True

    assert (await Notification.all().count(), await deliveries()) == (1, 0)


async def test_an_event_that_no_template_names_is_in_the_inbox_only(database: object) -> None:
    await use_template()
    account = await make_account()

    await notify(account_id=account.id, event=make_event(name="sample.event"), at=utc_now())

    assert (await Notification.all().count(), await deliveries()) == (1, 0)


async def test_the_same_key_again_plans_nothing(database: object) -> None:
    await use_template()
    one, other = await make_account(), await make_account()
    event = make_event()
    await notify(account_id=one.id, event=event, at=utc_now())

    told = await notify_all(account_ids=[one.id, other.id, other.id], event=event, at=utc_now())

    assert told == 1
    assert await deliveries() == 2


async def test_of_many_messages_those_with_a_template_in_use_are_planned(database: object) -> None:
    await use_template()
    await use_template("fair", template_id="sample-template-of-fairs-000000000000000000")
    accounts = [await make_account() for _ in range(3)]
    names = ("job_application.offered", "job_fair.cancelled", "saved_search.matched", "sample.event")

    events = [(account.id, make_event(name=name)) for account in accounts for name in names]
    await notify_each(events * 2, at=utc_now())

    assert await Notification.all().count() == 12
    planned = await NotificationDelivery.all().values_list("template", "is_urgent")
    assert sorted(planned) == [("fair", True)] * 3 + [("job_application", False)] * 3


async def test_what_is_planned_in_a_deed_that_fails_is_not_planned(database: object) -> None:
    await use_template()
    account = await make_account()

    async def tell_and_fail() -> None:
        async with transaction():
            await notify(account_id=account.id, event=make_event(), at=utc_now())
            raise RuntimeError("fails")

    with pytest.raises(RuntimeError, match="fails"):
        await tell_and_fail()

    assert (await Notification.all().count(), await deliveries()) == (0, 0)


async def test_more_messages_than_one_statement_takes_are_all_planned(database: object) -> None:
    await use_template()
    account = await make_account()

    await notify_each([(account.id, make_event()) for _ in range(1001)], at=utc_now())

    assert await deliveries() == 1001
