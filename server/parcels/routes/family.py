"""包裹接口：家属，和拿到分享链接的任何人。"""

import asyncio
from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.addresses.kinds import (
    AddressInvalid,
    AddressKindMixed,
    EnteredAddress,
    ProvinceUnknown,
    StreetBesideUnit,
    UnitDesignationRefused,
)
from server.addresses.schemas import AddressFields
from server.addresses.service import AddressNotFound
from server.http.askers import Anyone
from server.http.endpoints import By, Download, Limit, Routes
from server.http.pagination import decode_cursor
from server.parcels import booking, following, sharing, steps
from server.parcels.booking_request import (
    Booking,
    ParcelAddressMissing,
    QuoteChanged,
    SenderNotCivil,
    ServiceImpossible,
    ServiceNotOffered,
)
from server.parcels.booking_store import TooManyOpenParcels
from server.parcels.codes import draw_number
from server.parcels.contents import Item
from server.parcels.following import ParcelNotFound
from server.parcels.numbers import ParcelNumberMistyped
from server.parcels.routes.shapes import booked, parcel_detail, parcel_page, shared_parcel
from server.parcels.schemas import (
    CancellationRequest,
    MyParcelDetail,
    MyParcelPage,
    ParcelBooked,
    ParcelQuery,
    ParcelRequest,
    ParcelTermsView,
    ReschedulingRequest,
    SharedParcelView,
    ShareGranted,
    ShareRequest,
    TermsSectionView,
)
from server.parcels.sharing import ShareExpired, ShareInvalid
from server.parcels.steps import Appointment, ParcelNotBooked, SlotMissing
from server.parcels.terms import ParcelTermsOutdated, parcel_terms
from server.resources import resources
from server.stations.service import StationNotFound
from server.stations.slots import SlotFull, SlotNotOffered, StationClosed, StationTakesNoParcels

SVG = "image/svg+xml"
routes = Routes("parcels", title="包裹")
_PLACE = (SlotMissing, SlotFull, SlotNotOffered, StationClosed, StationTakesNoParcels)
_NUMBER = (ParcelNumberMistyped, ParcelNotFound)


@routes.get("/parcel-terms", summary="寄递须知：条款、禁止寄递的物品、保价", etag=True)
async def get_parcel_terms(asker: Anyone) -> ParcelTermsView:
    """To be shown before booking (快递暂行条例 21); the text is a labelled sample until the bureau's stands there."""
    terms = parcel_terms()
    sections = [TermsSectionView(section.title, section.text) for section in terms.sections]
    return ParcelTermsView(terms.version, terms.title, terms.is_sample, terms.source, sections)


@routes.post(
    "/parcels",
    summary="预约寄件",
    status=201,
    limit=Limit("30/minute", shared=False),
    refusals=(
        *(ParcelTermsOutdated, ConsentRequired, ParcelAddressMissing, AddressNotFound, SenderNotCivil),
        *(UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid),
        *(
            ServiceNotOffered,
            ServiceImpossible,
            QuoteChanged,
            TooManyOpenParcels,
            StationNotFound,
            *_PLACE,
        ),
    ),
)
async def book_parcel(asker: Person, body: ParcelRequest) -> ParcelBooked:
    """The price is computed anew; whoever was told another one is asked again. Show ``GET /v1/parcel-terms`` first."""
    result = await booking.book(
        booking=_booking(body),
        account_id=asker.account_id,
        address_retention_days=resources().settings.unit_address_retention_days,
        at=utc_now(),
    )
    return booked(result)


@routes.get("/parcels", summary="我的包裹，新的在前")
async def list_my_parcels(asker: Person, query: ParcelQuery) -> MyParcelPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await following.list_parcels(
        account_id=asker.account_id,
        at=utc_now(),
        state=query.state,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    return parcel_page(found, limit=query.limit)


@routes.get("/parcels/<number:str>", summary="我的包裹到哪了", etag=True, one_connection=True, refusals=_NUMBER)
async def get_my_parcel(asker: Person, number: str) -> MyParcelDetail:
    """Case, blanks and dashes do not matter; a slip of the pen is answered with the asker's own number it is for."""
    return parcel_detail(await following.get_parcel(number=number, account_id=asker.account_id, at=utc_now()))


@routes.get("/parcels/<number:str>/qr", summary="包裹编号的二维码，到站出示", media_type=SVG, refusals=_NUMBER)
async def draw_my_parcel(asker: Person, number: str) -> Download:
    found = await following.get_own_number(number=number, account_id=asker.account_id)
    return Download(data=await asyncio.to_thread(draw_number, found), media_type=SVG)


@routes.post(
    "/parcels/<number:str>/cancellation",
    summary="取消预约，时段让给别人",
    refusals=(*_NUMBER, ParcelNotBooked),
)
async def cancel_my_parcel(asker: Person, number: str, body: CancellationRequest) -> MyParcelDetail:
    """Only while it is booked; cancelling again changes nothing."""
    reason = body.reason.strip()
    await steps.cancel(number=number, reason=reason, account_id=asker.account_id, at=utc_now())
    return parcel_detail(await following.get_parcel(number=number, account_id=asker.account_id, at=utc_now()))


@routes.post(
    "/parcels/<number:str>/rescheduling",
    summary="改约：换时段，或换上门取件的日子",
    refusals=(*_NUMBER, ParcelNotBooked, *_PLACE),
)
async def reschedule_my_parcel(asker: Person, number: str, body: ReschedulingRequest) -> MyParcelDetail:
    to = Appointment(body.day, body.starts or "")
    await steps.reschedule(number=number, to=to, account_id=asker.account_id, at=utc_now())
    return parcel_detail(await following.get_parcel(number=number, account_id=asker.account_id, at=utc_now()))


@routes.post(
    "/parcels/<number:str>/shares",
    summary="分享：发一个不用登录就能查件的链接",
    status=201,
    idempotent=False,
    limit=Limit("20/minute"),
    refusals=_NUMBER,
)
async def share_my_parcel(asker: Person, number: str, body: ShareRequest) -> ShareGranted:
    """No Idempotency-Key: a stored reply would keep the token. Whoever lost the answer shares again."""
    granted = await sharing.share(number=number, days=body.days, account_id=asker.account_id, at=utc_now())
    return ShareGranted(granted.token, f"/v1/shared-parcels/{granted.token}", beijing(granted.expires_at))


@routes.delete("/parcels/<number:str>/shares", summary="收回这个包裹的所有分享链接", refusals=_NUMBER)
async def revoke_my_shares(asker: Person, number: str) -> None:
    await sharing.revoke_shares(number=number, account_id=asker.account_id, at=utc_now())


@routes.get(
    "/shared-parcels/<token:str>",
    summary="凭分享链接查件",
    limit=Limit("60/minute", by=By.ADDRESS),
    refusals=(ShareInvalid, ShareExpired),
)
async def get_shared_parcel(asker: Anyone, token: str) -> SharedParcelView:
    """States and times only: no name, no telephone, no address."""
    return shared_parcel(await sharing.read_shared(token=token, at=utc_now()))


def _booking(body: ParcelRequest) -> Booking:
    return Booking(
        sender=_entered(body.sender),
        sender_address_id=body.sender_address_id,
        recipient=_entered(body.recipient),
        recipient_address_id=body.recipient_address_id,
        items=tuple(Item(item.name.strip(), item.quantity) for item in body.contents),
        weight_grams=body.weight_grams,
        length_mm=body.length_mm,
        width_mm=body.width_mm,
        height_mm=body.height_mm,
        service=body.service,
        declared_value_fen=body.declared_value_fen,
        quoted_fen=body.quoted_fen,
        station_id=body.station_id,
        collection=body.collection,
        appointment=Appointment(body.day, body.starts or ""),
        terms_version=body.terms_version,
    )


def _entered(party: AddressFields | None) -> EnteredAddress | None:
    return None if party is None else EnteredAddress(**msgspec.structs.asdict(party))
