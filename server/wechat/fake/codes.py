"""替身小程序码 — pictures or JSON, as WeChat answers; links that expire; the service account's codes."""

import io
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations, Picture

SCENE_LENGTH = 32
LINK_LIVES = timedelta(days=30)
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+\Z")
_PAGE = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*\Z")
_VERSIONS = {"release", "trial", "develop"}
_WIDTHS = range(280, 1281)


class CodeDesk:
    """小程序码台 — ``pages`` are the published ones; empty means that every page is."""

    def __init__(self, now: Now, *, pages: set[str]) -> None:
        self.scenes: list[str] = []
        """What was put into codes, in order."""
        self.links: dict[str, Mapping[str, Any]] = {}
        self._ends: dict[str, datetime] = {}
        self._openers: dict[str, str] = {}
        self._now, self._pages = now, pages

    @property
    def operations(self) -> Operations:
        return {
            "/wxa/getwxacodeunlimit": Operation("POST", self._unlimited),
            "/wxa/generate_urllink": Operation("POST", self._link),
        }

    def open_link(self, link: str, *, openid: str) -> bool:
        """Tell whether a link opens the mini-program for a person: in its time, and for the first one alone."""
        is_alive = link in self.links and self._now() < self._ends[link]
        return is_alive and self._openers.setdefault(link, openid) == openid

    def _unlimited(self, asked: Asked) -> Answer:
        scene = asked.body.get("scene")
        if not isinstance(scene, str) or not 0 < len(scene) <= SCENE_LENGTH:
            raise Errcode(40169, "invalid length for scene, or the data is not json string")
        if not _SCENE.match(scene):
            raise Errcode(40129, "invalid scene")
        width = asked.body.get("width", 430)
        if not isinstance(width, int) or width not in _WIDTHS:
            raise Errcode(40097, "invalid args: width")
        self._check_page(asked, asked.body.get("page", ""))
        self.scenes.append(scene)
        return Picture(draw_code(scene), "image/png")

    def _check_page(self, asked: Asked, page: object) -> None:
        if asked.body.get("env_version", "release") not in _VERSIONS:
            raise Errcode(40097, "invalid args: env_version")
        is_published = not self._pages or page in self._pages or not asked.body.get("check_path", True)
        if not isinstance(page, str) or (page and (not _PAGE.match(page) or not is_published)):
            raise Errcode(41030, "invalid page")

    def _link(self, asked: Asked) -> Answer:
        path, query = asked.body.get("path", ""), asked.body.get("query", "")
        if not isinstance(path, str) or (path and not _PAGE.match(path.removeprefix("/"))):
            raise Errcode(40165, "invalid weapp pagepath")
        if not isinstance(query, str) or len(query) > 1024:
            raise Errcode(40212, "invalid query")
        if asked.body.get("env_version", "release") not in _VERSIONS:
            raise Errcode(85402, "invalid env_version")
        lives = self._lives(asked)
        if not timedelta(minutes=1) <= lives <= LINK_LIVES:
            raise Errcode(85401, "time limit between 1min and 30days")
        link = f"https://wxaurl.cn/{secrets.token_urlsafe(8)}"
        self.links[link] = asked.body
        self._ends[link] = self._now() + lives
        return {"errcode": 0, "errmsg": "ok", "url_link": link}

    def _lives(self, asked: Asked) -> timedelta:
        if asked.body.get("expire_type", 0) == 1:
            return timedelta(days=int(asked.body.get("expire_interval", 0)))
        if expires := int(asked.body.get("expire_time", 0)):
            return timedelta(seconds=expires - self._now().timestamp())
        return LINK_LIVES


class ServiceCodeDesk:
    """带参数二维码台 — codes of the service account, told to it again when somebody scans one."""

    def __init__(self) -> None:
        self.tickets: dict[str, str] = {}
        """The scene of each ticket."""

    @property
    def operations(self) -> Operations:
        return {"/cgi-bin/qrcode/create": Operation("POST", self._create)}

    def _create(self, asked: Asked) -> Answer:
        kind, info = asked.body.get("action_name"), asked.body.get("action_info", {})
        scene = info.get("scene", {}) if isinstance(info, Mapping) else {}
        if kind not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
            raise Errcode(40053, "invalid action_name")
        name = str(scene.get("scene_str" if "STR" in kind else "scene_id", ""))
        if not 0 < len(name) <= 64:
            raise Errcode(40052, "invalid action info")
        ticket = secrets.token_urlsafe(48)
        self.tickets[ticket] = name
        url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(12)}"
        return {"ticket": ticket, "expire_seconds": int(asked.body.get("expire_seconds", 60)), "url": url}


@cache
def draw_code(scene: str) -> bytes:
    """Return a real small PNG that holds a scene; WeChat's round codes are its own secret."""
    import segno  # a megabyte that a server without the sandbox need not carry

    picture = io.BytesIO()
    segno.make_qr(scene).save(picture, kind="png", scale=4)
    return picture.getvalue()
