"""熔断 — stops asking a carrier that is down, for all processes alike, and lets one question through to see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.state.protocol import SharedState

FAILURES_TO_OPEN = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)
_DAY = 86_400


class CircuitState(StrEnum):
    """熔断状态 — closed: ask; open: do not; half open: one question, to see whether it is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """熔断器 — of one carrier; time is passed in, the state is shared."""

    name: str
    state: SharedState

    async def look(self, *, at: datetime) -> CircuitState:
        """Return the state at an instant."""
        until = await self.state.get(self._key("until"))
        if until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if at.timestamp() < float(until) else CircuitState.HALF_OPEN

    async def succeeded(self) -> None:
        """Close it: the carrier answers."""
        for part in ("until", "failures"):
            await self.state.delete(self._key(part))

    async def failed(self, *, at: datetime) -> None:
        """Count a failure in a row; from the fifth on it opens, for twice as long with each further one."""
        failures = await self.state.increment(self._key("failures"), ttl_seconds=_DAY)
        if failures >= FAILURES_TO_OPEN:
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - FAILURES_TO_OPEN, 10))
            await self.state.set(self._key("until"), f"{(at + pause).timestamp():.3f}", ttl_seconds=_DAY)

    def _key(self, part: str) -> str:
        return f"carriers:circuit:{self.name}:{part}"
