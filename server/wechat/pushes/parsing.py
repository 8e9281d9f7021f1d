"""推送内容 — what a push says, the same whether it came in XML or JSON, from which account whatever."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.wechat.pushes.reading import MAX_BODY_BYTES, Fields, FieldValue, PushFormat, malformed, read_fields

PRIVACY_EVENTS = frozenset({"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"})
"""A person changed, withdrew or closed something: what we hold of it must go. FromUserName is WeChat's own."""
_LONGEST_NAME = 128
_LONGEST_INSTANT = 12
_SCENE_OF_A_SUBSCRIBER = "qrscene_"


class PushKind(StrEnum):
    """Whether a person said something, or something happened. 推送类别"""

    MESSAGE = "message"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Push:
    """One message or event. 微信推送

    ``name`` is MsgType or Event as sent; ``openid`` the person it is about, empty where WeChat does not say;
    ``created`` seconds since 1970, 0 if that was not sent; ``message_id`` need not be a number; ``fields`` everything.
    """

    format: PushFormat
    kind: PushKind
    name: str
    openid: str
    created: int
    message_id: str | None
    fields: Mapping[str, FieldValue]

    def text(self, name: str) -> str:
        """Return a field as text; empty if it was not sent or is no single value."""
        return _as_text(self.fields.get(name))

    @property
    def scene(self) -> str:
        """The scene of the code that was scanned, by a new subscriber or an old one; empty if there was none."""
        key = self.text("EventKey")
        match self.name.lower():
            case "subscribe":
                return key.removeprefix(_SCENE_OF_A_SUBSCRIBER) if key.startswith(_SCENE_OF_A_SUBSCRIBER) else ""
            case "scan":
                return key
        return ""

    @property
    def dedupe_parts(self) -> tuple[tuple[str, str], ...]:
        """Name and value of what tells this push from every other.

        Messages are told by MsgId. Events have none; to what the documents name (FromUserName, CreateTime) the rest is
        added, because two events of one kind can concern one person in one second, and all privacy events come from
        one FromUserName. WeChat repeats a push with the same content, so that a repetition is still the same.
        """
        if self.kind is PushKind.MESSAGE and self.message_id:
            return (("MsgId", self.message_id),)
        told = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "OpenID", "trace_id")
        return (*((name, self.text(name)) for name in told), ("fields", _digest(_as_texts(dict(self.fields)))))

    @property
    def dedupe_key(self) -> str:
        """``dedupe_parts`` as 64 hex digits; holds nothing of the person."""
        return _digest(self.dedupe_parts)

    def items(self) -> list[Mapping[str, FieldValue]]:
        """Return the list of a ``subscribe_msg_…`` event, whatever it is wrapped in; one item is a list of one."""
        for container in self._containers():
            if "List" in container:
                return list(_mappings(container["List"]))
        return [wrapper for wrapper in self._containers() if wrapper is not self.fields and "TemplateId" in wrapper]

    def _containers(self) -> Iterator[Mapping[str, FieldValue]]:
        yield self.fields
        for value in self.fields.values():
            yield from _mappings(value)


def parse_push(body: bytes | str, *, limit: int = MAX_BODY_BYTES) -> Push:
    """Return what a body in plain text says; it does not matter whether it was encrypted before.

    Raises:
        PushRejected: it cannot be read, see ``read_fields`` and ``push_of``.
    """
    return push_of(*read_fields(body, limit=limit))


def push_of(format_: PushFormat, fields: Fields) -> Push:
    """Return the push of fields that were read.

    Raises:
        PushRejected: MsgType is missing, or Event of an event; a name or an id is an object, stands twice or is longer
            than 128 characters.
    """
    for single in ("ToUserName", "EventKey", "Content"):
        if isinstance(fields.get(single), list):
            raise malformed(f"{single} twice")
    name, event = _name(fields, "MsgType"), _name(fields, "Event")
    kind = PushKind.EVENT if name.lower() == "event" else PushKind.MESSAGE
    if kind is PushKind.EVENT:
        name = event
    if not name:
        raise malformed("no MsgType, or no Event")
    sender = _name(fields, "FromUserName")
    about = _name(fields, "OpenID") if name.lower() in PRIVACY_EVENTS else sender
    message_id = _name(fields, "MsgId") or None
    return Push(format_, kind, name, about, _created(fields), message_id, fields)


def _name(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if isinstance(value, list | dict | bool):
        raise malformed(f"{name} is no single value")
    text = _as_text(value)
    if len(text) > _LONGEST_NAME:
        raise malformed(f"{name} is too long")
    return text


def _created(fields: Fields) -> int:
    text = _name(fields, "CreateTime")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_INSTANT else 0


def _as_text(value: FieldValue) -> str:
    match value:
        case None | list() | dict():
            return ""
        case bool():
            return "true" if value else "false"
    return str(value)


def _as_texts(value: FieldValue) -> object:
    if isinstance(value, dict):
        return {key: _as_texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_texts(one) for one in value]
    return _as_text(value)


def _mappings(value: FieldValue) -> Iterator[dict[str, FieldValue]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
