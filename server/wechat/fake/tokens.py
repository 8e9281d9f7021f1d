"""替身凭据 — stable_token by the platform's rules: idempotent, rotated early, forced seldom."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

TOKEN_LIVES = timedelta(seconds=7200)
ROTATES_BEFORE_END = timedelta(minutes=5)
FORCE_APART = timedelta(seconds=30)
FORCES_A_DAY = 20


class TokenDesk:
    """凭据台 — the tokens of one account.

    ``lives`` is how long a token is good; a token that was killed but is still handed out stays so until it is forced.
    """

    def __init__(self, now: Now, *, check_credentials: Callable[[Asked], None]) -> None:
        self.current = ""
        self.lives = TOKEN_LIVES
        self.forced: list[datetime] = []
        self.issued = 0
        self._now, self._check = now, check_credentials
        self._living: dict[str, datetime] = {}
        self._killed: set[str] = set()

    @property
    def operations(self) -> Operations:
        return {"/cgi-bin/stable_token": Operation("POST", self._stable_token, needs_token=False)}

    def kill(self, *, still_handed_out: bool = False) -> None:
        """Make the current token dead; if still handed out, stable_token returns it until it is forced."""
        self._living.pop(self.current, None)
        self._killed.add(self.current)
        if not still_handed_out:
            self.current = ""

    def owns(self, token: str) -> bool:
        """Tell whether a token is, or was, one of this account's."""
        return token in self._living or token in self._killed

    def check(self, token: str) -> None:
        """Refuse a token that is not good now.

        Raises:
            Errcode: 41001 none, 40014 never issued here, 40001 killed, 42001 too old.
        """
        if not token:
            raise Errcode(41001, "access_token missing")
        if token in self._killed:
            raise Errcode(40001, "invalid credential, access_token is invalid or not latest")
        until = self._living.get(token)
        if until is None:
            raise Errcode(40014, "invalid access_token")
        if until <= self._now():
            raise Errcode(42001, "access_token expired")

    def _stable_token(self, asked: Asked) -> Answer:
        self._check(asked)
        if asked.body.get("grant_type", "client_credential") != "client_credential":
            raise Errcode(40002, "invalid grant_type")
        if asked.body.get("force_refresh"):
            self._force()
        ends = self._living.get(self.current)
        if not self.current or (ends is not None and ends - self._now() <= self._rotates_before_end()):
            self.current = f"{len(self._living)}_" + secrets.token_urlsafe(384)
            self._living[self.current] = ends = self._now() + self.lives
            self.issued += 1
        seconds = int((ends - self._now()).total_seconds()) if ends else 7000
        return {"access_token": self.current, "expires_in": seconds}

    def _force(self) -> None:
        today = [at for at in self.forced if at > self._now() - timedelta(days=1)]
        if len(today) >= FORCES_A_DAY or any(at > self._now() - FORCE_APART for at in today):
            # the document states the limits, not the code; this is the likely one
            raise Errcode(45009, "reach max api daily quota limit")
        self.forced.append(self._now())
        self.kill()

    def _rotates_before_end(self) -> timedelta:
        return min(ROTATES_BEFORE_END, self.lives / 2)
