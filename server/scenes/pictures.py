"""码的图片 — asked of WeChat once for each code and width, then kept as a file."""

import asyncio
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import Unavailable
from models.scenes import SceneCode
from server.scenes.service import NOT_PUBLISHED
from server.wechat.calls import draw_code
from server.wechat.errcodes import answered

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

FOLDER = "wechat-codes"
"""Below ``data_dir``."""
_SAFE = re.compile(r"[0-9a-z]{1,32}-[0-9]{3,4}")
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class CodePictureUnusable(Unavailable):
    message = "微信返回的小程序码图片无法使用"
    next_step = "请过一会儿再试；一直不行的，请联系系统管理员"


@dataclass(frozen=True, slots=True)
class Picture:
    """图片 — its bytes and what they are: WeChat sends PNG or JPEG."""

    data: bytes
    media_type: str


async def get_picture(code: SceneCode, *, directory: Path, open_client: "Callable[[], AsyncWeChatClient]") -> Picture:
    """Return the picture of a code, kept below ``directory`` once WeChat has drawn it. 取小程序码图片。

    Two processes that ask at once may both ask WeChat; the file is replaced whole, so nobody reads half of one.

    Raises:
        MiniProgramNotPublished, WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured: WeChat was to
            draw it and did not.
        CodePictureUnusable: what came back is no picture.
    """
    path = directory / FOLDER / f"{code.scene}-{code.width}"
    if not _SAFE.fullmatch(path.name):
        raise ValueError("a scene of ours is letters and digits")
    kept = await asyncio.to_thread(_read, path)
    if kept is None:
        kept = await _draw(code, open_client())
        await asyncio.to_thread(_write, path, kept)
    return Picture(kept, media_type_of(kept))


async def _draw(code: SceneCode, client: "AsyncWeChatClient") -> bytes:
    data = await answered(draw_code(client, scene=code.scene, width=code.width), NOT_PUBLISHED)
    if not media_type_of(data):
        raise CodePictureUnusable
    return bytes(data)


def media_type_of(data: bytes) -> str:
    """Return what a picture is by its first bytes, empty for anything else."""
    return next((kind for beginning, kind in _KINDS if data.startswith(beginning)), "")


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return data if media_type_of(data) else None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
