"""消息模板 — which events become which subscribe message of WeChat, and which text goes into which field."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from server.notifications.fields import FieldKind, fit, is_valid, moment

FILE = Path(__file__).parent / "templates.yaml"
LONGEST_PAGE = 1024
_FIELD = re.compile(r"([a-z_]+?)(\d{1,3})")
_KEY = re.compile(r"[a-z_]{2,40}")


class TemplatesFault(ValueError):
    """The file of templates does not hold together; the message is for the operator."""


class Told(msgspec.Struct, frozen=True):
    """所告诉的 — a notification as its template sees it."""

    title: str
    text: str
    at: datetime
    values: Mapping[str, str]

    def find(self, source: str) -> str:
        """Return the text of a source, empty where there is none."""
        own = {"title": self.title, "text": self.text}
        return own[source] if source in own else self.values.get(source, "")


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """模板字段 — ``source`` is ``title``, ``text``, ``time``, or the name of a value that the event gives."""

    name: str
    label: str
    source: str = ""
    otherwise: str = ""
    """What is sent where the source's text cannot be made to fit."""
    options: tuple[str, ...] = ()
    """The listed values of an enum."""

    @property
    def kind(self) -> FieldKind:
        return kind_of(self.name)

    def render(self, told: Told) -> str:
        """Return the text that is sent; it always fits the field."""
        if self.source == "time" and self.kind in (FieldKind.TIME, FieldKind.DATE):
            return moment(self.kind, told.at)
        found = fit(self.kind, told.find(self.source))
        if found is None or (self.options and found not in self.options):
            return self.otherwise
        return found


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """消息模板 — one subscribe message, as the file describes it."""

    key: str
    title: str
    events: tuple[str, ...]
    page: str
    fields: tuple[Field, ...]
    urgent: tuple[str, ...] = ()

    def render(self, told: Told, names: Mapping[str, str]) -> dict[str, str]:
        """Return the text of every field under the name that it has in the bureau's own template."""
        return {names.get(field.name, field.name): field.render(told) for field in self.fields}

    def page_of(self, link: str) -> str:
        """Return the page that opens, of what the message is about."""
        return self.page.replace("{link}", quote(link, safe=""))[:LONGEST_PAGE]


def kind_of(name: str) -> FieldKind:
    """Return the kind of a field by its name at WeChat, such as ``thing1``.

    Raises:
        ValueError: it is no such name.
    """
    found = _FIELD.fullmatch(name)
    if found is None:
        raise ValueError(f"{name}: 字段名须是类型加编号，如 thing1")
    return FieldKind(found[1])


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates of the file by key, in its order.

    Raises:
        TemplatesFault: a template could send what WeChat refuses, or two answer for the same events.
    """
    return read_templates(FILE.read_text(encoding="utf-8"))


def read_templates(text: str) -> Mapping[str, Template]:
    """Return the templates that a text holds, checked. See ``templates``."""
    import yaml  # only whoever tells people something needs it

    written: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    try:
        found = msgspec.convert(written, list[Template])
        for template in found:
            _check(template)
    except (ValueError, msgspec.ValidationError) as fault:
        raise TemplatesFault(str(fault)) from fault
    keys = [template.key for template in found]
    events = [event for template in found for event in template.events]
    for names in (keys, events):
        if repeated := {name for name in names if names.count(name) > 1}:
            raise TemplatesFault(f"{'、'.join(sorted(repeated))}: 写了两次")
    return {template.key: template for template in found}


@lru_cache(maxsize=512)
def find_template(event: str) -> Template | None:
    """Return the template for an event by the longest beginning of its name that one names, None if there is none."""
    fitting = [
        (len(beginning), template)
        for template in templates().values()
        for beginning in template.events
        if event.startswith(beginning)
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def _check(template: Template) -> None:
    if not _KEY.fullmatch(template.key) or not template.events or not template.fields:
        raise ValueError(f"{template.key}: 要有小写的 key、events 和 fields")
    if template.page.startswith("/") or not template.page:
        raise ValueError(f"{template.key}: page 不能为空，也不能以 / 开头")
    names = [field.name for field in template.fields]
    if len(set(names)) < len(names):
        raise ValueError(f"{template.key}: 字段名重复")
    for field in template.fields:
        is_moment = field.source == "time" and field.kind in (FieldKind.TIME, FieldKind.DATE)
        if not is_moment and not is_valid(field.kind, field.otherwise):
            raise ValueError(f"{template.key}.{field.name}: otherwise 不合这个类型的规则")
        if (field.kind is FieldKind.ENUM) != bool(field.options):
            raise ValueError(f"{template.key}.{field.name}: enum 要有 options，其他类型没有")
        if field.options and field.otherwise not in field.options:
            raise ValueError(f"{template.key}.{field.name}: otherwise 须是 options 之一")
