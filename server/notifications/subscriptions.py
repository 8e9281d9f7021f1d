"""订阅业务 — what the phone and WeChat tell of a person's consents, and what may still be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from config.logging import get_logger
from models.errors import Invalid
from models.subscriptions import SubscriptionBalance, SubscriptionKind, SubscriptionSource
from models.transactions import as_uuid, fetch_row, transaction
from server.notifications import ledger
from server.notifications.settling import settle_sent
from server.notifications.template_settings import TemplateInUse, list_templates_in_use

POPUP = "subscribe_msg_popup_event"
CHANGED = "subscribe_msg_change_event"
SENT = "subscribe_msg_sent_event"
MOST_RESULTS = 5
"""A phone asks for five templates at once at most."""
_NO_CONSENT = 43101

log = get_logger("notifications")


class SubscriptionTemplateUnknown(Invalid):
    message = "没有这个消息模板，可能已经更换"
    next_step = "请关闭小程序重新打开，再点一次订阅"


class SubscriptionResult(StrEnum):
    """订阅结果 — as ``wx.requestSubscribeMessage`` tells it of each template."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


_SAID = frozenset(SubscriptionResult)
_NOTED = {
    SubscriptionResult.REJECT: SubscriptionKind.REJECTED,
    SubscriptionResult.BAN: SubscriptionKind.BANNED,
    SubscriptionResult.FILTER: SubscriptionKind.FILTERED,
}


@dataclass(frozen=True, slots=True)
class Subscription:
    """可订阅的消息 — a template in use, and how many messages the person may still be sent."""

    template: TemplateInUse
    left: int


async def list_subscriptions(*, account_id: UUID) -> list[Subscription]:
    """Return the templates that are in use, in the order of the file, with what a person has left of each."""
    balances = await SubscriptionBalance.filter(account_id=account_id).values_list("template_id", "remaining")
    left: dict[str, int] = dict(balances)
    return [Subscription(used, left.get(used.template_id, 0)) for used in await list_templates_in_use()]


async def report_results(
    *, account_id: UUID, results: Sequence[tuple[str, SubscriptionResult]], report_id: str, at: datetime
) -> None:
    """Enter what the phone reported of the templates that it asked for, each by its id at WeChat or its key.

    Accepts add up; the same ``report_id`` counts once. A refusal of this once takes nothing from earlier accepts.

    Raises:
        SubscriptionTemplateUnknown: a template is not in use; nothing is entered then.
    """
    used = await list_templates_in_use()
    known = {one.template_id: one.template_id for one in used} | {one.template.key: one.template_id for one in used}
    if any(name not in known for name, _ in results):
        raise SubscriptionTemplateUnknown
    said = {known[name]: result for name, result in results}
    reference = f"phone:{account_id.hex}:{report_id or uuid4().hex}"
    async with transaction():
        for template_id, result in sorted(said.items()):
            await _enter(
                account_id,
                template_id,
                result,
                source=SubscriptionSource.PHONE,
                reference=f"{reference}:{template_id}",
                at=at,
            )


async def end_subscriptions(*, account_id: UUID, at: datetime) -> None:
    """Close all of a person's balances in the current transaction: they want no messages of WeChat any more.

    What waits for them ends without a consent when its turn comes; the inbox keeps it.
    """
    open_ones = SubscriptionBalance.filter(account_id=account_id, remaining__gt=0).order_by("template_id")
    template_ids: list[str] = await open_ones.values_list("template_id", flat=True)  # type: ignore[assignment]
    for template_id in template_ids:
        await ledger.close(
            account_id=account_id,
            template_id=template_id,
            source=SubscriptionSource.WECHAT,
            reference=f"ended:{account_id.hex}:{at.timestamp():.6f}:{template_id}",
            at=at,
        )


async def record_reports(
    *, openid: str, event: str, items: Sequence[Mapping[str, object]], reference: str, at: datetime
) -> int:
    """Enter what WeChat pushed of a person's consents and of messages sent; return how many items were of use.

    ``event`` is ``subscribe_msg_popup_event``, ``subscribe_msg_change_event`` or ``subscribe_msg_sent_event``,
    ``items`` the entries of its list as WeChat wrote them, ``reference`` what is unique to the push: the same one
    counts once. Items of strangers, or without a template, are left out.
    """
    row = await fetch_row("SELECT id FROM accounts WHERE openid = $1", openid)
    if row is None:
        return 0
    account_id = as_uuid(row["id"])
    async with transaction():
        used = [
            await _record_item(account_id, event, item, reference=f"push:{reference}:{number}"[:160], at=at)
            for number, item in enumerate(items)
        ]
    return sum(used)


async def _record_item(
    account_id: UUID, event: str, item: Mapping[str, object], *, reference: str, at: datetime
) -> bool:
    template_id = str(item.get("TemplateId") or "")[:64]
    said = str(item.get("SubscribeStatusString") or "")
    wechat = SubscriptionSource.WECHAT
    if not template_id:
        return False
    if event == SENT:
        return await _record_sent(account_id, template_id, item, reference=reference, at=at)
    if event == CHANGED and said == SubscriptionResult.REJECT:
        await ledger.close(account_id=account_id, template_id=template_id, source=wechat, reference=reference, at=at)
        return True
    if event not in (POPUP, CHANGED) or said not in _SAID:
        log.info("notifications.report_unknown", event_name=event)
        return False
    await _enter(account_id, template_id, SubscriptionResult(said), source=wechat, reference=reference, at=at)
    return True


async def _record_sent(
    account_id: UUID, template_id: str, item: Mapping[str, object], *, reference: str, at: datetime
) -> bool:
    """Settle the delivery that WeChat tells the end of; without a consent there the balance is closed."""
    errcode, message_id = _number(item.get("ErrorCode")), str(item.get("MsgID") or "")
    if errcode == _NO_CONSENT:
        source = SubscriptionSource.WECHAT
        await ledger.close(account_id=account_id, template_id=template_id, source=source, reference=reference, at=at)
    return await settle_sent(
        account_id=account_id, template_id=template_id, message_id=message_id, errcode=errcode, at=at
    )


async def _enter(
    account_id: UUID,
    template_id: str,
    result: SubscriptionResult,
    *,
    source: SubscriptionSource,
    reference: str,
    at: datetime,
) -> None:
    if result is SubscriptionResult.ACCEPT:
        await ledger.accept(account_id=account_id, template_id=template_id, source=source, reference=reference, at=at)
        return
    await ledger.note(
        account_id=account_id,
        template_id=template_id,
        kind=_NOTED[result],
        source=source,
        reference=reference,
        at=at,
    )


def _number(value: object) -> int:
    """Return a number that may have come as text."""
    text = str(value or 0)
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 10 else 0
