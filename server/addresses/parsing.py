"""粘贴地址 — a text that a person pasted becomes fields to confirm; nothing is stored, nothing is logged."""

import re
import unicodedata
from dataclasses import replace

from models.towns import Town, TownNames
from server.addresses.parser_process import ParserProcess
from server.addresses.pasting import take_apart
from server.addresses.proposals import Proposal, find_place, propose

_HERE = "江苏省扬州市高邮市"
_ABOVE_A_TOWN = re.compile(r"^(?:江苏省?)?(?:扬州市?)?(?:高邮市|高邮(?!街道))?")
_SIMPLE_ONLY = "地名库暂时没有回应，只按简单规则识别，请仔细核对省、市、县"
_SIMPLIFIED = "原文有繁体字，地址已转成简体，姓名照原文，请核对"
_NOT_SIMPLIFIED = "原文有繁体字，暂时不能转成简体，请仔细核对"


async def parse_address(*, text: str, parser: ParserProcess) -> Proposal:
    """Return what a pasted text says, as fields of one of the three kinds; it proposes and refuses nothing.

    A text that begins with one of 高邮's towns is of here: 界首镇 is not 界首市 of 安徽.
    """
    notes: list[str] = []
    written = plain = unicodedata.normalize("NFKC", text)
    if is_traditional(written):
        simplified = await parser.simplify(written)
        plain = simplified or written
        if plain != written or simplified is None:
            notes.append(_NOT_SIMPLIFIED if simplified is None else _SIMPLIFIED)
    taken = take_apart(plain)
    name = _as_written(taken.name, plain, written)
    place = taken.place
    rest = _ABOVE_A_TOWN.sub("", place)
    if TownNames.of(await Town.all()).read_address(rest):
        place = _HERE + rest
    found = await parser.find(place) if place else None
    if found is None and place:
        notes.append(_SIMPLE_ONLY)
    if found is None or not found.province:
        found = find_place(place)
    return propose(replace(taken, name=name, place=place), found, tuple(notes))


def is_traditional(text: str) -> bool:
    """Whether a text holds a character that Taiwan's code has and the mainland's first code has not."""
    return any(_in(character, "big5") and not _in(character, "gb2312") for character in text if character > "\u4e00")


def _as_written(name: str, plain: str, written: str) -> str:
    """Return a name in the characters of the original: 张昇 is not 张升."""
    at = plain.find(name)
    return written[at : at + len(name)] if at >= 0 and len(plain) == len(written) else name


def _in(character: str, code: str) -> bool:
    try:
        character.encode(code)
    except UnicodeEncodeError:
        return False
    return True
