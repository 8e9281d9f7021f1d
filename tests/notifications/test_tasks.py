"""消息任务 — what waited too long ends, what is old is forgotten, and the rest stays."""

from datetime import time, timedelta

from prometheus_client import REGISTRY

from config.clock import utc_now
from models.notifications import DeliveryState, Notification, NotificationDelivery
from models.subscriptions import SubscriptionBalance, SubscriptionEntry
from server.notifications.delivering import QuietHours
from server.notifications.storing import NEWS_FOR
from server.notifications.tasks import LEDGER_KEPT, end_and_measure, purge_notifications
from tests.factories.cards import make_account
from tests.factories.notifications import give_consents, make_delivery
from tests.notifications.conftest import MORNING


async def test_what_waited_a_day_is_news_no_more(database: object) -> None:
    at = utc_now()
    old = await make_delivery(at=at - NEWS_FOR)
    young = await make_delivery(at=at - NEWS_FOR + timedelta(seconds=1))
    held = await make_delivery(at=at - NEWS_FOR, locked_until=at + timedelta(seconds=1))

    assert await end_and_measure(at=at) == 1

    states = [(await NotificationDelivery.get(id=one.id)).state for one in (old, young, held)]
    assert states == [DeliveryState.EXPIRED, DeliveryState.WAITING, DeliveryState.WAITING]


async def test_what_waits_and_what_needs_a_person_is_measured(database: object) -> None:
    for state in (DeliveryState.WAITING, DeliveryState.WAITING, DeliveryState.DEAD, DeliveryState.SENT):
        await make_delivery(state=state)

    await end_and_measure(at=utc_now())

    measured = [
        REGISTRY.get_sample_value("youbing_notification_deliveries", {"state": state})
        for state in ("waiting", "dead", "unsure")
    ]
    assert measured == [2.0, 1.0, 0.0]


async def test_ended_deliveries_and_lines_of_the_ledger_are_forgotten_after_ninety_days(database: object) -> None:
    at = utc_now()
    account = await make_account()
    ended = {"state": DeliveryState.SENT}
    await make_delivery(account=account, **ended, ended_at=at - LEDGER_KEPT - timedelta(seconds=1))
    kept = await make_delivery(account=account, **ended, ended_at=at - LEDGER_KEPT + timedelta(seconds=1))
    waiting = await make_delivery(account=account)
    await give_consents(account.id, 2)
    later = await SubscriptionEntry.first()
    assert later is not None
    await SubscriptionEntry.filter(id=later.id).update(created_at=at - LEDGER_KEPT - timedelta(seconds=1))

    deleted = await purge_notifications(retention_days=400, at=at)

    assert deleted == 2
    assert {one.id for one in await NotificationDelivery.all()} == {kept.id, waiting.id}
    assert await SubscriptionEntry.all().count() == 1
    assert (await SubscriptionBalance.get()).remaining == 2
    assert await Notification.all().count() == 3


async def test_a_message_leaves_the_inbox_after_the_days_of_the_setting_with_its_delivery(database: object) -> None:
    at = utc_now()
    await make_delivery()

    before = await purge_notifications(retention_days=400, at=at + timedelta(days=400) - timedelta(minutes=1))
    after = await purge_notifications(retention_days=400, at=at + timedelta(days=400) + timedelta(minutes=1))

    assert (before, after) == (0, 1)
    assert (await Notification.all().count(), await NotificationDelivery.all().count()) == (0, 0)


def test_quiet_hours_go_over_midnight_or_not_or_are_none() -> None:
    midnight = MORNING.replace(hour=16)  # 00:00 in Beijing
    hours = [midnight + timedelta(hours=hour, minutes=30) for hour in range(24)]

    def quiet(begins: str, ends: str) -> list[int]:
        span = QuietHours(time.fromisoformat(begins), time.fromisoformat(ends))
        return [hour for hour, at in enumerate(hours) if span.cover(at)]

    assert quiet("21:30", "07:30") == [*range(7), 21, 22, 23]
    assert quiet("12:00", "14:00") == [12, 13]
    assert quiet("00:00", "00:00") == []
