"""包裹接口：服务站柜台。"""

from uuid import UUID

from config.clock import utc_now
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.parcels.counter import acceptance, desk, papers, tracking
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
)
from server.parcels.counter.tracking import TrackingNumberFixed, TrackingNumberMistyped, TrackingNumberTaken
from server.parcels.numbers import ParcelNumberMistyped
from server.parcels.routes.counter_shapes import counter_detail, counter_page
from server.stations.guards import StationStaff

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
