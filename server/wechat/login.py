"""微信登录 — turns the one-time code of ``wx.login`` into the identity behind it."""

import msgspec

from config.logging import get_logger
from models.errors import Refusal
from server.wechat.client import AsyncWeChatClient
from server.wechat.errors import WeChatRefused
from server.wechat.identity import WeChatIdentity, check_code
from server.wechat.refusals import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    LoginTooFrequent,
    WeChatBusy,
)

log = get_logger(__name__)


class _Session(msgspec.Struct):
    """What log-in needs of code2session's answer."""

    openid: str
    unionid: str | None = None


class WeChatLogin:
    """Log-in by WeChat's code2session (小程序登录 document); it needs no access token."""

    def __init__(self, client: AsyncWeChatClient) -> None:
        self._client = client

    async def identify(self, code: str) -> WeChatIdentity:
        """Fulfil ``LoginProvider``. A code is spent by the first call, whatever comes of it."""
        check_code(code)
        try:
            session = msgspec.convert(await self._client.wxa.code_to_session(code), _Session)
        except WeChatRefused as failure:
            raise _refusal(failure.errcode) from None
        except msgspec.ValidationError:
            raise _unexpected("unreadable answer", errcode=0) from None
        return WeChatIdentity(openid=session.openid, unionid=session.unionid or None, is_sandbox=False)


def _refusal(errcode: int) -> Refusal:
    match errcode:
        case 40029:
            return LoginCodeInvalid()
        case 40163:
            return LoginCodeUsed()
        case 45011:
            return LoginTooFrequent(retry_after_seconds=60)
        case 40226:
            return LoginBlocked()
        case _:
            return _unexpected("unexpected errcode", errcode=errcode)


def _unexpected(fault: str, *, errcode: int) -> WeChatBusy:
    log.warning("wechat.login_failed", endpoint="/sns/jscode2session", fault=fault, errcode=errcode)
    return WeChatBusy()
