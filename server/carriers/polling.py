"""轮询 — asking for the events of parcels that are due: each number seldom, all together not too often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import aiohttp

from config.logging import get_logger
from config.settings import Settings
from models.transactions import Dialects, Row, as_uuid, execute, fetch_rows
from server.carriers.circuit import Circuit, CircuitState
from server.carriers.ingestion import take_events
from server.carriers.kuaidi100 import CODE, NEEDS_TELEPHONE, Kuaidi100
from server.carriers.kuaidi100_client import CarrierDown, CarrierRefuses, Kuaidi100Client, Question
from server.carriers.measures import POLLS
from server.carriers.pace import Pace
from server.carriers.protocol import UnreadableCarrierMessage
from server.parcels.parties import read_recipient, read_sender
from server.state.protocol import SharedState

EVERY = timedelta(minutes=30)
"""The platform's rule: one number is asked about at most so often."""
_LONGEST = timedelta(hours=8)

_DUE = "next_poll_at <= $1 AND tracking_number IS NOT NULL AND ended_at IS NULL"
_PEEK = f"SELECT 1 AS one FROM parcels WHERE {_DUE} LIMIT 1"
_SET = "UPDATE parcels SET next_poll_at = $2"
_OUT = "RETURNING id, carrier, tracking_number, poll_failures, sender_sealed, recipient_sealed"
_CLAIM = Dialects(
    # MATERIALIZED: otherwise the planner may run the locking part twice and claim more than the limit
    postgres=f"WITH due AS MATERIALIZED (SELECT id FROM parcels WHERE {_DUE} ORDER BY next_poll_at LIMIT 1 "
    f"FOR UPDATE SKIP LOCKED) {_SET} WHERE id IN (SELECT id FROM due) {_OUT}",
    sqlite=f"{_SET} WHERE id IN (SELECT id FROM parcels WHERE {_DUE} ORDER BY next_poll_at LIMIT 1) {_OUT}",
)
_ANSWERED = "UPDATE parcels SET poll_failures = 0 WHERE id = $1 AND poll_failures > 0"
_FAILED = "UPDATE parcels SET poll_failures = poll_failures + 1, next_poll_at = $1 WHERE id = $2 AND ended_at IS NULL"

Ask = Callable[[Question], Awaitable[bytes | None]]
log = get_logger("carriers")


@dataclass(frozen=True, slots=True)
class Poller:
    """轮询者 — asks through ``ask``, at most ``per_minute`` times in any sixty seconds in the whole installation."""

    ask: Ask
    state: SharedState
    per_minute: int

    @property
    def circuit(self) -> Circuit:
        return Circuit(CODE, self.state)

    @property
    def pace(self) -> Pace:
        return Pace(CODE, self.state, self.per_minute)

    async def poll_due(self, *, now: Callable[[], datetime]) -> int:
        """Ask for parcels that are due, the longest due first, within the limits; return how many were asked for.

        A parcel is claimed for half an hour at the instant before it is asked for, so that no other process asks for
        it. One run asks at most a third of what a minute allows; whoever is left over is due in the next.
        """
        if await fetch_rows(_PEEK, now()) == []:
            return 0
        for asked in range(-(-self.per_minute // 3)):
            at = now()
            if await self.circuit.look(at=at) is CircuitState.OPEN or not await self.pace.take(at=at):
                return asked
            claimed = await fetch_rows(_CLAIM, at, at + EVERY)
            if not claimed:
                await self.pace.give_back(at=at)
                return asked
            await self._poll(claimed[0], at=at)
        return asked + 1

    async def _poll(self, row: Row, *, at: datetime) -> None:
        parcel_id = as_uuid(row["id"])
        try:
            answer = await self.ask(_question(row))
            events = () if answer is None else Kuaidi100().translate_answer(answer)
        except (CarrierDown, CarrierRefuses, UnreadableCarrierMessage) as fault:
            log.warning("carriers.poll_failed", parcel_id=str(parcel_id), fault=type(fault).__name__)
            POLLS.labels(CODE, type(fault).__name__).inc()
            await self.circuit.failed(at=at)
            await _postpone(parcel_id, row["poll_failures"], at=at)
            return
        POLLS.labels(CODE, "no_result" if answer is None else "answered").inc()
        await self.circuit.succeeded(at=at)
        await take_events(events, at=at)
        await execute(_ANSWERED, parcel_id)


async def poll_kuaidi100(
    *, settings: Settings, http: aiohttp.ClientSession, state: SharedState, now: Callable[[], datetime]
) -> int:
    """Ask 快递100 for what is due, if it is set up; return how many parcels were asked for."""
    customer, key = settings.kuaidi100_customer, settings.kuaidi100_key.get_secret_value()
    if not customer or not key:
        return 0
    client = Kuaidi100Client(http=http, origin=settings.kuaidi100_origin, customer=customer, key=key)
    return await Poller(client.ask, state, settings.kuaidi100_per_minute).poll_due(now=now)


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
