"""柜台打印 — the label and the receipt of an accepted parcel; every print is on record."""

from datetime import datetime

import msgspec

from models.errors import Conflict
from models.identifiers import mask_name
from models.parcels import Parcel, ParcelState
from models.transactions import transaction
from server.parcels.counter.acceptance import note
from server.parcels.counter.desk import get_counter_parcel
from server.parcels.counter.inspection import weight_sentence
from server.parcels.counter.labels import Label, label_document
from server.parcels.counter.receipts import Receipt, ReceiptItem, receipt_document
from server.parcels.parties import read_recipient, read_sender
from server.printing.rendering import render
from server.stations.guards import StationStaff

_BROUGHT_NEVER = frozenset({ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER})


class ParcelNotAccepted(Conflict):
    message = "包裹还没有收寄，没有面单和回执"
    next_step = "请先查验并收寄"


class ParcelForgotten(Conflict):
    message = "寄件人和收件人的信息已按保存期限删除，不能再打印"
    next_step = "需要核对的，请凭包裹编号查看轨迹"


async def print_label(*, number: str, asker: StationStaff, at: datetime) -> bytes:
    """Return the label of an accepted parcel as PDF of 100 × 150 mm.

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        ParcelNotAccepted: it was never accepted.
        ParcelForgotten: its people were forgotten.
    """
    parcel = await _get_accepted(number, asker)
    sender, recipient = read_sender(parcel.sender_sealed), read_recipient(parcel.recipient_sealed)
    if sender is None or recipient is None:
        raise ParcelForgotten
    label = Label(parcel.number, parcel.tracking_number or "", sender, recipient, parcel.is_sample)
    pdf = await render(label_document(label, at=at))
    async with transaction():
        await note(parcel, "parcel.label_printed", asker=asker, detail={})
    return pdf


async def print_receipt(*, number: str, asker: StationStaff, at: datetime) -> bytes:
    """Return the receipt of an accepted parcel as PDF of A5, the recipient masked.

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        ParcelNotAccepted: it was never accepted.
    """
    parcel = await _get_accepted(number, asker)
    pdf = await render(receipt_document(_receipt(parcel), at=at))
    async with transaction():
        await note(parcel, "parcel.receipt_printed", asker=asker, detail={})
    return pdf


async def _get_accepted(number: str, asker: StationStaff) -> Parcel:
    parcel = await get_counter_parcel(number=number, asker=asker)
    if parcel.state in _BROUGHT_NEVER:
        raise ParcelNotAccepted
    return parcel


def _receipt(parcel: Parcel) -> Receipt:
    recipient = read_recipient(parcel.recipient_sealed)
    assert parcel.accepted_at is not None
    return Receipt(
        number=parcel.number,
        tracking_number=parcel.tracking_number or "",
        station_name=parcel.station.name,
        station_address=parcel.station.address,
        station_telephone=parcel.station.telephone,
        accepted_at=parcel.accepted_at,
        service_name=parcel.tariff.name,
        masked_recipient=mask_name(recipient.name) if recipient else "",
        recipient_region=parcel.recipient_region,
        items=msgspec.json.decode(parcel.contents, type=list[ReceiptItem]),
        length_mm=parcel.length_mm,
        width_mm=parcel.width_mm,
        height_mm=parcel.height_mm,
        weight_sentence=weight_sentence(parcel),
        price_fen=parcel.price_fen,
        concession_fen=parcel.concession_fen,
        concession_bearer=parcel.concession_bearer,
        declared_value_fen=parcel.declared_value_fen,
        insurance_fen=parcel.insurance_fen,
        paid_fen=parcel.paid_fen or 0,
        id_inspected=parcel.id_inspected,
        terms_version=parcel.terms_version,
        is_sample=parcel.is_sample,
    )
