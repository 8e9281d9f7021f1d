"""接口文档 — OpenAPI 3.1 from the endpoints' own types, and a page that reads it to people."""

import html
from typing import Any, get_args

import msgspec

from models.errors import Forbidden, Refusal, TooMany, Unauthenticated, Unavailable
from server.http.askers import Anyone
from server.http.endpoints import Download, Endpoint, Redirect
from server.http.idempotency import KeyReused, StillInProgress
from server.http.pagination import CursorInvalid
from server.http.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    InternalFault,
    MalformedRequest,
    NoSuchPath,
    Problem,
    RequestTooSlow,
    WrongMediaType,
    WrongMethod,
    status_of,
)

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
    return None if endpoint.answer in (type(None), Download, Redirect) else endpoint.answer


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
        content = {"application/json": {"schema": known[id(endpoint.body)]}}
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
    if endpoint.answer is Redirect:
        return {"description": "跳转", "headers": {"Location": {"schema": {"type": "string"}}}}
    if endpoint.answer is Download:
        schema = {"type": "string", "contentMediaType": endpoint.media_type}
        return {"description": "文件", "content": {endpoint.media_type: {"schema": schema}}}
    return {"description": "成功", "content": {"application/json": {"schema": known[id(endpoint.answer)]}}}


def refusals_of(endpoint: Endpoint) -> list[type[Refusal]]:
    """Return every refusal that an endpoint may answer, its own first, in a stable order."""
    kinds: list[type[Refusal]] = list(endpoint.refusals)
    kinds += [MalformedRequest, NoSuchPath, WrongMethod, RequestTooSlow, BodyTooLarge, InternalFault, Unavailable]
    if endpoint.asker is not Anyone:
        kinds.append(Unauthenticated)
    if endpoint.asker.role not in ("anyone", "visitor", "person"):
        kinds.append(Forbidden)
    if endpoint.body is not None or endpoint.takes_upload:
        kinds.append(WrongMediaType)
    if endpoint.idempotent:
        kinds += [StillInProgress, KeyReused]
    if endpoint.query is not None and "cursor" in endpoint.query.__struct_fields__:
        kinds.append(CursorInvalid)
    if endpoint.limit:
        kinds.append(TooMany)
    return list(dict.fromkeys(kinds))


def render_docs(endpoints: list[Endpoint]) -> str:
    """Return a page that lists every endpoint and every refusal; no script, nothing from outside."""
    rows, refusals = [], {}
    for endpoint in endpoints:
        refusals.update({kind.__name__: kind for kind in refusals_of(endpoint)})
        codes = "、".join(f'<a href="#{kind.__name__}">{kind.__name__}</a>' for kind in endpoint.refusals) or "—"
        rows.append(
            f'<article id="{endpoint.name}"><h3><b>{endpoint.method}</b> <code>{html.escape(endpoint.template)}</code>'
            f" {html.escape(endpoint.summary)}</h3><p>请求人：{endpoint.asker.role} · 成功：{endpoint.status}"
            f"{' · 可带 Idempotency-Key' if endpoint.idempotent and endpoint.asker.needs_token else ''}</p>"
            f"<p>查询：{_fields(endpoint.query)}</p><p>内容：{_fields(endpoint.body)}</p>"
            f"<p>特有的拒绝：{codes}</p></article>"
        )
    table = "".join(
        f'<tr id="{name}"><td><code>{name}</code></td><td>{status_of(kind)}</td>'
        f"<td>{html.escape(kind.message)}</td><td>{html.escape(kind.next_step)}</td></tr>"
        for name, kind in sorted(refusals.items())
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>邮兵接口</title>'
        '<link rel="stylesheet" href="/docs.css"><main><h1>邮兵接口</h1>'
        '<p>机器可读的文档在 <a href="/openapi.json">/openapi.json</a>（OpenAPI 3.1）。</p>'
        f"{''.join(rows)}<h2>全部拒绝代码</h2><table><tr><th>code</th><th>状态</th><th>说明</th><th>下一步</th></tr>"
        f"{table}</table></main></html>"
    )


def _fields(kind: Any) -> str:
    if kind is None:
        return "无"
    structs = [part for part in (kind, *get_args(kind)) if hasattr(part, "__struct_fields__")]
    names = [f"<code>{name}</code>" for struct in structs for name in struct.__struct_fields__]
    return "、".join(names) or "见 OpenAPI"


DOCS_CSS = (
    "body{font:18px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;color:#1b1b1b;background:#fff;margin:0}"
    "main{max-width:960px;margin:0 auto;padding:24px 16px}article{border-top:1px solid #ccc;padding:8px 0}"
    "h3{font-size:18px;margin:8px 0}h3 b{color:#8a1c1c}p{margin:4px 0}code{background:#f2f2f2;padding:0 4px}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:4px 8px;text-align:left}"
    "a{color:#0b4a8f}tr:target,article:target{background:#fff6d6}"
)
