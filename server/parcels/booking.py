"""预约寄件 — one transaction: a place in the slot, the number, the parcel, its first event, the record, the message."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from config.clock import beijing_day
from models.addresses import ADDRESS
from models.base import new_id
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.fields import unseal
from models.parcels import Collection
from models.transactions import Row, as_uuid, fetch_row, transaction
from server.accounts.service import ConsentRequired
from server.addresses.kinds import EnteredAddress, PostalAddress, decode_address, read_address
from server.audit.service import record
from server.notifications.service import notify
from server.parcels.announcing import booked_event
from server.parcels.booking_store import Draft, store_parcel
from server.parcels.contents import Item, encode_items
from server.parcels.money import yuan
from server.parcels.numbers import PARCEL_NUMBERS
from server.parcels.parties import Party, hash_last4, seal_recipient, seal_sender
from server.parcels.quote import Consignment, Impossible, Quote, quote
from server.parcels.steps import Appointment, SlotMissing
from server.parcels.tariff_terms import TariffTerms
from server.parcels.terms import require_current_terms
from server.stations.hours import day_in_words
from server.stations.service import StationNotFound
from server.stations.slots import require_collection_day, take_slot


class ParcelAddressNotFound(NotFound):
    message = "地址簿里没有这个地址"
    next_step = "请重新选择地址，或直接填写"


class ParcelAddressMissing(Invalid):
    message = "寄件人和收件人都要写，从地址簿选或直接填，二者选一"
    next_step = "请补上后再提交"

    def __init__(self, field: str = "") -> None:
        super().__init__(errors=(FieldError(field, "从地址簿选一个，或直接填写，二者选一"),) if field else ())


class SenderNotCivil(Invalid):
    message = "寄件人的地址要写普通地址"
    next_step = "寄件人请写家里或单位的街道门牌；部队代号和信箱只用于收件人"


class ServiceNotOffered(Invalid):
    message = "现在没有这项寄递服务"
    next_step = "请重新报价，从列出的服务里选"


class ServiceImpossible(Conflict):
    message = "这项服务不能寄这个包裹"
    next_step = "请重新报价，换一种服务"


class QuoteChanged(Conflict):
    message = "费用和报价时不一样了"
    next_step = "请看过新的费用再确认预约"

    def __init__(self, told_fen: int = 0, now_fen: int = 0) -> None:
        words = f"报价时是 {yuan(told_fen)}，现在算出来是 {yuan(now_fen)}" if told_fen or now_fen else None
        super().__init__(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """预约 — what a person wants sent; each side is written here or is an entry of the person's address book.

    ``quoted_fen`` is what the person was told to pay, ``terms_version`` the terms that they read and agreed to.
    """

    sender: EnteredAddress | None
    sender_address_id: UUID | None
    recipient: EnteredAddress | None
    recipient_address_id: UUID | None
    items: tuple[Item, ...]
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    service: str
    declared_value_fen: int
    quoted_fen: int
    station_id: UUID
    collection: Collection
    appointment: Appointment
    terms_version: str


@dataclass(frozen=True, slots=True)
class Booked:
    """预约结果 — the number that people read aloud, and the quote that stands."""

    number: str
    quote: Quote
    service_name: str
    station_name: str
    declared_value_fen: int
    when: str


_FACTS = (
    "SELECT EXISTS (SELECT 1 FROM consents c WHERE c.account_id = $1 AND c.purpose = 'parcels' "
    "AND c.withdrawn_at IS NULL) AS consents, s.name AS station_name, s.is_sample, t.id AS tariff_id, "
    "t.name AS service_name, t.carrier, t.terms, "
    "(SELECT a.address_sealed FROM addresses a WHERE a.id = $5 AND a.account_id = $1) AS sender_sealed, "
    "(SELECT a.address_sealed FROM addresses a WHERE a.id = $6 AND a.account_id = $1) AS recipient_sealed "
    "FROM (SELECT 1 AS one) o LEFT JOIN stations s ON s.id = $2 LEFT JOIN tariffs t ON t.id = "
    "(SELECT v.id FROM tariffs v WHERE v.service = $3 AND v.valid_from <= $4 "
    "AND (v.valid_to IS NULL OR v.valid_to >= $4) ORDER BY v.valid_from DESC LIMIT 1)"
)


async def book(*, booking: Booking, account_id: UUID, at: datetime) -> Booked:
    """Book a parcel for a person. 预约寄件。

    The price is computed anew; whoever was told another one is asked again and nothing is booked. A place in a slot is
    never sold twice, and with whatever is refused nothing is kept: no place, no number.

    Raises:
        ParcelTermsOutdated: the terms were not agreed to as they are now.
        ConsentRequired: the consent to ``parcels`` is not in force.
        ParcelAddressMissing, ParcelAddressNotFound, SenderNotCivil: a side is not told, or not the person's.
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: of either side.
        ServiceNotOffered, ServiceImpossible: there is no such service today, or it does not take this parcel.
        QuoteChanged: the price is not what the person was told.
        StationNotFound, StationClosed, StationTakesNoParcels, SlotMissing, SlotNotOffered, SlotFull: of the place.
        TooManyOpenParcels: the person has booked enough and brought none of it.
    """
    require_current_terms(booking.terms_version)
    if booking.collection is Collection.COUNTER and not booking.appointment.starts:
        raise SlotMissing
    async with transaction():
        facts = await _facts(booking, account_id, at=at)
        sender = _side("sender", booking.sender, booking.sender_address_id, facts["sender_sealed"])
        recipient = _side("recipient", booking.recipient, booking.recipient_address_id, facts["recipient_sealed"])
        if sender.kind.is_unit:
            raise SenderNotCivil
        priced = _price(booking, recipient, facts)
        return await _deed(booking, facts, sender, recipient, priced, account_id=account_id, at=at)


async def _facts(booking: Booking, account_id: UUID, *, at: datetime) -> Row:
    """Return everything that decides, in one row."""
    facts = await fetch_row(
        _FACTS,
        account_id,
        booking.station_id,
        booking.service,
        beijing_day(at),
        booking.sender_address_id,
        booking.recipient_address_id,
    )
    assert facts is not None
    if not facts["consents"]:
        raise ConsentRequired
    if facts["station_name"] is None:
        raise StationNotFound
    if facts["tariff_id"] is None:
        raise ServiceNotOffered
    return facts


def _side(field: str, entered: EnteredAddress | None, address_id: UUID | None, sealed: str | None) -> PostalAddress:
    if (entered is None) == (address_id is None):
        raise ParcelAddressMissing(field)
    if entered is not None:
        return read_address(entered)
    if sealed is None:
        raise ParcelAddressNotFound
    return decode_address(unseal(ADDRESS, sealed))


def _price(booking: Booking, recipient: PostalAddress, facts: Row) -> Quote:
    consignment = Consignment(
        province=recipient.province,
        kind=recipient.kind,
        weight_grams=booking.weight_grams,
        length_mm=booking.length_mm,
        width_mm=booking.width_mm,
        height_mm=booking.height_mm,
        declared_value_fen=booking.declared_value_fen,
    )
    priced = quote(consignment, _read_terms(facts["terms"]))
    if isinstance(priced, Impossible):
        raise ServiceImpossible(priced.sentence)
    if priced.paid_fen != booking.quoted_fen:
        raise QuoteChanged(booking.quoted_fen, priced.paid_fen)
    return priced


@lru_cache(maxsize=64)
def _read_terms(text: str) -> TariffTerms:
    return msgspec.json.decode(text, type=TariffTerms)


async def _deed(
    booking: Booking,
    facts: Row,
    sender: PostalAddress,
    recipient: PostalAddress,
    priced: Quote,
    *,
    account_id: UUID,
    at: datetime,
) -> Booked:
    """Take the place first and the number last: all bookings of a day wait for one another once they have theirs."""
    slot_id = await _take(booking, at=at)
    number = await PARCEL_NUMBERS.give(at=at)
    draft = Draft(
        id=new_id(),
        number=number,
        account_id=account_id,
        station_id=booking.station_id,
        slot_id=slot_id,
        collection=booking.collection.value,
        collect_on=booking.appointment.day if booking.collection is Collection.HOME else None,
        sender_sealed=seal_sender(_party(sender)),
        sender_last4_hash=hash_last4(sender.telephone_last4),
        recipient_sealed=seal_recipient(_party(recipient)),
        recipient_kind=recipient.kind.value,
        recipient_region=recipient.region,
        contents=encode_items(booking.items),
        warnings="[]",
        service=booking.service,
        tariff_id=as_uuid(facts["tariff_id"]),
        zone=priced.zone,
        weight_grams=booking.weight_grams,
        length_mm=booking.length_mm,
        width_mm=booking.width_mm,
        height_mm=booking.height_mm,
        charged_grams=priced.weight.charged_grams,
        price_fen=priced.price_fen,
        concession_fen=priced.concession_fen,
        concession_bearer=priced.concession_bearer,
        declared_value_fen=booking.declared_value_fen,
        insurance_fen=priced.insurance_fen,
        quoted_fen=priced.paid_fen,
        terms_version=booking.terms_version,
        carrier=facts["carrier"],
        is_sample=bool(facts["is_sample"]),
    )
    await store_parcel(draft, at=at)
    when = _when(booking, today=beijing_day(at))
    await _note(draft, booking, when, account_id=account_id, at=at)
    return Booked(number, priced, facts["service_name"], facts["station_name"], booking.declared_value_fen, when)


async def _take(booking: Booking, *, at: datetime) -> UUID | None:
    place, when = booking.station_id, booking.appointment
    if booking.collection is Collection.COUNTER:
        return await take_slot(station_id=place, day=when.day, starts=when.starts, at=at)
    await require_collection_day(station_id=place, day=when.day, at=at)
    return None


async def _note(draft: Draft, booking: Booking, when: str, *, account_id: UUID, at: datetime) -> None:
    await record(
        account_id=account_id,
        role="person",
        action="parcel.booked",
        record_type="parcel",
        record_id=draft.id,
        detail={"station_id": str(booking.station_id), "service": booking.service},
    )
    await notify(account_id=account_id, event=booked_event(draft.number, draft.id, when), at=at)


def _when(booking: Booking, *, today: date) -> str:
    day = day_in_words(booking.appointment.day, today=today)
    return f"{day} {booking.appointment.starts} 到站交寄" if booking.appointment.starts else f"{day}上门揽收"


def _party(address: PostalAddress) -> Party:
    return Party(
        name=address.name,
        telephone=address.telephone,
        kind=address.kind,
        region=address.region,
        address=address.line,
    )
