"""承运方推送接口：快递100，工作人员。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from config.clock import beijing, utc_now
from models.carriers import PushOutcome
from server.accounts.guards import Administrator
from server.carriers.pushes import (
    CarrierPushNotFound,
    CarrierPushNotRepeatable,
    PushSignatureWrong,
    list_pushes,
    receive_push,
    repeat_push,
)
from server.http.askers import Anyone
from server.http.endpoints import By, Limit, Routes
from server.http.pagination import Cursor, PageSize, decode_cursor, encode_cursor
from server.resources import resources

routes = Routes("carriers", title="承运方")


class PushRequest(msgspec.Struct):
    """快递100的推送；表单或 JSON，它加的其他字段不读"""

    param: Annotated[str, Meta(min_length=1, description="推送内容，JSON 文本")]
    sign: Annotated[str, Meta(max_length=64, description="MD5(param+salt)")] = ""


class PushReply(msgspec.Struct):
    """快递100要求的答复"""

    result: bool = True
    returnCode: str = "200"
    message: str = "成功"


class PushQuery(msgspec.Struct, forbid_unknown_fields=True):
    """哪些推送"""

    outcome: Annotated[PushOutcome | None, Meta(description="不写为没有成功的")] = None
    limit: PageSize = 20
    cursor: Cursor | None = None


class PushItem(msgspec.Struct):
    """一条推送；内容加密保存，不显示"""

    id: UUID
    carrier: str
    outcome: PushOutcome
    events: Annotated[int, Meta(description="新轨迹的条数")]
    received_at: datetime
    done_at: datetime | None


class PushPage(msgspec.Struct):
    items: list[PushItem]
    next_cursor: str | None


@routes.post(
    "/carriers/kuaidi100/pushes",
    summary="接收快递100的推送",
    idempotent=False,
    form=True,
    limit=Limit("1200/minute", by=By.ADDRESS, shared=False),
    refusals=(PushSignatureWrong,),
)
async def receive_kuaidi100_push(asker: Anyone, body: PushRequest) -> PushReply:
    """Kept and answered at once, worked on afterwards; the same push again changes nothing."""
    here = resources()
    salt = here.settings.push_salt
    await receive_push(param=body.param, sign=body.sign, salt=salt, state=here.state, at=utc_now())
    return PushReply()


@routes.get("/staff/carrier-pushes", summary="承运方推送，新的在前；默认只列没有成功的")
async def list_carrier_pushes(asker: Administrator, query: PushQuery) -> PushPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await list_pushes(outcome=query.outcome, after=position[0] if position else None, limit=query.limit + 1)
    shown = found[: query.limit]
    return PushPage(
        items=[
            PushItem(
                id=push.id,
                carrier=push.carrier,
                outcome=push.outcome,
                events=push.events,
                received_at=beijing(push.created_at),
                done_at=beijing(push.done_at) if push.done_at else None,
            )
            for push in shown
        ],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.post(
    "/staff/carrier-pushes/<push_id:uuid>/repetition",
    summary="重新处理一条没有成功的推送",
    refusals=(CarrierPushNotFound, CarrierPushNotRepeatable),
)
async def repeat_carrier_push(asker: Administrator, push_id: UUID) -> None:
    """Worked on by the background process soon after; the list shows what came of it."""
    await repeat_push(push_id, account_id=asker.account_id, role=asker.staff_role.value)
