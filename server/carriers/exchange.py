"""邮政文件业务 — orders of a day or a manifest as a file for the post, and its file of events taken once."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from config.clock import beijing_midnight
from models.base import new_id
from models.carriers import CarrierFile
from models.errors import NotFound
from models.manifests import ManifestParcel
from models.parcels import Parcel
from models.transactions import execute, fetch_row, transaction
from server.audit.service import record
from server.carriers.ems import CODE, CsvEncoding, EmsPost, Order, write_orders
from server.carriers.ingestion import take_events
from server.parcels.parties import read_recipient, read_sender
from server.tables.reading import Sheet

MOST_ORDERS = 5_000
_UNMATCHED_SHOWN = 100
_NOTE_FILE = (
    "INSERT INTO carrier_files (id, created_at, carrier, direction, filename, sha256, lines, taken, account_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (carrier, direction, sha256) DO NOTHING RETURNING id"
)
_NOTE_TAKEN = "UPDATE carrier_files SET taken = $1 WHERE carrier = $2 AND direction = 'in' AND sha256 = $3"


class NoOrdersToHandOver(NotFound):
    message = "没有可以交给邮政的包裹"
    next_step = "请核对日期或交接单编号；只有本站已经收寄、由邮政承运的包裹会写进文件"


@dataclass(frozen=True, slots=True)
class Carrying:
    """经办人 — who carries a file over; ``account_id`` None is the command line, ``station_ids`` None every station."""

    account_id: UUID | None
    role: str
    station_ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class OrderFile:
    """订单文件 — holds names, telephones and addresses: for the carrier only."""

    filename: str
    data: bytes
    orders: int


@dataclass(frozen=True, slots=True)
class EventFileReport:
    """轨迹文件导入结果 — ``unmatched`` are up to a hundred numbers that no parcel has."""

    lines: int
    matched: int
    new: int
    changed: int
    unmatched: list[str]
    already_taken: bool
    """The same file was taken whole before; nothing was done."""


async def export_orders(
    *, day: date | None, manifest: str, encoding: CsvEncoding, who: Carrying, at: datetime
) -> OrderFile:
    """Return the orders of a manifest, else of the parcels accepted on a Beijing day, at the stations of who asks.

    Raises:
        NoOrdersToHandOver: there are none, or they are another station's.
    """
    orders = [order for parcel in await _accepted(day, manifest, who) if (order := _order(parcel)) is not None]
    if not orders:
        raise NoOrdersToHandOver
    data = await asyncio.to_thread(write_orders, orders, encoding=encoding)
    sheet = Sheet(data, f"邮政订单_{manifest or day}.csv")
    async with transaction():
        await _note_file(sheet, "out", lines=len(orders), taken=len(orders), who=who, at=at)
        await _audit("carrier.orders_exported", sheet, {"orders": len(orders)}, who)
    return OrderFile(sheet.filename, data, len(orders))


async def import_events(*, sheet: Sheet, who: Carrying, at: datetime) -> EventFileReport:
    """Take the events of the post's file: every line or none; the same file is taken once.

    A file of which some numbers were unknown may come again, for parcels that got their number since; no event is
    stored twice.

    Raises:
        TableRejected: it carries every fault by line and column.
        WrongHeaders, TableHasNoRows, UnreadableSpreadsheet and its kin: see ``server.tables``.
    """
    events = await asyncio.to_thread(EmsPost().translate, sheet.data)
    lines = len(events)
    async with transaction():
        if not await _note_file(sheet, "in", lines=lines, taken=0, who=who, at=at):
            known = await fetch_row(
                "SELECT taken FROM carrier_files WHERE carrier = $1 AND direction = 'in' AND sha256 = $2",
                CODE,
                sheet.digest,
            )
            if known is not None and known["taken"] == lines:
                return EventFileReport(lines, lines, 0, 0, [], already_taken=True)
        taken = await take_events(events, at=at)
        await execute(_NOTE_TAKEN, taken.matched, CODE, sheet.digest)
        counts = {"lines": lines, "matched": taken.matched, "new": taken.new, "changed": taken.changed}
        await _audit("carrier.events_imported", sheet, counts, who)
    unmatched = list(taken.unmatched[:_UNMATCHED_SHOWN])
    return EventFileReport(lines, taken.matched, taken.new, taken.changed, unmatched, already_taken=False)


async def _accepted(day: date | None, manifest: str, who: Carrying) -> list[Parcel]:
    found = Parcel.filter(carrier=CODE, accepted_at__isnull=False)
    if who.station_ids is not None:
        found = found.filter(station_id__in=list(who.station_ids))
    if manifest:
        carried = await ManifestParcel.filter(manifest__number=manifest).values_list("parcel_id", flat=True)
        found = found.filter(id__in=list(carried))
    elif day is not None:
        begins = beijing_midnight(day)
        found = found.filter(accepted_at__gte=begins, accepted_at__lt=begins + timedelta(days=1))
    else:
        return []
    return await found.order_by("accepted_at", "id").limit(MOST_ORDERS)


def _order(parcel: Parcel) -> Order | None:
    """Return the order of a parcel, None once its people are forgotten."""
    sender, recipient = read_sender(parcel.sender_sealed), read_recipient(parcel.recipient_sealed)
    if sender is None or recipient is None or parcel.accepted_at is None:
        return None
    return Order(
        number=parcel.number,
        tracking_number=parcel.tracking_number or "",
        accepted_at=parcel.accepted_at,
        service=parcel.service,
        weight_grams=parcel.weight_grams,
        declared_value_fen=parcel.declared_value_fen,
        sender=sender,
        recipient=recipient,
    )


async def _note_file(sheet: Sheet, direction: str, *, lines: int, taken: int, who: Carrying, at: datetime) -> bool:
    """Keep that a file went out or came in; False if the same one is known."""
    row = await fetch_row(
        _NOTE_FILE,
        *(new_id(), at, CODE, direction, sheet.filename[:200], sheet.digest, lines, taken, who.account_id),
    )
    return row is not None


async def _audit(action: str, sheet: Sheet, detail: Mapping[str, object], who: Carrying) -> None:
    await record(
        account_id=who.account_id,
        role=who.role,
        action=action,
        record_type=CarrierFile.Meta.table,
        record_id=sheet.digest,
        detail=detail,
    )
