"""平台约定 — what a question to the fake WeChat and its answer are made of."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Now: TypeAlias = Callable[[], datetime]

_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class Errcode(Exception):
    """错误码 — why WeChat does not do it, in its own numbers."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


@dataclass(frozen=True, slots=True)
class Picture:
    """图片 — an answer that is a file."""

    data: bytes
    media_type: str


Answer: TypeAlias = Mapping[str, Any] | Picture


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """上传的文件 — the ``media`` part of a multipart body."""

    filename: str
    data: bytes
    is_plainly_named: bool
    """False for the extended names (RFC 2231) that WeChat does not read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """一次调用 — one request as a desk of the platform sees it."""

    query: Mapping[str, str]
    body: Mapping[str, Any] = field(repr=False)
    file: UploadedFile | None = None

    def openid(self, name: str = "touser") -> str:
        """Return an openid of the body.

        Raises:
            Errcode: 40003, it is missing or malformed.
        """
        openid = self.body.get(name)
        if not isinstance(openid, str) or not _OPENID.match(openid):
            raise Errcode(40003, "invalid openid")
        return openid


@dataclass(frozen=True, slots=True)
class Operation:
    """接口 — one address of the platform: by which method, and who does it."""

    method: str
    do: Callable[[Asked], Answer]
    needs_token: bool = True


Operations: TypeAlias = dict[str, Operation]


class SteppedClock:
    """步进时钟 — moves only when it is told to."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)


class ShiftedClock:
    """快进时钟 — another clock, ahead of it by what it was advanced."""

    def __init__(self, of: Now) -> None:
        self._of, self._ahead = of, timedelta()

    def __call__(self) -> datetime:
        return self._of() + self._ahead

    def advance(self, *, seconds: float) -> None:
        """Move ahead."""
        self._ahead += timedelta(seconds=seconds)
