"""微信登录 — turns the one-time code of ``wx.login`` into the identity behind it."""

from dataclasses import dataclass
from typing import Protocol

import msgspec
from wechatpy.exceptions import WeChatClientException  # type: ignore[import-untyped]

from config.logging import get_logger
from models.errors import Conflict, Forbidden, Invalid, Refusal, TooMany
from server.wechat.client import AsyncWeChatClient
from server.wechat.transport import WeChatBusy

CODE_LENGTH = 128
"""WeChat's codes have 32 characters today; the bound only keeps nonsense from going out."""

log = get_logger(__name__)


class LoginCodeInvalid(Invalid):
    """The code is not one of WeChat's, or is older than five minutes."""

    message = "这次登录没有成功，登录凭证无效或已过期"
    next_step = "请关闭小程序，重新打开后再登录一次"


class LoginCodeUsed(Conflict):
    """The code has logged somebody in before; it is good for one log-in."""

    message = "这次登录的凭证已经用过了"
    next_step = "请关闭小程序，重新打开后再登录一次"


class LoginTooFrequent(TooMany):
    """WeChat allows one person 100 log-ins a minute."""

    message = "登录太频繁，微信要求稍等一会儿"
    next_step = "请等一分钟再登录，不用连续点按"


class LoginBlocked(Forbidden):
    """WeChat holds the account for a risk and lets it into no mini-program."""

    message = "微信判定该账号存在风险，暂时不能登录"
    next_step = "请打开微信，按微信的提示完成安全验证后再登录；也可以带身份证和优待证到就近的退役军人服务站办理"


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    """Who WeChat says is holding the phone. The session key is not kept: nothing of ours needs it."""

    openid: str
    unionid: str | None
    is_sandbox: bool


class LoginProvider(Protocol):
    """What can tell who is behind a log-in code: WeChat, or the sandbox."""

    async def identify(self, code: str) -> WeChatIdentity:
        """Return the identity behind a code.

        Raises:
            LoginCodeInvalid: the code is malformed, unknown or expired.
            LoginCodeUsed: the code was used before.
            LoginTooFrequent: this person logs in too often.
            LoginBlocked: WeChat blocks this person.
            WeChatBusy: WeChat cannot be reached or cannot answer.
            WeChatMisconfigured: WeChat refuses this installation.
        """


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
        except WeChatClientException as failure:
            raise _refusal(failure.errcode) from None
        except msgspec.ValidationError:
            raise _unexpected("unreadable answer", errcode=0) from None
        return WeChatIdentity(openid=session.openid, unionid=session.unionid or None, is_sandbox=False)


def check_code(code: str) -> None:
    """Refuse what cannot be a log-in code, before anybody is asked about it.

    Raises:
        LoginCodeInvalid: empty, longer than ``CODE_LENGTH``, or not made of visible ASCII characters.
    """
    is_visible_ascii = all("!" <= character <= "~" for character in code)
    if not 0 < len(code) <= CODE_LENGTH or not is_visible_ascii:
        raise LoginCodeInvalid


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
