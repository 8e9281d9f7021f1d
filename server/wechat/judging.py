"""微信错误的判断 — which exception an errcode becomes: the operator's matter, a busy WeChat, or a refusal."""

from functools import cache

from wechatpy.exceptions import APILimitedException, WeChatClientException  # type: ignore[import-untyped]

from config.logging import get_logger
from server.wechat.errors import LimitReached, WeChatRefused, refused
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured
from server.wechat.transport import busy

BUSY = -1
DEAD_TOKEN = frozenset({40001, 40014, 42001})

OPERATOR_CHECKS = {
    40013: "AppID 不对：请核对微信后台的 AppID 与配置",
    40125: "AppSecret 不对或已重置：请在微信后台核对 AppSecret 与配置",
    40164: "服务器出口 IP 不在白名单：请在微信后台的「IP 白名单」中加入",
    40001: "AppSecret 不对，或不属于这个 AppID：请核对两者",
}
"""What an operator must look at for each code that our own set-up causes. 40001 counts only where no token was sent."""

log = get_logger(__name__)


def refusal_of(
    endpoint: str, errcode: int, told: str, *, is_token_sent: bool
) -> WeChatBusy | WeChatMisconfigured | WeChatRefused:
    """Return what to raise for an errcode, and log what an operator must look at; ``told`` holds nothing secret."""
    if errcode == BUSY:
        refusal = busy(endpoint, "errcode -1")
        refusal.errcode = BUSY
        return refusal
    if errcode in OPERATOR_CHECKS and not (errcode in DEAD_TOKEN and is_token_sent):
        advice = OPERATOR_CHECKS[errcode]
        log.error("wechat.misconfigured", endpoint=endpoint, errcode=errcode, reason=advice, fault=told)
        misconfigured = WeChatMisconfigured()
        misconfigured.endpoint, misconfigured.errcode, misconfigured.told = endpoint, errcode, told
        return misconfigured
    return _refused(errcode)(errcode, endpoint, told)


@cache
def _refused(errcode: int) -> type[WeChatRefused]:
    """Return the exception for an errcode as wechatpy's too, so that what is written for wechatpy catches it."""
    kind = refused(errcode)
    base = APILimitedException if issubclass(kind, LimitReached) else WeChatClientException
    return type(kind.__name__, (kind, base), {"__doc__": kind.__doc__, "__module__": kind.__module__})
