"""地点 — a point on the map, as it is written in a query, and its distance to another."""

import math
from dataclasses import dataclass

from models.errors import FieldError, Invalid

EARTH_METRES = 6_371_008.8


class PlaceInvalid(Invalid):
    message = "位置的写法不对"
    next_step = "请写成「纬度,经度」，例如 32.78,119.46"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("near", "应为「纬度,经度」，例如 32.78,119.46"),))


@dataclass(frozen=True, slots=True)
class Place:
    """地点 — degrees; the map's datum is that of everything stored (GCJ-02)."""

    latitude: float
    longitude: float

    @property
    def northing(self) -> float:
        """The Mercator ordinate in degrees, as the PostgreSQL columns ``place`` hold it."""
        return math.degrees(math.log(math.tan(math.radians(45 + self.latitude / 2))))

    @property
    def metres_per_degree(self) -> float:
        """The length of one Mercator degree here."""
        return math.radians(1) * EARTH_METRES * math.cos(math.radians(self.latitude))

    def metres_to(self, latitude: float, longitude: float) -> float:
        """Return the great-circle distance in metres."""
        south, north = math.radians(self.latitude), math.radians(latitude)
        across = math.radians(longitude - self.longitude)
        chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(across / 2) ** 2
        return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))

    def box(self, reach: float) -> tuple[float, float, float, float]:
        """Return west, east, south, north around the circle of ``reach`` metres, with slack for single precision."""
        up = math.degrees(reach / EARTH_METRES)
        narrowest = math.cos(math.radians(min(89.0, abs(self.latitude) + up)))
        across = min(360.0, up / narrowest)
        slack = 1e-4
        return (
            self.longitude - across - slack,
            self.longitude + across + slack,
            self.latitude - up - slack,
            self.latitude + up + slack,
        )


def parse_place(text: str) -> Place:
    """Return the place in ``lat,lng``, in degrees.

    Raises:
        PlaceInvalid: not two numbers within the range of degrees.
    """
    parts = text.split(",")
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        raise PlaceInvalid from None
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 85 and abs(longitude) <= 180):
        raise PlaceInvalid
    return Place(latitude=latitude, longitude=longitude)


def distance_in_words(metres: float | None) -> str:
    """Return a distance as people read it: 距您约 600 米, 距您约 2.2 公里; nothing where it is not known."""
    if metres is None:
        return ""
    return f"距您约 {round(metres / 100) * 100} 米" if metres < 950 else f"距您约 {metres / 1000:.1f} 公里"
