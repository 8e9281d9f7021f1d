"""接口文档 — OpenAPI 3.1 from the endpoints' own types."""

from typing import Any

import msgspec

from models.errors import Refusal, Unauthenticated
from server.http.askers import Anyone
from server.http.endpoints import Download, Endpoint
from server.http.idempotency import KeyReused, StillInProgress
from server.http.pagination import CursorInvalid
from server.http.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    DatabaseUnavailable,
    InternalFault,
    MalformedRequest,
    NoSuchPath,
    OutOfTime,
    Problem,
    RequestTooSlow,
    WrongMediaType,
    WrongMethod,
    status_of,
)
from server.http.rate_limits import RateLimited

_REF = "#/components/schemas/{name}"


def build_openapi(endpoints: list[Endpoint], *, version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all endpoints."""
    types: list[Any] = [Problem]
    for endpoint in endpoints:
        types += [kind for kind in (endpoint.query, endpoint.body, _answer_type(endpoint)) if kind is not None]
        types += list(endpoint.path_types.values())
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    known = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, known=known, components=components)
        paths.setdefault(endpoint.template, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "邮兵 Youbing",
            "version": version,
            "description": "高邮市退役军人服务小程序的接口。时间为 RFC 3339（+08:00），金额为分，成功直接返回资源，"
            "拒绝返回 RFC 9457 问题文档：`code` 是稳定的约定，`detail` 是给人看的中文。",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _answer_type(endpoint: Endpoint) -> Any | None:
    return None if endpoint.answer in (type(None), Download) else endpoint.answer


def _operation(endpoint: Endpoint, *, known: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": known[id(kind)]}
        for name, kind in endpoint.path_types.items()
    ]
    if endpoint.query is not None:
        shape = components[endpoint.query.__name__]
        required = shape.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            | ({"description": schema["description"]} if "description" in schema else {})
            for name, schema in shape["properties"].items()
        ]
    if endpoint.idempotent and endpoint.asker.needs_token:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "手机可能重发的请求请带上：24 小时内同一个值得到同一个答复，不会重复办理",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
            }
        )
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": f"请求人：{endpoint.asker.role}\n\n{endpoint.description}".strip(),
        "parameters": parameters,
        "responses": _responses(endpoint, known=known),
    }
    if endpoint.body is not None:
        kinds = ("application/json", *(["application/x-www-form-urlencoded"] if endpoint.takes_form else []))
        content = {kind: {"schema": known[id(endpoint.body)]} for kind in kinds}
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.takes_upload:
        schema = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
        }
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if endpoint.asker is not Anyone:
        operation["security"] = [{"bearer": []}] if endpoint.asker.needs_token else [{"bearer": []}, {}]
    return operation


def _responses(endpoint: Endpoint, *, known: dict[int, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {str(endpoint.status): _success(endpoint, known=known)}
    if endpoint.etag:
        responses["304"] = {"description": "内容未变（If-None-Match 与 ETag 相符）"}
    by_status: dict[int, list[type[Refusal]]] = {}
    for refusal in refusals_of(endpoint):
        by_status.setdefault(status_of(refusal), []).append(refusal)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = {
            "description": "；".join(f"{kind.__name__}：{kind.message}" for kind in kinds),
            "content": {MEDIA_TYPE: {"schema": known[id(Problem)]}},
        }
    return responses


def _success(endpoint: Endpoint, *, known: dict[int, Any]) -> dict[str, Any]:
    if endpoint.answer is type(None):
        return {"description": "已完成，无内容"}
    if endpoint.answer is Download:
        schema = {"type": "string", "contentMediaType": endpoint.media_type}
        return {"description": "文件", "content": {endpoint.media_type: {"schema": schema}}}
    return {"description": "成功", "content": {"application/json": {"schema": known[id(endpoint.answer)]}}}


def refusals_of(endpoint: Endpoint) -> list[type[Refusal]]:
    """Return every refusal that an endpoint may answer, its own first, in a stable order."""
    kinds: list[type[Refusal]] = list(endpoint.refusals)
    kinds += [MalformedRequest, NoSuchPath, WrongMethod, RequestTooSlow, BodyTooLarge, InternalFault]
    kinds += [OutOfTime, DatabaseUnavailable]
    if endpoint.asker is not Anyone:
        kinds.append(Unauthenticated)
    kinds += endpoint.asker.refusals
    if endpoint.body is not None or endpoint.takes_upload:
        kinds.append(WrongMediaType)
    if endpoint.idempotent:
        kinds += [StillInProgress, KeyReused]
    if endpoint.query is not None and "cursor" in endpoint.query.__struct_fields__:
        kinds.append(CursorInvalid)
    if endpoint.limit:
        kinds.append(RateLimited)
    return list(dict.fromkeys(kinds))
