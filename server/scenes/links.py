"""小程序链接 — an address for a text message or a web page that opens the mini-program at a record, for one person."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.errors import FieldError, Invalid
from models.scenes import SceneCode, SceneSubject
from models.transactions import transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.scenes.service import NOT_PUBLISHED, make_code
from server.wechat.calls import make_link as request_link
from server.wechat.errcodes import answered

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

LONGEST_DAYS = 30
LONGEST_QUERY = 1024
_QUERY = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@\-._~%]*")


class LinkQueryInvalid(Invalid):
    message = "附加参数不能用"
    next_step = "附加参数只能有字母、数字和网址中的符号，连同码的参数不超过 1024 个字符；中文请先编码"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("query", "只能有字母、数字和网址中的符号，不超过 1024 个字符"),))


@dataclass(frozen=True, slots=True)
class MadeLink:
    """链接 — opens the mini-program for the first person who taps it, until it ends."""

    url: str
    code: SceneCode
    expires_at: datetime


async def make_link(
    *,
    subject: SceneSubject,
    reference: str,
    days: int,
    query: str,
    open_client: "Callable[[], AsyncWeChatClient]",
    staff: StaffMember,
    at: datetime,
) -> MadeLink:
    """Ask WeChat for a new link to a record; each is good for one person only (获取加密URLLink). 生成小程序链接。

    It carries the scene of the record's code as ``scene=…``, then ``query`` as it is; nothing in it is personal.

    Raises:
        LinkQueryInvalid: WeChat does not take such a query.
        SubjectIdMalformed, PerkNotFound, FairNotFound, StationNotFound, ParcelNotFound: see ``find_subject``.
        MiniProgramNotPublished, WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured: it gave none.
    """
    if not _QUERY.fullmatch(query) or len(query) > LONGEST_QUERY - 50:
        raise LinkQueryInvalid
    code = await make_code(subject=subject, reference=reference, width=None, staff=staff, at=at)
    whole = f"scene={code.scene}" + (f"&{query}" if query else "")
    asked = request_link(open_client(), path="", query=whole, days=days)
    url = await answered(asked, NOT_PUBLISHED)
    async with transaction():
        await record(
            account_id=staff.account_id,
            role=staff.staff_role.value,
            action="wechat_link.made",
            record_type="scene_code",
            record_id=code.id,
            detail={"subject": subject.value, "days": days},
        )
    return MadeLink(url=url, code=code, expires_at=at + timedelta(days=days))
