"""包裹入库 — a new parcel with its first event, in a free place of its person, in as few statements as there can be."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from models.errors import Conflict
from models.parcels import EventKind
from models.transactions import execute, fetch_row
from server.parcels.events import NewEvent, record_first

MOST_OPEN = 20
"""Parcels that a person has booked and not brought yet; the table has so many places for each."""


class TooManyOpenParcels(Conflict):
    message = f"您还有 {MOST_OPEN} 个包裹预约了没有交寄"
    next_step = "请先到站交寄，或取消不寄的预约"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """待入库的包裹 — the columns of a parcel that is booked, sealed where they are sealed."""

    id: UUID
    number: str
    account_id: UUID | None
    station_id: UUID
    slot_id: UUID | None
    collection: str
    collect_on: date | None
    sender_sealed: str
    sender_last4_hash: str
    recipient_sealed: str
    recipient_kind: str
    recipient_region: str
    contents: str
    warnings: str
    service: str
    tariff_id: UUID
    zone: str
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    charged_grams: int
    price_fen: int
    concession_fen: int
    concession_bearer: str
    declared_value_fen: int
    insurance_fen: int
    quoted_fen: int
    terms_version: str
    carrier: str
    is_sample: bool


_COLUMNS = tuple(field.name for field in fields(Draft))
_CASTS: dict[Any, str] = {
    UUID: "uuid",
    UUID | None: "uuid",
    int: "bigint",
    bool: "boolean",
    date | None: "date",
    str: "text",
}
_VALUES = ", ".join(f"${place}::{_CASTS[field.type]}" for place, field in enumerate(fields(Draft), start=1))
_AT = f"${len(_COLUMNS) + 1}::timestamptz"
_OWNER = f"${_COLUMNS.index('account_id') + 1}::uuid"
_INSERT = (
    f"INSERT INTO parcels ({', '.join(_COLUMNS)}, open_place, created_at, updated_at, consented_at, state_at, state, "
    "state_reason, id_inspected, contents_inspected, poll_failures, share_generation) "
    f"SELECT {_VALUES}, free.place, {_AT}, {_AT}, {_AT}, {_AT}, 'booked', '', '', false, 0, 0 FROM "
    "{places} ON CONFLICT (account_id, open_place) DO NOTHING"
)
_OF_A_PERSON = _INSERT.format(
    places="(SELECT min(n.place) AS place FROM (SELECT 1 AS place UNION ALL SELECT open_place + 1 FROM parcels "
    f"WHERE account_id = {_OWNER} AND open_place < {MOST_OPEN}) AS n WHERE NOT EXISTS "
    f"(SELECT 1 FROM parcels p WHERE p.account_id = {_OWNER} AND p.open_place = n.place)) AS free "
    "WHERE free.place IS NOT NULL"
)
_OF_NOBODY = _INSERT.format(places="(SELECT cast(NULL AS smallint) AS place) AS free WHERE true")


async def store_parcel(draft: Draft, *, at: datetime) -> None:
    """Store a booked parcel with its first event in the caller's transaction; one of nobody's needs no place.

    Raises:
        TooManyOpenParcels: its person has used up the places for parcels that are not brought yet.
    """
    values = [getattr(draft, name) for name in _COLUMNS]
    if draft.account_id is None:
        await execute(_OF_NOBODY, *values, at)
    else:
        await _take_place(draft.account_id, values, at=at)
    await record_first(
        NewEvent(parcel_id=draft.id, kind=EventKind.BOOKED, occurred_at=at, account_id=draft.account_id), at=at
    )


async def _take_place(account_id: UUID, values: list[object], *, at: datetime) -> None:
    """Of two bookings of one person that want the same place the other looks again."""
    for _ in range(MOST_OPEN):
        if await execute(_OF_A_PERSON, *values, at):
            return
        row = await fetch_row("SELECT count(open_place) AS n FROM parcels WHERE account_id = $1", account_id)
        if row is None or row["n"] >= MOST_OPEN:
            break
    raise TooManyOpenParcels
