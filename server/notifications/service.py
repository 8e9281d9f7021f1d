"""消息业务 — telling a person something, in the transaction of the deed; reading it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from models.base import new_id
from models.errors import NotFound
from models.notifications import Notification
from models.transactions import execute, fetch_row
from server.notifications.storing import ToldRow, store_told
from server.notifications.templates import find_template

LONGEST_TITLE = 60
LONGEST_TEXT = 500


class NotificationNotFound(NotFound):
    message = "没有找到这条消息"
    next_step = "请返回消息列表刷新后再试"


@dataclass(frozen=True, slots=True)
class Event:
    """要告诉人的事 — ``name`` such as ``job_application.interview``; title and text are what the person reads.

    ``key`` makes it told once: the same person and key, however often the work runs. ``link`` is an API path.
    ``values`` are short texts for a subscribe message, such as a parcel's ``number``; never personal data.
    """

    name: str
    key: str
    title: str
    text: str
    link: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


async def notify(*, account_id: UUID, event: Event, at: datetime) -> bool:
    """Put an event into a person's inbox, once for its key; return whether it was new. 通知。

    It joins the caller's transaction: what is told was done. Texts that are too long are cut with an ellipsis. Where
    a template in use fits the event, a subscribe message is planned in the same statement; the worker sends it.
    """
    return bool(await store_told([_row(account_id, event)], at=at))


async def notify_all(*, account_ids: Sequence[UUID], event: Event, at: datetime) -> int:
    """Put an event into the inboxes of several people; return to how many it was new."""
    return await store_told([_row(account_id, event) for account_id in account_ids], at=at)


async def notify_each(told: Sequence[tuple[UUID, Event]], *, at: datetime) -> None:
    """Put into the inboxes of many people what concerns each, once for its key. See ``notify``."""
    await store_told([_row(account_id, event) for account_id, event in told], at=at)


async def list_notifications(
    *, account_id: UUID, is_unread: bool = False, after: UUID | None = None, limit: int = 20
) -> list[Notification]:
    """Return what a person was told, newest first; ``after`` is the last id of the page before."""
    found = Notification.filter(account_id=account_id)
    if is_unread:
        found = found.filter(read_at__isnull=True)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def count_unread(*, account_id: UUID) -> int:
    """Return how many messages a person has not read."""
    row = await fetch_row(
        "SELECT count(*) AS n FROM notifications WHERE account_id = $1 AND read_at IS NULL", account_id
    )
    assert row is not None
    return int(row["n"])


async def mark_read(*, notification_id: UUID, account_id: UUID, at: datetime) -> Notification:
    """Mark a person's message as read; marking again keeps the first time.

    Raises:
        NotificationNotFound: this person has no such message.
    """
    await execute(
        "UPDATE notifications SET read_at = $1 WHERE id = $2 AND account_id = $3 AND read_at IS NULL",
        at,
        notification_id,
        account_id,
    )
    found = await Notification.get_or_none(id=notification_id, account_id=account_id)
    if found is None:
        raise NotificationNotFound
    return found


async def mark_all_read(*, account_id: UUID, at: datetime) -> int:
    """Mark everything that a person was told as read; return how much was unread."""
    return await execute(
        "UPDATE notifications SET read_at = $1 WHERE account_id = $2 AND read_at IS NULL", at, account_id
    )


def _row(account_id: UUID, event: Event) -> ToldRow:
    template = find_template(event.name)
    return ToldRow(
        id=new_id(),
        account_id=account_id,
        event=event.name,
        title=_cut(event.title, LONGEST_TITLE),
        text=_cut(event.text, LONGEST_TEXT),
        link=event.link,
        dedupe_key=f"{account_id.hex}:{event.key}",
        delivery_id=new_id() if template else None,
        template=template.key if template else None,
        is_urgent=template is not None and event.name in template.urgent,
        field_values=msgspec.json.encode(event.values).decode() if event.values else "{}",
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
