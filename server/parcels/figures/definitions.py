"""包裹指标 — each figure with its unit, its definition, and the text that gives its records.

A text takes the first instant of the span ($1), the instant after it ($2), the Beijing day of asking ($3, for clocks
that may have run out) and the town's code or NULL ($4); each names all four, for the databases' sake. Every record has
``key``, ``amount``, ``number``, ``station`` and ``happened_at``.
"""

from dataclasses import dataclass
from enum import StrEnum


class ParcelFigureCode(StrEnum):
    """包裹指标代码"""

    BOOKED = "booked"
    ACCEPTED = "accepted"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"
    COMPLAINTS = "complaints"
    COMPLAINTS_IN_TIME = "complaints_in_time"
    COMPLAINTS_LATE = "complaints_late"
    GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class ParcelFigure:
    """包裹指标 — ``sql`` gives the records, of which the figure is the sum of ``amount``."""

    title: str
    unit: str
    definition: str
    sql: str


_TOWN = "(cast($4 AS text) IS NULL OR s.town_id = $4)"


def _parcels(moment: str, *, where: str = "1 = 1", amount: str = "1") -> str:
    return (
        f"SELECT p.number AS key, {amount} AS amount, p.number AS number, s.name AS station, {moment} AS happened_at "
        f"FROM parcels p JOIN stations s ON s.id = p.station_id WHERE {moment} >= $1 AND {moment} < $2 "
        f"AND {where} AND {_TOWN} AND cast($3 AS date) IS NOT NULL"
    )


def _cases(*, where: str = "1 = 1", amount: str = "1") -> str:
    return (
        f"SELECT c.number AS key, {amount} AS amount, p.number AS number, s.name AS station, "
        "c.created_at AS happened_at FROM parcel_cases c JOIN parcels p ON p.id = c.parcel_id "
        f"JOIN stations s ON s.id = c.station_id WHERE c.created_at >= $1 AND c.created_at < $2 AND {where} "
        f"AND {_TOWN} AND cast($3 AS date) IS NOT NULL"
    )


_COMPLAINT = "c.kind = 'complaint'"

PARCEL_FIGURES: dict[ParcelFigureCode, ParcelFigure] = {
    ParcelFigureCode.BOOKED: ParcelFigure(
        "预约", "件", "在这段时间里登记的包裹，含后来取消的", _parcels("p.created_at")
    ),
    ParcelFigureCode.ACCEPTED: ParcelFigure("收寄", "件", "在这段时间里经查验收寄的包裹", _parcels("p.accepted_at")),
    ParcelFigureCode.PAID: ParcelFigure(
        "收取资费",
        "分",
        "收寄的包裹由寄件人支付的金额之和",
        _parcels("p.accepted_at", amount="coalesce(p.paid_fen, 0)"),
    ),
    ParcelFigureCode.REFUSED: ParcelFigure(
        "不予收寄", "件", "在柜台没有收寄的包裹", _parcels("p.state_at", where="p.state = 'refused_at_counter'")
    ),
    ParcelFigureCode.CANCELLED: ParcelFigure(
        "取消", "件", "交寄以前取消的预约，含过期自动取消", _parcels("p.state_at", where="p.state = 'cancelled'")
    ),
    ParcelFigureCode.DELIVERED: ParcelFigure(
        "妥投", "件", "在这段时间里签收的包裹，按签收时间", _parcels("p.state_at", where="p.state = 'delivered'")
    ),
    ParcelFigureCode.RETURNED: ParcelFigure(
        "退回", "件", "退回寄件人的包裹，按退回时间", _parcels("p.state_at", where="p.state = 'returned'")
    ),
    ParcelFigureCode.LOST: ParcelFigure(
        "丢失", "件", "确认丢失、还没有找到的包裹", _parcels("p.state_at", where="p.state = 'lost'")
    ),
    ParcelFigureCode.COMPLAINTS: ParcelFigure(
        "投诉", "件", "在这段时间里收到的投诉，一件一计", _cases(where=_COMPLAINT)
    ),
    ParcelFigureCode.COMPLAINTS_IN_TIME: ParcelFigure(
        "按期答复的投诉",
        "件",
        "上述投诉中，自收到之日起 7 日内答复的（快递暂行条例第二十八条）",
        _cases(where=f"{_COMPLAINT} AND c.answered_on IS NOT NULL AND c.answered_on <= c.due_on"),
    ),
    ParcelFigureCode.COMPLAINTS_LATE: ParcelFigure(
        "超期的投诉",
        "件",
        "上述投诉中，超过 7 日才答复的，和到期还没有答复的",
        _cases(where=f"{_COMPLAINT} AND coalesce(c.answered_on, $3) > c.due_on"),
    ),
    ParcelFigureCode.GRANTED: ParcelFigure(
        "赔偿",
        "分",
        "在这段时间里提出的索赔中已经同意的金额",
        _cases(where="c.granted_fen > 0", amount="c.granted_fen"),
    ),
}
