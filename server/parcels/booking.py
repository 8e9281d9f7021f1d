"""预约寄件 — one transaction: a place in the slot, the number, the parcel, its first event, the record, the message."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from config.clock import beijing_day
from models.base import new_id
from models.parcels import Collection
from models.transactions import Row, as_uuid, fetch_row, transaction
from server.accounts.service import ConsentRequired
from server.addresses.kinds import EnteredAddress, PostalAddress, read_address
from server.addresses.service import use_address
from server.audit.service import record
from server.notifications.service import notify
from server.parcels.announcing import booked_event
from server.parcels.booking_request import (
    Booked,
    Booking,
    ParcelAddressMissing,
    QuoteChanged,
    SenderNotCivil,
    ServiceImpossible,
    ServiceNotOffered,
)
from server.parcels.booking_store import Draft, store_parcel
from server.parcels.contents import encode_items, encode_warnings
from server.parcels.numbers import PARCEL_NUMBERS
from server.parcels.parties import Party, hash_last4, seal_recipient, seal_sender
from server.parcels.quote import Consignment, Impossible, Quote, quote
from server.parcels.screening import ScreeningWarning, air_obstacle, screen
from server.parcels.steps import SlotMissing
from server.parcels.tariff_terms import TariffTerms
from server.parcels.terms import require_current_terms
from server.stations.service import StationNotFound
from server.stations.slots import require_collection_day, take_slot

_FACTS = (
    "SELECT EXISTS (SELECT 1 FROM consents c WHERE c.account_id = $1 AND c.purpose = 'parcels' "
    "AND c.withdrawn_at IS NULL) AS consents, s.name AS station_name, s.is_sample, t.id AS tariff_id, "
    "t.name AS service_name, t.carrier, t.terms "
    "FROM (SELECT 1 AS one) o LEFT JOIN stations s ON s.id = $2 LEFT JOIN tariffs t ON t.id = "
    "(SELECT v.id FROM tariffs v WHERE v.service = $3 AND v.valid_from <= $4 "
    "AND (v.valid_to IS NULL OR v.valid_to >= $4) ORDER BY v.valid_from DESC LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class _Book:
    """Whose address book, and how long a unit's address is kept after this use of it."""

    account_id: UUID
    retention_days: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """查过的预约 — what a booking comes to once nothing speaks against it."""

    facts: Row
    sender: PostalAddress
    recipient: PostalAddress
    warnings: tuple[ScreeningWarning, ...]
    priced: Quote


async def book(*, booking: Booking, account_id: UUID, address_retention_days: int, at: datetime) -> Booked:
    """Book a parcel for a person. 预约寄件。

    The price is computed anew; whoever was told another one is asked again and nothing is booked. Words for what may
    not be sent only warn: a person inspects and decides at the counter. A place in a slot is never sold twice, and with
    whatever is refused nothing is kept: no place, no number.

    Raises:
        ParcelTermsOutdated: the terms were not agreed to as they are now.
        ConsentRequired: the consent to ``parcels`` is not in force.
        ParcelAddressMissing, AddressNotFound, SenderNotCivil: a side is not told, or not the person's.
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: of either side.
        ServiceNotOffered, ServiceImpossible: there is no such service today, or it does not take this parcel.
        QuoteChanged: the price is not what the person was told.
        StationNotFound, StationClosed, StationTakesNoParcels, SlotMissing, SlotNotOffered, SlotFull: of the place.
        TooManyOpenParcels: the person has booked enough and brought none of it.
    """
    require_current_terms(booking.terms_version)
    if booking.collection is Collection.COUNTER and not booking.appointment.starts:
        raise SlotMissing
    warnings = tuple(screen(item.name for item in booking.items))
    async with transaction():
        facts = await read_facts(booking, account_id, at=at)
        book = _Book(account_id, address_retention_days, at)
        sender = await _side("sender", booking.sender, booking.sender_address_id, book)
        recipient = await _side("recipient", booking.recipient, booking.recipient_address_id, book)
        if sender.kind.is_unit:
            raise SenderNotCivil
        priced = price_booking(booking, recipient, facts, warnings)
        checked = Checked(facts, sender, recipient, warnings, priced)
        return await _deed(booking, checked, account_id=account_id, at=at)


async def read_facts(booking: Booking, account_id: UUID | None, *, at: datetime) -> Row:
    """Return everything that decides, in one row; somebody without an account consents by word at the counter.

    Raises:
        ConsentRequired, StationNotFound, ServiceNotOffered: as in ``book``.
    """
    facts = await fetch_row(
        _FACTS,
        account_id,
        booking.station_id,
        booking.service,
        beijing_day(at),
    )
    assert facts is not None
    if account_id is not None and not facts["consents"]:
        raise ConsentRequired
    if facts["station_name"] is None:
        raise StationNotFound
    if facts["tariff_id"] is None:
        raise ServiceNotOffered
    return facts


async def _side(field: str, entered: EnteredAddress | None, address_id: UUID | None, book: _Book) -> PostalAddress:
    if (entered is None) == (address_id is None):
        raise ParcelAddressMissing(field)
    if address_id is None:
        assert entered is not None
        return read_address(entered)
    return await use_address(
        address_id=address_id, account_id=book.account_id, retention_days=book.retention_days, at=book.at
    )


def price_booking(
    booking: Booking, recipient: PostalAddress, facts: Row, warnings: tuple[ScreeningWarning, ...]
) -> Quote:
    """Return the price of a booking, which is what the person was told.

    Raises:
        ServiceImpossible, QuoteChanged: as in ``book``.
    """
    consignment = Consignment(
        province=recipient.province,
        kind=recipient.kind,
        weight_grams=booking.weight_grams,
        length_mm=booking.length_mm,
        width_mm=booking.width_mm,
        height_mm=booking.height_mm,
        declared_value_fen=booking.declared_value_fen,
        forbids_air=air_obstacle(warnings),
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


async def _deed(booking: Booking, checked: Checked, *, account_id: UUID, at: datetime) -> Booked:
    """Take the place first and the number last: all bookings of a day wait for one another once they have theirs."""
    slot_id = await _take(booking, at=at)
    number = await PARCEL_NUMBERS.give(at=at)
    draft = draft_of(booking, checked, number, slot_id, account_id)
    await store_parcel(draft, at=at)
    when = booking.when(today=beijing_day(at))
    await _note(draft, booking, when, account_id=account_id, at=at)
    return booked_of(booking, checked, number, when)


def booked_of(booking: Booking, checked: Checked, number: str, when: str) -> Booked:
    """Return what the person is told."""
    return Booked(
        number=number,
        quote=checked.priced,
        service_name=checked.facts["service_name"],
        station_name=checked.facts["station_name"],
        declared_value_fen=booking.declared_value_fen,
        when=when,
        warnings=checked.warnings,
    )


def draft_of(booking: Booking, checked: Checked, number: str, slot_id: UUID | None, account_id: UUID | None) -> Draft:
    """Return the columns of a booked parcel."""
    facts, sender, recipient, priced = checked.facts, checked.sender, checked.recipient, checked.priced
    return Draft(
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
        warnings=encode_warnings(checked.warnings),
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


def _party(address: PostalAddress) -> Party:
    return Party(
        name=address.name,
        telephone=address.telephone,
        kind=address.kind,
        region=address.region,
        address=address.line,
    )
