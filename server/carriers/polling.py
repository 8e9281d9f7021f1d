"""轮询 — asking for the events of parcels that are due: each number seldom, all together not too often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.logging import get_logger
from models.transactions import Dialects, Row, as_uuid, execute, fetch_rows
from server.carriers.circuit import Circuit, CircuitState
from server.carriers.ingestion import take_events
from server.carriers.kuaidi100 import NEEDS_TELEPHONE, Kuaidi100
from server.carriers.kuaidi100_client import CarrierDown, CarrierRefuses, Question
from server.carriers.protocol import UnreadableCarrierMessage
from server.parcels.parties import read_recipient, read_sender
from server.state.protocol import SharedState

EVERY = timedelta(minutes=30)
"""The platform's rule: one number is asked about at most so often."""
_LONGEST = timedelta(hours=8)
BATCH = 20

_DUE = "next_poll_at <= $1 AND tracking_number IS NOT NULL AND ended_at IS NULL"
_PEEK = f"SELECT 1 AS one FROM parcels WHERE {_DUE} LIMIT 1"
_SET = "UPDATE parcels SET next_poll_at = $2"
_OUT = "RETURNING id, carrier, tracking_number, poll_failures, sender_sealed, recipient_sealed"
_CLAIM = Dialects(
    # MATERIALIZED: otherwise the planner may run the locking part twice and claim more than the limit
    postgres=f"WITH due AS MATERIALIZED (SELECT id FROM parcels WHERE {_DUE} ORDER BY next_poll_at LIMIT $3 "
    f"FOR UPDATE SKIP LOCKED) {_SET} WHERE id IN (SELECT id FROM due) {_OUT}",
    sqlite=f"{_SET} WHERE id IN (SELECT id FROM parcels WHERE {_DUE} ORDER BY next_poll_at LIMIT $3) {_OUT}",
)
_ANSWERED = "UPDATE parcels SET poll_failures = 0 WHERE id = $1 AND poll_failures > 0"
_FAILED = "UPDATE parcels SET poll_failures = poll_failures + 1, next_poll_at = $1 WHERE id = $2 AND ended_at IS NULL"

Ask = Callable[[Question], Awaitable[bytes | None]]
log = get_logger("carriers")


@dataclass(frozen=True, slots=True)
class Poller:
    """轮询者 — asks through ``ask``, at most ``per_minute`` times a minute in the whole installation."""

    ask: Ask
    state: SharedState
    per_minute: int

    @property
    def circuit(self) -> Circuit:
        return Circuit("kuaidi100", self.state)

    async def poll_due(self, *, at: datetime) -> int:
        """Ask for parcels that are due, the longest due first, within the limits; return how many were asked for.

        A parcel is claimed for half an hour before it is asked for, so that no other process asks for it.
        """
        if await fetch_rows(_PEEK, at) == []:
            return 0
        circuit = await self.circuit.look(at=at)
        if circuit is CircuitState.OPEN:
            return 0
        wanted = BATCH if circuit is CircuitState.CLOSED else 1
        granted = await self._grant(wanted, at=at)
        if granted == 0:
            return 0
        asked = 0
        for row in await fetch_rows(_CLAIM, at, at + EVERY, granted):
            asked += 1
            await self._poll(row, at=at)
        return asked

    async def _grant(self, wanted: int, *, at: datetime) -> int:
        minute = int(at.timestamp()) // 60
        used = await self.state.increment(f"carriers:polls:{minute}", by=wanted, ttl_seconds=120)
        return max(0, min(wanted, self.per_minute - (used - wanted)))

    async def _poll(self, row: Row, *, at: datetime) -> None:
        parcel_id = as_uuid(row["id"])
        try:
            answer = await self.ask(_question(row))
            events = () if answer is None else Kuaidi100().translate_answer(answer)
        except (CarrierDown, CarrierRefuses, UnreadableCarrierMessage) as fault:
            log.warning("carriers.poll_failed", parcel_id=str(parcel_id), fault=type(fault).__name__)
            await self.circuit.failed(at=at)
            await _postpone(parcel_id, row["poll_failures"], at=at)
            return
        await self.circuit.succeeded()
        await take_events(events, at=at)
        await execute(_ANSWERED, parcel_id)


async def _postpone(parcel_id: UUID, failures: int, *, at: datetime) -> None:
    """Ask again later, after twice as long with each failure, up to eight hours."""
    await execute(_FAILED, at + min(_LONGEST, EVERY * 2 ** min(failures, 10)), parcel_id)


def _question(row: Row) -> Question:
    """Return what to ask; the telephone is unsealed only for a company that wants its last four digits."""
    phone = ""
    if row["carrier"] in NEEDS_TELEPHONE:
        party = read_recipient(row["recipient_sealed"]) or read_sender(row["sender_sealed"])
        digits = "" if party is None else "".join(sign for sign in party.telephone if sign.isdigit())
        phone = digits[-4:]
    return Question(com=row["carrier"], num=row["tracking_number"], phone=phone)
