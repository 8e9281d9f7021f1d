"""熔断 — stops asking a carrier that is down, for all processes alike, and lets one question through to see."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from server.carriers.measures import CIRCUIT_OPEN
from server.state.protocol import SharedState

FAILURES_TO_OPEN = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)
_DAY = 86_400
_MONTH = 30 * _DAY


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
        until = await self.open_until()
        if until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if at < until else CircuitState.HALF_OPEN

    async def succeeded(self, *, at: datetime) -> None:
        """Close it: the carrier answers."""
        for part in ("until", "failures"):
            await self.state.delete(self._key(part))
        await self.state.set(self._key("success"), f"{at.timestamp():.3f}", ttl_seconds=_MONTH)
        CIRCUIT_OPEN.labels(self.name).set(0)

    async def last_success(self) -> datetime | None:
        """Return when the carrier last answered, None if not within a month."""
        written = await self.state.get(self._key("success"))
        return None if written is None else datetime.fromtimestamp(float(written), UTC)

    async def failures(self) -> int:
        """Return the failures in a row until now."""
        return int(await self.state.get(self._key("failures")) or 0)

    async def open_until(self) -> datetime | None:
        """Return until when it is or was open, None when it is closed."""
        written = await self.state.get(self._key("until"))
        return None if written is None else datetime.fromtimestamp(float(written), UTC)

    async def failed(self, *, at: datetime) -> None:
        """Count a failure in a row; from the fifth on it opens, for twice as long with each further one."""
        failures = await self.state.increment(self._key("failures"), ttl_seconds=_DAY)
        if failures >= FAILURES_TO_OPEN:
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - FAILURES_TO_OPEN, 10))
            await self.state.set(self._key("until"), f"{(at + pause).timestamp():.3f}", ttl_seconds=_DAY)
            CIRCUIT_OPEN.labels(self.name).set(1)

    def _key(self, part: str) -> str:
        return f"carriers:circuit:{self.name}:{part}"
