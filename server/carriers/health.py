"""承运方健康 — when each carrier was last heard of, what waits to be asked, and codes that no table of ours knows."""

from dataclasses import dataclass
from datetime import datetime

from models.transactions import Row, as_instant, fetch_row, fetch_rows
from server.carriers import ems, kuaidi100
from server.carriers.circuit import Circuit, CircuitState
from server.carriers.ems import EmsPost
from server.carriers.kuaidi100 import Kuaidi100
from server.carriers.protocol import Carrier
from server.state.protocol import SharedState

MOST_CODES = 200
_UNKNOWN = (
    "SELECT raw_code, COUNT(*) AS events, MAX(created_at) AS last_at FROM parcel_events "
    "WHERE kind = 'unknown' AND source = $1 GROUP BY raw_code ORDER BY COUNT(*) DESC, raw_code LIMIT $2"
)
_WAITING = (
    "SELECT COUNT(CASE WHEN next_poll_at <= $1 THEN 1 END) AS due, COUNT(*) AS scheduled, "
    "MIN(next_poll_at) AS first_at FROM parcels "
    "WHERE next_poll_at IS NOT NULL AND tracking_number IS NOT NULL AND ended_at IS NULL"
)
_LAST_PUSH = "SELECT MAX(created_at) AS last_at FROM carrier_pushes WHERE outcome = 'done' AND carrier = $1"
_LAST_FILE = "SELECT MAX(created_at) AS last_at FROM carrier_files WHERE carrier = $1 AND direction = 'in'"
_OUTCOMES = "SELECT outcome, COUNT(*) AS pushes FROM carrier_pushes WHERE carrier = $1 GROUP BY outcome"


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """没有对应的状态码 — shown to the family in the carrier's words, but no state follows from it."""

    code: str
    events: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Polling:
    """轮询状况 — the circuit, the last answer, and how many parcels wait."""

    circuit: CircuitState
    open_until: datetime | None
    failures_in_a_row: int
    last_answer_at: datetime | None
    due: int
    longest_due_at: datetime | None
    scheduled: int


@dataclass(frozen=True, slots=True)
class CarrierHealth:
    """承运方健康状况 — ``polling`` is None where nothing is asked, ``last_received_at`` of what came by itself."""

    carrier: str
    name: str
    polling: Polling | None
    last_received_at: datetime | None
    pushes: dict[str, int]
    """How many by outcome."""
    unknown_codes: tuple[UnknownCode, ...]
    """The most frequent first, two hundred at most."""


async def look_after_carriers(*, state: SharedState, at: datetime) -> tuple[CarrierHealth, ...]:
    """Return how each carrier is at an instant."""
    post, platform = EmsPost(), Kuaidi100()
    outcomes = {row["outcome"]: row["pushes"] for row in await fetch_rows(_OUTCOMES, kuaidi100.CODE)}
    return (
        CarrierHealth(
            kuaidi100.CODE,
            platform.name,
            await _polling(state, at=at),
            _instant(await fetch_row(_LAST_PUSH, kuaidi100.CODE), "last_at"),
            outcomes,
            await _unknown(platform),
        ),
        CarrierHealth(
            ems.CODE,
            post.name,
            None,
            _instant(await fetch_row(_LAST_FILE, ems.CODE), "last_at"),
            {},
            await _unknown(post),
        ),
    )


async def _polling(state: SharedState, *, at: datetime) -> Polling:
    circuit = Circuit(kuaidi100.CODE, state)
    waiting = await fetch_row(_WAITING, at)
    assert waiting is not None
    first_at = _instant(waiting, "first_at")
    return Polling(
        circuit=await circuit.look(at=at),
        open_until=await circuit.open_until(),
        failures_in_a_row=await circuit.failures(),
        last_answer_at=await circuit.last_success(),
        due=waiting["due"],
        longest_due_at=first_at if waiting["due"] else None,
        scheduled=waiting["scheduled"],
    )


async def _unknown(carrier: Carrier) -> tuple[UnknownCode, ...]:
    """Return the codes in no table; one that is in it and leads to no state, such as an order placed, is known."""
    rows = await fetch_rows(_UNKNOWN, carrier.code, MOST_CODES)
    return tuple(
        UnknownCode(row["raw_code"], row["events"], as_instant(row["last_at"]))
        for row in rows
        if not carrier.knows(row["raw_code"])
    )


def _instant(row: Row | None, name: str) -> datetime | None:
    return None if row is None or row[name] is None else as_instant(row[name])
