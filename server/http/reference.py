"""接口手册 — the page that reads the document to people: every endpoint, every refusal; no script."""

from html import escape
from itertools import groupby
from operator import attrgetter
from typing import Any, get_args

import msgspec

from models.errors import Refusal
from server.http.askers import Anyone
from server.http.endpoints import Download, Endpoint
from server.http.openapi import refusals_of
from server.http.problems import status_of

_ASKERS = {
    "anyone": "任何人，不需要登录",
    "visitor": "任何人；登录后答复因人而异",
    "person": "登录的人",
    "veteran": "已绑定优待证的人",
    "clerk": "商户店员",
    "employer": "用人单位成员",
    "staff": "工作人员",
    "administrator": "系统管理员",
    "screen": "招聘会现场的大屏，出示大屏码",
}
_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "空值",
    "date": "日期",
    "date-time": "时间",
    "time": "时刻",
    "uuid": "编号",
}
_INTRODUCTION = (
    '<p>机器可读的文档在 <a href="/openapi.json">/openapi.json</a>（OpenAPI 3.1）。</p>'
    "<ul><li>登录后的请求带 <code>Authorization: Bearer …</code>；成功的答复就是资源本身。</li>"
    "<li>拒绝的答复是 RFC 9457 问题文档：<code>code</code> 不会改变，<code>detail</code> 是给人看的中文，"
    "<code>errors</code> 指出有误的字段。</li>"
    "<li>标有「可重发」的请求带上 <code>Idempotency-Key</code>，24 小时内重发只办一次，答复相同。</li>"
    "<li>列表用 <code>limit</code>（最多 100）和上一页的 <code>next_cursor</code> 翻页。"
    "时间为 +08:00，金额为分。</li></ul>"
)


def render_docs(endpoints: list[Endpoint]) -> str:
    """Return the page of all endpoints, by tag in their own order, and of every refusal by its code."""
    groups = [(title, list(members)) for title, members in groupby(endpoints, key=attrgetter("title"))]
    contents = "".join(
        f'<li><a href="#{one.name}"><b>{one.method}</b> <code>{escape(one.template)}</code></a>'
        f" {escape(one.summary)}</li>"
        for one in endpoints
    )
    sections = "".join(
        f"<section><h2>{title}</h2>{''.join(map(_article, members))}</section>" for title, members in groups
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>邮兵接口手册</title>'
        '<link rel="stylesheet" href="/docs.css"></head><body><main><h1>邮兵接口手册</h1>'
        f"{_INTRODUCTION}<details><summary>全部接口（{len(endpoints)} 个）</summary><ul>{contents}</ul></details>"
        f'{sections}<h2 id="refusals">全部拒绝代码</h2>{_refusals(endpoints)}</main></body></html>'
    )


def _article(endpoint: Endpoint) -> str:
    facts = [f"请求人：{_ASKERS.get(endpoint.asker.role, endpoint.asker.role)}", f"成功：{endpoint.status}"]
    if endpoint.idempotent and endpoint.asker is not Anyone:
        facts.append("可重发")
    if endpoint.limit:
        facts.append(f"限流：{endpoint.limit.rate.replace('/minute', ' 次/分钟')}")
    parts = [
        f'<article id="{endpoint.name}"><h3><b>{endpoint.method}</b> <code>{escape(endpoint.template)}</code>'
        f"<span>{escape(endpoint.summary)}</span></h3><p>{' · '.join(facts)}</p>",
        _fields("查询参数", endpoint.query, shows_required=True),
        _fields("请求内容", endpoint.body, shows_required=True),
        "<p>请求内容：multipart/form-data，文件放在 <code>file</code> 字段</p>" if endpoint.takes_upload else "",
        _answer(endpoint),
    ]
    if endpoint.refusals:
        links = "、".join(f'<a href="#{kind.__name__}">{kind.__name__}</a>' for kind in endpoint.refusals)
        parts.append(f"<p>特有的拒绝：{links}</p>")
    return "".join(parts) + "</article>"


def _answer(endpoint: Endpoint) -> str:
    if endpoint.answer is Download:
        return f"<p>答复：文件 <code>{escape(endpoint.media_type)}</code></p>"
    if endpoint.answer is type(None):
        return ""
    return _fields("答复", endpoint.answer, shows_required=False)


def _fields(title: str, kind: Any, *, shows_required: bool) -> str:
    """Return the fields of a shape as a folded table; of a union of shapes, those of all."""
    shapes = [part for part in (kind, *get_args(kind)) if hasattr(part, "__struct_fields__")]
    rows = []
    for shape in shapes:
        (_,), components = msgspec.json.schema_components([shape], ref_template="{name}")
        known = components[shape.__name__]
        for name, schema in known["properties"].items():
            need = ("必填" if name in known["required"] else "") if shows_required else ""
            words = "，".join(filter(None, [need, _type(schema, components), escape(schema.get("description", ""))]))
            rows.append(f"<tr><td><code>{name}</code></td><td>{words}</td></tr>")
    if not rows:
        return ""
    opened = " open" if shows_required else ""
    return f"<details{opened}><summary>{title}</summary><table>{''.join(rows)}</table></details>"


def _type(schema: dict[str, Any], components: dict[str, Any]) -> str:
    """Return a JSON Schema in a few Chinese words."""
    if "$ref" in schema:
        return _type(components[schema["$ref"]], components)
    if "anyOf" in schema:
        return "或".join(dict.fromkeys(_type(part, components) for part in schema["anyOf"]))
    if "enum" in schema:
        return " / ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"] if value is not None)
    word = _TYPES.get(schema.get("format") or schema.get("type", ""), "值")
    if schema.get("type") == "array" and schema.get("items"):
        word = f"{_type(schema['items'], components)}的列表"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        word += f" {low:g}–{high:g}"
    elif schema.get("maxLength"):
        word += f"，最多 {schema['maxLength']} 个字"
    return word


def _refusals(endpoints: list[Endpoint]) -> str:
    kinds: dict[str, type[Refusal]] = {kind.__name__: kind for endpoint in endpoints for kind in refusals_of(endpoint)}
    rows = "".join(
        f'<tr id="{name}"><td><code>{name}</code></td><td>{status_of(kind)}</td>'
        f"<td>{escape(kind.message)}</td><td>{escape(kind.next_step)}</td></tr>"
        for name, kind in sorted(kinds.items())
    )
    return f'<table class="codes"><tr><th>code</th><th>状态</th><th>发生了什么</th><th>下一步</th></tr>{rows}</table>'


DOCS_CSS = """
body{font:18px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;color:#1b1b1b;background:#fff;margin:0}
main{max-width:980px;margin:0 auto;padding:24px 16px}
h1{font-size:30px;margin:0 0 8px}
h2{font-size:24px;margin:40px 0 8px;border-bottom:3px solid #8a1c1c}
h3{font-size:19px;margin:4px 0;font-weight:600}
h3 span{margin-left:12px}
b{color:#8a1c1c}
p,ul{margin:6px 0}
article{border-top:1px solid #ddd;padding:14px 8px}
h2+article{border-top:0}
code{background:#f2f2f2;padding:0 4px;border-radius:3px;overflow-wrap:anywhere}
summary{cursor:pointer;padding:4px 0;min-height:32px}
table{border-collapse:collapse;width:100%;margin:4px 0 8px}
td,th{border:1px solid #ccc;padding:5px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f7f2ee}
td:first-child{width:32%}
.codes td:nth-child(2){white-space:nowrap}
a{color:#0b4a8f}
tr:target,article:target{background:#fff6d6}
@media(max-width:600px){h3 span{display:block;margin:0}table{font-size:16px}main{padding:16px 12px}}
"""
