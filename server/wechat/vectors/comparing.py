"""测试向量比对 — compares a push with what a vector expects of it, as liberally as the documents are written."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from server.wechat.pushes.parsing import Push, PushKind

NOT_OURS = frozenset({"class", "valid", "note", "error"})
_PERSON = frozenset({"openid", "open_id", "user", "user_openid", "subject"})
_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?(?:/|$)")


class CannotTell(Exception):
    """A kind, or something expected, for which we have no function."""


def push_faults(push: Push, expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    """Tell every difference between a push and what a vector expects of it.

    Attributes of another library that nothing of ours corresponds to are added to ``unchecked``.

    Raises:
        CannotTell: something is expected that nothing of ours is called.
    """
    for name, wanted in expected.items():
        if name in NOT_OURS:
            continue
        if name == "asserts":
            for one in wanted:
                yield from _assertion(push, one, unchecked)
            continue
        if name == "dedupe_key":
            if not _is_told_apart(push, wanted):
                yield f"told apart by {dict(push.dedupe_parts)!r}, expected {wanted!r}"
            continue
        found = _of_push(push, name)
        if not is_same(found, wanted):
            yield f"{name} is {found!r}, expected {wanted!r}"


def _is_told_apart(push: Push, wanted: Any) -> bool:
    """Tell whether our key is made of what is expected: ``[names joined by +, values]``, or the values joined."""
    told = dict(push.dedupe_parts)
    names: list[str] = ["MsgId"] if "MsgId" in told else ["FromUserName", "CreateTime"]
    rest = str(wanted)
    if not isinstance(wanted, str):
        names, rest = str(wanted[0]).split("+"), "|".join(str(value) for value in wanted[1:])
    if not all(told.get(name) and told[name] in rest for name in names):
        return False
    for known in sorted({*told, *told.values()}, key=len, reverse=True):
        rest = rest.replace(known, "") if known else rest
    return not any(character.isalnum() for character in rest)


def _of_push(push: Push, name: str) -> object:
    result = push.fields.get("result")
    match name:
        case "msg_type":
            return push.text("MsgType")
        case "event":
            return push.name if push.kind is PushKind.EVENT else None
        case "items":
            return push.items()
        case "fields":
            return push.fields
        case "kind" | "name" | "created" | "message_id" | "scene" | "format":
            return getattr(push, name)
    if name in _PERSON:
        return push.openid
    if name in push.fields:
        return push.fields[name]
    if isinstance(result, dict) and name in result:
        return result[name]
    raise CannotTell(f"nothing of ours is called {name}")


def _assertion(push: Push, assertion: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    attribute, wanted = str(assertion["attr"]), assertion["equals"]
    if assertion.get("field"):
        found = _at(push.fields, str(assertion["field"]))
    else:
        derived = _derived(push)
        if attribute not in derived:
            unchecked.append(attribute)
            return
        found = derived[attribute]
    if isinstance(found, set):
        if wanted not in found:
            yield f"{attribute} is one of {sorted(found)}, expected {wanted!r}"
    elif not is_same(found, wanted):
        yield f"{attribute} is {found!r}, expected {wanted!r}"


def _derived(push: Push) -> dict[str, object]:
    """What other libraries compute and we can say as well, under their names."""
    pictures = _at(push.fields, "SendPicsInfo/PicList/item")
    listed = pictures if isinstance(pictures, list) else [pictures]
    try:
        content = base64.b64decode(push.text("Content"), validate=True).decode()
    except ValueError:
        content = push.text("Content")
    return {
        "type": {push.text("MsgType"), f"{push.name.lower()}_event"},
        "event": {push.name, f"{push.name.lower()}_scan" if push.scene else push.name},
        "key": push.text("EventKey"),
        "scene_id": push.scene,
        "len(event.subscribes)": len(push.items()),
        "pic_list": [{"pic_md5_sum": one.get("PicMd5Sum")} for one in listed if isinstance(one, dict)],
        "content": content,
    }


def _at(found: Any, path: str) -> Any:
    for name, index in _STEP.findall(path):
        if isinstance(found, list):
            found = found[0] if found else None
        found = found.get(name) if isinstance(found, Mapping) else None
        if index:
            listed = found if isinstance(found, list) else [found]
            found = listed[int(index)] if int(index) < len(listed) else None
    return found


def is_same(found: object, wanted: object) -> bool:
    """Compare as the documents write: 1 and "1" are one, empty and absent too, an object and a list of it.

    More members than expected are no fault.
    """
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(is_same(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        listed = [found] if isinstance(found, Mapping) else found
        return isinstance(listed, list) and len(listed) == len(wanted) and all(map(is_same, listed, wanted))
    if wanted in (None, ""):
        return found in (None, "")
    if isinstance(wanted, int | float) and isinstance(found, str):
        return found == str(wanted) or _number(found) == wanted
    return str(found) == str(wanted)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
