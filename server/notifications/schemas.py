"""消息的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.notifications import DeliveryState
from server.http.pagination import Cursor, PageSize
from server.notifications.fields import FieldKind
from server.notifications.subscriptions import MOST_RESULTS, SubscriptionResult


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


class SubscriptionItem(msgspec.Struct):
    """可订阅的微信消息"""

    key: str
    title: str
    template_id: Annotated[str, Meta(description="传给 wx.requestSubscribeMessage 的 tmplIds")]
    left: Annotated[int, Meta(description="按已同意的次数，还能收到几条")]


class SubscriptionList(msgspec.Struct):
    items: list[SubscriptionItem]


class ReportedResult(msgspec.Struct, forbid_unknown_fields=True):
    """一个模板的订阅结果"""

    template: Annotated[str, Meta(min_length=1, max_length=64, description="模板编号（template_id），或 key")]
    result: SubscriptionResult


class SubscriptionReport(msgspec.Struct, forbid_unknown_fields=True):
    """手机上的订阅结果"""

    results: Annotated[list[ReportedResult], Meta(min_length=1, max_length=MOST_RESULTS)]
    report_id: Annotated[
        str, Meta(max_length=36, pattern="^[0-9A-Za-z-]*$", description="手机为这一次点按生成的编号；同一编号只计一次")
    ] = ""


class TemplateFieldItem(msgspec.Struct):
    """消息模板的字段"""

    name: str
    label: str
    kind: FieldKind
    source: Annotated[str, Meta(description="内容来自：title 标题、text 正文、time 时间，或事件给的值")]
    name_at_wechat: Annotated[str, Meta(description="在微信后台那个模板里的字段名")]


class TemplateItem(msgspec.Struct):
    """消息模板和它的设置"""

    key: str
    title: str
    events: Annotated[list[str], Meta(description="事件名的开头")]
    page: str
    fields: list[TemplateFieldItem]
    template_id: Annotated[str, Meta(description="微信后台的模板编号；空为还没有申请，只进消息列表")]
    is_on: bool
    is_in_use: bool
    changed_at: datetime | None


class TemplateList(msgspec.Struct):
    items: list[TemplateItem]


class TemplateChange(msgspec.Struct, forbid_unknown_fields=True):
    """消息模板的设置；不写的不变"""

    template_id: Annotated[str, Meta(max_length=64, pattern="^[0-9A-Za-z_-]*$", description="空为去掉")] | None = None
    is_on: bool | None = None
    field_names: (
        Annotated[dict[str, str], Meta(max_length=20, description="本模板的字段名对微信后台的字段名")] | None
    ) = None


class DeliveryQuery(msgspec.Struct, forbid_unknown_fields=True):
    """哪些微信消息"""

    state: Annotated[DeliveryState | None, Meta(description="不写为 dead 和 unsure")] = None
    cursor: Cursor = ""
    limit: PageSize = 20


class DeliveryItem(msgspec.Struct):
    """一条微信消息；不显示正文"""

    id: UUID
    state: DeliveryState
    template: str
    template_title: str
    event: str
    title: str
    person: Annotated[str, Meta(description="遮住中间的 openid")]
    failures: Annotated[int, Meta(description="连续几次没有发出去")]
    errcode: Annotated[int | None, Meta(description="微信最近一次的错误码")]
    reason: str
    created_at: datetime
    run_at: Annotated[datetime, Meta(description="不早于这时发送")]
    ended_at: datetime | None


class DeliveryPage(msgspec.Struct):
    items: list[DeliveryItem]
    next_cursor: str | None


class DeliveryFiguresQuery(msgspec.Struct, forbid_unknown_fields=True):
    """多少天"""

    days: Annotated[int, Meta(ge=1, le=90)] = 30


class DeliveryFigure(msgspec.Struct):
    """一个消息模板的数字"""

    key: str
    title: str
    counts: Annotated[dict[str, int], Meta(description="各种状态的条数")]
    left: Annotated[int, Meta(description="所有人还剩的订阅次数")]


class DeliveryFigures(msgspec.Struct):
    days: int
    items: list[DeliveryFigure]
