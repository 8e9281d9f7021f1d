"""模板字段 — the rules of WeChat for the fields of a subscribe message, kept before anything is sent.

WeChat refuses a whole message (47003) for one field that is empty, too long or of the wrong kind of signs
(订阅消息参数值内容限制说明). So every text is made to fit its field, or gives way to a text of the template that does.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from config.clock import beijing


class FieldKind(StrEnum):
    """模板字段类型 — the kind that stands before the number in a field's name: ``thing1``, ``time2``."""

    THING = "thing"
    NUMBER = "number"
    LETTER = "letter"
    SYMBOL = "symbol"
    CHARACTER_STRING = "character_string"
    TIME = "time"
    DATE = "date"
    AMOUNT = "amount"
    PHONE_NUMBER = "phone_number"
    CAR_NUMBER = "car_number"
    NAME = "name"
    PHRASE = "phrase"
    ENUM = "enum"
    SHORT_THING = "short_thing"
    CONST = "const"


LONGEST = {
    FieldKind.THING: 20,
    FieldKind.NUMBER: 32,
    FieldKind.LETTER: 32,
    FieldKind.SYMBOL: 5,
    FieldKind.CHARACTER_STRING: 32,
    FieldKind.AMOUNT: 10,
    FieldKind.PHONE_NUMBER: 17,
    FieldKind.CAR_NUMBER: 8,
    FieldKind.NAME: 10,
    FieldKind.PHRASE: 5,
    FieldKind.ENUM: 20,
    FieldKind.SHORT_THING: 5,
    FieldKind.CONST: 20,
}
"""Characters of each kind; digits for an amount. The last three are of our own choosing: WeChat's pages do not say."""

_HAN = "\u4e00-\u9fa5"
_MARKS = "!-/:-@\\[-`{-~"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_CALENDAR = r"\d{4}年\d{1,2}月\d{1,2}日"
_DAYS = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII)
_TIME = rf"(?:{_CALENDAR} )?{_CLOCK}"
_DATE = rf"{_CALENDAR}(?: {_CLOCK})?"
_PATTERNS = {
    FieldKind.NUMBER: r"\d+(?:\.\d+)?",
    FieldKind.LETTER: r"[A-Za-z]+",
    FieldKind.SYMBOL: rf"[{_MARKS}]+",
    FieldKind.CHARACTER_STRING: rf"[0-9A-Za-z{_MARKS}]+",
    FieldKind.TIME: rf"{_TIME}(?:~{_TIME})?",
    FieldKind.DATE: rf"{_DATE}(?:~{_DATE})?",
    FieldKind.AMOUNT: r"[¥￥$]\d+(?:\.\d{1,2})?",
    FieldKind.PHONE_NUMBER: r"\+?\d[\d-]*",
    FieldKind.CAR_NUMBER: rf"[{_HAN}A-Z0-9][A-Z0-9]{{1,6}}[{_HAN}A-Z0-9]",
    FieldKind.PHRASE: rf"[{_HAN}]+",
}
_WHOLE = {kind: re.compile(pattern, re.ASCII) for kind, pattern in _PATTERNS.items()}
_LATIN_NAME = re.compile(r"[A-Za-z](?:[A-Za-z .'-]{0,18}[A-Za-z.])?")
_HAN_NAME = re.compile(rf"[{_HAN}]{{1,10}}")
_BLANKS = re.compile(r"\s+")


def is_valid(kind: FieldKind, text: str) -> bool:
    """Return whether WeChat takes a text for a field of this kind; where its rule is vague, the narrow reading."""
    if not text or text != clean(text):
        return False
    match kind:
        case FieldKind.TIME | FieldKind.DATE:
            return _WHOLE[kind].fullmatch(text) is not None and _has_real_days(text)
        case FieldKind.AMOUNT:
            digits = sum(sign.isdigit() for sign in text)
            return _WHOLE[kind].fullmatch(text) is not None and digits <= LONGEST[kind]
        case FieldKind.NAME:
            return _is_name(text)
    pattern = _WHOLE.get(kind)
    return length(text) <= LONGEST[kind] and (pattern is None or pattern.fullmatch(text) is not None)


def fit(kind: FieldKind, text: str) -> str | None:
    """Return a text as a field of this kind takes it, cut by the kind's rule, or None if it cannot be one.

    Free text ends in an ellipsis where it is cut. Numbers, times, telephones and fixed words are never cut: half of
    one would be wrong.
    """
    cleaned = clean(text)
    found = _FITTING.get(kind, _as_it_is)(cleaned)
    return found if is_valid(kind, found) else None


def clean(text: str) -> str:
    """Return a text on one line, without control, invisible and unassigned signs."""
    kept = (" " if sign.isspace() else sign for sign in text)
    visible = "".join(sign for sign in kept if unicodedata.category(sign)[0] != "C")
    return _BLANKS.sub(" ", visible).strip()


def length(text: str) -> int:
    """Return the length as WeChat's own language counts it: a sign beyond the basic plane is two."""
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)


def moment(kind: FieldKind, at: datetime) -> str:
    """Return an instant in Beijing's time as a field of this kind shows it."""
    local = beijing(at)
    day = f"{local.year}年{local.month}月{local.day}日"
    return day if kind is FieldKind.DATE else f"{day} {local:%H:%M}"


def cut(text: str, longest: int) -> str:
    """Return a text of so many characters at most; a cut one ends in an ellipsis."""
    if length(text) <= longest:
        return text
    kept = text[: longest - 1]
    while length(kept) > longest - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _has_real_days(text: str) -> bool:
    try:
        for year, month, day in _DAYS.findall(text):
            date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _as_it_is(text: str) -> str:
    return text


def _thing(text: str) -> str:
    return cut(text, LONGEST[FieldKind.THING])


def _character_string(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text).replace(" ", "")
    return narrow[: LONGEST[FieldKind.CHARACTER_STRING]]


def _amount(text: str) -> str:
    number = text.removesuffix("元").replace(",", "").replace(" ", "")
    return number if number[:1] in ("¥", "￥", "$") else f"¥{number}"


def _name(text: str) -> str:
    return text if _is_name(text) else text[: LONGEST[FieldKind.NAME]]


def _compact(text: str) -> str:
    return text.replace(" ", "")


_FITTING: dict[FieldKind, Callable[[str], str]] = {
    FieldKind.THING: _thing,
    FieldKind.CHARACTER_STRING: _character_string,
    FieldKind.AMOUNT: _amount,
    FieldKind.NAME: _name,
    FieldKind.NUMBER: _compact,
    FieldKind.PHONE_NUMBER: _compact,
    FieldKind.CAR_NUMBER: _compact,
}


def _is_name(text: str) -> bool:
    """A name in Chinese has ten signs at most, one in letters twenty."""
    return _LATIN_NAME.fullmatch(text) is not None or _HAN_NAME.fullmatch(text) is not None
