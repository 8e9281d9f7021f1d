"""柜台测试夹具 — a clerk at a station, one of another, and a tariff whose prices are known."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest_asyncio

from models.parcels import Parcel
from models.stations import Station
from models.tariffs import Tariff
from tests.factories.parcels import make_parcel, make_tariff
from tests.factories.stations import make_station, make_station_staff
from tests.service import Answer, Client

TERMS = {
    "zones": [{"code": "2", "provinces": ["云南省"], "first_fen": 1200, "step_fen": 400}],
    "first_grams": 1000,
    "step_grams": 500,
    "volumetric_divisor": 6000,
    "max_weight_grams": 20_000,
    "max_side_mm": 1200,
    "insurance": None,
    "concession": {"percent": 25, "bearer": "示例单位", "kinds": ["civil"]},
}
"""2 kg are 1200 + 2 × 400 = 2000 fen, less a quarter: 1500, as the factory's parcels were quoted."""
SEEN = {
    "id_document": "resident_id_card",
    "contents_inspected": True,
    "weight_grams": 1900,
    "length_mm": 300,
    "width_mm": 200,
    "height_mm": 100,
}


@dataclass(frozen=True)
class Counter:
    """A station's counter with its clerk."""

    station: Station
    tariff: Tariff
    clerk: Client

    async def parcel(self, **overrides: Any) -> Parcel:
        return await make_parcel(station=self.station, tariff=self.tariff, **overrides)

    async def accept(self, parcel: Parcel, **overrides: Any) -> Answer:
        return await self.clerk.post(f"/v1/station/parcels/{parcel.number}/acceptance", SEEN | overrides)

    async def refuse(self, parcel: Parcel, **body: Any) -> Answer:
        return await self.clerk.post(f"/v1/station/parcels/{parcel.number}/refusal", body)

    async def track(self, parcel: Parcel, tracking_number: str) -> Answer:
        path = f"/v1/station/parcels/{parcel.number}/tracking-number"
        return await self.clerk.post(path, {"tracking_number": tracking_number})


@pytest_asyncio.fixture
async def counter(service: Client) -> Counter:
    station = await make_station()
    clerk = await service.login("a-clerk-at-the-counter")
    await make_station_staff(station, clerk.account_id)
    return Counter(station, await make_tariff(terms=msgspec.json.encode(TERMS).decode()), clerk)


@pytest_asyncio.fixture
async def other_clerk(service: Client) -> Client:
    """A clerk of another station."""
    clerk = await service.login("a-clerk-elsewhere")
    await make_station_staff(await make_station(), clerk.account_id)
    return clerk
