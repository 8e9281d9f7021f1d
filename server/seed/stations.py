"""示例服务站 — labelled stations with hours for the sandbox."""

from datetime import datetime
from uuid import UUID

from models.stations import Station
from server.seed.files import Stations, load
from server.stations.import_columns import parse_week
from server.stations.terms import StationTerms
from server.stations.timetable import replace_hours


async def seed_stations(*, at: datetime) -> dict[str, UUID]:
    """Store the sample stations and return their ids by number."""
    ids: dict[str, UUID] = {}
    for item in load("samples/stations", Stations).stations:
        terms = StationTerms(
            number=item.number,
            name=item.name,
            level=item.level,
            address=item.address,
            parent_id=ids[item.parent] if item.parent else None,
            town_code=item.town,
            telephone=item.telephone,
            latitude=item.latitude,
            longitude=item.longitude,
            services=item.services,
            slot_capacity=item.slot_capacity,
        )
        station = await Station.create(is_sample=True, created_at=at, updated_at=at, **terms.columns)
        await replace_hours(station_id=station.id, weekly=parse_week(item.hours), at=at)
        ids[item.number] = station.id
    return ids
