"""询价接口 — for everybody."""

import msgspec

from config.clock import utc_now
from server.accounts.guards import Visitor
from server.addresses.kinds import ProvinceUnknown
from server.http.endpoints import By, Limit, Routes
from server.parcels import quoting
from server.parcels.quote import Impossible
from server.parcels.quoting import MeasuresInvalid, Offer, ParcelServiceUnknown, QuoteRequest
from server.parcels.screening import ScreeningWarning
from server.parcels.tariff_schemas import ParcelQuoteRequest, ParcelQuotes, ScreeningWarningView, ServiceOffer

routes = Routes("parcel-quotes", title="包裹报价")


@routes.post(
    "/parcel-quotes",
    summary="询价：每项服务的价格、优惠和由谁承担、按什么重量计费",
    idempotent=False,
    limit=Limit("60/minute", by=By.ADDRESS, shared=False),
    refusals=(MeasuresInvalid, ProvinceUnknown, ParcelServiceUnknown),
)
async def quote_parcel(asker: Visitor, body: ParcelQuoteRequest) -> ParcelQuotes:
    """Nothing is stored. Warnings come from keywords; a person inspects and decides."""
    written = msgspec.structs.asdict(body)
    destination = written.pop("destination")
    contents = tuple(written.pop("contents"))
    request = QuoteRequest(kind=destination.kind, province=destination.province, contents=contents, **written)
    offers, warnings = await quoting.quote_services(request=request, at=utc_now())
    return ParcelQuotes(items=[_offer(offer) for offer in offers], warnings=[_warning(item) for item in warnings])


def _offer(offer: Offer) -> ServiceOffer:
    tariff, outcome = offer.tariff, offer.outcome
    is_possible = not isinstance(outcome, Impossible)
    made = None if isinstance(outcome, Impossible) else outcome
    return ServiceOffer(
        service=tariff.service,
        name=tariff.name,
        carrier=tariff.carrier,
        is_sample=tariff.is_sample,
        is_possible=is_possible,
        obstacle=outcome.obstacle if isinstance(outcome, Impossible) else None,
        reason=outcome.sentence if isinstance(outcome, Impossible) else "",
        zone=made.zone if made else "",
        charged_grams=made.weight.charged_grams if made else None,
        volumetric_grams=made.weight.volumetric_grams if made else None,
        weight_explanation=made.weight.sentence if made else "",
        price_fen=made.price_fen if made else None,
        concession_fen=made.concession_fen if made else None,
        concession_bearer=made.concession_bearer if made else "",
        insurance_fen=made.insurance_fen if made else None,
        paid_fen=made.paid_fen if made else None,
    )


def _warning(found: ScreeningWarning) -> ScreeningWarningView:
    return ScreeningWarningView(
        item=found.item,
        word=found.word,
        category=found.category,
        category_name=found.category_name,
        severity=found.severity,
        severity_label=found.severity.label,
        sentence=found.sentence,
        next_step=found.next_step,
    )
