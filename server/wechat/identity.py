"""微信身份 — who holds the phone, and what can tell; no WeChat library is needed to speak of it."""

from dataclasses import dataclass
from typing import Protocol

from server.wechat.refusals import LoginCodeInvalid, WeChatNotConfigured

CODE_LENGTH = 128
"""WeChat's codes have 32 characters today; the bound only keeps nonsense from going out."""


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
            WeChatNotConfigured: there is no account to ask.
        """


class NoLogin:
    """Fulfils ``LoginProvider`` where neither the sandbox nor an account may be asked."""

    async def identify(self, code: str) -> WeChatIdentity:
        raise WeChatNotConfigured


def check_code(code: str) -> None:
    """Refuse what cannot be a log-in code, before anybody is asked about it.

    Raises:
        LoginCodeInvalid: empty, longer than ``CODE_LENGTH``, or not made of visible ASCII characters.
    """
    is_visible_ascii = all("!" <= character <= "~" for character in code)
    if not 0 < len(code) <= CODE_LENGTH or not is_visible_ascii:
        raise LoginCodeInvalid
