"""物流轨迹业务 — storing events, ours and carriers', and bringing the parcels' states up to them."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from config.sqlite_engine import instant_text
from models.base import new_id
from models.parcels import EventKind, ParcelState
from models.transactions import Dialects, as_instant, as_uuid, execute, fetch_rows, is_postgres, transaction
from server.parcels.states import Derived, Happening, derive

OURS = "youbing"
"""The source of events that our own people made."""

_LOCK = "SELECT id FROM parcels WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_FIELDS = "id, parcel_id, kind, occurred_at, source, raw_code, text, place, account_id, dedupe"
_INSERT = Dialects(
    postgres=f"INSERT INTO parcel_events ({_FIELDS}, created_at) SELECT {_FIELDS}, $2 "
    "FROM jsonb_to_recordset($1::text::jsonb) AS x(id uuid, parcel_id uuid, kind text, occurred_at timestamptz, "
    "source text, raw_code text, text text, place text, account_id uuid, dedupe text) "
    "ON CONFLICT (parcel_id, dedupe) DO NOTHING RETURNING parcel_id",
    sqlite=f"INSERT INTO parcel_events ({_FIELDS}, created_at) SELECT "
    + ", ".join(f"json_extract(value, '$.{name}')" for name in _FIELDS.split(", "))
    + ", ?2 FROM json_each(?1) WHERE true ON CONFLICT (parcel_id, dedupe) DO NOTHING RETURNING parcel_id",
)
_EVENTS_OF = Dialects(
    postgres="SELECT parcel_id, kind, occurred_at, dedupe FROM parcel_events WHERE parcel_id = ANY($1::uuid[])",
    sqlite="SELECT parcel_id, kind, occurred_at, dedupe FROM parcel_events "
    "WHERE parcel_id IN (SELECT value FROM json_each($1))",
)
_STATES_OF = Dialects(
    postgres="SELECT id, state, state_at FROM parcels WHERE id = ANY($1::uuid[])",
    sqlite="SELECT id, state, state_at FROM parcels WHERE id IN (SELECT value FROM json_each($1))",
)
_UPDATE = Dialects(
    postgres="UPDATE parcels SET state = x.state, state_at = x.state_at, ended_at = x.ended_at, "
    "next_poll_at = CASE WHEN x.ended_at IS NULL THEN parcels.next_poll_at END, "
    "open_place = CASE WHEN x.state = 'booked' THEN parcels.open_place END, updated_at = $2 "
    "FROM jsonb_to_recordset($1::text::jsonb) AS x(id uuid, state text, state_at timestamptz, ended_at timestamptz) "
    "WHERE parcels.id = x.id",
    sqlite="UPDATE parcels SET state = json_extract(x.value, '$.state'), "
    "state_at = json_extract(x.value, '$.state_at'), ended_at = json_extract(x.value, '$.ended_at'), "
    "next_poll_at = CASE WHEN json_extract(x.value, '$.ended_at') IS NULL THEN next_poll_at END, "
    "open_place = CASE WHEN json_extract(x.value, '$.state') = 'booked' THEN open_place END, updated_at = ?2 "
    "FROM json_each(?1) AS x WHERE parcels.id = json_extract(x.value, '$.id')",
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to store. ``dedupe`` empty means: the same source, kind, code and instant is the same event."""

    parcel_id: UUID
    kind: EventKind
    occurred_at: datetime
    source: str = OURS
    raw_code: str = ""
    text: str = ""
    place: str = ""
    account_id: UUID | None = None
    dedupe: str = ""

    @property
    def identity(self) -> str:
        """The hash by which a repeated event is known."""
        seen = self.dedupe or f"{self.source}\0{self.kind}\0{self.raw_code}\0{self.occurred_at.timestamp():.0f}"
        return hashlib.sha256(seen.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """状态变化 — a parcel whose state the new events changed."""

    parcel_id: UUID
    before: ParcelState
    after: ParcelState
    state_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What storing events did: how many were new, and which states changed."""

    new: int
    changes: tuple[Change, ...]


_FIRST = f"INSERT INTO parcel_events ({_FIELDS}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"


async def record_first(event: NewEvent, *, at: datetime) -> None:
    """Store the event with which a parcel begins, in the transaction that stores the parcel in that very state.

    Nobody else can know the parcel yet: there is nothing to lock and nothing to derive.
    """
    await execute(
        _FIRST,
        new_id(),
        event.parcel_id,
        event.kind.value,
        event.occurred_at,
        event.source,
        event.raw_code,
        event.text,
        event.place,
        event.account_id,
        event.identity,
        at,
    )


async def record_events(events: Sequence[NewEvent], *, at: datetime) -> Recorded:
    """Store events that are not known yet and derive the states of their parcels anew, all in one transaction.

    Parcels are locked in the order of their ids, so that two deliveries of events for the same parcels take turns
    and both are counted. It joins the caller's transaction.
    """
    parcel_ids = sorted({event.parcel_id for event in events})
    if not parcel_ids:
        return Recorded(0, ())
    async with transaction():
        if is_postgres():
            await fetch_rows(_LOCK, parcel_ids)
        stored = await fetch_rows(_INSERT, msgspec.json.encode([_row(event) for event in events]).decode(), at)
        touched = sorted({as_uuid(row["parcel_id"]) for row in stored})
        return Recorded(len(stored), await _bring_up_to_date(touched, at=at) if touched else ())


async def _bring_up_to_date(parcel_ids: list[UUID], *, at: datetime) -> tuple[Change, ...]:
    happenings: dict[UUID, list[Happening]] = defaultdict(list)
    for row in await fetch_rows(_EVENTS_OF, parcel_ids):
        happening = Happening(EventKind(row["kind"]), as_instant(row["occurred_at"]), row["dedupe"])
        happenings[as_uuid(row["parcel_id"])].append(happening)
    changed: list[tuple[UUID, ParcelState, Derived]] = []
    for row in await fetch_rows(_STATES_OF, parcel_ids):
        parcel_id, before = as_uuid(row["id"]), ParcelState(row["state"])
        derived = derive(happenings[parcel_id])
        if derived is not None and (derived.state, derived.state_at) != (before, as_instant(row["state_at"])):
            changed.append((parcel_id, before, derived))
    if changed:
        await execute(_UPDATE, msgspec.json.encode([_state_row(*item) for item in changed]).decode(), at)
    return tuple(
        Change(parcel_id, before, derived.state, derived.state_at)
        for parcel_id, before, derived in changed
        if derived.state is not before
    )


def _row(event: NewEvent) -> dict[str, str | None]:
    return {
        "id": str(new_id()),
        "parcel_id": str(event.parcel_id),
        "kind": event.kind.value,
        "occurred_at": instant_text(event.occurred_at),
        "source": event.source,
        "raw_code": event.raw_code[:20],
        "text": event.text[:300],
        "place": event.place[:100],
        "account_id": str(event.account_id) if event.account_id else None,
        "dedupe": event.identity,
    }


def _state_row(parcel_id: UUID, before: ParcelState, derived: Derived) -> dict[str, str | None]:
    return {
        "id": str(parcel_id),
        "state": derived.state.value,
        "state_at": instant_text(derived.state_at),
        "ended_at": instant_text(derived.state_at) if derived.is_end else None,
    }
