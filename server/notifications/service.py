"""消息业务 — telling a person something, in the transaction of the deed; reading it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.base import new_id
from models.batches import insert_many, store_many
from models.errors import NotFound
from models.notifications import Notification
from models.transactions import execute, fetch_row

LONGEST_TITLE = 60
LONGEST_TEXT = 500


class NotificationNotFound(NotFound):
    message = "没有找到这条消息"
    next_step = "请返回消息列表刷新后再试"


_EACH = insert_many(
    "notifications",
    {
        "id": "uuid",
        "account_id": "uuid",
        "event": "text",
        "title": "text",
        "text": "text",
        "link": "text",
        "dedupe_key": "text",
    },
    fixed={"created_at": "$2"},
    conflict="ON CONFLICT (dedupe_key) DO NOTHING",
)


@dataclass(frozen=True, slots=True)
class Event:
    """要告诉人的事 — ``name`` such as ``job_application.interview``; title and text are what the person reads.

    ``key`` makes it told once: the same person and key, however often the work runs. ``link`` is an API path.
    """

    name: str
    key: str
    title: str
    text: str
    link: str = ""


async def notify(*, account_id: UUID, event: Event, at: datetime) -> bool:
    """Put an event into a person's inbox, once for its key; return whether it was new. 通知。

    It joins the caller's transaction: what is told was done. Texts that are too long are cut with an ellipsis.
    """
    inserted = await execute(
        "INSERT INTO notifications (id, created_at, account_id, event, title, text, link, dedupe_key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (dedupe_key) DO NOTHING",
        new_id(),
        at,
        account_id,
        event.name,
        _cut(event.title, LONGEST_TITLE),
        _cut(event.text, LONGEST_TEXT),
        event.link,
        f"{account_id.hex}:{event.key}",
    )
    return bool(inserted)


async def notify_all(*, account_ids: Sequence[UUID], event: Event, at: datetime) -> int:
    """Put an event into the inboxes of several people; return to how many it was new."""
    return sum([await notify(account_id=account_id, event=event, at=at) for account_id in account_ids])


async def notify_each(told: Sequence[tuple[UUID, Event]], *, at: datetime) -> None:
    """Put into the inboxes of many people what concerns each, once for its key. See ``notify``."""
    rows = [
        {
            "id": new_id(),
            "account_id": account_id,
            "event": event.name,
            "title": _cut(event.title, LONGEST_TITLE),
            "text": _cut(event.text, LONGEST_TEXT),
            "link": event.link,
            "dedupe_key": f"{account_id.hex}:{event.key}",
        }
        for account_id, event in told
    ]
    await store_many(_EACH, rows, at)


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


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
