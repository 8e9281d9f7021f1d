"""轨迹入库 — carriers' events find their parcels, change the states, and families are told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.batches import CHUNK, one_of
from models.transactions import as_uuid, fetch_rows, transaction
from server.carriers.measures import EVENTS
from server.carriers.protocol import CarrierEvent
from server.parcels.announcing import announce
from server.parcels.events import Change, NewEvent, record_events

EVENTS_AT_ONCE = 2_000
_PARCELS = one_of("SELECT id, tracking_number FROM parcels WHERE carrier = $2 AND tracking_number {keys}", "text")


@dataclass(frozen=True, slots=True)
class Taken:
    """入库结果 — how many events had a parcel, how many were new, how many states changed; and whose had none."""

    matched: int
    new: int
    changed: int
    unmatched: tuple[str, ...]
    """Tracking numbers that no parcel has, each once, in the order in which they came."""


async def take_events(events: Sequence[CarrierEvent], *, at: datetime) -> Taken:
    """Store what is new of carriers' events and announce what became of the parcels, in one transaction.

    Events of numbers that no parcel has are left out and told. Parcels are taken in the order of their ids, so that
    two deliveries never wait for each other in a circle. It joins the caller's transaction.
    """
    async with transaction():
        parcels = await _find_parcels(events)
        mine: list[NewEvent] = []
        unmatched: dict[str, None] = {}
        for event in events:
            parcel_id = parcels.get((event.carrier, event.tracking_number))
            if parcel_id is None:
                unmatched[event.tracking_number] = None
            else:
                mine.append(event.of_parcel(parcel_id))
        mine.sort(key=lambda event: event.parcel_id)
        new, changes = 0, list[Change]()
        for start in range(0, len(mine), EVENTS_AT_ONCE):
            recorded = await record_events(mine[start : start + EVENTS_AT_ONCE], at=at)
            new += recorded.new
            changes += recorded.changes
        await announce(changes, at=at)
    if new:
        EVENTS.labels(mine[0].source).inc(new)
    changed = len({change.parcel_id for change in changes})
    return Taken(matched=len(mine), new=new, changed=changed, unmatched=tuple(unmatched))


async def _find_parcels(events: Sequence[CarrierEvent]) -> dict[tuple[str, str], UUID]:
    numbers: dict[str, set[str]] = defaultdict(set)
    for event in events:
        numbers[event.carrier].add(event.tracking_number)
    found: dict[tuple[str, str], UUID] = {}
    for carrier, wanted in numbers.items():
        keys = sorted(wanted)
        for start in range(0, len(keys), CHUNK):
            rows = await fetch_rows(_PARCELS, keys[start : start + CHUNK], carrier)
            found |= {(carrier, row["tracking_number"]): as_uuid(row["id"]) for row in rows}
    return found
