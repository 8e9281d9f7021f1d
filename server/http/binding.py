"""接口绑定 — turns a registered endpoint into the function that Sanic calls."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl, quote, unquote
from uuid import UUID

import msgspec
from sanic import Request

from config.clock import utc_now
from models.errors import FieldError
from models.transactions import one_connection, transaction
from server.http.askers import Anyone, Asker
from server.http.endpoints import By, Download, Endpoint, Raw, Upload
from server.http.idempotency import Reply, claim, fingerprint_of, store
from server.http.problems import BodyTooLarge, MalformedRequest, NoSuchPath, WrongMediaType, answer_exception
from server.http.rate_limits import RateLimiter
from server.http.responses import Answer, begin, note

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")

SanicHandler = Callable[..., Coroutine[Any, Any, Answer]]


def bind(endpoint: Endpoint, *, limiter: RateLimiter | None, upload_limit_bytes: int) -> SanicHandler:
    """Return the Sanic handler of an endpoint; ``limiter`` None leaves limits off."""
    read_arguments = _argument_reader(endpoint)
    limit = endpoint.limit if limiter else None
    route = endpoint.template
    converters = [(name, _path_reader(kind)) for name, kind in endpoint.path_types.items() if kind is not UUID]

    async def handle(request: Request, **path: Any) -> Answer:
        began = begin(request)
        try:
            response = await prepared(request, path)
        except Exception as exception:
            response = await answer_exception(request, exception)
        note(route=route, method=endpoint.method, status=response.status, began=began)
        return response

    async def answer(request: Request, path: dict[str, Any]) -> Answer:
        if limit and limiter and limit.by is By.ADDRESS:
            await limiter.hit(limit, endpoint.name, client_address(request))
        asker = await endpoint.asker.authenticate(bearer_token(request) if endpoint.asker is not Anyone else None)
        if limit and limiter and limit.by is By.ACCOUNT:
            await limiter.hit(limit, endpoint.name, str(asker.account_id or client_address(request)))
        if endpoint.takes_upload:
            request.body = await _receive(request, limit=upload_limit_bytes)
        arguments = read_arguments(request)
        for name, convert in converters:
            path[name] = convert(path[name])
        arguments.update(path)
        arguments[endpoint.asker_name] = asker
        key = request.headers.getone("idempotency-key", None) if endpoint.idempotent else None
        if key is not None and asker.account_id is not None:
            return await _answer_once(endpoint, request, asker, key, arguments)
        return _respond(endpoint, request, await endpoint.handler(**arguments), personal=asker.account_id is not None)

    async def answer_on_one_connection(request: Request, path: dict[str, Any]) -> Answer:
        async with one_connection():
            return await answer(request, path)

    prepared = answer_on_one_connection if endpoint.one_connection else answer
    return handle


def _path_reader(kind: type) -> Callable[[str], Any]:
    """Return the reader of a path parameter that is not a UUID; what does not fit is no address of ours."""

    def read(value: str) -> Any:
        try:
            return msgspec.convert(unquote(value), kind, strict=False)
        except msgspec.ValidationError:
            raise NoSuchPath from None

    return read


def bearer_token(request: Request) -> str | None:
    """Return the token of ``Authorization: Bearer …``, None without the header, empty for anything else in it."""
    sent = request.headers.getone("authorization", None)
    if sent is None:
        return None
    scheme, _, token = sent.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.isascii() else ""


def client_address(request: Request) -> str:
    """Return the caller's address as the trusted proxies report it, else the peer's."""
    return request.remote_addr or request.ip


async def _answer_once(
    endpoint: Endpoint, request: Request, asker: Asker, key: str, arguments: dict[str, Any]
) -> Answer:
    """Do the deed and keep its reply in one transaction, or give the reply that was kept."""
    if not _KEY.match(key):
        raise MalformedRequest(errors=(FieldError("Idempotency-Key", "应为 1 到 128 个可见的 ASCII 字符"),))
    account_id = asker.account_id
    assert account_id is not None
    fingerprint = fingerprint_of(request.method, request.path + "?" + request.query_string, request.body)
    async with transaction():
        stored = await claim(account_id=account_id, key=key, fingerprint=fingerprint, at=utc_now())
        if stored is not None:
            return Answer(
                stored.body or None,
                status=stored.status,
                content_type=JSON if stored.body else None,
                headers={"Idempotency-Replayed": "true"},
            )
        answer = await endpoint.handler(**arguments)
        body = b"" if answer is None else msgspec.json.encode(answer)
        await store(account_id=account_id, key=key, reply=Reply(status=endpoint.status, body=body))
    return Answer(body or None, status=endpoint.status, content_type=JSON if body else None)


def _respond(endpoint: Endpoint, request: Request, answer: Any, *, personal: bool) -> Answer:
    if answer is None:
        return Answer(status=endpoint.status)
    is_file = isinstance(answer, Download)
    body = answer.data if is_file else msgspec.json.encode(answer)
    headers = _validators(body, personal=personal) if endpoint.etag else {"Cache-Control": "no-store"}
    known = request.headers.getone("if-none-match", "") if endpoint.etag else ""
    if known and (known == "*" or headers["ETag"] in known):
        return Answer(status=304, headers=headers)
    if is_file and answer.filename:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.filename)}"
    kind = answer.media_type if is_file else JSON
    return Answer(body, status=endpoint.status, content_type=kind, headers=headers)


def _validators(body: bytes, *, personal: bool) -> dict[str, str]:
    tag = f'W/"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    return {"ETag": tag, "Cache-Control": "private, no-cache" if personal else "no-cache", "Vary": "Authorization"}


async def _receive(request: Request, *, limit: int) -> bytes:
    """Read an upload, from somebody who may, up to a limit of its own; every other body obeys the general one."""
    if int(request.headers.getone("content-length", "0")) > limit:
        raise BodyTooLarge
    chunks, size = [], 0
    async for chunk in request.stream:  # type: ignore[union-attr]
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def _argument_reader(endpoint: Endpoint) -> Callable[[Request], dict[str, Any]]:
    """Return the function that reads query, body and upload of a request for this endpoint."""
    query_type, takes_upload = endpoint.query, endpoint.takes_upload
    decoder = msgspec.json.Decoder(endpoint.body) if endpoint.body is not None else None

    def read(request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if endpoint.takes_raw:
            arguments["raw"] = Raw(dict(request.get_query_args(keep_blank_values=True)), request.body)
        elif query_type is not None:
            arguments["query"] = _read_query(request, query_type)
        elif request.query_string:
            raise MalformedRequest(errors=(FieldError(_safe_name(request), "这个接口不接受查询参数"),))
        if decoder is not None:
            read_form = endpoint.takes_form and _media_type(request) == FORM
            arguments["body"] = _read_form(request, endpoint.body) if read_form else _read_body(request, decoder)
        if takes_upload:
            arguments["upload"] = _read_upload(request)
        return arguments

    return read


def _read_query(request: Request, query_type: type[msgspec.Struct]) -> msgspec.Struct:
    if not request.query_string:
        return msgspec.convert({}, query_type)
    values: dict[str, str] = {}
    for name, value in request.get_query_args(keep_blank_values=True):
        if name in values:
            raise MalformedRequest(errors=(FieldError(name[:64], "这个参数只能出现一次"),))
        if "\x00" in value or "\ufffd" in value:
            raise MalformedRequest(errors=(FieldError(name[:64], "含有无效的字符"),))
        values[name] = value
    return msgspec.convert(values, query_type, strict=False)


def _safe_name(request: Request) -> str:
    return next((name[:64] for name, _ in request.get_query_args(keep_blank_values=True)), "")


def _read_body(request: Request, decoder: "msgspec.json.Decoder[Any]") -> Any:
    if _media_type(request, default=JSON) != JSON:
        raise WrongMediaType
    if b"\\u0000" in request.body:
        raise MalformedRequest(errors=(FieldError("", "文字中不能有空字符"),))
    return decoder.decode(request.body)


def _read_form(request: Request, kind: Any) -> Any:
    try:
        pairs = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise MalformedRequest(errors=(FieldError("", "表单无法读取"),)) from None
    values = dict(pairs)
    if len(values) < len(pairs) or any("\x00" in value for value in values.values()):
        raise MalformedRequest(errors=(FieldError("", "表单的每个字段只能出现一次，不能有空字符"),))
    return msgspec.convert(values, kind, strict=False)


def _media_type(request: Request, default: str = "") -> str:
    """Return the type that the body is said to have, in lower case and without its parameters."""
    return request.headers.getone("content-type", default).partition(";")[0].strip().lower()


def _read_upload(request: Request) -> Upload:
    if _media_type(request) != "multipart/form-data":
        raise WrongMediaType(next_step="请以 multipart/form-data 上传，文件放在 file 字段")
    sent = request.files.get("file") if request.files else None
    if sent is None or not sent.body:
        raise MalformedRequest(errors=(FieldError("file", "请选择一个文件"),))
    return Upload(filename=(sent.name or "")[:200], data=sent.body)
