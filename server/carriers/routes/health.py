"""承运方健康接口。"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from config.clock import beijing, utc_now
from server.accounts.guards import Administrator
from server.carriers.circuit import CircuitState
from server.carriers.health import CarrierHealth, Polling, look_after_carriers
from server.http.endpoints import Routes
from server.resources import resources

routes = Routes("carriers", title="承运方")


class UnknownCodeItem(msgspec.Struct):
    """对照表里没有的状态码"""

    code: str
    events: Annotated[int, Meta(description="轨迹条数")]
    last_seen_at: datetime


class PollingItem(msgspec.Struct):
    """查询的状况"""

    circuit: Annotated[CircuitState, Meta(description="closed 正常；open 暂停查询；half_open 正在试探")]
    open_until: Annotated[datetime | None, Meta(description="暂停到什么时候再试")]
    failures_in_a_row: int
    last_answer_at: datetime | None
    due: Annotated[int, Meta(description="已到时间、还没有查询的包裹")]
    longest_due_at: Annotated[datetime | None, Meta(description="其中等得最久的，应在什么时候查询")]
    scheduled: Annotated[int, Meta(description="全部要查询的包裹，包括还没到时间的")]


class CarrierItem(msgspec.Struct):
    """一个承运方"""

    carrier: str
    name: str
    polling: Annotated[PollingItem | None, Meta(description="不查询的承运方没有")]
    last_received_at: Annotated[datetime | None, Meta(description="最近一次收到推送或轨迹文件")]
    pushes: Annotated[dict[str, int], Meta(description="各种结果的推送条数")]
    unknown_codes: Annotated[list[UnknownCodeItem], Meta(description="条数多的在前，最多 200 个")]


class CarrierList(msgspec.Struct):
    items: list[CarrierItem]


@routes.get("/staff/carriers", summary="承运方健康状况：最近成功、熔断、待查询、没有对应的状态码")
async def get_carriers(asker: Administrator) -> CarrierList:
    found = await look_after_carriers(state=resources().state, at=utc_now())
    return CarrierList(items=[_item(carrier) for carrier in found])


def _item(carrier: CarrierHealth) -> CarrierItem:
    return CarrierItem(
        carrier=carrier.carrier,
        name=carrier.name,
        polling=_polling(carrier.polling) if carrier.polling else None,
        last_received_at=_moment(carrier.last_received_at),
        pushes=carrier.pushes,
        unknown_codes=[
            UnknownCodeItem(code=one.code, events=one.events, last_seen_at=beijing(one.last_seen_at))
            for one in carrier.unknown_codes
        ],
    )


def _polling(polling: Polling) -> PollingItem:
    return PollingItem(
        circuit=polling.circuit,
        open_until=_moment(polling.open_until),
        failures_in_a_row=polling.failures_in_a_row,
        last_answer_at=_moment(polling.last_answer_at),
        due=polling.due,
        longest_due_at=_moment(polling.longest_due_at),
        scheduled=polling.scheduled,
    )


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else beijing(at)
