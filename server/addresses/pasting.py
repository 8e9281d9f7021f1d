"""粘贴的文字 — taken apart by its labels, its telephone and its unit; what is left is the place."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from models.addresses import AddressKind
from models.identifiers import Telephone
from server.addresses.designations import find_designation
from server.addresses.provinces import PROVINCES, find_province

_TELEPHONE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?(?:1[ -]?[3-9](?:[ -]?\d){9}|0\d{2,3}[ -]?\d{7,8}(?:(?:转|#|-| )\d{1,6})?)(?!\d)"
)
_RECIPIENT = r"收件人|收货人|收信人|收方"
_SENDER = r"寄件人|发件人|寄方"
_WHO = rf"(?:(?:{_RECIPIENT}|{_SENDER}|联系人)(?:姓名|名字)?|姓名|名字)"
_LABEL = re.compile(
    rf"(?:(?:^|(?<=[\s,，;；。、|]))(?:{_WHO}|(?:收件|收货|详细|街道|联系)?(?:地址|手机号码|手机号|手机(?!城)|电话号码|电话|方式)"
    r"|所在地区|地区|号码|寄到|寄往|寄给|送到|发到)\s*[:：]?"
    rf"|(?:{_WHO}|手机号码|手机号|手机|联系方式|电话|地址|地区|号码)\s*[:：]|{_RECIPIENT}|{_SENDER}|联系人)"
)
_NAME_LABEL = re.compile(rf"{_WHO}\s*[:：]?\s*([\u4e00-\u9fff·]{{2,}})")
_POSTCODE = re.compile(r"(?:邮政编码|邮编)\s*[:：]?\s*\d{6}|(?<![^\s,，;；])\d{6}(?![^\s,，;；])")
_UNIT_CODE = re.compile(r"(?:中国人民解放军|解放军|中国人民武装警察部队|武警)?\s*(?<!\d)(\d{5})\s*部队")
_PO_BOX = re.compile(r"(?<!\d)(\d{1,5})\s*号?信箱")
_SUBUNIT = re.compile(r"(?<!\d)(\d{1,3})\s*分队")
_OF_A_UNIT = re.compile(r"武警|解放军|部队|信箱|支队|某部")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤居卞仇乔耿佘葛倪柏梅管费祁殷施缪"
    "安常温康柳殷岳齐华柯欧翟申包褚卫巩聂焦俞鲁章云裴詹席麦庄查阮纪舒屈项祝路骆宁关蓝梅童洪冷甘车焉窦季翁凌霍辛简饶盛"
)
_LONG_SURNAMES = frozenset(
    ["欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "端木"]
)
_PLACE_ENDING = re.compile(r"([省市区县镇乡村路街号楼栋幢座层巷室组队箱园苑城场厂店社院州厦]|[大中小]学)$")
_HONORIFIC = re.compile(r"(\(收\)|收|\(启\)|启|先生|女士|同志)$")
_HOUSE_ENDING = frozenset("组号室栋幢楼村户")
_HERE = "高邮"
_MARK = "\0"
"""Stands where the telephone stood: the name is usually beside it."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """余下的文字 — what is left for the place once name, telephone and unit are taken out."""

    kind: AddressKind
    name: str
    telephone: str
    unit_code: str
    po_box: str
    subunit: str
    place: str
    designation: str
    has_sender: bool


def take_apart(text: str) -> Remainder:
    """Return name, telephone and unit of a pasted text, and what is left for the place."""
    plain, has_sender = _of_the_recipient(unicodedata.normalize("NFKC", text).replace(_MARK, " "))
    designation = find_designation(plain, of_unit=_OF_A_UNIT.search(plain) is not None)
    name, plain = _take_labelled_name(plain)
    telephone, plain = _take_telephone(plain)
    unit_code, plain = _take(_UNIT_CODE, plain)
    po_box, plain = ("", plain) if unit_code else _take(_PO_BOX, plain)
    kind = AddressKind.UNIT_CODE if unit_code else AddressKind.PO_BOX if po_box else AddressKind.CIVIL
    subunit, plain = _take(_SUBUNIT, plain) if kind.is_unit else ("", plain)
    parts = _parts(_LABEL.sub(" ", _POSTCODE.sub(" ", plain)))
    if not name:
        name, parts = _take_name(parts, of_unit=kind.is_unit)
    place = "".join(part for part in parts if part != _MARK)
    return Remainder(kind, name, telephone, unit_code, po_box, subunit, place, designation, has_sender)


def _of_the_recipient(plain: str) -> tuple[str, bool]:
    """Return the text without what it says of the sender, and whether it says so."""
    recipient, sender = re.search(_RECIPIENT, plain), re.search(_SENDER, plain)
    if recipient is None or sender is None:
        return plain, False
    return (plain[recipient.start() :] if sender.start() < recipient.start() else plain[: sender.start()]), True


def _take_labelled_name(plain: str) -> tuple[str, str]:
    """Take the name that follows its label; where the address follows it without a blank, up to the province."""
    found = _NAME_LABEL.search(plain)
    if found is None:
        return "", plain
    words = found[1]
    if len(words) > 6 and "·" not in words:
        short = (province[:2] for province in PROVINCES)
        words = words[: min((at for name in short if (at := words.find(name)) > 1), default=0)]
    name = _HONORIFIC.sub("", words)
    if not 2 <= len(name) <= 6 and "·" not in name:
        return "", plain
    return name, f"{plain[: found.start()]} {plain[found.start(1) + len(words) :]}"


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    return (found[1], f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def _take_telephone(text: str) -> tuple[str, str]:
    found = _TELEPHONE.search(text)
    if found is None:
        return "", text
    try:
        number = str(Telephone.parse(re.sub(r"^(0\d{2,3}) ", r"\1-", found[0])))
    except ValueError:
        return "", text
    return number, f"{text[: found.start()]} {_MARK} {text[found.end() :]}"


def _parts(text: str) -> list[str]:
    parts = (part.strip("-:：") for part in re.split(r"[\s,，;；。、|]+", text))
    return [part for part in parts if part and not re.fullmatch(r"\(?[收启]\)?", part)]


def _take_name(parts: list[str], *, of_unit: bool) -> tuple[str, list[str]]:
    """Take the part that is a name: beside the telephone, at the end, at the beginning; else one glued to the end.

    A unit's address has no street, so that whatever stands beside the telephone is a name, such as 尼玛次仁.
    """
    for position in _likeliest(parts):
        if name := _as_name(parts[position], of_unit=of_unit and _MARK in parts[max(position - 1, 0) : position + 2]):
            return name, parts[:position] + parts[position + 1 :]
    at = parts.index(_MARK) - 1 if _MARK in parts else len(parts) - 1
    if at >= 0:
        for length in (3, 2, 4):
            rest, name = parts[at][:-length], _as_name(parts[at][-length:])
            if name and rest and rest[-1] in _HOUSE_ENDING:
                return name, [*parts[:at], rest, *parts[at + 1 :]]
    return "", parts


def _likeliest(parts: list[str]) -> Iterator[int]:
    if _MARK in parts:
        at = parts.index(_MARK)
        yield from (position for position in (at - 1, at + 1) if 0 <= position < len(parts))
    yield from reversed(range(len(parts)))


def _as_name(part: str, *, of_unit: bool = False) -> str:
    """Return the name that a part is, such as 张三 or 张三收; empty if it is none."""
    name = _HONORIFIC.sub("", part)
    if not re.fullmatch(r"[\u4e00-\u9fff]{1,7}(?:·[\u4e00-\u9fff]{1,7}){0,3}", name):
        return ""
    if "·" in name:
        return name
    if find_province(name) or name == _HERE or _PLACE_ENDING.search(name):
        return ""
    if name[:2] in _LONG_SURNAMES:
        return name if 3 <= len(name) <= 4 else ""
    if of_unit:
        return name if len(name) >= 2 and not find_designation(name, of_unit=True) else ""
    return name if name[0] in _SURNAMES and 2 <= len(name) <= 3 else ""
