"""微信的拒绝 — what a person is told when WeChat does not play along."""

from models.errors import Conflict, Forbidden, Invalid, TooMany, Unavailable


class WeChatBusy(Unavailable):
    """WeChat was not reached, did not answer in time, or answered nothing that can be read."""

    message = "微信服务器暂时没有回应"
    next_step = "不是您操作错了，请等一两分钟再试；着急办理请到就近的退役军人服务站"

    may_have_happened: bool = False
    """True where the request went out and no answer told its outcome: what was asked for may have been done."""
    endpoint: str = ""
    errcode: int = 0
    told: str = ""
    """For the operator: what failed on the way, such as ``TimeoutError``."""


class WeChatMisconfigured(Unavailable):
    """WeChat refuses this installation itself; an operator finds the reason in the log."""

    message = "微信服务暂时用不了，是系统设置的问题，不是您操作错了"
    next_step = "工作人员会尽快处理，请过一段时间再试；着急办理请到就近的退役军人服务站"

    endpoint: str = ""
    errcode: int = 0
    told: str = ""
    """For the operator: WeChat's own words, with the address that is not on the whitelist, say."""


class WeChatNotConfigured(Unavailable):
    """This installation holds no credentials for the account that the deed needs."""

    message = "这项微信服务还没有开通"
    next_step = "请在小程序里继续办理，或到就近的退役军人服务站；工作人员请按运维手册填写微信凭据"


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
