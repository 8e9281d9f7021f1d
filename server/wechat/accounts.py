"""微信账号 — the two accounts of the bureau and the credentials that the settings hold for each."""

from dataclasses import dataclass, field
from enum import StrEnum

from config.settings import Settings, WeChatPushMode
from server.wechat.refusals import WeChatNotConfigured

OFFICIAL_ORIGIN = "https://api.weixin.qq.com"


class WeChatAccount(StrEnum):
    """微信账号 — each has people, tokens and pushes of its own; a person's unionid joins them."""

    MINI = "mini"
    SERVICE = "service"


NAMES = {WeChatAccount.MINI: "小程序", WeChatAccount.SERVICE: "服务号"}


@dataclass(frozen=True, slots=True)
class WeChatCredentials:
    """账号凭据 — secrets stay out of the repr; an empty ``push_token`` means that no push is accepted."""

    account: WeChatAccount
    appid: str
    secret: str = field(repr=False)
    push_token: str = field(repr=False)
    push_key: str = field(repr=False)
    push_mode: WeChatPushMode
    is_sandbox: bool


SANDBOX_CREDENTIALS = {
    account: WeChatCredentials(
        account=account,
        appid=f"wxsandbox{account}",
        secret=f"sandbox-{account}-secret",
        push_token=f"sandbox{account}token",
        push_key="eW91YmluZyBzYW5kYm94IHB1c2hlczogb3BlbiBsaWU",
        push_mode=WeChatPushMode.SAFE,
        is_sandbox=True,
    )
    for account in WeChatAccount
}
"""Published here, hence worthless: only the fake WeChat of the sandbox knows these accounts."""


def find_credentials(settings: Settings, account: WeChatAccount) -> WeChatCredentials | None:
    """Return what is set for an account, or None where appid or secret is missing."""
    if settings.has_sandbox_wechat:
        return SANDBOX_CREDENTIALS[account]
    found = _mini(settings) if account is WeChatAccount.MINI else _service(settings)
    return found if found.appid and found.secret else None


def get_credentials(settings: Settings, account: WeChatAccount) -> WeChatCredentials:
    """Return the credentials with which WeChat may be called.

    Raises:
        WeChatNotConfigured: none are set, or they are the sandbox's and no fake WeChat stands behind the origin.
    """
    found = find_credentials(settings, account)
    if found is None or (found.is_sandbox and settings.wechat_origin.rstrip("/") == OFFICIAL_ORIGIN):
        raise WeChatNotConfigured
    return found


def _mini(settings: Settings) -> WeChatCredentials:
    return WeChatCredentials(
        account=WeChatAccount.MINI,
        appid=settings.wechat_mini_appid,
        secret=settings.wechat_mini_secret.get_secret_value(),
        push_token=settings.wechat_mini_push_token.get_secret_value(),
        push_key=settings.wechat_mini_push_key.get_secret_value(),
        push_mode=settings.wechat_mini_push_mode,
        is_sandbox=False,
    )


def _service(settings: Settings) -> WeChatCredentials:
    return WeChatCredentials(
        account=WeChatAccount.SERVICE,
        appid=settings.wechat_service_appid,
        secret=settings.wechat_service_secret.get_secret_value(),
        push_token=settings.wechat_service_push_token.get_secret_value(),
        push_key=settings.wechat_service_push_key.get_secret_value(),
        push_mode=settings.wechat_service_push_mode,
        is_sandbox=False,
    )
