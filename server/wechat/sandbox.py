"""沙箱登录 — log-in without WeChat for a first run and for tests; refused in production by the settings."""

import hashlib

from server.wechat.identity import WeChatIdentity, check_code

DEMO_CODES = {
    "demo-veteran": "退役军人（已绑定优待证）",
    "demo-family": "三属（烈士、因公牺牲军人、病故军人遗属）",
    "demo-clerk": "商户店员",
    "demo-employer": "用人单位人员",
    "demo-staff": "服务站工作人员",
    "demo-admin": "系统管理员",
}
"""The codes of the seeded people, each with what it stands for; start-up prints them."""


class SandboxLogin:
    """Knows everybody by code alone: the seeded people, and for any other code an account of its own."""

    async def identify(self, code: str) -> WeChatIdentity:
        """Fulfil ``LoginProvider`` without a network; the same code is always the same person.

        Raises:
            LoginCodeInvalid: the code is malformed, just as before WeChat.
        """
        check_code(code)
        return WeChatIdentity(openid=sandbox_openid(code), unionid=sandbox_unionid(code), is_sandbox=True)


def sandbox_openid(code: str) -> str:
    """Return the openid that a sandbox code stands for; the seed gives it to the seeded people."""
    return f"sandbox-{_suffix(code)}"


def sandbox_service_openid(code: str) -> str:
    """Return the openid of the same person at the service account."""
    return f"sandbox-service-{_suffix(code)}"


def sandbox_unionid(code: str) -> str:
    """Return what joins a person's openids, as when both accounts are on one open platform."""
    return f"sandbox-union-{_suffix(code)}"


def _suffix(code: str) -> str:
    return code if code in DEMO_CODES else hashlib.sha256(code.encode()).hexdigest()[:16]
