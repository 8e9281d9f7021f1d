"""模板字段 — what WeChat accepts in each kind of a subscribe message's fields, read anew from its document."""

import re
from collections.abc import Callable
from datetime import datetime

_CHINESE = r"[\u3400-\u9fff]"
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def field_fault(key: str, value: object) -> str:
    """Return what is wrong with a field's value, nothing if WeChat takes it; the kind is the key without its number."""
    kind = key.rstrip("0123456789")
    check = _CHECKS.get(kind)
    if check is None or kind == key:
        return "key invalid"
    if not isinstance(value, str) or not value.strip():
        return "value is empty"
    return "" if check(value) else "value invalid"


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None and sum(map(str.isdigit, value)) <= 32


def _is_name(value: str) -> bool:
    if any(map(str.isdigit, value)):
        return False
    return len(value) <= (10 if re.search(_CHINESE, value) else 20)


def _is_moment(value: str, *, needs_day: bool) -> bool:
    day, _, clock = value.rpartition(" ") if " " in value else (value, "", "")
    if not day or _CLOCK.fullmatch(day):
        return not needs_day and not clock and _is_clock(day or value)
    found = _DAY.fullmatch(day)
    if found is None or (clock and not _is_clock(clock)):
        return False
    try:
        datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return False
    return needs_day or bool(clock)


def _is_clock(value: str) -> bool:
    found = _CLOCK.fullmatch(value)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60


def _in_span(value: str, *, needs_day: bool) -> bool:
    """A moment, or two with ``~`` between; the second of a span may leave out its day."""
    first, is_span, last = value.partition("~")
    is_last_good = _is_moment(last, needs_day=needs_day) or _is_clock(last)
    return _is_moment(first, needs_day=needs_day) and (not is_span or is_last_good)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "number": _is_number,
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "symbol": lambda value: len(value) <= 5 and not any(map(str.isalnum, value)),
    "character_string": _matches(r"[\x21-\x7e]{1,32}"),
    "time": lambda value: _in_span(value, needs_day=False),
    "date": lambda value: _in_span(value, needs_day=True),
    "amount": _matches(r"[^\d\s]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": _matches(r"[\d+\-() ]{1,17}"),
    "car_number": _matches(rf"({_CHINESE}|[A-Za-z0-9])[A-Za-z0-9]{{0,6}}({_CHINESE}|[A-Za-z0-9])?"),
    "name": _is_name,
    "phrase": _matches(rf"{_CHINESE}{{1,5}}"),
    "enum": lambda value: len(value) <= 20,
    "short_thing": lambda value: len(value) <= 20,
    "const": lambda value: len(value) <= 20,
}
