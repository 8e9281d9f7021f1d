"""查验和计费 — what the counter inspects and measures, and the price by the tariff of the booking."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from models.errors import Conflict, Invalid
from models.parcels import Parcel
from server.addresses.provinces import split_province
from server.parcels.money import yuan
from server.parcels.quote import Consignment, Impossible, Quote, quote
from server.parcels.tariff_terms import TariffTerms


class IdDocument(StrEnum):
    """证件种类 — of the sender's document only its kind is kept, never its number (快递暂行条例 22)."""

    RESIDENT_ID_CARD = "resident_id_card"
    TEMPORARY_ID_CARD = "temporary_id_card"
    HOUSEHOLD_REGISTER = "household_register"
    MILITARY_ID = "military_id"
    PASSPORT = "passport"
    OTHER_VALID = "other_valid"

    @property
    def label(self) -> str:
        return _DOCUMENT_LABELS[self]


_DOCUMENT_LABELS = {
    IdDocument.RESIDENT_ID_CARD: "居民身份证",
    IdDocument.TEMPORARY_ID_CARD: "临时居民身份证",
    IdDocument.HOUSEHOLD_REGISTER: "户口簿",
    IdDocument.MILITARY_ID: "军人身份证件",
    IdDocument.PASSPORT: "护照",
    IdDocument.OTHER_VALID: "其他有效身份证件",
}


class ContentsNotInspected(Invalid):
    message = "没有当面验视寄递物品，不能收寄"
    next_step = "请打开包裹验视；寄件人拒绝验视的，选「拒绝验视」不予收寄（快递暂行条例第三十一条）"


class ParcelOverLimits(Conflict):
    message = "量得的重量或尺寸超出这项服务的限度"
    next_step = "请寄件人换包装或分件；不行的，选「超出限度」不予收寄"


class PriceDiffers(Conflict):
    message = "应付金额和预约时不同"

    def __init__(self, *, quoted_fen: int, total_fen: int, why: str) -> None:
        super().__init__(
            f"预约时 {yuan(quoted_fen)}，按实际称量应付 {yuan(total_fen)}（{why}）",
            next_step=f"请告诉寄件人；同意的，填确认金额 {total_fen} 分后再提交，不同意的可以取消",
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """量得的重量和尺寸 — grams and millimetres, at the counter."""

    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int


def price_of(parcel: Parcel, measured: Measured) -> Quote:
    """Return what a parcel costs as measured, by the version of the tariff with which it was booked.

    Raises:
        ParcelOverLimits: the service does not take a parcel of that weight or size.
    """
    terms = msgspec.json.decode(parcel.tariff.terms, type=TariffTerms)
    province, _ = split_province(parcel.recipient_region)
    consignment = Consignment(
        province=province,
        kind=parcel.recipient_kind,
        weight_grams=measured.weight_grams,
        length_mm=measured.length_mm,
        width_mm=measured.width_mm,
        height_mm=measured.height_mm,
        declared_value_fen=parcel.declared_value_fen,
    )
    found = quote(consignment, terms)
    if isinstance(found, Impossible):
        raise ParcelOverLimits(found.sentence)
    return found


def weight_sentence(parcel: Parcel) -> str:
    """Return which weight of a parcel was charged and why, as it was measured."""
    return price_of(parcel, _as_stored(parcel)).weight.sentence


def require_agreed(parcel: Parcel, price: Quote, *, confirmed_total_fen: int | None) -> None:
    """Refuse an amount that the sender was not told: another than booked needs to be confirmed to the fen.

    Raises:
        PriceDiffers: it differs from the booking and was not confirmed, or another amount was.
    """
    agreed = parcel.quoted_fen if confirmed_total_fen is None else confirmed_total_fen
    if agreed != price.paid_fen:
        raise PriceDiffers(quoted_fen=parcel.quoted_fen, total_fen=price.paid_fen, why=price.weight.sentence)


def _as_stored(parcel: Parcel) -> Measured:
    return Measured(parcel.weight_grams, parcel.length_mm, parcel.width_mm, parcel.height_mm)
