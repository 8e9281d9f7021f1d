"""替身订阅消息 — one consent is one message; fields, template and page are checked first."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from server.wechat.fake.fields import field_fault
from server.wechat.fake.platform import Answer, Asked, Errcode, Operation, Operations

_PAGE = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*(\?\S*)?\Z")
_STATES = {"developer", "trial", "formal"}
_LANGUAGES = {"zh_CN", "en_US", "zh_HK", "zh_TW"}


class SubscriptionDesk:
    """订阅台 — templates, the consents of each person to each of them, and the messages that take one.

    ``templates`` names the fields of each template, with the words an enum allows. ``knows_all`` takes every
    other template too, its fields checked by their keys alone. ``pages`` empty means that every page is published.
    """

    def __init__(self, *, path: str, deliver: Callable[[str, str, Mapping[str, Any]], None]) -> None:
        self.templates: dict[str, Mapping[str, Collection[str]]] = {}
        self.knows_all = False
        self.pages: set[str] = set()
        self.consents: Counter[tuple[str, str]] = Counter()
        self._path, self._deliver, self._numbers = path, deliver, 0

    @property
    def operations(self) -> Operations:
        return {self._path: Operation("POST", self._send)}

    def _send(self, asked: Asked) -> Answer:
        openid, body = asked.openid(), asked.body
        template = body.get("template_id")
        if not isinstance(template, str) or not self.knows(template):
            raise Errcode(40037, "invalid template_id")
        self._check_page(body.get("page") or "")
        if body.get("miniprogram_state", "formal") not in _STATES or body.get("lang", "zh_CN") not in _LANGUAGES:
            raise Errcode(47003, "argument invalid! miniprogram_state or lang invalid")
        self._check_data(template, body.get("data"))
        if self.consents[openid, template] <= 0:
            raise Errcode(43101, "user refuse to accept the msg")
        self.consents[openid, template] -= 1
        self._numbers += 1
        self._deliver(openid, template, body)
        return {"errcode": 0, "errmsg": "ok", "msgid": 2_000_000_000 + self._numbers}

    def knows(self, template: str) -> bool:
        """Tell whether a template is the account's."""
        return template in self.templates or self.knows_all

    def _check_page(self, page: str) -> None:
        is_published = not self.pages or page.partition("?")[0] in self.pages
        if page and (not _PAGE.match(page) or not is_published):
            raise Errcode(41030, "invalid page")

    def _check_data(self, template: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise Errcode(47003, "argument invalid! data is empty")
        fields = self.templates.get(template, {str(key): () for key in data})
        for key in fields:
            if key not in data:
                raise Errcode(47003, f"argument invalid! data.{key}.value is empty")
        for key, item in data.items():
            if key not in fields:
                raise Errcode(47003, f"argument invalid! data.{key} key invalid")
            value = item.get("value") if isinstance(item, Mapping) else None
            fault = field_fault(key, value)
            if not fault and fields[key] and value not in fields[key]:
                fault = "value not in enum"
            if fault:
                raise Errcode(47003, f"argument invalid! data.{key}.{fault}")
