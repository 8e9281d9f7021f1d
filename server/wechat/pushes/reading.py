"""推送格式 — a body in XML or JSON as a mapping; whatever cannot be read is rejected, never another exception."""

import json
import math
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NoReturn, TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

from server.wechat.pushes.rejection import PushReason, PushRejected

MAX_BODY_BYTES = 128 * 1024
"""The longest push documented, the report on a mass message, stays below a tenth of this."""
MAX_DEPTH = 16
_LONGEST_WHOLE = 20

FieldValue: TypeAlias = "str | int | float | bool | list[FieldValue] | dict[str, FieldValue] | None"
Fields: TypeAlias = dict[str, FieldValue]

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_XML = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Both take a section or text that never ends as ending with the body: searching on from every beginning would be slow.
_STRAY_SPACE = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))|<(/?)\s++(?=\w)", re.DOTALL)
_STRAY_COMMA = re.compile(r'("(?:[^"\\]++|\\.)*+"?)|,(?=\s*[}\]])', re.DOTALL)


class PushFormat(StrEnum):
    """How a push is written; a setting of the account on WeChat's side. 推送格式"""

    XML = "xml"
    JSON = "json"


def read_fields(body: bytes | str, *, limit: int = MAX_BODY_BYTES) -> tuple[PushFormat, Fields]:
    """Return the format of a body and its fields, keys and texts without the spaces around them.

    An element that stands several times is a list, an empty one an empty text. Three slips of WeChat's own published
    samples are tolerated: ``< Tag>``, a comma after the last member, and control characters inside of a text.

    Raises:
        PushRejected: longer than ``limit`` bytes, not UTF-8, neither XML nor a JSON object, a document type, a member
            twice, deeper than ``MAX_DEPTH``, or characters that no database can hold.
    """
    text = _decode(body, limit)
    if text.startswith("{"):
        return PushFormat.JSON, _read_json(text)
    if text.startswith("<"):
        return PushFormat.XML, _read_xml(text)
    raise malformed("neither XML nor a JSON object")


def malformed(detail: str) -> PushRejected:
    """Return the rejection of what cannot be read."""
    return PushRejected(PushReason.MALFORMED, detail)


def _decode(body: bytes | str, limit: int) -> str:
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    if len(body) > limit:
        raise PushRejected(PushReason.OVERSIZED, f"{len(body)} bytes")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("not UTF-8") from None
    if "\x00" in text:
        raise malformed("a NUL")
    return text.removeprefix("\ufeff").strip()


def _read_json(text: str) -> Fields:
    try:
        found = _parse_json(text)
    except (ValueError, RecursionError):
        try:
            found = _parse_json(_STRAY_COMMA.sub(lambda match: match[1] or "", text))
        except (ValueError, RecursionError):
            raise malformed("not JSON") from None
    if not isinstance(found, dict):
        raise malformed("not a JSON object")
    return found


def _parse_json(text: str) -> FieldValue:
    # strict=False: WeChat passes on the control characters that people paste
    loaded = json.loads(
        text,
        object_pairs_hook=_Members,
        parse_constant=_refuse,
        parse_float=_finite,
        parse_int=_whole,
        strict=False,
    )
    return _clean(loaded, depth=0)


class _Members(list[tuple[str, object]]):
    """The members of one JSON object, before it is known that none stands twice."""


def _clean(value: object, depth: int) -> FieldValue:
    if depth > MAX_DEPTH:
        raise malformed("nested too deep")
    if isinstance(value, str):
        return _writable(value)
    if isinstance(value, _Members):
        found: Fields = {}
        for key, member in value:
            name = _writable(key)
            if name in found:
                raise malformed("a member twice")
            found[name] = _clean(member, depth + 1)
        return found
    if isinstance(value, list):
        return [_clean(one, depth + 1) for one in value]
    if value is None or isinstance(value, int | float):
        return value
    raise malformed("not a JSON value")


def _writable(text: str) -> str:
    if _UNWRITABLE.search(text):
        raise malformed("a NUL or half a surrogate pair")
    return text.strip()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _whole(digits: str) -> int | str:
    """A number beyond 64 bits stays the text that was sent: few readers of ours could take it."""
    if len(digits) > _LONGEST_WHOLE:
        return digits
    number = int(digits)
    return number if abs(number) < 2**63 else digits


def _read_xml(text: str) -> Fields:
    try:
        return _parse_xml(text)
    except ExpatError:
        mended = _STRAY_SPACE.sub(lambda match: match[1] or f"<{match[2]}", _NOT_XML.sub("", text))
    try:
        return _parse_xml(mended)
    except ExpatError:
        raise malformed("not XML") from None


def _parse_xml(text: str) -> Fields:
    tree = _Tree()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = tree.start
    parser.CharacterDataHandler = tree.text
    parser.EndElementHandler = tree.end
    parser.Parse(text, True)
    if not isinstance(tree.found, dict):
        raise malformed("no element inside of the root")
    return tree.found


def _refuse_doctype(*_: object) -> NoReturn:
    raise PushRejected(PushReason.DOCTYPE)


class _Tree:
    """What expat found so far: for every open element its members and its text."""

    def __init__(self) -> None:
        self.found: FieldValue = None
        self._open: list[tuple[Fields, list[str]]] = []

    def start(self, _name: str, _attributes: Sequence[str]) -> None:
        if len(self._open) > MAX_DEPTH:
            raise malformed("nested too deep")
        self._open.append(({}, []))

    def text(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, name: str) -> None:
        members, texts = self._open.pop()
        value: FieldValue = members or "".join(texts).strip()
        if not self._open:
            self.found = value
            return
        siblings = self._open[-1][0]
        if name not in siblings:
            siblings[name] = value
            return
        before = siblings[name]
        if isinstance(before, list):
            before.append(value)
        else:
            siblings[name] = [before, value]
