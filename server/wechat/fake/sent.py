"""替身送达 — what reached people, and what reached them twice."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.platform import Now


class Channel(StrEnum):
    """送达方式 — by customer service, as a subscribe message, or as the answer to a push."""

    CUSTOM = "custom"
    SUBSCRIBE = "subscribe"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True)
class Sent:
    """一条送达 — ``kind`` is the message type, for a subscribe message the template."""

    number: int
    at: datetime
    account: WeChatAccount
    openid: str
    channel: Channel
    kind: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def text(self) -> str:
        """The words of a text, empty for anything else."""
        content = self.body.get("text")
        return str(content.get("content", "")) if isinstance(content, Mapping) else ""

    @property
    def sameness(self) -> str:
        """What two messages share when one repeats the other, whichever way each came."""
        if self.text:
            return json.dumps([self.account, self.openid, self.text])
        return json.dumps([self.account, self.openid, self.kind, self.body], sort_keys=True, default=str)


class Deliveries:
    """送达簿 — every message in the order in which it was taken; ``heard`` is told of each."""

    def __init__(self, now: Now) -> None:
        self.all: list[Sent] = []
        self.keeps = 100_000
        """How many of the last are kept."""
        self._number = 0
        self.heard: Callable[[Sent], None] = lambda sent: None
        self._now = now

    def add(self, account: WeChatAccount, openid: str, channel: Channel, kind: str, body: Mapping[str, Any]) -> Sent:
        """Keep a message that reached a person."""
        self._number += 1
        sent = Sent(self._number, self._now(), account, openid, channel, kind, body)
        self.all.append(sent)
        del self.all[: -self.keeps]
        self.heard(sent)
        return sent

    def to(self, openid: str, *, account: WeChatAccount | None = None) -> list[Sent]:
        """Return what reached a person."""
        return [one for one in self.all if one.openid == openid and account in (None, one.account)]

    def duplicates(self) -> list[Sent]:
        """Return each message that says to a person what an earlier one had said; ask different things to use it."""
        seen: Counter[str] = Counter()
        doubled = []
        for one in self.all:
            if seen[one.sameness]:
                doubled.append(one)
            seen[one.sameness] += 1
        return doubled
