"""邮政文件交换 — a CSV of orders for the carrier and a CSV of events from it, in a sample format of ours.

The official format is not published; both column lists are samples, to be agreed with the local branch.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from config.clock import BEIJING, beijing_day
from models.parcels import EventKind
from server.carriers.protocol import CarrierEvent
from server.parcels.parties import Party
from server.tables.columns import Column, ParsedTable, TableShape
from server.tables.formulas import guard
from server.tables.parsers import clock, day, text
from server.tables.reading import read_table

CODE = "ems"
MAX_EVENT_ROWS = 50_000

_K = EventKind
WORDS: dict[str, EventKind] = {
    "收寄": _K.COLLECTED,
    "运输": _K.IN_TRANSIT,
    "投递": _K.OUT_FOR_DELIVERY,
    "妥投": _K.DELIVERED,
    "未妥投": _K.EXCEPTION,
    "退回": _K.RETURNING,
}
"""The usual words of the post; any other word is ``UNKNOWN`` and kept as it came."""

ORDER_COLUMNS = (
    *("包裹编号", "邮件号", "交寄日期", "服务", "重量(克)", "保价(元)"),
    *("寄件人", "寄件人电话", "寄件地址", "收件人", "收件人电话", "收件地址"),
)
"""订单文件示例格式: one row for each parcel, in the order in which they were accepted."""


class CsvEncoding(StrEnum):
    """文件编码 — what the carrier's program reads: GB18030, or UTF-8 with its mark."""

    GB18030 = "gb18030"
    UTF8 = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Order:
    """交寄订单 — a parcel as the carrier has to know it."""

    number: str
    tracking_number: str
    accepted_at: datetime
    service: str
    weight_grams: int
    declared_value_fen: int
    sender: Party = field(repr=False)
    recipient: Party = field(repr=False)


class EmsPost:
    """邮政 — by files that staff carry over."""

    code = CODE
    name = "中国邮政 EMS"

    def translate(self, raw: bytes) -> tuple[CarrierEvent, ...]:
        """Return the events of a CSV or .xlsx file; encoding and delimiter are found out. Await it off the event loop.

        Raises:
            TableRejected: it carries every fault by line and column.
            WrongHeaders, TableHasNoRows, UnreadableSpreadsheet and its kin: see ``server.tables``.
        """
        return events_of(event_shape().parse(read_table(raw, filename="", max_rows=MAX_EVENT_ROWS)))

    def knows(self, raw_code: str) -> bool:
        return raw_code in WORDS


def write_orders(orders: Iterable[Order], *, encoding: CsvEncoding) -> bytes:
    """Return the CSV of orders; what a spreadsheet program would take for a formula is guarded."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(ORDER_COLUMNS)
    for order in orders:
        writer.writerow([guard(cell) for cell in _cells(order)])
    return written.getvalue().encode(encoding.value)


def event_shape() -> TableShape:
    """Return the shape of a file of events 轨迹文件示例格式."""
    return TableShape(
        title="邮政轨迹",
        columns=(
            Column(name="邮件号", key="tracking_number", parse=_tracking_number, required=True,
                   aliases=("邮件号码", "运单号", "单号"), example="1234567890123"),
            Column(name="状态", key="word", parse=text(20), required=True,
                   aliases=("动作", "处理动作", "邮件状态"), example="收寄"),
            Column(name="时间", key="occurred_at", parse=_moment, required=True,
                   aliases=("处理时间", "操作时间"), example="2026-11-02 09:30:00", width=22),
            Column(name="地点", key="place", parse=text(100), aliases=("处理地点", "机构", "处理机构")),
            Column(name="说明", key="text", parse=text(300), aliases=("备注", "详细说明"), width=32),
        ),
    )  # fmt: skip


def events_of(parsed: ParsedTable) -> tuple[CarrierEvent, ...]:
    """Return the events of a file without faults.

    Raises:
        TableRejected, TableHasNoRows: see ``ParsedTable.accepted``.
    """
    return tuple(
        CarrierEvent(
            carrier=CODE,
            tracking_number=str(row.values["tracking_number"]),
            kind=WORDS.get(word := str(row.values["word"]), EventKind.UNKNOWN),
            occurred_at=_instant(row.values["occurred_at"]),
            source=CODE,
            raw_code=word,
            text=str(row.values["text"] or ""),
            place=str(row.values["place"] or ""),
        )
        for row in parsed.accepted()
    )


def _cells(order: Order) -> tuple[str, ...]:
    handed: date = beijing_day(order.accepted_at)
    return (
        *(order.number, order.tracking_number, handed.isoformat(), order.service),
        *(str(order.weight_grams), f"{order.declared_value_fen // 100}.{order.declared_value_fen % 100:02d}"),
        *(order.sender.name, order.sender.telephone, order.sender.address),
        *(order.recipient.name, order.recipient.telephone, order.recipient.address),
    )


def _tracking_number(value: str) -> str:
    number = value.replace(" ", "").upper()
    if not (number.isascii() and number.isalnum() and 6 <= len(number) <= 40):
        raise ValueError("不是邮件号，应为 6 到 40 位数字或字母")
    return number


def _moment(value: str) -> datetime:
    return datetime.combine(day(value), clock(value), tzinfo=BEIJING)


def _instant(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value
