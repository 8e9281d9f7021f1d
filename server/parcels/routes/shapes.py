"""包裹的答复 — the records as families, and whoever holds a share link, see them."""

import dataclasses

import msgspec

from config.clock import beijing
from models.addresses import AddressKind
from models.identifiers import Telephone, mask_name
from models.parcels import Collection, ParcelState
from models.transactions import Row, as_instant
from server.http.pagination import encode_cursor
from server.parcels.booking_request import Booked
from server.parcels.following import FollowedParcel, ListedParcel, appointed_day
from server.parcels.money import yuan
from server.parcels.parties import Party
from server.parcels.schemas import (
    MyParcel,
    MyParcelDetail,
    MyParcelPage,
    ParcelBooked,
    ParcelItem,
    ParcelPriceView,
    ParcelStationView,
    ParcelWarningView,
    PartyView,
    SharedEntryView,
    SharedParcelView,
    SlotView,
    TimelineEntryView,
)
from server.parcels.sharing import SharedParcel

_BRING = "请把寄件人的身份证准备好，包裹先不要封口；来不了请提前取消或改约"
_read_items = msgspec.json.Decoder(list[ParcelItem])
_read_warnings = msgspec.json.Decoder(list[ParcelWarningView])


def parcel_page(found: list[ListedParcel], *, limit: int) -> MyParcelPage:
    """Return a page of ``limit`` of a family's parcels, of which one more was asked for."""
    shown = found[:limit]
    cursor = encode_cursor(str(shown[-1].row["id"])) if len(found) > limit else None
    return MyParcelPage(
        [_parcel(parcel.row, parcel.state, parcel.recipient, parcel.next_step) for parcel in shown], cursor
    )


def parcel_detail(parcel: FollowedParcel) -> MyParcelDetail:
    """Return a family's parcel with everything that it may know."""
    row = parcel.row
    return MyParcelDetail(
        parcel=_parcel(row, parcel.state, parcel.recipient, parcel.next_step),
        sender=party_view(parcel.sender),
        recipient=party_view(parcel.recipient),
        recipient_kind=AddressKind(row["recipient_kind"]),
        contents=_read_items.decode(row["contents"]),
        warnings=_read_warnings.decode(row["warnings"]),
        service=row["service"],
        weight_grams=row["weight_grams"],
        length_mm=row["length_mm"],
        width_mm=row["width_mm"],
        height_mm=row["height_mm"],
        charged_grams=row["charged_grams"],
        price=price_view(row),
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        terms_version=row["terms_version"],
        station=ParcelStationView(
            id=str(row["station_id"]),
            name=row["station_name"],
            address=row["station_address"],
            telephone=row["station_telephone"],
            notice=row["notice"],
            hours=parcel.week,
            opening=parcel.opening,
        ),
        timeline=[
            TimelineEntryView(
                entry.kind,
                beijing(entry.occurred_at),
                entry.when,
                entry.sentence,
                entry.source,
                entry.place,
                entry.words,
            )
            for entry in parcel.timeline
        ],
        may_cancel=parcel.state is ParcelState.BOOKED,
    )


def booked(result: Booked) -> ParcelBooked:
    """Return what a family is told right after booking."""
    priced = result.quote
    return ParcelBooked(
        number=result.number,
        qr_text=result.number,
        when=result.when,
        next_step=_BRING,
        station_name=result.station_name,
        service_name=result.service_name,
        price=ParcelPriceView(
            price_fen=priced.price_fen,
            concession_fen=priced.concession_fen,
            concession_bearer=priced.concession_bearer,
            insurance_fen=priced.insurance_fen,
            declared_value_fen=result.declared_value_fen,
            quoted_fen=priced.paid_fen,
            paid_fen=None,
            sentence=_who_pays(
                priced.price_fen,
                priced.concession_fen,
                priced.concession_bearer,
                insurance_fen=priced.insurance_fen,
                quoted_fen=priced.paid_fen,
                paid_fen=None,
            ),
        ),
        charged_grams=priced.weight.charged_grams,
        charged_why=priced.weight.sentence,
        warnings=[ParcelWarningView(**dataclasses.asdict(warning)) for warning in result.warnings],
    )


def shared_parcel(parcel: SharedParcel) -> SharedParcelView:
    """Return what whoever holds a link sees."""
    return SharedParcelView(
        number=parcel.number,
        state=parcel.state,
        state_label=parcel.state.label,
        state_at=beijing(parcel.state_at),
        timeline=[
            SharedEntryView(entry.kind, beijing(entry.occurred_at), entry.when, entry.sentence)
            for entry in parcel.timeline
        ],
        expires_at=beijing(parcel.expires_at),
        is_sample=parcel.is_sample,
    )


def _parcel(row: Row, state: ParcelState, recipient: Party | None, next_step: str) -> MyParcel:
    collection = Collection(row["collection"])
    has_day = row["day"] is not None or row["collect_on"] is not None
    return MyParcel(
        number=row["number"],
        state=state,
        state_label=state.label,
        state_at=beijing(as_instant(row["state_at"])),
        next_step=next_step,
        collection=collection,
        collection_label=collection.label,
        appointment=SlotView(appointed_day(row), row["starts"] or "", row["ends"] or "") if has_day else None,
        station_name=row["station_name"],
        service_name=row["service_name"],
        masked_recipient_name=mask_name(recipient.name) if recipient else "",
        recipient_region=row["recipient_region"],
        is_sample=bool(row["is_sample"]),
        booked_at=beijing(as_instant(row["created_at"])),
    )


def party_view(party: Party | None) -> PartyView | None:
    """Return somebody masked, None once forgotten."""
    if party is None:
        return None
    return PartyView(
        masked_name=mask_name(party.name),
        masked_telephone=Telephone(party.telephone).masked,
        masked_address=f"{party.region}***",
    )


def price_view(row: Row) -> ParcelPriceView:
    """Return what a parcel costs and who bears it."""
    return ParcelPriceView(
        price_fen=row["price_fen"],
        concession_fen=row["concession_fen"],
        concession_bearer=row["concession_bearer"],
        insurance_fen=row["insurance_fen"],
        declared_value_fen=row["declared_value_fen"],
        quoted_fen=row["quoted_fen"],
        paid_fen=row["paid_fen"],
        sentence=_who_pays(
            row["price_fen"],
            row["concession_fen"],
            row["concession_bearer"],
            insurance_fen=row["insurance_fen"],
            quoted_fen=row["quoted_fen"],
            paid_fen=row["paid_fen"],
        ),
    )


def _who_pays(
    price_fen: int, concession_fen: int, bearer: str, *, insurance_fen: int, quoted_fen: int, paid_fen: int | None
) -> str:
    words = [f"运费 {yuan(price_fen)}"]
    if concession_fen:
        words.append(f"优惠 {yuan(concession_fen)}，由{bearer}承担")
    if insurance_fen:
        words.append(f"保价费 {yuan(insurance_fen)}")
    if paid_fen is not None:
        words.append(f"您已付 {yuan(paid_fen)}")
    else:
        words.append(f"您付 {yuan(quoted_fen)}，交寄时按实际称重结算")
    return "；".join(words)
