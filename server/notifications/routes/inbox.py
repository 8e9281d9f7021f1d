"""消息接口。"""

from uuid import UUID

from config.clock import beijing, utc_now
from models.notifications import Notification
from server.accounts.guards import Person
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.notifications import service
from server.notifications.schemas import (
    NotificationPage,
    NotificationQuery,
    NotificationsRead,
    NotificationView,
)
from server.notifications.service import NotificationNotFound

routes = Routes("notifications", title="消息")


@routes.get("/notifications", summary="我的消息，新的在前", etag=True)
async def list_notifications(asker: Person, query: NotificationQuery) -> NotificationPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await service.list_notifications(
        account_id=asker.account_id,
        is_unread=query.unread,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return NotificationPage(
        items=[_view(item) for item in shown],
        unread=await service.count_unread(account_id=asker.account_id),
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.post("/notifications/<notification_id:uuid>/reading", summary="标为已读", refusals=(NotificationNotFound,))
async def mark_read(asker: Person, notification_id: UUID) -> NotificationView:
    """Reading again keeps the first time."""
    return _view(await service.mark_read(notification_id=notification_id, account_id=asker.account_id, at=utc_now()))


@routes.post("/notifications/reading", summary="全部标为已读")
async def mark_all_read(asker: Person) -> NotificationsRead:
    return NotificationsRead(marked=await service.mark_all_read(account_id=asker.account_id, at=utc_now()))


def _view(item: Notification) -> NotificationView:
    return NotificationView(
        id=item.id,
        event=item.event,
        title=item.title,
        text=item.text,
        link=item.link,
        created_at=beijing(item.created_at),
        read_at=beijing(item.read_at) if item.read_at else None,
    )
