"""招聘会资料 — what staff enter of a fair, and the rules that it must keep in itself."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType

from models.errors import FieldError, Invalid
from models.towns import Town
from server.merchants.branches import EAST, NORTH, SOUTH, WEST

LONGEST = timedelta(days=31)


class FairPeriodInvalid(Invalid):
    message = "招聘会的起止时间有误"
    next_step = f"请核对开始和结束时间；一场招聘会最长 {LONGEST.days} 天，更长的请分场登记"


class FairPlaceImplausible(Invalid):
    message = "招聘会的经纬度有误"
    next_step = "请在地图上重新选点；不知道位置时经度和纬度都留空"


class FairTownUnknown(Invalid):
    message = "没有这个乡镇代码"
    next_step = "请从高邮市的乡镇（街道）中选择；全市的招聘会请留空"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("town_code", "不是高邮市的乡镇（街道）代码"),))


@dataclass(frozen=True, slots=True)
class FairTerms:
    """What is entered of a fair. ``town_code`` None is one of the whole city, ``capacity`` None one without limit."""

    number: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    town_code: str | None = None
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class FairChanges:
    """What staff change of a fair; what is UNSET stays as it is."""

    title: str | UnsetType = UNSET
    place: str | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    ends_at: datetime | UnsetType = UNSET
    town_code: str | UnsetType | None = UNSET
    description: str | UnsetType = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    capacity: int | UnsetType | None = UNSET

    def columns(self) -> dict[str, object]:
        """Return what is set, by the name of its column."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        wanted = {name: value for name, value in values.items() if value is not UNSET}
        if "town_code" in wanted:
            wanted["town_id"] = wanted.pop("town_code")
        return wanted


def check_period(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a period that no fair has.

    Raises:
        FairPeriodInvalid: the end is not after the start, or more than ``LONGEST`` after it.
    """
    if ends_at <= starts_at:
        raise FairPeriodInvalid(errors=(FieldError("ends_at", "结束时间应晚于开始时间"),))
    if ends_at - starts_at > LONGEST:
        raise FairPeriodInvalid(errors=(FieldError("ends_at", f"比开始时间晚了不止 {LONGEST.days} 天"),))


def check_coordinates(latitude: float | None, longitude: float | None) -> None:
    """Refuse half a point, and one outside China.

    Raises:
        FairPlaceImplausible: one of the two is missing, or the point is not in China.
    """
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        raise FairPlaceImplausible(errors=(FieldError(missing, "经度和纬度要么都填，要么都不填"),))
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        raise FairPlaceImplausible(errors=(FieldError("latitude", "这个位置不在国内，请核对经度和纬度是否写反"),))


async def check_town(town_code: str | None) -> None:
    """Refuse a code that is none of the town units.

    Raises:
        FairTownUnknown: there is no such town.
    """
    if town_code is not None and not await Town.exists(code=town_code):
        raise FairTownUnknown
