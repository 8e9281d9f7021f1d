"""微信停机 — while WeChat is away no message is tried but now and then one question that sends nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from server.notifications.measures import AWAY
from server.state.protocol import SharedState

_KEY = "notifications:outage"
_FAILURES = "notifications:outage:failures"
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=2)
_DAY = 86_400


class Reach(StrEnum):
    """能否发送 — open: send; closed: wait; to ask: ask first whether WeChat is back."""

    OPEN = "open"
    CLOSED = "closed"
    TO_ASK = "to_ask"


@dataclass(frozen=True, slots=True)
class Outage:
    """停机 — shared by all processes; time is passed in."""

    state: SharedState

    async def look(self, *, at: datetime) -> Reach:
        """Return whether messages may be sent at an instant."""
        written = await self.state.get(_KEY)
        if written is None:
            return Reach.OPEN
        return Reach.CLOSED if at < datetime.fromtimestamp(float(written), UTC) else Reach.TO_ASK

    async def failed(self, *, at: datetime) -> None:
        """Close for twice as long with each failure in a row, ten seconds to two minutes."""
        failures = await self.state.increment(_FAILURES, ttl_seconds=_DAY)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - 1, 10))
        await self.state.set(_KEY, f"{(at + pause).timestamp():.3f}", ttl_seconds=_DAY)
        AWAY.set(1)

    async def ended(self) -> None:
        """Open again: WeChat answers."""
        for key in (_KEY, _FAILURES):
            await self.state.delete(key)
        AWAY.set(0)
