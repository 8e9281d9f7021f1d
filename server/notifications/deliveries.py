"""微信送达管理 — what staff see of subscribe messages that did not arrive, and sending one again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.errors import Conflict, NotFound
from models.notifications import DeliveryState, NotificationDelivery
from models.transactions import execute, fetch_rows, transaction
from server.audit.service import record
from server.notifications.storing import NEWS_FOR
from server.notifications.template_settings import list_settings
from server.notifications.templates import Template, templates
from server.wechat.errors import explain

TO_LOOK_AT = (DeliveryState.DEAD, DeliveryState.UNSURE)
"""What needs a person; the other states go on, or ended as they should."""
RESENDABLE = (*TO_LOOK_AT, DeliveryState.NO_CONSENT, DeliveryState.WITHHELD, DeliveryState.EXPIRED)

_AGAIN = (
    "UPDATE notification_deliveries SET state = 'waiting', run_at = $1, expires_at = $2, failures = 0, errcode = NULL, "
    "message_id = NULL, locked_until = NULL, ended_at = NULL "
    "WHERE id = $3 AND state IN ('dead', 'unsure', 'no_consent', 'withheld', 'expired')"
)
_COUNTS = (
    "SELECT template, state, COUNT(*) AS n FROM notification_deliveries WHERE created_at >= $1 GROUP BY template, state"
)
_LEFT = "SELECT template_id, SUM(remaining) AS n FROM subscription_balances GROUP BY template_id"

_REASONS = {
    DeliveryState.WAITING: "等待发送",
    DeliveryState.SENDING: "正在发送",
    DeliveryState.SENT: "已发送",
    DeliveryState.NO_CONSENT: "本人没有可用的订阅次数，消息在小程序的消息列表里",
    DeliveryState.WITHHELD: "发送前模板已停用",
    DeliveryState.EXPIRED: "等待超过一天，不再发送",
    DeliveryState.DEAD: "多次没有发出去",
    DeliveryState.UNSURE: "不知道微信有没有发出，为避免重复没有再发",
}


class DeliveryNotFound(NotFound):
    message = "没有这条微信消息"
    next_step = "请从微信消息的列表里选择"


class DeliveryNotResendable(Conflict):
    message = "这条微信消息已经发出，或正在等待发送"
    next_step = "请刷新列表，只对没有发出的重新发送"


@dataclass(frozen=True, slots=True)
class DeliverySight:
    """微信送达一览 — without the message's text and with a masked openid."""

    id: UUID
    state: DeliveryState
    template: Template | None
    template_key: str
    event: str
    title: str
    masked_openid: str
    failures: int
    errcode: int | None
    reason: str
    created_at: datetime
    run_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TemplateFigures:
    """消息模板的数字 — deliveries by state since an instant, and the consents that people have left now."""

    template: Template
    counts: dict[str, int]
    left: int


async def list_deliveries(*, state: DeliveryState | None, after: UUID | None, limit: int) -> list[DeliverySight]:
    """Return deliveries in one state, or those that need a person, newest first."""
    states = [state] if state else list(TO_LOOK_AT)
    found = NotificationDelivery.filter(state__in=states)
    if after is not None:
        found = found.filter(id__lt=after)
    rows = await found.order_by("-id").limit(limit).select_related("notification", "account")
    return [_sight(row) for row in rows]


async def resend(*, delivery_id: UUID, account_id: UUID, role: str, at: datetime) -> DeliverySight:
    """Put a delivery that was not sent, or perhaps was not, back among the waiting ones; it takes a consent as before.

    Raises:
        DeliveryNotFound: there is none.
        DeliveryNotResendable: it is sent, or on its way.
    """
    async with transaction():
        again = await execute(_AGAIN, at, at + NEWS_FOR, delivery_id)
        found = await NotificationDelivery.get_or_none(id=delivery_id).select_related("notification", "account")
        if found is None:
            raise DeliveryNotFound
        if not again:
            raise DeliveryNotResendable
        await record(
            account_id=account_id,
            role=role,
            action="notification_delivery.resent",
            record_type=NotificationDelivery.Meta.table,
            record_id=delivery_id,
        )
    return _sight(found)


async def count_deliveries(*, days: int, at: datetime) -> list[TemplateFigures]:
    """Return the figures of every template over the days before an instant, in the order of the file."""
    counts: dict[str, dict[str, int]] = {}
    for row in await fetch_rows(_COUNTS, at - timedelta(days=days)):
        counts.setdefault(row["template"], {})[row["state"]] = row["n"]
    left = {row["template_id"]: int(row["n"]) for row in await fetch_rows(_LEFT)}
    return [
        TemplateFigures(one.template, counts.get(one.template.key, {}), left.get(one.template_id, 0))
        for one in await list_settings()
    ]


def mask_openid(openid: str) -> str:
    """Return an openid of which only the ends can be read."""
    return f"{openid[:2]}***{openid[-4:]}" if len(openid) > 8 else "***"


def _sight(row: NotificationDelivery) -> DeliverySight:
    reason = _REASONS[row.state]
    return DeliverySight(
        id=row.id,
        state=row.state,
        template=templates().get(row.template),
        template_key=row.template,
        event=row.notification.event,
        title=row.notification.title,
        masked_openid=mask_openid(row.account.openid),
        failures=row.failures,
        errcode=row.errcode,
        reason=f"{reason}：{explain(row.errcode)}" if row.errcode is not None else reason,
        created_at=row.created_at,
        run_at=row.run_at,
        ended_at=row.ended_at,
    )
