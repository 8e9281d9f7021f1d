"""资费条款 — what one version of a service charges and takes; its JSON is what an administrator enters."""

from typing import Annotated

import msgspec
from msgspec import Meta

from models.addresses import AddressKind
from models.errors import FieldError, Invalid
from server.addresses.provinces import find_province

Fen = Annotated[int, Meta(ge=0, le=10_000_000)]
Grams = Annotated[int, Meta(ge=1, le=1_000_000)]
Millimetres = Annotated[int, Meta(ge=1, le=100_000)]
ZoneCode = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\S")]
Province = Annotated[str, Meta(min_length=2, max_length=20, description="省、自治区、直辖市的名称")]


class TariffTermsInvalid(Invalid):
    message = "资费条款有误"
    next_step = "请按提示修改后再提交"


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """资费分区 — provinces with one price: the first weight, then each further step."""

    code: ZoneCode
    provinces: Annotated[tuple[Province, ...], Meta(min_length=1, max_length=40)]
    first_fen: Fen
    step_fen: Fen


class Insurance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """保价 — a rate in hundredths of a percent of the declared value, at least ``minimum_fen``."""

    rate_per_10000: Annotated[int, Meta(ge=0, le=10_000)]
    minimum_fen: Fen
    most_value_fen: Annotated[int, Meta(ge=0, le=1_000_000_000)]


class Concession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """拥军优惠 — a percentage of the carriage for these kinds of address, and who bears it."""

    percent: Annotated[int, Meta(ge=1, le=100)]
    bearer: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S", description="由谁承担")]
    kinds: Annotated[tuple[AddressKind, ...], Meta(min_length=1, max_length=3)]
    most_fen: Fen | None = None


class TariffTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """资费条款 — weights in grams, lengths in millimetres, money in fen.

    ``volumetric_divisor`` is cubic centimetres a kilogram; None counts the weight alone.
    """

    zones: Annotated[tuple[Zone, ...], Meta(min_length=1, max_length=40)]
    first_grams: Grams
    step_grams: Grams
    volumetric_divisor: Annotated[int, Meta(ge=1000, le=50_000)] | None
    max_weight_grams: Grams
    max_side_mm: Millimetres
    max_sides_sum_mm: Millimetres | None = None
    by_air: bool = False
    insurance: Insurance | None = None
    concession: Concession | None = None

    def zone_of(self, province: str) -> Zone | None:
        """Return the zone of a province by its full name, None where the service does not go."""
        return next((zone for zone in self.zones if province in map(find_province, zone.provinces)), None)


def check_terms(terms: TariffTerms) -> None:
    """Refuse terms that contradict themselves.

    Raises:
        TariffTermsInvalid: a province is none or stands in two zones, two zones share a code, or a limit is too small.
    """
    faults = []
    seen: dict[str, str] = {}
    for place, zone in enumerate(terms.zones):
        field = f"terms.zones[{place}]"
        if zone.code in {other.code for other in terms.zones[:place]}:
            faults.append(FieldError(f"{field}.code", "分区的代码重复"))
        for name in zone.provinces:
            province = find_province(name)
            if province is None:
                faults.append(FieldError(f"{field}.provinces", f"「{name}」不是省、自治区、直辖市"))
            elif province in seen:
                faults.append(FieldError(f"{field}.provinces", f"「{name}」已经在分区 {seen[province]} 里"))
            else:
                seen[province] = zone.code
    if terms.max_weight_grams < terms.first_grams:
        faults.append(FieldError("terms.max_weight_grams", "最大重量不能小于首重"))
    if terms.max_sides_sum_mm is not None and terms.max_sides_sum_mm < terms.max_side_mm:
        faults.append(FieldError("terms.max_sides_sum_mm", "三边之和不能小于最长边"))
    if faults:
        raise TariffTermsInvalid(errors=tuple(faults))
