"""柜台查件 — a station's own parcels: by number or QR, by the last four of the mobile, by state and day."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models.errors import NotFound
from models.parcels import Parcel, ParcelState
from models.transactions import Dialects, Row, fetch_rows
from server.parcels.numbers import PARCEL_NUMBERS, ParcelNumberMistyped
from server.parcels.parties import Party, hash_last4, read_recipient, read_sender
from server.stations.guards import StationStaff


class CounterParcelNotFound(NotFound):
    message = "本站没有这个包裹"
    next_step = "请核对编号，或用寄件人手机号后四位查；约在其他服务站的请到那个站交寄"


_LISTED = (
    "SELECT p.id, p.number, p.state, p.state_at, p.collection, p.collect_on, p.sender_sealed, p.recipient_sealed, "
    "p.recipient_region, p.quoted_fen, p.paid_fen, p.warnings, p.tracking_number, p.station_id, p.is_sample, "
    "l.day, l.starts, l.ends FROM parcels p LEFT JOIN station_slots l ON l.id = p.slot_id"
)
_SIMILAR = Dialects(
    postgres="SELECT number, station_id FROM parcels WHERE number = ANY($1::text[]) ORDER BY number",
    sqlite="SELECT number, station_id FROM parcels WHERE number IN (SELECT value FROM json_each($1)) ORDER BY number",
)


@dataclass(frozen=True, slots=True)
class CounterSearch:
    """柜台查件的条件 — empty ones do not narrow; ``day`` is the Beijing day of the appointment."""

    number: str = ""
    last4: str = ""
    state: ParcelState | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CounterParcel:
    """柜台的包裹 — the row and its people, None once forgotten."""

    row: Row
    sender: Party | None
    recipient: Party | None


async def search_parcels(
    *, asker: StationStaff, where: CounterSearch, after: UUID | None = None, limit: int = 20
) -> list[CounterParcel]:
    """Return the parcels of the asker's stations, the newest booking first; ``after`` is the last id before.

    Raises:
        ParcelNumberMistyped: the number is none; those of the asker's stations one slip away are named.
    """
    conditions, values = ["1 = 1"], list[object]([limit])

    def narrow(condition: str, value: object) -> None:
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))

    if asker.station_ids is not None:
        marks = []
        for station_id in sorted(asker.station_ids):
            values.append(station_id)
            marks.append(f"${len(values)}")
        conditions.append(f"p.station_id IN ({', '.join(marks)})")
    if where.number:
        narrow("p.number = {}", await read_counter_number(where.number, asker=asker))
    if where.last4:
        narrow("p.sender_last4_hash = {}", hash_last4(where.last4))
    if where.state is not None:
        narrow("p.state = {}", where.state.value)
    if where.day is not None:
        narrow("COALESCE(l.day, p.collect_on) = {}", where.day)
    if after is not None:
        narrow("p.id < {}", after)
    rows = await fetch_rows(f"{_LISTED} WHERE {' AND '.join(conditions)} ORDER BY p.id DESC LIMIT $1", *values)
    return [
        CounterParcel(row, read_sender(row["sender_sealed"]), read_recipient(row["recipient_sealed"])) for row in rows
    ]


async def get_counter_parcel(*, number: str, asker: StationStaff) -> Parcel:
    """Return a parcel of the asker's stations with its station, tariff and slot, by its number as people type it.

    Raises:
        ParcelNumberMistyped: it is no number.
        CounterParcelNotFound: there is none, or it is of another station.
    """
    stored = await read_counter_number(number, asker=asker)
    parcel = await Parcel.get_or_none(number=stored).select_related("station", "tariff", "slot")
    if parcel is None:
        raise CounterParcelNotFound
    asker.require_station(parcel.station_id, CounterParcelNotFound)
    return parcel


async def read_counter_number(text: str, *, asker: StationStaff) -> str:
    """Return a parcel's number as it is stored, from what was scanned or typed.

    Raises:
        ParcelNumberMistyped: it is none; those of the asker's stations one slip away are named.
    """
    number = PARCEL_NUMBERS.read(text)
    if number is not None:
        return number
    similar = PARCEL_NUMBERS.similar(text)
    rows = await fetch_rows(_SIMILAR, list(similar)) if similar else []
    raise ParcelNumberMistyped(tuple(row["number"] for row in rows if asker.serves(_station(row))))


def _station(row: Row) -> UUID:
    return UUID(str(row["station_id"]))
