"""微信的错误码 — what WeChat refused, as exceptions by what it means for the caller; no WeChat library is needed."""


class WeChatRefused(Exception):
    """微信拒绝 — WeChat answered, and the deed was not done. Not for people to read: callers translate it.

    ``told`` is WeChat's own explanation without anything of the request; it ends with the ``rid`` that WeChat's
    support asks for. The client's exceptions are wechatpy's ``WeChatClientException`` as well.
    """

    def __init__(self, errcode: int, endpoint: str, told: str = "") -> None:
        self.errcode = errcode
        self.endpoint = endpoint
        self.told = told
        self.errmsg = f"{endpoint}: {told}"
        Exception.__init__(self, f"{endpoint}: {errcode} {told}".rstrip())

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.errcode}, {self.endpoint!r}, {self.told!r})"


class TokenRefused(WeChatRefused):
    """The access token is refused also after it was renewed."""


class NotPermitted(WeChatRefused):
    """The account has not been granted this interface, or this user may not use it."""


class LimitReached(WeChatRefused):
    """The day's or the minute's quota of an interface is spent; a repetition only makes it worse."""


class ClearingUsedUp(WeChatRefused):
    """Quotas can be cleared ten times a month; that is spent."""


class OpenidUnknown(WeChatRefused):
    """The openid is malformed or another account's, or the person no longer follows."""


class NoConsent(WeChatRefused):
    """The person has not agreed to this template, took it back, or every agreement is used up."""


class TemplateUnknown(WeChatRefused):
    """The template is not one of this account's."""


class BadTemplateField(WeChatRefused):
    """A field of the template message is missing, empty, too long or of the wrong form; ``told`` names it."""


class PageUnknown(WeChatRefused):
    """The page is not in the published mini-program."""


class OutsideWindow(WeChatRefused):
    """The person has not written within the time in which an answer may be sent."""


class TooManyMessages(WeChatRefused):
    """All the messages that may answer what the person wrote are sent."""


class ContentTooLong(WeChatRefused):
    """The text is longer than WeChat takes."""


class TypingNotAllowed(WeChatRefused):
    """The person was not active within the last half minute, so no typing is shown."""


class AlreadyTyping(WeChatRefused):
    """Typing is being shown already."""


class CodeRefused(WeChatRefused):
    """The one-time code from the phone is unknown, expired, used, or another account's."""


class PersonNotActive(WeChatRefused):
    """The person has not used the mini-program within two hours, so their text cannot be checked."""


_KINDS: dict[int, type[WeChatRefused]] = {
    40001: TokenRefused,
    40014: TokenRefused,
    42001: TokenRefused,
    48001: NotPermitted,
    50001: NotPermitted,
    50002: NotPermitted,
    45009: LimitReached,
    45011: LimitReached,
    48006: ClearingUsedUp,
    40003: OpenidUnknown,
    43004: OpenidUnknown,
    46004: OpenidUnknown,
    43101: NoConsent,
    40037: TemplateUnknown,
    47003: BadTemplateField,
    41030: PageUnknown,
    45015: OutsideWindow,
    45047: TooManyMessages,
    45002: ContentTooLong,
    45080: TypingNotAllowed,
    45081: AlreadyTyping,
    40029: CodeRefused,
    40163: CodeRefused,
    61010: PersonNotActive,
}

_EXPLANATIONS = {
    -1: "微信系统繁忙",
    40001: "接口凭据无效，或 AppSecret 不对",
    40003: "openid 不对，或不是这个账号的用户",
    40013: "AppID 不对",
    40014: "接口凭据无效",
    40029: "手机给的凭证无效或已过期",
    40037: "模板编号不对，不是这个账号的模板",
    40125: "AppSecret 不对或已重置",
    40163: "手机给的凭证已经用过",
    40164: "服务器出口 IP 不在白名单",
    40226: "微信判定该用户存在风险",
    41005: "上传的文件名或内容不对",
    41030: "页面不存在，或小程序还没有发布这个页面",
    42001: "接口凭据已过期",
    43004: "用户没有关注服务号",
    43101: "用户没有同意接收，或同意的次数已经用完",
    45002: "内容超过微信规定的长度",
    45009: "这个接口今天的调用次数已用完",
    45011: "调用太频繁",
    45015: "用户超过规定时间没有说话，不能再主动回复",
    45047: "回复的条数已到上限，要等用户再说话",
    45072: "输入状态的命令不对",
    45080: "用户最近 30 秒没有说话，不能显示正在输入",
    45081: "已经在显示正在输入",
    46004: "用户不存在",
    47003: "模板内容不对：某一项为空、太长或格式不符",
    48001: "账号没有开通这个接口",
    48006: "本月清零次数已用完",
    50001: "用户没有授权这个接口",
    50002: "用户受限，不能使用这个接口",
    61010: "用户两小时内没有使用过小程序",
}


def refused(errcode: int) -> type[WeChatRefused]:
    """Return the exception's class for an errcode; ``WeChatRefused`` itself for one without a class of its own."""
    return _KINDS.get(errcode, WeChatRefused)


def explain(errcode: int) -> str:
    """Return what an errcode means, in Chinese, for staff."""
    return _EXPLANATIONS.get(errcode, f"微信返回错误码 {errcode}")
