"""资费和询价的 JSON 形状。"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.addresses import AddressKind
from server.http.pagination import Cursor, PageSize
from server.parcels.quote import Obstacle
from server.parcels.screening import Severity
from server.parcels.tariff_terms import TariffTerms

ServiceCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
CarrierCode = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[a-z][a-z0-9_]*$")]
ItemName = Annotated[str, Meta(min_length=1, max_length=60)]


class Destination(msgspec.Struct, forbid_unknown_fields=True):
    """目的地 — the city does not matter to the price."""

    kind: AddressKind
    province: Annotated[str, Meta(max_length=20)]
    city: Annotated[str, Meta(max_length=20)] = ""


class ParcelQuoteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """询价"""

    destination: Destination
    weight_grams: Annotated[int, Meta(description="克；1 克到 100 千克")]
    length_mm: Annotated[int, Meta(description="毫米；1 毫米到 5 米")]
    width_mm: int
    height_mm: int
    declared_value_fen: Annotated[int, Meta(description="保价的声明价值；0 为不保价")] = 0
    contents: Annotated[list[ItemName], Meta(max_length=20, description="物品名称，用来提醒不能寄的东西")] = []
    service: Annotated[str, Meta(max_length=40, description="只问一项服务；空为全部")] = ""


class ServiceOffer(msgspec.Struct):
    """一项服务的报价 — money is null where the service does not take the parcel; ``reason`` says why.

    ``paid_fen`` = ``price_fen`` - ``concession_fen`` + ``insurance_fen``.
    """

    service: str
    name: str
    carrier: str
    is_sample: bool
    is_possible: bool
    obstacle: Obstacle | None
    reason: str
    zone: str
    charged_grams: int | None
    volumetric_grams: int | None
    weight_explanation: str
    price_fen: int | None
    concession_fen: int | None
    concession_bearer: str
    insurance_fen: int | None
    paid_fen: int | None


class ScreeningWarningView(msgspec.Struct):
    """筛查提醒"""

    item: str
    word: str
    category: str
    category_name: str
    severity: Severity
    severity_label: str
    sentence: str
    next_step: str


class ParcelQuotes(msgspec.Struct):
    """报价 — the cheapest first, what is impossible last."""

    items: list[ServiceOffer]
    warnings: list[ScreeningWarningView]


class TariffRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新的资费版本"""

    service: ServiceCode
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
    carrier: CarrierCode
    valid_from: date
    terms: TariffTerms
    source: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S", description="资费的依据")]
    valid_to: date | None = None
    is_sample: bool = False


class TariffSimulationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """试算"""

    terms: TariffTerms


class SimulatedPriceView(msgspec.Struct):
    """试算的一个价格"""

    zone: str
    weight_grams: int
    price_fen: int
    unit_paid_fen: int


class TariffSimulation(msgspec.Struct):
    """试算结果 — nothing is stored."""

    items: list[SimulatedPriceView]


class TariffEndRequest(msgspec.Struct, forbid_unknown_fields=True):
    """结束资费 — with its last day."""

    last_day: date


class TariffQuery(msgspec.Struct, forbid_unknown_fields=True):
    """资费列表的翻页"""

    cursor: Cursor = ""
    limit: PageSize = 20


class TariffView(msgspec.Struct):
    """资费版本"""

    id: UUID
    service: str
    name: str
    carrier: str
    valid_from: date
    valid_to: date | None
    terms: TariffTerms
    source: str
    is_sample: bool
    created_at: datetime


class TariffPage(msgspec.Struct):
    """资费列表 — the last entered first."""

    items: list[TariffView]
    next_cursor: str | None
