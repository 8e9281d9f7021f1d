"""预约台 — what a family needs to book: a station with slots, a tariff, and a request that is granted."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.clock import beijing_day, utc_now
from models.stations import Station
from server.parcels.terms import parcel_terms
from tests.factories.parcels import make_tariff
from tests.factories.stations import EVERY_DAY, make_station

UNIT = {
    "kind": "unit_code",
    "name": "李四",
    "telephone": "13900002888",
    "province": "云南",
    "city": "昆明市",
    "unit_code": "99999",
}
HOME = {
    "kind": "civil",
    "name": "张三",
    "telephone": "13800001999",
    "province": "江苏省",
    "city": "扬州市",
    "county": "高邮市",
    "street": "界首镇示例路1号",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A station that takes parcels, the day after tomorrow, and the tariff in force."""

    station: Station
    day: date

    def request(self, **changes: Any) -> dict[str, Any]:
        """Return a request for two kilograms to a unit: 20 元 less a quarter."""
        return {
            "sender": HOME,
            "recipient": UNIT,
            "contents": [{"name": "咸鸭蛋", "quantity": 2}, {"name": "毛衣"}],
            "weight_grams": 2000,
            "length_mm": 300,
            "width_mm": 200,
            "height_mm": 100,
            "service": "standard",
            "quoted_fen": 1500,
            "station_id": str(self.station.id),
            "day": self.day.isoformat(),
            "starts": "09:00",
            "terms_version": parcel_terms().version,
        } | changes


async def open_desk(**overrides: Any) -> Desk:
    """Open a station for parcels with the tariff of the factories."""
    await make_tariff()
    station = await make_station(hours=EVERY_DAY, **overrides)
    return Desk(station, beijing_day(utc_now()) + timedelta(days=2))
