"""服务号菜单 — a file that says what stands at the bottom of the chat: read, checked, compared, applied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import yaml

from server.wechat.errors import WeChatRefused

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

MENU_FILE = Path(__file__).parents[2] / "config" / "wechat-menu.yaml"
MOST_BUTTONS, MOST_BELOW = 3, 5
LONGEST_NAME, LONGEST_NAME_BELOW, LONGEST_KEY, LONGEST_URL = 16, 60, 128, 1024
"""Bytes (创建自定义菜单)."""
NO_MENU = 46003

Request = dict[str, object]
"""A menu as WeChat takes and returns it: ``{"button": […]}``."""


class MenuFaulty(ValueError):
    """The file cannot be a menu; each line of the message is one fault, in Chinese."""


class Button(msgspec.Struct, forbid_unknown_fields=True):
    """按钮 — leads to one thing, or opens others."""

    name: str
    say: str | None = None
    ask: str | None = None
    page: str | None = None
    url: str | None = None
    buttons: list["Button"] = []

    @property
    def deeds(self) -> list[str]:
        return [name for name in ("say", "ask", "page", "url") if getattr(self, name)]


class Menu(msgspec.Struct, forbid_unknown_fields=True):
    """菜单 — as the file has it."""

    buttons: list[Button]
    fallback_url: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """差别 — ``kind`` is 增加, 去掉 or 改动."""

    kind: str
    place: str
    text: str = ""


def read_menu(text: str) -> Menu:
    """Return a checked menu.

    Raises:
        MenuFaulty: it is no YAML of this form, or breaks a rule of WeChat's.
    """
    try:
        menu = msgspec.convert(yaml.safe_load(text), Menu)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise MenuFaulty(f"不是正确的 YAML{f'：第 {mark.line + 1} 行' if mark else ''}") from None
    except msgspec.ValidationError as fault:
        raise MenuFaulty(f"写法不对：{fault}") from None
    faults = list(_faults(menu))
    if faults:
        raise MenuFaulty("\n".join(faults))
    return menu


def _faults(menu: Menu) -> Iterator[str]:
    if not 1 <= len(menu.buttons) <= MOST_BUTTONS:
        yield f"一级按钮应有 1 到 {MOST_BUTTONS} 个，现在是 {len(menu.buttons)} 个"
    if any(button.page for top in menu.buttons for button in (top, *top.buttons)) and not menu.fallback_url:
        yield "有打开小程序的按钮，就要写 fallback_url"
    yield from _url_faults(menu.fallback_url, "fallback_url")
    for button in menu.buttons:
        yield from _button_faults(button, longest=LONGEST_NAME)
        if len(button.buttons) > MOST_BELOW:
            yield f"「{button.name}」下面最多 {MOST_BELOW} 个按钮，现在是 {len(button.buttons)} 个"
        for below in button.buttons:
            yield from _button_faults(below, longest=LONGEST_NAME_BELOW)
            if below.buttons:
                yield f"「{below.name}」下面不能再有按钮"


def _button_faults(button: Button, *, longest: int) -> Iterator[str]:
    if not 0 < len(button.name.encode()) <= longest:
        yield f"「{button.name}」的名称应为 1 到 {longest} 字节，现在是 {len(button.name.encode())} 字节"
    if len(button.deeds) + bool(button.buttons) != 1:
        yield f"「{button.name}」应当只有一个去处：say、ask、page、url 之一，或下级按钮"
    if len(_key(button).encode()) > LONGEST_KEY:
        yield f"「{button.name}」的 say 或 ask 太长：不超过 {LONGEST_KEY - 4} 字节"
    if button.page and (button.page.startswith("/") or "." in button.page or " " in button.page):
        yield f"「{button.name}」的 page 应如 pages/index/index，开头没有 /"
    yield from _url_faults(button.url or "", f"「{button.name}」的 url")


def _url_faults(url: str, place: str) -> Iterator[str]:
    if url and (not url.startswith(("https://", "http://")) or len(url.encode()) > LONGEST_URL):
        yield f"{place} 应以 https:// 开头，不超过 {LONGEST_URL} 字节"


def _key(button: Button) -> str:
    """Return the key that a tap sends: what the bot is told, or asked, is in it."""
    return f"say:{button.say}" if button.say else f"ask:{button.ask}" if button.ask else ""


def as_request(menu: Menu, *, mini_appid: str) -> Request:
    """Return what WeChat is sent.

    Raises:
        MenuFaulty: a button opens the mini-program and its AppID is not configured.
    """
    return {"button": [_as_request(button, menu.fallback_url, mini_appid) for button in menu.buttons]}


def _as_request(button: Button, fallback_url: str, mini_appid: str) -> Request:
    if button.buttons:
        below = [_as_request(one, fallback_url, mini_appid) for one in button.buttons]
        return {"name": button.name, "sub_button": below}
    if button.page:
        if not mini_appid:
            raise MenuFaulty(f"「{button.name}」要打开小程序，请先配置 WECHAT_MINI_APPID")
        where = {"appid": mini_appid, "pagepath": button.page, "url": fallback_url}
        return {"type": "miniprogram", "name": button.name, **where}
    if button.url:
        return {"type": "view", "name": button.name, "url": button.url}
    return {"type": "click", "name": button.name, "key": _key(button)}


def differences(wanted: Request, found: Request | None) -> list[Difference]:
    """Return how the menu in force departs from the one wanted, in the order of the places; none is equal."""
    ours, theirs = dict(_places(wanted)), dict(_places(found or {"button": []}))
    changes = [
        *(Difference("增加", place, text) for place, text in ours.items() if place not in theirs),
        *(Difference("去掉", place, text) for place, text in theirs.items() if place not in ours),
        *(
            Difference("改动", place, f"{theirs[place]} → {text}")
            for place, text in ours.items()
            if place in theirs and theirs[place] != text
        ),
    ]
    return sorted(changes, key=lambda one: one.place)


def in_lines(menu: Request) -> list[str]:
    """Return a menu as an operator reads it, a line for each button with its place."""
    return [f"{place}\t{text}" for place, text in _places(menu)]


def _places(menu: Request) -> Iterator[tuple[str, str]]:
    for number, button in enumerate(cast(list[Mapping[str, Any]], menu["button"]), start=1):
        yield f"{number}", _in_words(button)
        for below, one in enumerate(button.get("sub_button") or (), start=1):
            yield f"{number}.{below}", _in_words(one)


def _in_words(button: Mapping[str, Any]) -> str:
    if button.get("sub_button"):
        return str(button.get("name", ""))
    parts = [str(button[name]) for name in ("type", "key", "pagepath", "url", "media_id") if button.get(name)]
    return f"{button.get('name', '')}（{' '.join(parts)}）"


class _Found(msgspec.Struct):
    menu: dict[str, Any]


class _Done(msgspec.Struct):
    errcode: int = 0


async def fetch_menu(client: "AsyncWeChatClient") -> Request | None:
    """Return the menu in force at the service account, None where there is none."""
    try:
        return (await client.ask("/cgi-bin/menu/get", None, method="get", shape=_Found)).menu
    except WeChatRefused as refused:
        if refused.errcode != NO_MENU:
            raise
    return None


async def apply_menu(client: "AsyncWeChatClient", menu: Request) -> None:
    """Put a menu in force; phones show it within minutes."""
    await client.ask("/cgi-bin/menu/create", menu, shape=_Done)


async def remove_menu(client: "AsyncWeChatClient") -> None:
    """Take the menu away."""
    await client.ask("/cgi-bin/menu/delete", None, method="get", shape=_Done)
