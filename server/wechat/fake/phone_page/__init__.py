"""手机页面 — the page ``/sandbox/phone``: the phone's side of a chat with the sandbox's fake WeChat."""

from pathlib import Path
from typing import Any

import aiohttp
from sanic import Request, Sanic

from server.http.responses import Answer, ScriptedPage, begin, note
from server.wechat.accounts import OFFICIAL_ORIGIN

_HERE = Path(__file__).parent
_FILES = (
    ("/sandbox/phone", "phone.html", "text/html; charset=utf-8"),
    ("/sandbox/phone.css", "phone.css", "text/css; charset=utf-8"),
    ("/sandbox/phone.lines.js", "phone.lines.js", "text/javascript; charset=utf-8"),
    ("/sandbox/phone.js", "phone.js", "text/javascript; charset=utf-8"),
)
_READS = {"people", "chat", "media", "picture"}
_DEEDS = {"deeds", "number-codes", "faces"}
_PATIENCE = aiohttp.ClientTimeout(total=25)
"""Longer than three attempts of a push."""


def phone_files() -> tuple[tuple[str, bytes, str], ...]:
    """Return path, content and media type of each file of the page."""
    return tuple((path, (_HERE / name).read_bytes(), media_type) for path, name, media_type in _FILES)


def attach_phone(app: "Sanic[Any, Any]") -> None:
    """Add the addresses by which the page speaks to the fake; nothing else of the fake is reached through them."""
    app.add_route(_read, "/sandbox/phone/<name:str>", methods=["GET"], name="phone_read", error_format="json")
    app.add_route(_do, "/sandbox/phone/<name:str>", methods=["POST"], name="phone_do", error_format="json")


async def _read(request: Request, name: str) -> Answer:
    return await _forward(request, name, known=_READS)


async def _do(request: Request, name: str) -> Answer:
    return await _forward(request, name, known=_DEEDS)


async def _forward(request: Request, name: str, *, known: set[str]) -> Answer:
    began = begin(request)
    status, body, kind = await _ask(request, name, known=known)
    if request.method != "GET" or status != 200:  # the page looks for new lines every second
        note(route="/sandbox/phone/<name>", method=request.method, status=status, began=began)
    return ScriptedPage(body, status=status, content_type=kind, headers={"Cache-Control": "no-store"})


async def _ask(request: Request, name: str, *, known: set[str]) -> tuple[int, bytes, str]:
    opened = request.app.ctx.resources
    origin = opened.settings.wechat_origin.rstrip("/")
    if name not in known:
        return _told(404, "没有这个地址")
    # A page of another site cannot send this kind without asking first, and is never answered.
    if request.method == "POST" and request.headers.getone("content-type", "").partition(";")[0] != "application/json":
        return _told(415, "请用 JSON 提交")
    if origin == OFFICIAL_ORIGIN:
        return _told(503, "沙箱微信没有运行：请用 make run 启动")
    try:
        async with opened.http.request(
            request.method,
            f"{origin}/fake/phone/{name}",
            params=request.query_string,
            data=request.body or None,
            headers={"Content-Type": "application/json"},
            timeout=_PATIENCE,
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.read(), answer.content_type
    except (aiohttp.ClientError, TimeoutError):
        return _told(503, "沙箱微信没有回应，请稍等再试；还不行就重新启动")


def _told(status: int, words: str) -> tuple[int, bytes, str]:
    return status, f'{{"message": "{words}"}}'.encode(), "application/json"
