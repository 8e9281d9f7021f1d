"""问题文档 — RFC 9457 refusals; the only file that knows status codes."""

import re

import msgspec
from sanic import Request
from sanic.exceptions import (
    BadRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    RequestTimeout,
    SanicException,
    ServiceUnavailable,
)
from sanic.exceptions import NotFound as NoSuchRoute
from tortoise.exceptions import DBConnectionError

from config.logging import get_logger, request_id
from config.postgres_engine import DeadlockBroken
from config.sqlite_engine import DatabaseBusy
from models.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from server.http.metrics import count_refusal
from server.http.responses import Answer, begin, note

log = get_logger("http")
MEDIA_TYPE = "application/problem+json"


class MalformedRequest(Refusal):
    title = "请求格式有误"
    message = "请求的格式有误"
    next_step = "请按接口文档检查后再提交"


class NoSuchPath(NotFound):
    message = "没有这个地址"
    next_step = "请检查网址；全部接口见 /docs"


class WrongMethod(Refusal):
    title = "方法不允许"
    message = "这个地址不支持该方法"
    next_step = "支持的方法见 /docs"


class BodyTooLarge(Refusal):
    title = "内容过大"
    message = "提交的内容太大"
    next_step = "普通请求不超过 1 MB，表格不超过 8 MB；更大的表格请用命令行导入"


class WrongMediaType(Refusal):
    title = "格式不支持"
    message = "提交的内容类型不受支持"
    next_step = "请以 application/json 提交；上传文件请用 multipart/form-data 的 file 字段"


class RequestTooSlow(Refusal):
    title = "请求超时"
    message = "网络太慢，请求没有传完"
    next_step = "请检查网络后重试"


class OutOfTime(Unavailable):
    message = "处理超时"
    next_step = "请稍后用同一个 Idempotency-Key 重试，不会重复办理"


class DatabaseUnavailable(Unavailable):
    message = "系统正忙，这次没有办成"
    next_step = "请过几秒再试，不会重复办理"


class InternalFault(Refusal):
    title = "系统故障"
    message = "系统出了故障，已经记录"
    next_step = "请稍后再试；联系工作人员时请报上 request_id"


STATUSES: dict[type[Refusal], int] = {
    MalformedRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    RequestTooSlow: 408,
    Conflict: 409,
    BodyTooLarge: 413,
    WrongMediaType: 415,
    Invalid: 422,
    TooMany: 429,
    InternalFault: 500,
    Unavailable: 503,
}


class ProblemField(msgspec.Struct, frozen=True):
    """One fault of one field."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True):
    """问题文档 — why a request was not granted and what to do next (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemField]
    request_id: str


def status_of(kind: type[Refusal]) -> int:
    """Return the HTTP status of a family of refusals or of one of its members."""
    return next(STATUSES[family] for family in kind.__mro__ if family in STATUSES)


def problem_response(refusal: Refusal) -> Answer:
    """Return a refusal as an RFC 9457 document."""
    status = status_of(type(refusal))
    document = Problem(
        type=f"/docs#{refusal.code}",
        title=refusal.title,
        status=status,
        code=refusal.code,
        detail=refusal.detail,
        errors=[ProblemField(field=error.field, message=error.message) for error in refusal.errors],
        request_id=request_id.get(),
    )
    headers = {}
    if refusal.retry_after_seconds is not None:
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="youbing"'
    return Answer(msgspec.json.encode(document), status=status, headers=headers, content_type=MEDIA_TYPE)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Counted by name; a method that somebody invents must not become a series of its own."""


async def answer_outside(request: Request, exception: Exception) -> Answer:
    """Answer what no endpoint could: a path or method that is none, a request that broke off or took too long."""
    began = begin(request)
    if isinstance(exception, ServiceUnavailable) and _is_still_arriving(request):
        exception = RequestTooSlow()
    response = await answer_exception(request, exception)
    method = request.method if request.method in _METHODS else "other"
    note(route=_route(request) or "none", method=method, status=response.status, began=began)
    return response


async def answer_exception(request: Request, exception: Exception) -> Answer:
    """Turn whatever a handler or Sanic raised into a problem document; a fault is logged, never shown."""
    refusal = as_refusal(exception)
    response = problem_response(refusal)
    count_refusal(refusal.code)
    if isinstance(refusal, DatabaseUnavailable):
        log.warning("http.database_unavailable", fault=type(exception).__name__, route=_route(request))
    elif isinstance(refusal, InternalFault):
        log.error("http.fault", exc_info=exception, route=_route(request), method=request.method)
    else:
        log.info("http.refused", code=refusal.code, status=response.status, route=_route(request))
    if isinstance(exception, MethodNotAllowed) and "Allow" in exception.headers:
        response.headers["Allow"] = exception.headers["Allow"]
    return response


def as_refusal(exception: BaseException) -> Refusal:
    """Return the refusal that an exception amounts to; anything unknown is an InternalFault."""
    match exception:
        case Refusal():
            return exception
        case msgspec.DecodeError():
            return MalformedRequest(errors=(field_error(exception),))
        case UnicodeError():
            return MalformedRequest("文字编码有误", next_step="请使用 UTF-8")
        case NoSuchRoute():
            return NoSuchPath()
        case MethodNotAllowed():
            return WrongMethod()
        case PayloadTooLarge():
            return BodyTooLarge()
        case RequestTimeout():
            return RequestTooSlow()
        case ServiceUnavailable():
            return OutOfTime()
        case DBConnectionError() | DatabaseBusy() | DeadlockBroken():
            return DatabaseUnavailable(retry_after_seconds=2)
        case BadRequest():
            return MalformedRequest()
        case SanicException() if exception.status_code < 500:
            return MalformedRequest()
    return InternalFault()


def _is_still_arriving(request: Request) -> bool:
    """Whether the body is not here yet: then it is the sender who is slow, not we."""
    return bool(getattr(request.stream, "request_body", None))


def _route(request: Request) -> str:
    return f"/{request.route.path}" if request.route else ""


_AT = re.compile(r" - at `\$?\.?(.*?)`$")
_TYPES = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "空值",
    "uuid": "编号",
    "date": "日期（YYYY-MM-DD）",
    "datetime": "时间（RFC 3339，带时区）",
    "time": "时刻（HH:MM）",
}


def field_error(fault: Exception) -> FieldError:
    """Return msgspec's complaint as a Chinese sentence about a field; what was sent is not repeated."""
    text = str(fault)
    located = _AT.search(text)
    field = located.group(1) if located else ""
    if located:
        text = text[: located.start()]
    if missing := re.search(r"missing required field `(\w+)`", text):
        return FieldError(_join(field, missing[1]), "必填，请补上这一项")
    if re.search(r"unknown field", text):
        return FieldError(field, "有未知的字段，请检查字段名")
    if bounds := re.search(r"Expected `(\w+)` of length (<=|>=|==) (\d+)", text):
        word = {"<=": "最多", ">=": "至少", "==": "应为"}[bounds[2]]
        return FieldError(field, f"{word} {bounds[3]} {'项' if bounds[1] in ('array', 'list') else '个字'}")
    if bounds := re.search(r"Expected `\w+` (<=|>=|<|>) (-?[\d.]+)", text):
        word = {"<=": "不能大于", ">=": "不能小于", "<": "应小于", ">": "应大于"}[bounds[1]]
        return FieldError(field, f"{word} {bounds[2].removesuffix('.0')}")
    if factor := re.search(r"that's a multiple of ([\d.]+)", text):
        return FieldError(field, f"应为 {factor[1].removesuffix('.0')} 的倍数")
    if "regex" in text:
        return FieldError(field, "格式不对，请检查后重填")
    if "enum" in text:
        return FieldError(field, "不在可选的值之内")
    if expected := re.search(r"Expected `([^`]+)`", text):
        kinds = [_TYPES.get(kind.strip(), kind.strip()) for kind in expected[1].split("|")]
        return FieldError(field, f"应为{'或'.join(kinds)}")
    if known := re.search(r"Invalid (RFC3339 encoded )?(\w+)", text):
        return FieldError(field, f"不是有效的{_TYPES.get(known[2].lower(), '值')}")
    return FieldError(field, "内容不是有效的 JSON" if not field else "值无效")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
