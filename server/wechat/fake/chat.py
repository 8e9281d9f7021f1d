"""替身聊天 — the phone's side of a conversation: lines of the person, of the account, and of WeChat itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.wechat.accounts import WeChatAccount
from server.wechat.fake.platform import Now

_MOST_LINES = 500


class Side(StrEnum):
    """说话的人。"""

    PERSON = "person"
    ACCOUNT = "account"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Line:
    """聊天的一行 — numbered over all conversations."""

    number: int
    at: datetime
    side: Side
    kind: str
    body: Mapping[str, Any] = field(repr=False)


class Chats:
    """聊天 — the last lines of each conversation; ``heard`` is called when one was added."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._lines: dict[tuple[WeChatAccount, str], list[Line]] = {}
        self._number = 0
        self.heard: Callable[[], None] = lambda: None

    def add(self, account: WeChatAccount, openid: str, side: Side, kind: str, body: Mapping[str, Any]) -> Line:
        """Add a line."""
        self._number += 1
        line = Line(self._number, self._now(), side, kind, body)
        lines = self._lines.setdefault((account, openid), [])
        lines.append(line)
        del lines[:-_MOST_LINES]
        self.heard()
        return line

    def of(self, account: WeChatAccount, openid: str, *, after: int = 0) -> list[Line]:
        """Return the lines of a conversation that came after one."""
        return [line for line in self._lines.get((account, openid), ()) if line.number > after]
