"""查件 — a family's own parcels: the list, and one with its timeline, its people masked, and the station's hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

import msgspec

from config.clock import beijing_day
from models.errors import NotFound
from models.fields import decode_words
from models.parcels import Collection, ParcelState
from models.transactions import Dialects, Row, fetch_row, fetch_rows
from server.parcels.numbers import PARCEL_NUMBERS, ParcelNumberMistyped
from server.parcels.parties import Party, read_recipient, read_sender
from server.parcels.timeline import TimelineEntry, Told, next_step, next_step_before, timeline
from server.stations.calendars import EVERYWHERE, as_day
from server.stations.hours import (
    HORIZON_DAYS,
    Calendar,
    Span,
    SpecialDay,
    in_order,
    opening,
    parse_spans,
    week_in_words,
)


class ParcelNotFound(NotFound):
    message = "没有找到这个包裹"
    next_step = "请核对包裹编号；只能查自己预约的包裹，别人寄给您的请让寄件人发分享链接"


_LISTED = (
    "p.id, p.number, p.created_at, p.state, p.state_at, p.collection, p.collect_on, p.recipient_sealed, "
    "p.recipient_region, p.is_sample, t.name AS service_name, s.name AS station_name, l.day, l.starts, l.ends"
)
_FROM = (
    "FROM parcels p JOIN tariffs t ON t.id = p.tariff_id JOIN stations s ON s.id = p.station_id "
    "LEFT JOIN station_slots l ON l.id = p.slot_id"
)
_WHOLE = (
    f"SELECT {_LISTED}, p.sender_sealed, p.recipient_kind, p.contents, p.warnings, p.service, p.weight_grams, "
    "p.length_mm, p.width_mm, p.height_mm, p.charged_grams, p.price_fen, p.concession_fen, p.concession_bearer, "
    "p.declared_value_fen, p.insurance_fen, p.quoted_fen, p.paid_fen, p.terms_version, p.state_reason, p.carrier, "
    "p.tracking_number, p.station_id, s.address AS station_address, s.telephone AS station_telephone, s.notice, "
    "s.closed_at, "
    "(SELECT {array}({object}('weekday', h.weekday, 'opens', h.opens, 'closes', h.closes)) FROM station_hours h "
    "WHERE h.station_id = p.station_id) AS weekly, "
    "(SELECT {array}({object}('scope', d.scope, 'day', d.day, 'hours', d.hours, 'note', d.note)) FROM station_days d "
    f"WHERE d.scope IN ('{EVERYWHERE}', {{station}}) AND d.day BETWEEN $3 AND $4) AS special, "
    "(SELECT {array}({object}('kind', e.kind, 'occurred_at', e.occurred_at, 'dedupe', e.dedupe, 'source', e.source, "
    "'text', e.text, 'place', e.place)) FROM parcel_events e WHERE e.parcel_id = p.id) AS events "
    f"{_FROM} WHERE p.number = $1 AND p.account_id = $2"
)
_ONE = Dialects(
    postgres=_WHOLE.format(array="json_agg", object="json_build_object", station="p.station_id::text"),
    sqlite=_WHOLE.format(array="json_group_array", object="json_object", station="p.station_id"),
)
_SIMILAR = Dialects(
    postgres="SELECT number FROM parcels WHERE account_id = $1 AND number = ANY($2::text[]) ORDER BY number",
    sqlite="SELECT number FROM parcels WHERE account_id = $1 "
    "AND number IN (SELECT value FROM json_each($2)) ORDER BY number",
)


@dataclass(frozen=True, slots=True)
class _Hours:
    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class _Day:
    scope: str
    day: date
    hours: str
    note: str


Weekly: TypeAlias = Mapping[int, tuple[Span, ...]]
_read_events = msgspec.json.Decoder(list[Told])
_read_hours = msgspec.json.Decoder(list[_Hours])
_read_days = msgspec.json.Decoder(list[_Day])


@dataclass(frozen=True, slots=True)
class ListedParcel:
    """包裹列表的一行 — the row, its recipient (None once forgotten), and what to do next."""

    row: Row
    state: ParcelState
    recipient: Party | None
    next_step: str


@dataclass(frozen=True, slots=True)
class FollowedParcel:
    """查到的包裹 — the row with everything that its family may know of it."""

    row: Row
    state: ParcelState
    sender: Party | None
    recipient: Party | None
    timeline: list[TimelineEntry]
    next_step: str
    week: str
    opening: str


async def list_parcels(
    *, account_id: UUID, at: datetime, state: ParcelState | None = None, after: UUID | None = None, limit: int = 20
) -> list[ListedParcel]:
    """Return a person's parcels, the newest first; ``after`` is the last id of the page before."""
    where, values = "p.account_id = $1", [account_id, limit]
    for condition, value in (("p.state = ", state.value if state else None), ("p.id < ", after)):
        if value is not None:
            values.append(value)
            where += f" AND {condition}${len(values)}"
    rows = await fetch_rows(f"SELECT {_LISTED} {_FROM} WHERE {where} ORDER BY p.id DESC LIMIT $2", *values)
    return [
        ListedParcel(
            row=row,
            state=ParcelState(row["state"]),
            recipient=read_recipient(row["recipient_sealed"]),
            next_step=_next_step(row, at=at),
        )
        for row in rows
    ]


async def get_parcel(*, number: str, account_id: UUID, at: datetime) -> FollowedParcel:
    """Return a person's parcel by its number, as people type it.

    Raises:
        ParcelNumberMistyped: it is no number; those of this person that are one slip away are named.
        ParcelNotFound: this person has no such parcel.
    """
    today = beijing_day(at)
    stored = await read_number(number, account_id=account_id)
    row = await fetch_row(_ONE, stored, account_id, today, today + timedelta(days=HORIZON_DAYS))
    if row is None:
        raise ParcelNotFound
    weekly, week = _week(row["weekly"] or "[]")
    calendar = _calendar(row, weekly)
    closed = row["closed_at"] is not None
    return FollowedParcel(
        row=row,
        state=ParcelState(row["state"]),
        sender=read_sender(row["sender_sealed"]),
        recipient=read_recipient(row["recipient_sealed"]),
        timeline=timeline(_read_events.decode(row["events"] or "[]"), at=at),
        next_step=_next_step(row, at=at),
        week=week,
        opening="这个服务站已经停止服务" if closed else opening(calendar, at=at).sentence,
    )


async def get_own_number(*, number: str, account_id: UUID) -> str:
    """Return the number of a person's parcel as it is stored, from what somebody typed.

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as in ``get_parcel``.
    """
    stored = await read_number(number, account_id=account_id)
    if await fetch_row("SELECT 1 FROM parcels WHERE number = $1 AND account_id = $2", stored, account_id) is None:
        raise ParcelNotFound
    return stored


async def read_number(text: str, *, account_id: UUID) -> str:
    """Return a parcel's number as it is stored, from what somebody typed.

    Raises:
        ParcelNumberMistyped: it is no number; those of this person that are one slip away are named.
    """
    number = PARCEL_NUMBERS.read(text)
    if number is not None:
        return number
    similar = PARCEL_NUMBERS.similar(text)
    rows = await fetch_rows(_SIMILAR, account_id, list(similar)) if similar else []
    raise ParcelNumberMistyped(tuple(row["number"] for row in rows))


def appointed_day(row: Row) -> date:
    """Return the day of the slot, or of the collection at home."""
    return as_day(row["day"] if row["day"] is not None else row["collect_on"])


def _next_step(row: Row, *, at: datetime) -> str:
    state = ParcelState(row["state"])
    if state is not ParcelState.BOOKED:
        return next_step(state)
    return next_step_before(
        Collection(row["collection"]),
        day=appointed_day(row) if row["day"] or row["collect_on"] else beijing_day(at),
        starts=row["starts"] or "",
        ends=row["ends"] or "",
        station=row["station_name"],
        at=at,
    )


def _calendar(row: Row, weekly: Weekly) -> Calendar:
    days = sorted(_read_days.decode(row["special"] or "[]"), key=lambda day: day.scope != EVERYWHERE)
    return Calendar(
        weekly=weekly,
        special={day.day: SpecialDay(parse_spans(decode_words(day.hours)), day.note) for day in days},
    )


@lru_cache(maxsize=256)
def _week(stored: str) -> tuple[Weekly, str]:
    """Return a station's weekly hours from the words of the database, and as people say them: few, and asked often."""
    weekly: dict[int, list[Span]] = {}
    for hours in _read_hours.decode(stored):
        weekly.setdefault(hours.weekday, []).append(Span(hours.opens, hours.closes))
    ordered = {weekday: in_order(spans) for weekday, spans in weekly.items()}
    return ordered, week_in_words(ordered)
