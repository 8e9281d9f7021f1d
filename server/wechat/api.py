"""微信接口的改写 — wechatpy's methods that touch an answer before it is there: awaitable here, or refused."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Never

from wechatpy.client import api  # type: ignore[import-untyped]


class NotAwaitable(NotImplementedError):
    """A method of wechatpy that would block, sign what has not arrived, or put a token into an address."""


class Followers(api.WeChatUser):  # type: ignore[misc]  # wechatpy is untyped
    """用户管理"""

    def iter_followers(self, first_user_id: str | None = None) -> AsyncIterator[str]:
        """Yield the openid of every follower, page by page."""
        return _pages(self.get_followers, first_user_id)


class Tags(api.WeChatTag):  # type: ignore[misc]  # wechatpy is untyped
    """标签管理"""

    def iter_tag_users(self, tag_id: int, first_user_id: str | None = None) -> AsyncIterator[str]:
        """Yield the openid of every follower with a tag, page by page."""

        def page(begin: str | None) -> Awaitable[Any]:
            asked: Awaitable[Any] = self.get_tag_users(tag_id, begin)
            return asked

        return _pages(page, first_user_id)


class Tickets(api.WeChatJSAPI):  # type: ignore[misc]  # wechatpy is untyped
    """JS-SDK — its tickets live in the shared state, as tokens do."""

    async def get_jsapi_ticket(self) -> str:
        """Return the ticket with which a page signs, fetched only if no process holds one."""
        return await self._kept("jsapi")

    async def get_jsapi_card_ticket(self) -> str:
        """Return the ticket with which cards are signed, fetched only if no process holds one."""
        return await self._kept("wx_card")

    async def get_jsapi_add_card_params(self, card_id: str, *args: Any, card_ticket: str = "", **kwargs: Any) -> Any:
        """Return what a page needs to add a card."""
        ticket = card_ticket or await self.get_jsapi_card_ticket()
        return super().get_jsapi_add_card_params(card_id, *args, card_ticket=ticket, **kwargs)

    async def _kept(self, kind: str) -> str:
        ticket: str = await self._client.ticket(kind)
        return ticket


class Figures(api.WeChatDataCube):  # type: ignore[misc]  # wechatpy is untyped
    """数据统计"""

    def get_user_summary(self, begin_date: Any, end_date: Any) -> Any:
        """Return the followers won and lost, day by day."""
        days = {"begin_date": self._to_date_str(begin_date), "end_date": self._to_date_str(end_date)}
        return self._post("getusersummary", data=days, result_processor=lambda answer: answer["list"])


class Materials(api.WeChatMaterial):  # type: ignore[misc]  # wechatpy is untyped
    """永久素材"""

    def add(self, media_type: str, media_file: Any, title: str | None = None, introduction: str | None = None) -> Any:
        """Upload a lasting file; a video's title and introduction travel beside it, as its document asks."""
        about = {"description": {"title": title, "introduction": introduction}} if media_type == "video" else {}
        if about and not (title and introduction):
            raise ValueError("a video needs a title and an introduction")
        files = {"media": media_file}
        return self._post("material/add_material", params={"type": media_type}, data=about, files=files)


class Cards(api.WeChatCard):  # type: ignore[misc]  # wechatpy is untyped
    """卡券"""

    async def modify_stock(self, card_id: str, n: int) -> Any:
        """Add ``n`` to a card's stock; nothing is asked for 0."""
        return await super().modify_stock(card_id, n) if n else None

    async def get_redirect_url(self, url: str, encrypt_code: str, card_id: str) -> Never:
        raise NotAwaitable("card.get_redirect_url signs with the AppSecret before the code is decrypted")


class Media(api.WeChatMedia):  # type: ignore[misc]  # wechatpy is untyped
    """临时素材"""

    def get_url(self, media_id: str) -> Never:
        raise NotAwaitable("media.get_url puts the access token into an address: await media.download")


class Cloud(api.WeChatCloud):  # type: ignore[misc]  # wechatpy is untyped
    """云开发"""

    async def upload_file(self, env: str, path: str) -> Never:
        raise NotAwaitable("cloud.upload_file sends files to another host by blocking calls")


class QRCodes(api.WeChatQRCode):  # type: ignore[misc]  # wechatpy is untyped
    """带参二维码"""

    async def show(self, ticket: Any) -> Never:
        raise NotAwaitable("qrcode.show asks another host by a blocking call: show the picture at qrcode.get_url")


async def _pages(ask: Callable[[str | None], Awaitable[Any]], begin: str | None) -> AsyncIterator[str]:
    """Walk through pages; the last one names no next openid, or has no data and names it all the same."""
    while True:
        page = await ask(begin)
        if not page.get("data"):
            return
        for openid in page["data"]["openid"]:
            yield openid
        following = page.get("next_openid")
        if not following or following == begin:
            return
        begin = following
