"""替身菜单 — the service account's menu by the platform's rules for numbers, kinds and lengths."""

from collections.abc import Mapping
from typing import Any

from server.wechat.fake.platform import Answer, Asked, Errcode, Operation, Operations

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}


class MenuDesk:
    """菜单台 — the menu in force, None when there is none."""

    def __init__(self) -> None:
        self.menu: list[Mapping[str, Any]] | None = None

    @property
    def operations(self) -> Operations:
        return {
            "/cgi-bin/menu/create": Operation("POST", self._create),
            "/cgi-bin/menu/get": Operation("GET", self._get),
            "/cgi-bin/menu/delete": Operation("GET", self._delete),
        }

    def keys(self) -> dict[str, str]:
        """Return the name of the button behind each key that a click can send."""
        found = {}
        for button in self.menu or ():
            for one in button.get("sub_button") or [button]:
                if "key" in one:
                    found[str(one["key"])] = str(one["name"])
        return found

    def put(self, body: Mapping[str, Any]) -> None:
        """Put a menu in force.

        Raises:
            Errcode: it breaks a rule.
        """
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise Errcode(40016, "invalid button size")
        for button in buttons:
            _check_name(button, most=16, errcode=40018)
            subs = button.get("sub_button") or []
            if not isinstance(subs, list) or len(subs) > 5:
                raise Errcode(40023, "invalid sub button size")
            for sub in subs:
                _check_name(sub, most=60, errcode=40025)
                if sub.get("sub_button"):
                    raise Errcode(40022, "invalid sub menu level")
                _check_kind(sub)
            if not subs:
                _check_kind(button)
        self.menu = buttons

    def _create(self, asked: Asked) -> Answer:
        self.put(asked.body)
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, asked: Asked) -> Answer:
        if self.menu is None:
            raise Errcode(46003, "menu no exist")
        return {"menu": {"button": [{"sub_button": []} | dict(button) for button in self.menu]}}

    def _delete(self, asked: Asked) -> Answer:
        self.menu = None
        return {"errcode": 0, "errmsg": "ok"}


def _check_name(button: Mapping[str, Any], *, most: int, errcode: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= most:
        raise Errcode(errcode, "invalid button name size")


def _check_kind(button: Mapping[str, Any]) -> None:
    needs = _NEEDS.get(str(button.get("type", "")))
    if needs is None:
        raise Errcode(40017, "invalid button type")
    for name in needs:
        value = button.get(name)
        if not isinstance(value, str) or not value:
            raise Errcode({"key": 40019, "url": 40020}.get(name, 40017), f"invalid button {name} size")
    if len(str(button.get("key", "")).encode()) > 128:
        raise Errcode(40019, "invalid button key size")
    if len(str(button.get("url", "")).encode()) > 1024:
        raise Errcode(40020, "invalid button url size")
