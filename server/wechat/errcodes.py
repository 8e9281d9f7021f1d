"""微信错误码的答复 — what WeChat refused becomes the refusal that a person can act on."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from config.logging import get_logger
from models.errors import Refusal, TooMany
from server.wechat.errors import LimitReached, WeChatRefused
from server.wechat.refusals import WeChatBusy

Answered = TypeVar("Answered")

log = get_logger(__name__)


class WeChatLimited(TooMany):
    """WeChat counts how often an interface is used, each minute and each day."""

    message = "微信接口的调用次数用完了"
    next_step = "请过几分钟再试；一直不行的，请明天再试或联系系统管理员"


async def answered(
    call: Awaitable[Answered], refusals: Mapping[int, type[Refusal]], *, otherwise: type[Refusal] = WeChatBusy
) -> Answered:
    """Return what WeChat answered to a call of its API.

    Raises:
        Refusal: the one that ``refusals`` has for the errcode; else ``otherwise``, and it is logged.
        WeChatLimited: too many calls, by WeChat's count.
        WeChatBusy, WeChatMisconfigured: as every call.
    """
    try:
        return await call
    except WeChatRefused as refused:
        fault = refused
    # raised outside the handler, so that nothing of the call hangs on what a person is told
    if fault.errcode in refusals:
        raise refusals[fault.errcode]
    if isinstance(fault, LimitReached):
        raise WeChatLimited(retry_after_seconds=60)
    log.warning("wechat.refused", endpoint=fault.endpoint, errcode=fault.errcode)
    raise otherwise
