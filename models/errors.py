"""拒绝 — the families of refusals; the particular ones stand beside the rule that raises them."""

from typing import ClassVar


class FieldError:
    """One fault of one field of what was sent. 字段错误"""

    __slots__ = ("field", "message")

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message

    def __repr__(self) -> str:
        return f"FieldError({self.field!r}, {self.message!r})"


class Refusal(Exception):
    """A request that was understood and is not granted. The class name is the API's ``code``.

    ``message`` says what happened, ``next_step`` what the person can do now; both are Chinese sentences
    without the full stop. They are class attributes so that the API document can list them; an instance
    may override them where the words depend on the case.
    """

    message: str = "请求未被接受"
    next_step: str = ""
    title: ClassVar[str] = "请求被拒绝"

    def __init__(
        self,
        message: str | None = None,
        *,
        next_step: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        if message is not None:
            self.message = message
        if next_step is not None:
            self.next_step = next_step
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return type(self).__name__

    @property
    def detail(self) -> str:
        """The message and the next step as the person reads them."""
        return "。".join(part for part in (self.message, self.next_step) if part) + "。"


class Unauthenticated(Refusal):
    title = "需要登录"
    message = "还没有登录，或登录已失效"
    next_step = "请重新登录后再试"


class Forbidden(Refusal):
    title = "没有权限"
    message = "当前身份不能做这项操作"
    next_step = "如确需办理，请联系所在单位的管理员"


class NotFound(Refusal):
    title = "没有找到"
    message = "没有找到这条记录"
    next_step = "请返回列表刷新后再试"


class Conflict(Refusal):
    title = "与现状冲突"
    message = "这项操作与当前状态冲突"
    next_step = "请刷新后再试"


class Invalid(Refusal):
    title = "填写有误"
    message = "填写的内容有误"
    next_step = "请按提示修改后再提交"


class TooMany(Refusal):
    title = "操作太频繁"
    message = "操作太频繁"
    next_step = "请稍后再试"


class Unavailable(Refusal):
    title = "暂时不可用"
    message = "服务暂时不可用"
    next_step = "请稍后再试；着急办理请到就近的退役军人服务站"
