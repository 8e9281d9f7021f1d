"""微信来往的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.wechat import WeChatMessageState, WeChatPushState
from server.http.pagination import Cursor, PageSize
from server.wechat.accounts import WeChatAccount


class WeChatPushesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """哪些推送"""

    state: Annotated[WeChatPushState, Meta(description="不写为不认识的")] = WeChatPushState.UNKNOWN
    account: WeChatAccount | None = None
    limit: PageSize = 20
    cursor: Cursor = ""


class WeChatPushView(msgspec.Struct):
    """一条微信推送；内容加密保存，不显示"""

    id: UUID
    account: WeChatAccount
    name: Annotated[str, Meta(description="消息类型，或事件名")]
    state: WeChatPushState
    state_label: str
    outcome: str
    attempts: int
    received_at: datetime
    done_at: datetime | None


class WeChatPushPage(msgspec.Struct):
    items: list[WeChatPushView]
    next_cursor: str | None


class WeChatMessagesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """哪些客服消息"""

    state: Annotated[WeChatMessageState, Meta(description="不写为不知道发到没有的")] = WeChatMessageState.UNSURE
    limit: PageSize = 20
    cursor: Cursor = ""


class WeChatMessageView(msgspec.Struct):
    """一条客服消息；文字加密保存，不显示"""

    id: UUID
    account: WeChatAccount
    conversation_id: UUID | None
    state: WeChatMessageState
    state_label: str
    errcode: int
    fault: Annotated[str, Meta(description="微信的错误码是什么意思")]
    attempts: int
    made_at: datetime
    settled_at: datetime | None


class WeChatMessagePage(msgspec.Struct):
    items: list[WeChatMessageView]
    next_cursor: str | None
