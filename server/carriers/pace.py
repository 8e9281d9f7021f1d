"""查询节奏 — how many questions all processes together may ask a carrier in any sixty seconds."""

from dataclasses import dataclass
from datetime import datetime

from server.state.protocol import SharedState

_SLICE_SECONDS = 10
_SLICES_BEFORE = 6
"""With the slice under way they cover every sixty seconds that end now, and a little more."""
_KEPT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Pace:
    """节奏 — counts questions in slices of ten seconds in the shared state; time is passed in."""

    name: str
    state: SharedState
    per_minute: int

    async def take(self, *, at: datetime) -> bool:
        """Count one question and return True, unless it would be one too many for the last sixty seconds."""
        current = self._slice(at)
        used = await self.state.increment(self._key(current), ttl_seconds=_KEPT_SECONDS)
        for earlier in range(current - _SLICES_BEFORE, current):
            used += int(await self.state.get(self._key(earlier)) or 0)
        if used <= self.per_minute:
            return True
        await self.give_back(at=at)
        return False

    async def give_back(self, *, at: datetime) -> None:
        """Take a question off the count that was not asked after all."""
        await self.state.increment(self._key(self._slice(at)), by=-1, ttl_seconds=_KEPT_SECONDS)

    @staticmethod
    def _slice(at: datetime) -> int:
        return int(at.timestamp()) // _SLICE_SECONDS

    def _key(self, number: int) -> str:
        return f"carriers:pace:{self.name}:{number}"
