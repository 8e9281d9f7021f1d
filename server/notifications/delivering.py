"""微信送达 — sends what waits: with a consent, not at night, at a bearable pace, and never twice."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

import msgspec

from config.clock import beijing
from config.logging import get_logger
from models.batches import fetch_many, one_of
from models.transactions import Dialects, Row, as_instant, as_uuid, execute, fetch_row, fetch_rows
from server.notifications.measures import SENDS
from server.notifications.outage import Outage, Reach
from server.notifications.sending import Sender, Sending, SubscribeMessage
from server.notifications.settling import Claim, begin, conclude, end, give_up_crashed
from server.notifications.templates import Template, Told, templates
from server.state.protocol import SharedState

LEASE = timedelta(seconds=60)
"""How long a delivery belongs to who claimed it, many times what a call to WeChat may take."""
SIDE_BY_SIDE = 5
"""When WeChat goes away in the middle, at most so many messages are left of which nobody knows."""
_ENDED_AT_ONCE = 2000

_DUE = (
    "state = 'waiting' AND run_at <= $1 AND expires_at > $1 AND (locked_until IS NULL OR locked_until <= $1) "
    "AND (is_urgent OR NOT $2)"
)
_COUNT = f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM notification_deliveries WHERE {_DUE} LIMIT $3) AS due"
_IN_USE = "SELECT 1 FROM notification_templates t WHERE t.key = d.template AND t.is_on AND t.template_id IS NOT NULL"
_AGREED = (
    "SELECT 1 FROM notification_templates t JOIN subscription_balances b ON b.template_id = t.template_id "
    "WHERE t.key = d.template AND t.is_on AND b.account_id = d.account_id AND b.remaining > 0"
)
_UNSENDABLE = (
    f"SELECT id FROM notification_deliveries d WHERE {_DUE} AND NOT EXISTS ({_AGREED}) ORDER BY run_at LIMIT $3"
)
_END = (
    "UPDATE notification_deliveries AS d SET ended_at = $1, "
    f"state = CASE WHEN EXISTS ({_IN_USE}) THEN 'no_consent' ELSE 'withheld' END WHERE d.state = 'waiting' AND d.id IN "
)
_END_UNSENDABLE = Dialects(
    postgres=f"{_END} ({_UNSENDABLE} FOR UPDATE OF d SKIP LOCKED)", sqlite=f"{_END} ({_UNSENDABLE})"
)
_SET = "UPDATE notification_deliveries SET attempts = attempts + 1, locked_until = $4"
_CLAIM = Dialects(
    # MATERIALIZED: otherwise the planner may run the locking part twice and claim more than the limit
    postgres=f"WITH due AS MATERIALIZED (SELECT id FROM notification_deliveries WHERE {_DUE} ORDER BY run_at LIMIT $3 "
    f"FOR UPDATE SKIP LOCKED) {_SET} WHERE id IN (SELECT id FROM due) RETURNING id",
    sqlite=f"{_SET} WHERE id IN (SELECT id FROM notification_deliveries WHERE {_DUE} ORDER BY run_at LIMIT $3) "
    "RETURNING id",
)
_RELEASE = (
    "UPDATE notification_deliveries SET locked_until = NULL WHERE id = $1 AND attempts = $2 AND state = 'waiting'"
)
_READ = one_of(
    "SELECT d.id, d.attempts, d.failures, d.account_id, d.template, d.field_values, a.openid, n.title, n.text, n.link, "
    "n.created_at, t.template_id, t.is_on, t.field_names FROM notification_deliveries d "
    "JOIN notifications n ON n.id = d.notification_id JOIN accounts a ON a.id = d.account_id "
    "JOIN notification_templates t ON t.key = d.template WHERE d.id {keys} ORDER BY d.id",
    "uuid",
)

log = get_logger("notifications")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """免打扰时段 — on a Beijing clock; it may go over midnight, and is empty where both ends are the same."""

    begins: time
    ends: time

    def cover(self, at: datetime) -> bool:
        """Return whether an instant is inside."""
        now = beijing(at).time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


@dataclass(frozen=True, slots=True)
class Delivering:
    """送达者 — sends through ``sender``, at most ``per_second`` messages a second in the whole installation."""

    sender: Sender
    state: SharedState
    per_second: int
    quiet: QuietHours

    async def deliver_due(self, *, now: Callable[[], datetime]) -> int:
        """Send what is due, the longest waiting first, as much as this second allows; return how many were tried.

        What a process left behind while sending becomes unsure first. While WeChat is away nothing is tried.
        """
        at = now()
        await give_up_crashed(at=at)
        if not await self._count_due(at) or not await self._is_open(at):
            return 0
        await execute(_END_UNSENDABLE, at, self.quiet.cover(at), _ENDED_AT_ONCE)
        due = await self._count_due(at)
        rows = await fetch_many(_READ, await self._claim(await self._pace(due, at), at)) if due else []
        return await self._deliver_in_turn(rows, now=now)

    async def _count_due(self, at: datetime) -> int:
        """Return how many are due, as far as one second could send them."""
        row = await fetch_row(_COUNT, at, self.quiet.cover(at), self.per_second)
        return int(row["n"]) if row else 0

    async def _deliver_in_turn(self, rows: Sequence[Row], *, now: Callable[[], datetime]) -> int:
        """Send one message, then the others a few at a time for as long as WeChat is there; return how many."""
        tried = 0
        for begins, ends in _turns(len(rows)):
            if tried and await Outage(self.state).look(at=now()) is not Reach.OPEN:
                for row in rows[begins:]:
                    await execute(_RELEASE, as_uuid(row["id"]), row["attempts"])
                break
            outcomes = await asyncio.gather(
                *(self._deliver(row, now=now) for row in rows[begins:ends]), return_exceptions=True
            )
            tried = ends
            for outcome in outcomes:
                if isinstance(outcome, BaseException):  # what it had begun becomes unsure when its lease is over
                    log.error("notifications.delivery_failed", exc_info=outcome)
        return tried

    async def _is_open(self, at: datetime) -> bool:
        """Return whether WeChat may be tried; after an outage a harmless question goes first."""
        outage = Outage(self.state)
        reach = await outage.look(at=at)
        if reach is not Reach.TO_ASK:
            return reach is Reach.OPEN
        if await self.sender.is_there():
            await outage.ended()
            return True
        await outage.failed(at=at)
        return False

    async def _pace(self, wanted: int, at: datetime) -> int:
        """Return how many of the wanted messages this second still takes, over all processes."""
        taken = await self.state.increment(f"notifications:pace:{int(at.timestamp())}", by=wanted, ttl_seconds=10)
        return max(0, wanted - max(0, taken - self.per_second))

    async def _claim(self, limit: int, at: datetime) -> list[UUID]:
        if not limit:
            return []
        rows = await fetch_rows(_CLAIM, at, self.quiet.cover(at), limit, at + LEASE)
        return [as_uuid(row["id"]) for row in rows]

    async def _deliver(self, row: Row, *, now: Callable[[], datetime]) -> None:
        """Send one delivery, unless it is of no use any more; whatever fails here leaves it to the lease."""
        claim, at = _claim_of(row), now()
        template = templates().get(row["template"])
        if template is None or not row["is_on"] or not claim.template_id:
            await end(claim, "withheld", at=at)
            return
        if not await begin(claim, locked_until=at + LEASE, at=at):
            return
        sending = await self.sender.send(_message(row, template))
        SENDS.labels(sending.outcome.value).inc()
        await self._note(claim, sending, at=now())

    async def _note(self, claim: Claim, sending: Sending, *, at: datetime) -> None:
        await conclude(claim, sending, at=at)
        log.info(
            "notifications.sent",
            delivery_id=str(claim.delivery_id),
            outcome=sending.outcome.value,
            errcode=sending.errcode,
        )
        if sending.is_outage:
            await Outage(self.state).failed(at=at)


def _turns(number: int) -> Iterator[tuple[int, int]]:
    """Yield where each turn begins and ends: the first alone, to see whether WeChat is there."""
    begins, ends = 0, min(number, 1)
    while begins < number:
        yield begins, ends
        begins, ends = ends, min(number, ends + SIDE_BY_SIDE)


def _claim_of(row: Row) -> Claim:
    return Claim(
        delivery_id=as_uuid(row["id"]),
        attempts=row["attempts"],
        failures=row["failures"],
        account_id=as_uuid(row["account_id"]),
        template_id=row["template_id"] or "",
    )


def _message(row: Row, template: Template) -> SubscribeMessage:
    told = Told(
        title=row["title"],
        text=row["text"],
        at=as_instant(row["created_at"]),
        values=msgspec.json.decode(row["field_values"], type=dict[str, str]),
    )
    names = msgspec.json.decode(row["field_names"], type=dict[str, str])
    return SubscribeMessage(
        openid=row["openid"],
        template_id=row["template_id"],
        page=template.page_of(row["link"]),
        fields=template.render(told, names),
    )
