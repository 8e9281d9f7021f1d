"""站点日报 — what a station did on a day, counted from the records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from config.clock import BEIJING
from models.transactions import fetch_row, fetch_rows
from server.parcels.manifests.loading import station_of
from server.stations.guards import StationStaff

_COUNTS = (
    "SELECT (SELECT count(*) FROM parcels p LEFT JOIN station_slots l ON l.id = p.slot_id WHERE p.station_id = $1 "
    "AND p.state <> 'cancelled' AND coalesce(l.day, p.collect_on) = $2) AS booked, "
    "(SELECT count(*) FROM parcels p WHERE p.station_id = $1 AND p.accepted_at >= $3 AND p.accepted_at < $4) "
    "AS accepted, (SELECT coalesce(sum(p.paid_fen), 0) FROM parcels p WHERE p.station_id = $1 "
    "AND p.accepted_at >= $3 AND p.accepted_at < $4) AS paid_fen, "
    "(SELECT coalesce(sum(m.parcels), 0) FROM manifests m WHERE m.station_id = $1 AND m.state = 'signed' "
    "AND m.courier_signed_at >= $3 AND m.courier_signed_at < $4) AS handed_over"
)
_REFUSED = (
    "SELECT p.state_reason AS reason, count(*) AS n FROM parcels p WHERE p.station_id = $1 "
    "AND p.state = 'refused_at_counter' AND p.state_at >= $2 AND p.state_at < $3 GROUP BY p.state_reason "
    "ORDER BY p.state_reason"
)


@dataclass(frozen=True, slots=True)
class StationDay:
    """站点日报 — ``booked`` for that day and not cancelled; ``paid_fen`` of what was accepted on it."""

    station_id: UUID
    day: date
    booked: int
    accepted: int
    paid_fen: int
    refused: Mapping[str, int]
    handed_over: int


async def count_day(*, day: date, station_id: UUID | None, asker: StationStaff) -> StationDay:
    """Return what a station of the asker did on a Beijing day. 站点日报。

    Raises:
        StationUnclear: the asker works at several stations and named none.
        StationNotFound: the station is not the asker's.
    """
    station = station_of(asker, station_id)
    begins = datetime.combine(day, time(), tzinfo=BEIJING)
    ends = begins + timedelta(days=1)
    counts = await fetch_row(_COUNTS, station, day, begins, ends)
    assert counts is not None
    refused = await fetch_rows(_REFUSED, station, begins, ends)
    return StationDay(
        station_id=station,
        day=day,
        booked=int(counts["booked"]),
        accepted=int(counts["accepted"]),
        paid_fen=int(counts["paid_fen"]),
        refused={row["reason"]: int(row["n"]) for row in refused},
        handed_over=int(counts["handed_over"]),
    )
