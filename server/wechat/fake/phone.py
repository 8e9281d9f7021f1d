"""替身手机的接口 — what the page of the sandbox asks: the conversation, and what the person does next."""

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from config.clock import beijing
from server.wechat.accounts import NAMES, WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.chat import Line
from server.wechat.fake.codes import draw_code
from server.wechat.fake.messages import Fields
from server.wechat.sandbox import DEMO_CODES, sandbox_openid, sandbox_service_openid

if TYPE_CHECKING:
    from server.wechat.fake.server import FakeWeChat

VISITOR = "visitor"
PEOPLE = DEMO_CODES | {VISITOR: "新来的人（没有登录过）"}
_LONGEST = 4_000


class DeedRefused(ValueError):
    """The page asked for something that a phone cannot do; the words are for the person."""


def add_phone_routes(app: web.Application, wechat: "FakeWeChat") -> None:
    """Add what the page asks."""
    phone = _Phone(wechat)
    app.router.add_get("/fake/phone/people", phone.people)
    app.router.add_get("/fake/phone/chat", phone.chat)
    app.router.add_get("/fake/phone/media", phone.media)
    app.router.add_get("/fake/phone/picture", phone.picture)
    app.router.add_post("/fake/phone/deeds", phone.do)
    app.router.add_post("/fake/phone/number-codes", phone.number_code)
    app.router.add_post("/fake/phone/faces", phone.show_face)


class _Phone:
    """One method an address; a refusal is a Chinese sentence in ``message``."""

    def __init__(self, wechat: "FakeWeChat") -> None:
        self._wechat = wechat

    async def people(self, request: web.Request) -> web.Response:
        """The accounts and the people to choose from."""
        accounts = [{"account": account, "name": NAMES[account]} for account in WeChatAccount]
        return web.json_response(
            {"accounts": accounts, "people": [{"person": code, "name": name} for code, name in PEOPLE.items()]}
        )

    async def chat(self, request: web.Request) -> web.Response:
        """``?account=&person=&after=`` — the lines after a number, and how things stand."""
        try:
            account, openid = _who(request.query)
            after = int(request.query.get("after", "0"))
        except ValueError:
            return _refused("没有这个账号或这个人")
        held, phones = self._wechat.accounts[account], self._wechat.phones
        return web.json_response(
            {
                "lines": [_told(line) for line in phones.chats.of(account, openid, after=after)],
                "is_typing": held.customer_service.is_typing(openid),
                "is_following": account is WeChatAccount.MINI or openid in held.followers.followers,
                "is_with_human": phones.is_with_human(account, openid),
                "answers_left": held.customer_service.left(openid),
                "menu": held.menu.menu or [],
            }
        )

    async def media(self, request: web.Request) -> web.StreamResponse:
        """``?account=&id=`` — a picture that the account sent."""
        account = self._wechat.accounts.get(WeChatAccount(request.query.get("account", "mini")))
        found = account.media.media.get(request.query.get("id", "")) if account else None
        if found is None:
            return _refused("没有这张图片", status=404)
        return web.Response(body=found.data, content_type=found.media_type)

    async def picture(self, request: web.Request) -> web.Response:
        """The sample picture that a person sends."""
        return web.Response(body=draw_code("sample picture"), content_type="image/png")

    async def do(self, request: web.Request) -> web.Response:
        """``{account, person, kind, …}``: let the person do it; answered when the push is over."""
        try:
            asked = await request.json()
            account, openid = _who(asked)
            fields = self._fields(account, openid, asked)
        except DeedRefused as refusal:
            return _refused(str(refusal))
        except (ValueError, TypeError, KeyError, AttributeError):
            return _refused("没有这个账号、这个人或这种动作")
        if fields is None:
            return web.json_response({"fault": "", "attempts": []})
        outcome = await self._wechat.push(openid, fields, account=account)
        attempts = [{"status": one.status, "seconds": round(one.seconds, 3)} for one in outcome.attempts]
        return web.json_response({"fault": outcome.fault, "attempts": attempts})

    async def number_code(self, request: web.Request) -> web.Response:
        """``{person, mobile}`` → the code that the phone-number button gives."""
        asked = await request.json()
        openid = sandbox_openid(asked["person"])
        return web.json_response({"code": self._wechat.issue_phone_code(mobile=asked["mobile"], openid=openid)})

    async def show_face(self, request: web.Request) -> web.Response:
        """``{verify_id, passes}``: show the face, or turn away."""
        asked = await request.json()
        try:
            self._wechat.mini.faces.show(asked["verify_id"], verdict=10000 if asked.get("passes", True) else 90004)
        except KeyError:
            return _refused("没有这次核身，或已过期", status=404)
        return web.json_response({})

    def _fields(self, account: WeChatAccount, openid: str, asked: Mapping[str, Any]) -> Fields | None:
        """Return what is pushed for a deed, None for one that WeChat keeps to itself."""
        kind = asked["kind"]
        is_service = account is WeChatAccount.SERVICE
        if kind in _EVERYWHERE:
            return _EVERYWHERE[kind](asked)
        if kind == "image":
            return messages.image(url=f"{self._wechat.origin}/fake/phone/picture", media_id=secrets.token_urlsafe(16))
        if kind == "end_human":
            self._wechat.phones.end_human(account, openid)
            return None
        if is_service and kind == "scan":
            return self._scan(openid, _words(asked, "scene", most=64))
        if is_service and kind in _AT_SERVICE:
            return _AT_SERVICE[kind](asked)
        if not is_service and kind in ("enter", "accept", "reject"):
            return self._at_mini(openid, kind, asked)
        raise DeedRefused("这个账号里不能这样做：位置、菜单、关注和扫码在服务号，订阅提醒在小程序")

    def _scan(self, openid: str, scene: str) -> Fields:
        is_following = openid in self._wechat.service.followers.followers
        ticket = next((held for held, one in self._wechat.service.service_codes.tickets.items() if one == scene), "")
        return messages.scan(scene, ticket=ticket) if is_following else messages.follow(scene=scene, ticket=ticket)

    def _at_mini(self, openid: str, kind: str, asked: Mapping[str, Any]) -> Fields:
        if kind == "enter":
            return messages.enter(session_from=str(asked.get("session_from", "")))
        templates = [str(template) for template in asked.get("templates", ())]
        if not 1 <= len(templates) <= 5:
            raise DeedRefused("一次可以订阅 1 到 5 种提醒；现在没有可以订阅的")
        consents = self._wechat.mini.subscriptions.consents
        for template in templates:
            if kind == "accept":
                consents[openid, template] += 1
        return messages.answered_popup(dict.fromkeys(templates, kind))


def _words(asked: Mapping[str, Any], name: str, *, most: int = _LONGEST) -> str:
    words = asked.get(name)
    if not isinstance(words, str) or not words.strip():
        raise DeedRefused("请先写点什么")
    if len(words) > most:
        raise DeedRefused(f"太长了，最多 {most} 个字")
    return words.strip()


def _location(asked: Mapping[str, Any]) -> Fields:
    latitude, longitude = float(asked["latitude"]), float(asked["longitude"])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise DeedRefused("没有这样的位置")
    return messages.location(latitude=latitude, longitude=longitude, label=str(asked.get("label", ""))[:100])


def _spoken(asked: Mapping[str, Any]) -> Fields:
    return messages.voice(media_id=secrets.token_urlsafe(16), recognition=_words(asked, "words"))


_EVERYWHERE: Mapping[str, Callable[[Mapping[str, Any]], Fields]] = {
    "text": lambda asked: messages.text(_words(asked, "words")),
    "choice": lambda asked: messages.menu_choice(_words(asked, "words"), choice=str(asked.get("id", ""))),
}
_AT_SERVICE: Mapping[str, Callable[[Mapping[str, Any]], Fields]] = {
    "voice": _spoken,
    "location": _location,
    "click": lambda asked: messages.click(_words(asked, "key", most=128)),
    "follow": lambda asked: messages.follow(),
    "unfollow": lambda asked: messages.unfollow(),
}


def _who(asked: Mapping[str, Any]) -> tuple[WeChatAccount, str]:
    account, person = WeChatAccount(asked["account"]), asked["person"]
    if person not in PEOPLE:
        raise ValueError(person)
    return account, sandbox_service_openid(person) if account is WeChatAccount.SERVICE else sandbox_openid(person)


def _told(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": f"{beijing(line.at):%H:%M}",
        "side": line.side,
        "kind": line.kind,
        "body": dict(line.body),
    }


def _refused(words: str, *, status: int = 422) -> web.Response:
    return web.json_response({"message": words}, status=status)
