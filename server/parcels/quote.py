"""报价 — what a parcel costs under the terms of one service, in whole fen, and the weight that was charged and why."""

from dataclasses import dataclass
from enum import StrEnum

from models.addresses import AddressKind
from server.parcels.money import yuan
from server.parcels.tariff_terms import TariffTerms


@dataclass(frozen=True, slots=True)
class Consignment:
    """待寄物 — where it goes and how big it is; ``province`` is a full name, ``forbids_air`` why it may not fly."""

    province: str
    kind: AddressKind
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    declared_value_fen: int = 0
    forbids_air: str = ""


@dataclass(frozen=True, slots=True)
class ChargedWeight:
    """计费重量 — the larger of actual and volumetric weight, rounded up to the step."""

    actual_grams: int
    volumetric_grams: int | None
    charged_grams: int

    @property
    def is_volumetric(self) -> bool:
        return self.volumetric_grams is not None and self.volumetric_grams > self.actual_grams

    @property
    def sentence(self) -> str:
        """Which weight won, as people read it."""
        actual, charged = kilograms(self.actual_grams), kilograms(self.charged_grams)
        if self.volumetric_grams is None:
            return f"实重 {actual} 千克，不计体积重，按 {charged} 千克计费"
        volumetric = kilograms(self.volumetric_grams)
        if self.is_volumetric:
            return f"体积重 {volumetric} 千克大于实重 {actual} 千克，按 {charged} 千克计费"
        return f"实重 {actual} 千克不小于体积重 {volumetric} 千克，按 {charged} 千克计费"


@dataclass(frozen=True, slots=True)
class Quote:
    """报价 — ``paid_fen`` is the price less the concession, with the insurance."""

    zone: str
    weight: ChargedWeight
    price_fen: int
    concession_fen: int
    concession_bearer: str
    insurance_fen: int

    @property
    def paid_fen(self) -> int:
        return self.price_fen - self.concession_fen + self.insurance_fen


class Obstacle(StrEnum):
    """不能寄的原因 — why a service does not take a parcel."""

    TOO_HEAVY = "too_heavy"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    NOT_THERE = "not_there"
    NOT_BY_AIR = "not_by_air"
    NOT_INSURED = "not_insured"
    VALUE_TOO_HIGH = "value_too_high"


@dataclass(frozen=True, slots=True)
class Impossible:
    """不能寄 — the reason, as a word for programs and a sentence for people."""

    obstacle: Obstacle
    sentence: str


def quote(consignment: Consignment, terms: TariffTerms) -> Quote | Impossible:
    """Return what one service charges, or why it does not take the parcel. 报价。

    Rounding, always to whole fen: the concession is rounded down, the insurance up; weights are rounded up.
    """
    obstacle = _find_obstacle(consignment, terms)
    zone = terms.zone_of(consignment.province)
    if obstacle is not None or zone is None:
        return obstacle or Impossible(Obstacle.NOT_THERE, f"这项服务不寄往{consignment.province}")
    weight = weigh(consignment, terms)
    steps = _up(weight.charged_grams - terms.first_grams, terms.step_grams)
    price_fen = zone.first_fen + steps * zone.step_fen
    concession_fen, bearer = _concede(price_fen, consignment.kind, terms)
    return Quote(
        zone=zone.code,
        weight=weight,
        price_fen=price_fen,
        concession_fen=concession_fen,
        concession_bearer=bearer,
        insurance_fen=_insure(consignment.declared_value_fen, terms),
    )


def weigh(consignment: Consignment, terms: TariffTerms) -> ChargedWeight:
    """Return the weight that is charged: at least the first weight, then full steps."""
    volumetric = None
    if terms.volumetric_divisor is not None:
        cubic_mm = consignment.length_mm * consignment.width_mm * consignment.height_mm
        volumetric = _up(cubic_mm, terms.volumetric_divisor)  # cm³ / (cm³ a kg) is kg; mm³ / the same is grams
    heavier = max(consignment.weight_grams, volumetric or 0)
    steps = _up(max(0, heavier - terms.first_grams), terms.step_grams)
    return ChargedWeight(consignment.weight_grams, volumetric, terms.first_grams + steps * terms.step_grams)


def kilograms(grams: int) -> str:
    """Return grams as kilograms in the shortest exact form: 4200 is ``4.2``."""
    return f"{grams // 1000}.{grams % 1000:03d}".rstrip("0").rstrip(".")


def _find_obstacle(consignment: Consignment, terms: TariffTerms) -> Impossible | None:
    sides = (consignment.length_mm, consignment.width_mm, consignment.height_mm)
    if consignment.weight_grams > terms.max_weight_grams:
        most = kilograms(terms.max_weight_grams)
        return Impossible(Obstacle.TOO_HEAVY, f"超过这项服务的最大重量 {most} 千克，请分成几件或换一种服务")
    if max(sides) > terms.max_side_mm:
        most_cm = terms.max_side_mm // 10
        return Impossible(Obstacle.TOO_LONG, f"最长边超过这项服务的 {most_cm} 厘米，请换包装或换一种服务")
    if terms.max_sides_sum_mm is not None and sum(sides) > terms.max_sides_sum_mm:
        most_cm = terms.max_sides_sum_mm // 10
        return Impossible(Obstacle.TOO_LARGE, f"长、宽、高之和超过这项服务的 {most_cm} 厘米，请换包装或换一种服务")
    if terms.by_air and consignment.forbids_air:
        return Impossible(Obstacle.NOT_BY_AIR, consignment.forbids_air)
    return _find_uninsurable(consignment.declared_value_fen, terms)


def _find_uninsurable(value_fen: int, terms: TariffTerms) -> Impossible | None:
    if not value_fen:
        return None
    if terms.insurance is None:
        return Impossible(Obstacle.NOT_INSURED, "这项服务不办保价，请换一种服务，或不保价寄")
    if value_fen > terms.insurance.most_value_fen:
        most = yuan(terms.insurance.most_value_fen)
        return Impossible(Obstacle.VALUE_TOO_HIGH, f"这项服务最高保价 {most}，请换一种服务")
    return None


def _concede(price_fen: int, kind: AddressKind, terms: TariffTerms) -> tuple[int, str]:
    given = terms.concession
    if given is None or kind not in given.kinds:
        return 0, ""
    conceded = price_fen * given.percent // 100
    if given.most_fen is not None:
        conceded = min(conceded, given.most_fen)
    return (conceded, given.bearer) if conceded else (0, "")


def _insure(value_fen: int, terms: TariffTerms) -> int:
    if not value_fen or terms.insurance is None:
        return 0
    return max(terms.insurance.minimum_fen, _up(value_fen * terms.insurance.rate_per_10000, 10_000))


def _up(amount: int, divisor: int) -> int:
    """Return the quotient, rounded up."""
    return -(-amount // divisor)
