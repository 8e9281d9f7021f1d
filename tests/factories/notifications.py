"""消息工厂 — templates in use, consents, and messages on their way to a phone."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from config.clock import utc_now
from models.accounts import Account
from models.notifications import NotificationDelivery, NotificationTemplate
from models.subscriptions import SubscriptionSource
from models.transactions import transaction
from server.notifications import ledger
from server.notifications.service import Event, notify
from tests.factories.cards import make_account

TEMPLATE_ID = "sample-template-of-job-applications-0000000"
EVENT = "job_application.interview"


def make_event(**overrides: Any) -> Event:
    """Return an event of ``job_application``'s template, with a key of its own."""
    values: dict[str, Any] = {
        "name": EVENT,
        "key": uuid4().hex,
        "title": "面试通知",
        "text": "示例单位约您面试",
        "link": "/v1/jobs/1",
    }
    return Event(**(values | overrides))


async def use_template(key: str = "job_application", **overrides: Any) -> NotificationTemplate:
    """Put a template of the file to use, as staff do."""
    values: dict[str, Any] = {"key": key, "template_id": TEMPLATE_ID, "changed_at": utc_now()}
    return await NotificationTemplate.create(**(values | overrides))


async def give_consents(account_id: UUID, number: int = 1, *, template_id: str = TEMPLATE_ID) -> None:
    """Let the phone report so many accepts."""
    for _ in range(number):
        async with transaction():
            await ledger.accept(
                account_id=account_id,
                template_id=template_id,
                source=SubscriptionSource.PHONE,
                reference=uuid4().hex,
                at=utc_now(),
            )


async def make_delivery(
    *, account: Account | None = None, at: datetime | None = None, event: Event | None = None, **overrides: Any
) -> NotificationDelivery:
    """Tell an account something whose template is in use; ``overrides`` are of the delivery."""
    if not await NotificationTemplate.exists(key="job_application"):
        await use_template()
    about = account or await make_account()
    told = event or make_event()
    await notify(account_id=about.id, event=told, at=at or utc_now())
    found = await NotificationDelivery.get(notification__dedupe_key=f"{about.id.hex}:{told.key}")
    if overrides:
        await found.update_from_dict(overrides).save()
    return found


async def remaining(account_id: UUID, *, template_id: str = TEMPLATE_ID) -> int:
    """Return what a person has left of a template."""
    return await ledger.count_remaining(account_id=account_id, template_id=template_id)
