"""消息的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from server.http.pagination import Cursor, PageSize


class NotificationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """消息列表的条件"""

    unread: Annotated[bool, Meta(description="true 为只看未读")] = False
    cursor: Cursor = ""
    limit: PageSize = 20


class NotificationView(msgspec.Struct):
    """消息 — ``link`` is the API path of what it is about, empty for none."""

    id: UUID
    event: str
    title: str
    text: str
    link: str
    created_at: datetime
    read_at: datetime | None


class NotificationPage(msgspec.Struct):
    """消息列表 — newest first, with the number of unread ones in all."""

    items: list[NotificationView]
    unread: int
    next_cursor: str | None


class NotificationsRead(msgspec.Struct):
    """全部已读 — how many were unread."""

    marked: int
