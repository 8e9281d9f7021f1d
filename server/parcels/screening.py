"""寄递物品筛查 — keywords that flag what may not be sent, or not by air; a person inspects and decides."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

import config

_FILE = Path(config.__file__).parent / "seed" / "prohibited_goods.json"
STATE_SECRETS = "state_secrets"


class Severity(StrEnum):
    """筛查程度 — never sent, not by air, or looked at first; the graver comes first."""

    NEVER = "never"
    INSPECT = "inspect"
    NOT_BY_AIR = "not_by_air"

    @property
    def label(self) -> str:
        return {"never": "禁止寄递", "inspect": "须当面查验", "not_by_air": "不能走航空"}[self.value]

    @property
    def next_step(self) -> str:
        return {
            "never": "请不要放进包裹；如果是名称相近的别的东西，到站由工作人员查验后决定",
            "inspect": "请带到站里，由工作人员当面查验后决定能不能寄",
            "not_by_air": "请选陆运的服务；走航空的要先取出来",
        }[self.value]


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """筛查类别 — one category with the words that people write, and words that only look alike."""

    code: str
    name: str
    severity: Severity
    keywords: tuple[str, ...]
    exceptions: tuple[str, ...] = ()


class ProhibitedGoods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """禁寄物品表"""

    source: str
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class ScreeningWarning:
    """筛查提醒 — what was found in one item: the category, the word, and what to do."""

    item: str
    word: str
    category: str
    category_name: str
    severity: Severity
    sentence: str
    next_step: str


@cache
def prohibited_goods() -> ProhibitedGoods:
    """Return the table of the seed."""
    return msgspec.json.decode(_FILE.read_bytes(), type=ProhibitedGoods)


def screen(items: Iterable[str]) -> list[ScreeningWarning]:
    """Return what may not be sent, or not by air, of the names of things: the gravest first. 筛查。

    A word inside an exception does not count: 刀削面 is no knife, 水果刀 is one.
    """
    found = [
        _warn(item, word, category)
        for item in items
        for plain in (_plain(item),)
        for category in prohibited_goods().categories
        if (word := _find_word(plain, category))
    ]
    return sorted(found, key=lambda warning: list(Severity).index(warning.severity))


def air_obstacle(warnings: Sequence[ScreeningWarning]) -> str:
    """Return why these things may not fly, as a sentence; empty if they may."""
    words = list(dict.fromkeys(warning.word for warning in warnings if warning.severity is not Severity.INSPECT))
    return f"物品中有{'、'.join(f'「{word}」' for word in words)}，不能走航空，请选陆运的服务" if words else ""


def _find_word(text: str, category: Category) -> str:
    """Return the longest keyword of a category in a plain text; the shortest way out is that there is none."""
    exceptions, keywords, any_keyword = _patterns(category)
    if any_keyword.search(text) is None:
        return ""
    for exception in exceptions:
        text = text.replace(exception, "\n" * len(exception))
    return next((word for plain, word in keywords if plain in text), "")


@cache
def _patterns(category: Category) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], re.Pattern[str]]:
    """Return a category's exceptions and keywords, plain and the longest keyword first, and a glance at all of them."""
    words = sorted(category.keywords, key=len, reverse=True)
    keywords = tuple((_plain(word), word) for word in words)
    glance = re.compile("|".join(re.escape(plain) for plain, _ in keywords))
    return tuple(_plain(exception) for exception in category.exceptions), keywords, glance


def _warn(item: str, word: str, category: Category) -> ScreeningWarning:
    sentence = f"「{item}」里的「{word}」属于{category.name}：{category.severity.label}"
    next_step = category.severity.next_step
    if category.code == STATE_SECRETS:
        sentence = f"「{item}」里的「{word}」像是国家秘密载体，一律不得寄递（保守国家秘密法第二十八条）"
        next_step = "请不要寄，交回原单位按保密规定处理；名称相近的别的东西，到站由工作人员查验后决定"
    return ScreeningWarning(item, word, category.code, category.name, category.severity, sentence, next_step)


def _plain(text: str) -> str:
    return re.sub(r"[\s\-·、,，。]", "", unicodedata.normalize("NFKC", text)).lower()
