"""替身客服 — customer-service messages within their windows and counts, and 「对方正在输入」."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

TEXT_BYTES = 2048
TYPING_LASTS = timedelta(seconds=15)
ACTIVE_FOR = timedelta(seconds=30)


class Doing(StrEnum):
    """用户动作 — what a person does that opens a window for customer-service messages."""

    MESSAGE = "message"
    CLICK = "click"
    SUBSCRIBE = "subscribe"
    SCAN = "scan"
    ENTER = "enter"


WINDOWS: Mapping[Doing, tuple[timedelta, int]] = {
    Doing.MESSAGE: (timedelta(hours=48), 5),
    Doing.CLICK: (timedelta(minutes=1), 3),
    Doing.SUBSCRIBE: (timedelta(minutes=1), 3),
    Doing.SCAN: (timedelta(minutes=1), 3),
    Doing.ENTER: (timedelta(minutes=1), 2),
}
"""How long and for how many messages each deed opens (客服消息下发条数限制)."""


@dataclass
class _Window:
    until: datetime
    left: int


class CustomerServiceDesk:
    """客服台 — one account's messages to people who did something first.

    ``deliver`` takes each accepted message: openid, kind, body. A newer deed of the same kind opens its window anew.
    """

    def __init__(
        self,
        now: Now,
        *,
        typing_path: str,
        contents: Mapping[str, Callable[[Mapping[str, Any]], None]],
        deliver: Callable[[str, str, Mapping[str, Any]], None],
    ) -> None:
        self._now, self._typing_path, self._contents, self._deliver = now, typing_path, contents, deliver
        self._windows: dict[str, dict[Doing, _Window]] = {}
        self._active: dict[str, datetime] = {}
        self._typing: dict[str, datetime] = {}

    @property
    def operations(self) -> Operations:
        return {
            "/cgi-bin/message/custom/send": Operation("POST", self._send),
            self._typing_path: Operation("POST", self._set_typing),
        }

    def did(self, openid: str, doing: Doing) -> None:
        """Note a deed of a person."""
        lasts, count = WINDOWS[doing]
        self._windows.setdefault(openid, {})[doing] = _Window(self._now() + lasts, count)
        self._active[openid] = self._now()

    def forget(self, openid: str) -> None:
        """Close every window of a person who follows no longer."""
        self._windows.pop(openid, None)

    def left(self, openid: str) -> int:
        """Return how many messages may be sent to a person now."""
        return sum(window.left for window in self._open(openid))

    def is_typing(self, openid: str) -> bool:
        """Tell whether the phone shows 「对方正在输入」."""
        return self._typing.get(openid, self._now()) > self._now()

    def _open(self, openid: str) -> list[_Window]:
        windows = self._windows.get(openid, {}).values()
        return sorted((window for window in windows if window.until > self._now()), key=lambda window: window.until)

    def _send(self, asked: Asked) -> Answer:
        openid = asked.openid()
        kind = str(asked.body.get("msgtype", ""))
        check = self._contents.get(kind)
        if check is None:
            raise Errcode(40008, "invalid message type")
        content = asked.body.get(kind)
        if not isinstance(content, Mapping):
            raise Errcode(47001, "data format error")
        check(content)
        self._take(openid)
        self._typing.pop(openid, None)
        self._deliver(openid, kind, asked.body)
        return {"errcode": 0, "errmsg": "ok"}

    def _take(self, openid: str) -> None:
        """Take a message off the window that closes first.

        Raises:
            Errcode: 45015 no window is open, 45047 the open ones are used up.
        """
        windows = self._open(openid)
        if not windows:
            raise Errcode(45015, "response out of time limit or subscription is canceled")
        usable = [window for window in windows if window.left]
        if not usable:
            raise Errcode(45047, "out of response count limit")
        usable[0].left -= 1

    def _set_typing(self, asked: Asked) -> Answer:
        openid, command = asked.openid(), asked.body.get("command")
        if command not in ("Typing", "CancelTyping"):
            raise Errcode(45072, "command字段取值不对")
        if self._active.get(openid, datetime.min.replace(tzinfo=self._now().tzinfo)) < self._now() - ACTIVE_FOR:
            raise Errcode(45080, "下发输入状态，需要之前30秒内跟用户有过消息交互")
        if command == "CancelTyping":
            self._typing.pop(openid, None)
        elif self.is_typing(openid):
            raise Errcode(45081, "已经在输入状态，不可重复下发")
        else:
            self._typing[openid] = self._now() + TYPING_LASTS
        return {"errcode": 0, "errmsg": "ok"}


def check_text(content: Mapping[str, Any]) -> None:
    """Refuse an empty or too long text.

    Raises:
        Errcode: 44004 empty, 45002 more than 2,048 bytes.
    """
    text = content.get("content")
    if not isinstance(text, str) or not text:
        raise Errcode(44004, "empty content")
    if len(text.encode()) > TEXT_BYTES:
        raise Errcode(45002, "content size out of limit")


def needs(*names: str) -> Callable[[Mapping[str, Any]], None]:
    """Return a check that the named fields are there.

    Raises:
        Errcode: 47003 naming the field that is missing.
    """

    def check(content: Mapping[str, Any]) -> None:
        for name in names:
            if not content.get(name):
                raise Errcode(47003, f"argument invalid! {name} is empty")

    return check
