"""服务站资料 — what is entered of a station, and what can be wrong with it and with its place in the tree; pure."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from models.stations import Station, StationLevel, StationService

SOUTH, NORTH, WEST, EAST = 3.8, 53.6, 73.5, 135.1
"""The degrees between which China lies."""
LEAST_MINUTES, MOST_MINUTES, MOST_CAPACITY = 5, 240, 200

PARENT_LEVELS: Mapping[StationLevel, tuple[StationLevel, ...]] = {
    StationLevel.CITY: (),
    StationLevel.TOWN: (StationLevel.CITY,),
    StationLevel.VILLAGE: (StationLevel.TOWN,),
    StationLevel.CAMPUS: (StationLevel.CITY, StationLevel.TOWN),
    StationLevel.ENTERPRISE: (StationLevel.CITY, StationLevel.TOWN),
}
"""Under which a station stands. Every parent is of a higher level than its children, so that no cycle can be."""
_NEEDS_PARENT = (StationLevel.TOWN, StationLevel.VILLAGE)
_NEEDS_TOWN = (StationLevel.TOWN, StationLevel.VILLAGE)

Fault = tuple[str, str]
"""A field's name and what is wrong with it, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationTerms:
    """服务站资料 — everything that staff decide about a station but its hours. Coordinates are GCJ-02 degrees."""

    number: str
    name: str
    level: StationLevel
    address: str
    parent_id: UUID | None = None
    town_code: str | None = None
    """Whose staff keep it; None is a station of the whole city, which administrators keep."""
    telephone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    services: tuple[StationService, ...] = ()
    notice: str = ""
    slot_minutes: int = 30
    slot_capacity: int = 4

    @classmethod
    def of(cls, station: Station) -> "StationTerms":
        """Return the terms of a stored station."""
        return cls(
            number=station.number,
            name=station.name,
            level=station.level,
            address=station.address,
            parent_id=station.parent_id,
            town_code=station.town_id,
            telephone=station.telephone,
            latitude=station.latitude,
            longitude=station.longitude,
            services=tuple(StationService(word) for word in station.services),
            notice=station.notice,
            slot_minutes=station.slot_minutes,
            slot_capacity=station.slot_capacity,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """The values under the names of the record's columns."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["town_id"] = values.pop("town_code")
        return values | {"services": tuple(service.value for service in self.services)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationChanges:
    """What staff change of a station; what is UNSET stays as it is."""

    number: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    level: StationLevel | UnsetType = UNSET
    address: str | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    town_code: str | UnsetType | None = UNSET
    telephone: str | UnsetType = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    services: tuple[StationService, ...] | UnsetType = UNSET
    notice: str | UnsetType = UNSET
    slot_minutes: int | UnsetType = UNSET
    slot_capacity: int | UnsetType = UNSET

    def applied_to(self, terms: StationTerms) -> StationTerms:
        """Return the terms with these changes made."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return dataclasses.replace(terms, **{name: value for name, value in values.items() if value is not UNSET})


@dataclass(frozen=True, slots=True)
class Relative:
    """上下级服务站 — what matters of a parent or a child."""

    name: str
    level: StationLevel
    town_code: str | None


def faults_of(terms: StationTerms) -> Iterator[Fault]:
    """Yield what is wrong with a station by itself."""
    if not terms.number or len(terms.number) > 20 or re.search(r"\s", terms.number):
        yield "number", "编号最多 20 个字，中间不能有空格"
    if (terms.latitude is None) != (terms.longitude is None):
        yield "latitude" if terms.latitude is None else "longitude", "经度和纬度要么都填，要么都不填"
    elif terms.latitude is not None and terms.longitude is not None:
        if not SOUTH <= terms.latitude <= NORTH:
            yield "latitude", "不在中国境内，请检查经纬度是否写反"
        elif not WEST <= terms.longitude <= EAST:
            yield "longitude", "不在中国境内，请检查经纬度是否写反"
    if not LEAST_MINUTES <= terms.slot_minutes <= MOST_MINUTES:
        yield "slot_minutes", f"每个时段请填 {LEAST_MINUTES} 到 {MOST_MINUTES} 分钟"
    if not 0 <= terms.slot_capacity <= MOST_CAPACITY:
        yield "slot_capacity", f"每时段件数请填 0 到 {MOST_CAPACITY}，0 表示不接受预约"


def tree_faults_of(terms: StationTerms, *, parent: Relative | None, children: Iterable[Relative]) -> Iterator[Fault]:
    """Yield what is wrong with a station's place in the tree; ``parent`` None where it names none."""
    if terms.level is StationLevel.CITY and terms.town_code is not None:
        yield "town_code", "市级服务站不填乡镇"
    if terms.level in _NEEDS_TOWN and terms.town_code is None:
        yield "town_code", f"{terms.level.label}服务站请填所在的乡镇（街道）"
    allowed = PARENT_LEVELS[terms.level]
    names = "或".join(level.label for level in allowed)
    if parent is None:
        if terms.level in _NEEDS_PARENT:
            yield "parent_id", f"{terms.level.label}服务站请填上级，上级是{names}服务站"
    elif parent.level not in allowed:
        yield "parent_id", f"{terms.level.label}的上级只能是{names}服务站" if names else "市级服务站没有上级，请留空"
    elif parent.town_code is not None and parent.town_code != terms.town_code:
        yield "parent_id", f"上级「{parent.name}」是其他乡镇的服务站，请核对"
    for child in children:
        if terms.level not in PARENT_LEVELS[child.level]:
            yield "level", f"下级「{child.name}」是{child.level.label}，不能归{terms.level.label}服务站，请先调整下级"
            return
        if terms.town_code is not None and child.town_code != terms.town_code:
            yield "town_code", f"下级「{child.name}」是其他乡镇的服务站，请先调整下级"
            return
