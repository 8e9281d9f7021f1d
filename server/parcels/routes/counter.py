"""包裹接口：服务站柜台。"""

from datetime import datetime
from uuid import UUID

import msgspec

from config.clock import beijing_day, utc_now
from models.parcels import Collection
from server.addresses.kinds import (
    AddressInvalid,
    AddressKindMixed,
    EnteredAddress,
    ProvinceUnknown,
    StreetBesideUnit,
    UnitDesignationRefused,
)
from server.addresses.schemas import AddressFields
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.parcels.booking_request import (
    Booking,
    QuoteChanged,
    SenderNotCivil,
    ServiceImpossible,
    ServiceNotOffered,
)
from server.parcels.contents import Item
from server.parcels.counter import acceptance, desk, papers, tracking, undoing, walk_in
from server.parcels.counter.acceptance import Inspection, ParcelNotAwaited
from server.parcels.counter.desk import CounterParcelNotFound, CounterSearch
from server.parcels.counter.inspection import ContentsNotInspected, Measured, ParcelOverLimits, PriceDiffers
from server.parcels.counter.papers import ParcelForgotten, ParcelNotAccepted
from server.parcels.counter.schemas import (
    AcceptanceRequest,
    CounterParcelDetail,
    CounterParcelPage,
    CounterQuery,
    RefusalAtCounterRequest,
    TrackingNumberRequest,
    UndoingRequest,
    WalkInRequest,
)
from server.parcels.counter.tracking import TrackingNumberFixed, TrackingNumberMistyped, TrackingNumberTaken
from server.parcels.counter.undoing import AcceptanceNotUndoable, ParcelAlreadyLoaded
from server.parcels.manifests.loading import StationUnclear, station_of
from server.parcels.numbers import ParcelNumberMistyped
from server.parcels.routes.counter_shapes import counter_detail, counter_page
from server.parcels.steps import Appointment
from server.parcels.terms import ParcelTermsOutdated
from server.stations.guards import StationStaff
from server.stations.service import StationNotFound

PDF = "application/pdf"
routes = Routes("counter", title="服务站柜台")
_NUMBER = (ParcelNumberMistyped, CounterParcelNotFound)
_PRINTS = Limit("60/minute")
"""A sheet costs a quarter of a second of work."""


@routes.get("/station/parcels", summary="本站的包裹，新的在前", refusals=(ParcelNumberMistyped,))
async def search_parcels(asker: StationStaff, query: CounterQuery) -> CounterParcelPage:
    """By the number or its QR code, the last four of the sender's mobile, the state, the day of the appointment."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await desk.search_parcels(
        asker=asker,
        where=CounterSearch(query.number, query.last4, query.state, query.day),
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return counter_page(found, limit=query.limit)


@routes.get("/station/parcels/<number:str>", summary="柜台的一个包裹", refusals=_NUMBER)
async def get_parcel(asker: StationStaff, number: str) -> CounterParcelDetail:
    return counter_detail(await desk.get_counter_parcel(number=number, asker=asker))


@routes.post(
    "/station/parcels/<number:str>/acceptance",
    summary="收寄：查验证件和物品，称重，收费",
    refusals=(*_NUMBER, ContentsNotInspected, ParcelNotAwaited, ParcelOverLimits, PriceDiffers),
)
async def accept_parcel(asker: StationStaff, number: str, body: AcceptanceRequest) -> CounterParcelDetail:
    """The price by what was measured; where it is not the booked one, the refusal names both until it is confirmed."""
    inspection = Inspection(
        id_document=body.id_document,
        contents_inspected=body.contents_inspected,
        measured=Measured(body.weight_grams, body.length_mm, body.width_mm, body.height_mm),
        confirmed_total_fen=body.confirmed_total_fen,
    )
    return counter_detail(await acceptance.accept(number=number, inspection=inspection, asker=asker, at=utc_now()))


@routes.post(
    "/station/parcels",
    summary="到站直寄：替没有预约的人登记",
    status=201,
    refusals=(
        *(StationUnclear, StationNotFound, ParcelTermsOutdated, SenderNotCivil),
        *(UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid),
        *(ServiceNotOffered, ServiceImpossible, QuoteChanged),
    ),
)
async def book_walk_in(asker: StationStaff, body: WalkInRequest) -> CounterParcelDetail:
    """Quote first, show the terms, and ask. It is accepted afterwards like a parcel that was booked."""
    at = utc_now()
    return counter_detail(await walk_in.book_walk_in(booking=_walk_in(body, asker, at), asker=asker, at=at))


@routes.post(
    "/station/parcels/<number:str>/acceptance-reversal",
    summary="撤销收寄（15 分钟内，没有上交接单）",
    refusals=(*_NUMBER, AcceptanceNotUndoable, ParcelAlreadyLoaded),
)
async def undo_acceptance(asker: StationStaff, number: str, body: UndoingRequest) -> CounterParcelDetail:
    """The parcel is booked again; give the money back. The reason is told to the family."""
    reason = body.reason.strip()
    return counter_detail(await undoing.undo_acceptance(number=number, reason=reason, asker=asker, at=utc_now()))


@routes.post(
    "/station/parcels/<number:str>/refusal",
    summary="不予收寄，写明原因",
    refusals=(*_NUMBER, ParcelNotAwaited),
)
async def refuse_parcel(asker: StationStaff, number: str, body: RefusalAtCounterRequest) -> CounterParcelDetail:
    """The reason and the words are told to the family."""
    words = body.words.strip()
    refused = await acceptance.refuse(number=number, reason=body.reason, words=words, asker=asker, at=utc_now())
    return counter_detail(refused)


@routes.post(
    "/station/parcels/<number:str>/tracking-number",
    summary="录入或更正快递单号",
    refusals=(*_NUMBER, TrackingNumberMistyped, TrackingNumberTaken, TrackingNumberFixed),
)
async def set_tracking_number(asker: StationStaff, number: str, body: TrackingNumberRequest) -> CounterParcelDetail:
    """A number in the form of UPU S10 must check. It can be corrected until the parcel is handed over."""
    given = body.tracking_number
    return counter_detail(
        await tracking.set_tracking_number(number=number, tracking_number=given, asker=asker, at=utc_now())
    )


@routes.get(
    "/station/parcels/<number:str>/label.pdf",
    summary="打印面单（100×150 毫米）",
    media_type=PDF,
    limit=_PRINTS,
    refusals=(*_NUMBER, ParcelNotAccepted, ParcelForgotten),
)
async def print_label(asker: StationStaff, number: str) -> Download:
    """Name, address and telephone only. Every print is on record."""
    data = await papers.print_label(number=number, asker=asker, at=utc_now())
    return Download(data=data, media_type=PDF, filename=f"面单-{number}.pdf")


@routes.get(
    "/station/parcels/<number:str>/receipt.pdf",
    summary="打印收寄回执（A5）",
    media_type=PDF,
    limit=_PRINTS,
    refusals=(*_NUMBER, ParcelNotAccepted),
)
async def print_receipt(asker: StationStaff, number: str) -> Download:
    """Every print is on record."""
    data = await papers.print_receipt(number=number, asker=asker, at=utc_now())
    return Download(data=data, media_type=PDF, filename=f"收寄回执-{number}.pdf")


def _walk_in(body: WalkInRequest, asker: StationStaff, at: datetime) -> Booking:
    return Booking(
        sender=_entered(body.sender),
        sender_address_id=None,
        recipient=_entered(body.recipient),
        recipient_address_id=None,
        items=tuple(Item(item.name.strip(), item.quantity) for item in body.contents),
        weight_grams=body.weight_grams,
        length_mm=body.length_mm,
        width_mm=body.width_mm,
        height_mm=body.height_mm,
        service=body.service,
        declared_value_fen=body.declared_value_fen,
        quoted_fen=body.quoted_fen,
        station_id=station_of(asker, body.station_id),
        collection=Collection.COUNTER,
        appointment=Appointment(beijing_day(at)),
        terms_version=body.terms_version,
    )


def _entered(side: AddressFields) -> EnteredAddress:
    return EnteredAddress(**msgspec.structs.asdict(side))
