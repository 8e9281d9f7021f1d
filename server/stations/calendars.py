"""营业日历 — the stored hours and special days of stations, read into the pure calendars of ``hours``."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from models.fields import decode_words
from models.transactions import Dialects, as_uuid, fetch_rows
from server.stations.hours import HORIZON_DAYS, Calendar, Span, SpecialDay, in_order, parse_spans

EVERYWHERE = "all"
"""The scope of a special day of every station."""

_HOURS = Dialects(
    postgres="SELECT station_id, weekday, opens, closes FROM station_hours WHERE station_id = ANY($1::uuid[])",
    sqlite="SELECT station_id, weekday, opens, closes FROM station_hours "
    "WHERE station_id IN (SELECT value FROM json_each($1))",
)
_DAYS = Dialects(
    postgres="SELECT scope, day, hours, note FROM station_days WHERE scope = ANY($1::text[]) AND day BETWEEN $2 AND $3",
    sqlite="SELECT scope, day, hours, note FROM station_days "
    "WHERE scope IN (SELECT value FROM json_each($1)) AND day BETWEEN $2 AND $3",
)


async def load_calendars(
    station_ids: Sequence[UUID], *, day_from: date, days: int = HORIZON_DAYS
) -> dict[UUID, Calendar]:
    """Return the calendars of stations, with the special days from ``day_from`` to ``days`` later.

    A special day of a station wins over one of all stations.
    """
    if not station_ids:
        return {}
    weekly: dict[UUID, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for row in await fetch_rows(_HOURS, list(station_ids)):
        weekly[as_uuid(row["station_id"])][row["weekday"]].append(Span(row["opens"], row["closes"]))
    special: dict[str, dict[date, SpecialDay]] = defaultdict(dict)
    scopes = [EVERYWHERE, *(str(station_id) for station_id in station_ids)]
    for row in await fetch_rows(_DAYS, scopes, day_from, day_from + timedelta(days=days)):
        special[row["scope"]][as_day(row["day"])] = SpecialDay(parse_spans(decode_words(row["hours"])), row["note"])
    return {
        station_id: Calendar(
            weekly={weekday: in_order(spans) for weekday, spans in weekly[station_id].items()},
            special={**special[EVERYWHERE], **special[str(station_id)]},
        )
        for station_id in station_ids
    }


def as_day(value: date | str) -> date:
    """Return a day read by ``fetch_rows``."""
    return value if isinstance(value, date) else date.fromisoformat(value)
