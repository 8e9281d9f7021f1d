"""替身账号 — one account of the fake WeChat: its desks, and which address belongs to which."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.wechat.accounts import WeChatAccount, WeChatCredentials
from server.wechat.fake.checks import CheckDesk
from server.wechat.fake.codes import CodeDesk, ServiceCodeDesk
from server.wechat.fake.customer_service import CustomerServiceDesk, Doing, check_text, needs
from server.wechat.fake.faces import FaceDesk
from server.wechat.fake.followers import FollowerDesk
from server.wechat.fake.login import LoginDesk
from server.wechat.fake.media import MediaDesk
from server.wechat.fake.menus import MenuDesk
from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations
from server.wechat.fake.quotas import QuotaDesk
from server.wechat.fake.sent import Channel, Deliveries
from server.wechat.fake.subscriptions import SubscriptionDesk
from server.wechat.fake.tokens import TokenDesk

TYPING = {
    WeChatAccount.MINI: "/cgi-bin/message/custom/business/typing",
    WeChatAccount.SERVICE: "/cgi-bin/message/custom/typing",
}
SUBSCRIBE = {
    WeChatAccount.MINI: "/cgi-bin/message/subscribe/send",
    WeChatAccount.SERVICE: "/cgi-bin/message/subscribe/bizsend",
}


class FakeAccount:
    """替身账号 — the mini-program or the service account; ``unionids`` joins the openids of one person."""

    def __init__(
        self, credentials: WeChatCredentials, *, now: Now, deliveries: Deliveries, unionids: Mapping[str, str]
    ) -> None:
        self.credentials = credentials
        self.name = credentials.account
        self.appid, self.secret = credentials.appid, credentials.secret
        self.original_id = f"gh_{self.name}0000000000"[:15]
        """What pushes are addressed to: 原始 ID."""
        self.seen: dict[str, datetime] = {}
        self.everybody_is_active = False
        """True where people log in elsewhere, as in the sandbox."""
        self._now, self._deliveries = now, deliveries
        self.tokens = TokenDesk(now, check_credentials=self.check_credentials)
        self.login = LoginDesk(now, check_credentials=self.check_credentials, saw=self.saw)
        self.media = MediaDesk(now)
        self.customer_service = CustomerServiceDesk(
            now, typing_path=TYPING[self.name], contents=self._contents(), deliver=self._deliver_custom
        )
        self.subscriptions = SubscriptionDesk(path=SUBSCRIBE[self.name], deliver=self._deliver_subscribe)
        self.codes = CodeDesk(now, pages=self.subscriptions.pages)
        self.service_codes = ServiceCodeDesk()
        self.checks = CheckDesk(now, last_seen=self.last_seen)
        self.faces = FaceDesk(now)
        self.menu = MenuDesk()
        self.followers = FollowerDesk(unionid_of=lambda openid: unionids.get(openid, ""))
        self.quotas = QuotaDesk(now, check_credentials=self.check_credentials, appid=self.appid)
        self.operations = self._operations()

    def check_credentials(self, asked: Asked) -> None:
        """Refuse a wrong secret; the appid has led here. Secrets come in the query or in the body.

        Raises:
            Errcode: 40125.
        """
        given = asked.query.get("secret") or asked.body.get("secret") or asked.body.get("appsecret")
        if given != self.secret:
            raise Errcode(40125, "invalid appsecret")

    def saw(self, openid: str) -> None:
        """Note that a person was here."""
        self.seen[openid] = self._now()

    def did(self, openid: str, doing: Doing) -> None:
        """Note a deed that opens a window for customer-service messages."""
        self.saw(openid)
        self.customer_service.did(openid, doing)

    def last_seen(self, openid: str) -> datetime | None:
        """Return when a person was here last."""
        return self._now() if self.everybody_is_active else self.seen.get(openid)

    def _operations(self) -> Operations:
        desks = (self.tokens, self.media, self.customer_service, self.subscriptions, self.quotas)
        mini = (self.login, self.codes, self.checks, self.faces)
        service = (self.service_codes, self.menu, self.followers)
        found: Operations = {
            "/cgi-bin/getcallbackip": Operation("GET", lambda asked: {"ip_list": ["101.226.62.77"]}),
            "/cgi-bin/get_api_domain_ip": Operation("GET", lambda asked: {"ip_list": ["101.226.212.27"]}),
            "/cgi-bin/callback/check": Operation("POST", _check_callback),
            "/cgi-bin/ticket/getticket": Operation("GET", _ticket),
        }
        for desk in (*desks, *(mini if self.name is WeChatAccount.MINI else service)):
            found |= desk.operations
        return found

    def _contents(self) -> Any:
        contents = {"text": check_text, "image": self._check_media, "link": needs("title", "url")}
        page = ("title", "pagepath", "thumb_media_id")
        if self.name is WeChatAccount.MINI:
            return contents | {"miniprogrampage": needs(*page)}
        contents.pop("link")
        return contents | {
            "voice": self._check_media,
            "video": self._check_media,
            "news": _check_news,
            "msgmenu": needs("list"),
            "miniprogrampage": needs(*page, "appid"),
        }

    def _check_media(self, content: Mapping[str, Any]) -> None:
        if content.get("media_id") not in self.media.media:
            raise Errcode(40007, "invalid media_id")

    def _deliver_custom(self, openid: str, kind: str, body: Mapping[str, Any]) -> None:
        self._deliveries.add(self.name, openid, Channel.CUSTOM, kind, body)

    def _deliver_subscribe(self, openid: str, template: str, body: Mapping[str, Any]) -> None:
        self._deliveries.add(self.name, openid, Channel.SUBSCRIBE, template, body)


def _check_news(content: Mapping[str, Any]) -> None:
    articles = content.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise Errcode(45008, "article size out of limit")


def _check_callback(asked: Asked) -> Answer:
    if asked.body.get("action") not in ("dns", "ping", "all"):
        raise Errcode(40097, "invalid args: action")
    return {
        "dns": [{"ip": "127.0.0.1", "real_operator": "UNICOM"}],
        "ping": [{"ip": "127.0.0.1", "from_operator": "UNICOM", "package_loss": "0%", "time": "1.0ms"}],
    }


def _ticket(asked: Asked) -> Answer:
    kind = asked.query.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise Errcode(40097, "invalid args: type")
    return {"errcode": 0, "errmsg": "ok", "ticket": f"ticket-of-{kind}", "expires_in": 7200}
