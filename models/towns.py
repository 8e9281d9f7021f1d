"""乡镇 — the 13 town-level units of 高邮市 under their official codes, and the names that people use for them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tortoise import fields
from tortoise.models import Model

ELSEWHERE = "外地"
"""A place outside 高邮."""

_ELSEWHERE_WORDS = frozenset((ELSEWHERE, "市外", "非本市", "外省", "外市", "无"))
_ABOVE = re.compile(r"^(江苏省)?(扬州市)?(高邮市)?(?=.)")
_THE_CITY = "高邮"
_SHORTEST_SURE_NAME = 3
"""三垛 alone may be part of a street's or a company's name; 三垛镇 is the town."""


class Town(Model):
    """乡镇街道 — a town-level unit; its code is the national statistical code."""

    code = fields.CharField(max_length=12, primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    position = fields.SmallIntField()

    class Meta:
        table = "towns"


@dataclass(frozen=True, slots=True)
class TownNames:
    """乡镇叫法 — the towns' codes under every name that people use, and the full names to offer."""

    codes: Mapping[str, str]
    offered: tuple[str, ...]

    @classmethod
    def of(cls, towns: Sequence[Town]) -> Self:
        """Return the names of towns; one that two towns share is left out."""
        known: dict[str, str | None] = {}
        for town in towns:
            whole = unicodedata.normalize("NFKC", town.name)
            outer, _, inner = whole.partition("(")
            names = {town.code, town.code[:9], whole, outer, inner.rstrip(")")}
            names |= {re.sub(r"(经济新区|回族乡|街道|镇|乡)$", "", name) for name in tuple(names)}
            for name in names - {""}:
                known[name] = town.code if known.get(name, town.code) == town.code else None
        codes = {name: code for name, code in known.items() if code is not None}
        return cls(codes, tuple(town.name for town in towns))

    def read(self, text: str) -> str | None:
        """Return the code of the town that a text names, None for a place outside 高邮.

        Raises:
            ValueError: it names no town and no place outside.
        """
        value = _ABOVE.sub("", _plain(text))
        if value in _ELSEWHERE_WORDS:
            return None
        if value not in self.codes:
            raise ValueError(f"没有这个乡镇，请写 13 个乡镇街道之一的名称或代码，不在高邮的写「{ELSEWHERE}」")
        return self.codes[value]

    def read_address(self, address: str) -> str | None:
        """Return the code of the town with whose name an address begins, None if it begins with none."""
        value = _ABOVE.sub("", _plain(address))
        sure = (name for name in self.codes if len(name) >= _SHORTEST_SURE_NAME and value.startswith(name))
        return next((self.codes[name] for name in sorted(sure, key=len, reverse=True)), None)

    def named_in(self, sentence: str) -> tuple[str, str] | None:
        """Return the code and the name of a town that a sentence names, by the longest name; 高邮 alone is the city."""
        value = _plain(sentence)
        said = [name for name in self.codes if name != _THE_CITY and not name.isdigit() and name in value]
        name = max(said, key=len, default=None)
        return None if name is None else (self.codes[name], name)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
