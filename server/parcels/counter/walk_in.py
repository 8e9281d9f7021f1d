"""到站直寄 — staff book for somebody who came without a booking; the terms were shown and agreed to by word."""

from datetime import datetime

from models.parcels import Parcel
from models.transactions import transaction
from server.addresses.kinds import read_address
from server.audit.service import record
from server.parcels.booking import Checked, draft_of, price_booking, read_facts
from server.parcels.booking_request import Booking, SenderNotCivil
from server.parcels.booking_store import store_parcel
from server.parcels.counter.desk import get_counter_parcel
from server.parcels.numbers import PARCEL_NUMBERS
from server.parcels.screening import screen
from server.parcels.terms import require_current_terms
from server.stations.guards import StationStaff
from server.stations.service import StationNotFound


async def book_walk_in(*, booking: Booking, asker: StationStaff, at: datetime) -> Parcel:
    """Book a parcel at a station's counter for somebody without an account, outside the slots. 到站直寄。

    It is accepted like any other; who agreed to the terms by word is on record with the member of staff.

    Raises:
        StationNotFound: the station is not the asker's.
        ParcelTermsOutdated: the terms that were shown are not the current ones.
        SenderNotCivil: the sender's address is a unit's.
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: of either side.
        ServiceNotOffered, ServiceImpossible: there is no such service today, or it does not take this parcel.
        QuoteChanged: the price is not what the person was told.
    """
    asker.require_station(booking.station_id, StationNotFound)
    require_current_terms(booking.terms_version)
    assert booking.sender is not None
    assert booking.recipient is not None
    sender, recipient = read_address(booking.sender), read_address(booking.recipient)
    if sender.kind.is_unit:
        raise SenderNotCivil
    warnings = tuple(screen(item.name for item in booking.items))
    async with transaction():
        facts = await read_facts(booking, None, at=at)
        priced = price_booking(booking, recipient, facts, warnings)
        number = await PARCEL_NUMBERS.give(at=at)
        draft = draft_of(booking, Checked(facts, sender, recipient, warnings, priced), number, None, None)
        await store_parcel(draft, at=at)
        await record(
            account_id=asker.account_id,
            role=asker.role,
            action="parcel.booked_at_counter",
            record_type="parcel",
            record_id=draft.id,
            detail={"station_id": str(booking.station_id), "service": booking.service, "consent": "spoken"},
        )
    return await get_counter_parcel(number=number, asker=asker)
