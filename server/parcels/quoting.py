"""询价 — every service in force with its price or why it does not take the parcel, and what the screening found."""

from dataclasses import dataclass
from datetime import datetime

from config.clock import beijing_day
from models.addresses import AddressKind
from models.errors import FieldError, Invalid
from server.addresses.kinds import ProvinceUnknown
from server.addresses.provinces import find_province
from server.parcels.quote import Consignment, Impossible, Quote, quote
from server.parcels.screening import ScreeningWarning, air_obstacle, screen
from server.parcels.tariffs import TariffInForce, tariffs_in_force

MOST_GRAMS = 100_000
MOST_MM = 5_000
MOST_VALUE_FEN = 1_000_000_000


class MeasuresInvalid(Invalid):
    message = "重量、尺寸或声明价值有误"
    next_step = "请量一下再填：重量按克，长、宽、高按毫米"


class ParcelServiceUnknown(Invalid):
    message = "现在没有这项寄递服务"
    next_step = "请去掉服务再询价，从列出的服务中选"


@dataclass(frozen=True, slots=True)
class Offer:
    """一项服务的报价 — a quote, or why not."""

    tariff: TariffInForce
    outcome: Quote | Impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """询价单 — where to, how big, what is in it; ``service`` empty for all."""

    kind: AddressKind
    province: str
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    declared_value_fen: int = 0
    contents: tuple[str, ...] = ()
    service: str = ""


async def quote_services(*, request: QuoteRequest, at: datetime) -> tuple[list[Offer], list[ScreeningWarning]]:
    """Return what every service charges on this day, the cheapest first and what is impossible last, and the warnings.

    Raises:
        MeasuresInvalid: a weight, side or value of nothing or beyond what any service takes.
        ProvinceUnknown: the province is none.
        ParcelServiceUnknown: the service is not in force.
    """
    require_measures(request)
    province = find_province(request.province)
    if province is None:
        raise ProvinceUnknown("destination.province")
    in_force = await tariffs_in_force(day=beijing_day(at))
    wanted = [tariff for tariff in in_force if request.service in ("", tariff.service)]
    if request.service and not wanted:
        raise ParcelServiceUnknown
    warnings = screen(request.contents)
    consignment = Consignment(
        province=province,
        kind=request.kind,
        weight_grams=request.weight_grams,
        length_mm=request.length_mm,
        width_mm=request.width_mm,
        height_mm=request.height_mm,
        declared_value_fen=request.declared_value_fen,
        forbids_air=air_obstacle(warnings),
    )
    offers = [Offer(tariff, quote(consignment, tariff.terms)) for tariff in wanted]
    return sorted(offers, key=_rank), warnings


def require_measures(request: QuoteRequest) -> None:
    """Refuse what no parcel measures.

    Raises:
        MeasuresInvalid: naming each fault.
    """
    faults = []
    if not 1 <= request.weight_grams <= MOST_GRAMS:
        faults.append(FieldError("weight_grams", f"重量应在 1 克到 {MOST_GRAMS // 1000} 千克之间"))
    faults += [
        FieldError(side, f"应在 1 毫米到 {MOST_MM // 1000} 米之间")
        for side in ("length_mm", "width_mm", "height_mm")
        if not 1 <= getattr(request, side) <= MOST_MM
    ]
    if not 0 <= request.declared_value_fen <= MOST_VALUE_FEN:
        faults.append(FieldError("declared_value_fen", f"声明价值应在 0 到 {MOST_VALUE_FEN // 100} 元之间"))
    if faults:
        raise MeasuresInvalid(errors=tuple(faults))


def _rank(offer: Offer) -> tuple[bool, int, str]:
    is_impossible = isinstance(offer.outcome, Impossible)
    return is_impossible, offer.outcome.paid_fen if isinstance(offer.outcome, Quote) else 0, offer.tariff.name
