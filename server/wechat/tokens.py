"""接口调用凭据 — access tokens of one WeChat account, shared by all processes through stable_token."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from config.logging import get_logger
from server.state.protocol import SharedState

EARLY_SECONDS = 300
"""WeChat rotates in a token's last five minutes, when the old and the new one both work (stable_token document)."""

FORCED_PAUSE_SECONDS = 4500
"""WeChat allows 20 forced refreshes a day, 30 s apart; one in 75 minutes makes 19 a day over all processes."""

FORCING_SECONDS = 60
"""A process that is killed while it forces keeps the others from it for this long; WeChat wants 30 s between two."""

FAILED_PAUSE_SECONDS = 300
"""After a forced refresh that failed, the next may come this much later."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """What stable_token answered; the token stays out of the repr."""

    token: str = field(repr=False)
    lives_seconds: int


Issue = Callable[[bool], Awaitable[IssuedToken]]
"""Asks WeChat for a token; True forces a new one, which kills the old one for every process."""


class Note(Protocol):
    """Is told of every token that is put to use."""

    async def __call__(self, *, lives_seconds: int, is_forced: bool) -> None: ...


class TokenKeeper:
    """Hands out the current token: one fetch for all who ask at once, at most one forced refresh for all processes."""

    def __init__(
        self,
        *,
        appid: str,
        state: SharedState,
        issue: Issue,
        wait_seconds: Sequence[float],
        note: Note | None = None,
    ) -> None:
        """``wait_seconds``: the pauses between looks for the token that another process is forcing."""
        self._note = note
        self._key = f"wechat:token:{appid}"
        self._state = state
        self._issue = issue
        self._wait_seconds = tuple(wait_seconds)
        self._turn = asyncio.Lock()
        self._flights: dict[tuple[str | None, bool], asyncio.Task[str]] = {}

    async def current(self, *, refused: str | None = None, may_force: bool = True) -> str:
        """Return the token to use now; ``refused`` is one that WeChat has just declared dead.

        The same dead token comes back when no better one is to be had: the caller must then give up. Without
        ``may_force`` WeChat is only asked for the token it would hand to anybody.
        """
        held = await self._held(refused)
        if held is not None:
            return held
        key = (refused, may_force)
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._renew(refused, may_force=may_force))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._land(key, done))
        # Shielded: a caller that gives up must not take the fetch away from those who wait with it.
        return await asyncio.shield(flight)

    def _land(self, key: tuple[str | None, bool], flight: asyncio.Task[str]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # marks it as seen, should every caller have left

    async def _held(self, refused: str | None) -> str | None:
        held = await self._state.get(self._key)
        return held if held and held != refused else None

    async def _renew(self, refused: str | None, *, may_force: bool) -> str:
        async with self._turn:
            held = await self._held(refused)
            if held is not None:
                return held
            issued = await self._issue(False)
            if issued.token != refused:
                return await self._keep(issued)
            # WeChat itself still hands out the dead token.
            if not may_force:
                return issued.token
            if await self._state.add(f"{self._key}:forced", "begun", ttl_seconds=FORCING_SECONDS):
                return await self._force()
            return await self._await_another(issued.token)

    async def _force(self) -> str:
        try:
            issued = await self._issue(True)
        except Exception:
            await self._state.set(f"{self._key}:forced", "failed", ttl_seconds=FAILED_PAUSE_SECONDS)
            raise
        await self._state.set(f"{self._key}:forced", "done", ttl_seconds=FORCED_PAUSE_SECONDS)
        log.warning("wechat.token_forced", reason="微信一直返回已失效的凭据")
        return await self._keep(issued, is_forced=True)

    async def _await_another(self, dead: str) -> str:
        """Wait for the process that forces; store nothing, or the dead token would overwrite its result."""
        for pause in self._wait_seconds:
            await asyncio.sleep(pause)
            held = await self._held(dead)
            if held is not None:
                return held
        return dead

    async def _keep(self, issued: IssuedToken, *, is_forced: bool = False) -> str:
        lives = max(60, issued.lives_seconds - EARLY_SECONDS)
        await self._state.set(self._key, issued.token, ttl_seconds=lives)
        if self._note:
            await self._note(lives_seconds=lives, is_forced=is_forced)
        log.info("wechat.token_renewed", seconds=lives)
        return issued.token


class TicketKeeper:
    """Hands out JS-SDK tickets; a second fetch only wastes one call, for the earlier ticket stays good."""

    def __init__(self, *, appid: str, state: SharedState, issue: Callable[[str], Awaitable[IssuedToken]]) -> None:
        self._prefix = f"wechat:ticket:{appid}"
        self._state = state
        self._issue = issue
        self._turn = asyncio.Lock()

    async def current(self, kind: str) -> str:
        """Return the ticket of a kind to use now."""
        key = f"{self._prefix}:{kind}"
        async with self._turn:
            held = await self._state.get(key)
            if held:
                return held
            issued = await self._issue(kind)
            await self._state.set(key, issued.token, ttl_seconds=max(60, issued.lives_seconds - EARLY_SECONDS))
            return issued.token
