"""优惠表样 — the columns of the perks table, and how people write weekdays, hours, kinds and households in it."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from models.cards import CardKind
from models.identifiers import CreditCode
from models.perk_terms import parse_hours
from models.perks import ALL_WEEKDAYS, PerkState
from server.perks.drafts import LIMIT_WORDS
from server.tables.columns import Column, TableShape
from server.tables.parsers import count, day, text

_SEPARATORS = re.compile(r"[、,;，；\s]+")
_WEEKDAY_SIGNS = "一二三四五六日"
_WEEKDAY_WORDS = {
    "每天": ALL_WEEKDAYS,
    "每日": ALL_WEEKDAYS,
    "工作日": 0b0011111,
    "周末": 0b1100000,
    "双休日": 0b1100000,
}
_KIND_WORDS = {
    "退役军人": (CardKind.VETERAN.value,),
    "三属": (CardKind.BEREAVED_FAMILY.value,),
    "全部": (),
}
_STATE_WORDS = {"草稿": PerkState.DRAFT, "上线": PerkState.LIVE}
WHOLE_CITY = ("高邮", "高邮市", "全市")
NO_HOUSEHOLD = ("不限", "全国")


def perk_shape(*, categories: Mapping[str, str], towns: Mapping[str, str]) -> TableShape:
    """Return the shape of the perks table for the categories and towns there are, both as name → code."""
    return TableShape(
        title="优惠",
        columns=(
            Column(name="编号", key="number", parse=_number, required=True, unique=True, example="GY-001",
                   help="每项优惠一个编号；再次导入时按编号更新"),
            Column(name="类别", key="category_code", parse=categories.__getitem__, required=True,
                   choices=tuple(categories), example=next(iter(categories), "")),
            Column(name="名称", key="title", parse=text(120), required=True, example="早茶九折", width=28),
            Column(name="说明", key="description", parse=text(4000), required=True, example="堂食早茶九折，酒水除外",
                   width=40),
            Column(name="商户信用代码", key="merchant", parse=_credit_code, example="", width=24,
                   help="由商户提供的优惠，填已登记商户的统一社会信用代码；由单位提供的留空"),
            Column(name="提供单位", key="provider", parse=text(120), example="高邮市文化广电和旅游局",
                   help="没有商户时必填；有商户时可留空，显示商户名称", width=28),
            Column(name="门店", key="branches", parse=_names, help="门店名称，用、隔开；留空为全部营业门店", width=24),
            Column(name="开始日期", key="starts_on", parse=day, example="2026-01-01"),
            Column(name="结束日期", key="ends_on", parse=day, example="2026-12-31", help="当天仍可用；留空为长期"),
            Column(name="星期", key="weekdays", parse=parse_weekdays, example="工作日",
                   help="如 一二三四五、周一至周五、工作日、周末；留空为每天"),
            Column(name="时段", key="hours", parse=parse_ranges, example="09:00-21:00",
                   help="可写多个，用、隔开；可跨零点，如 18:00-02:00；留空为全天"),
            Column(name="适用证件", key="card_kinds", parse=_KIND_WORDS.__getitem__, choices=tuple(_KIND_WORDS),
                   example="全部", help="留空为全部"),
            Column(name="户籍要求", key="households", parse=_household_parser(towns), example="不限",
                   help="不限、高邮，或乡镇（街道）名称，用、隔开；留空为不限"),
            Column(name="出示材料", key="documents", parse=text(200), example="本人优待证"),
            *(
                Column(name=word, key=key, parse=count(least=1), help="次数；留空为不限", width=10)
                for key, word in LIMIT_WORDS.items()
            ),
            Column(name="依据文件", key="source", parse=text(300), example="合作协议（2026-01-01）",
                   help="上线的优惠必填", width=28),
            Column(name="状态", key="state", parse=_STATE_WORDS.__getitem__, choices=tuple(_STATE_WORDS),
                   example="草稿", help="留空：新的存为草稿，已有的不变。已暂停的优惠不会因导入而恢复"),
        ),
    )  # fmt: skip


def _number(value: str) -> str:
    if len(value) > 40 or re.search(r"\s", value):
        raise ValueError("编号最多 40 个字，中间不能有空格")
    return value


def _credit_code(value: str) -> str:
    return str(CreditCode.shaped(value))


def _names(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in re.split(r"[、,;，；\n]+", value) if (name := part.strip())))


def _tokens(value: str) -> list[str]:
    return [token for token in _SEPARATORS.split(value) if token]


def parse_weekdays(value: str) -> int:
    """Return weekdays such as 一三五, 周一至周五, 工作日 or 每天 as bits, bit 0 for Monday."""
    bits = 0
    for token in _tokens(value) or [value]:
        if token in _WEEKDAY_WORDS:
            bits |= _WEEKDAY_WORDS[token]
            continue
        plain = re.sub("星期|礼拜|周", "", token).replace("天", "日")
        if found := re.fullmatch(f"([{_WEEKDAY_SIGNS}])[至到~～—-]+([{_WEEKDAY_SIGNS}])", plain):
            first, last = (_WEEKDAY_SIGNS.index(sign) for sign in found.groups())
            if last < first:
                raise ValueError("星期的范围写反了，请写成 周一至周五 这样")
            bits |= (1 << last + 1) - (1 << first)
            continue
        if not plain or not set(plain) <= set(_WEEKDAY_SIGNS):
            raise ValueError("不是能认出的星期，请写成 一二三四五、工作日、周末 或 每天")
        for sign in plain:
            bits |= 1 << _WEEKDAY_SIGNS.index(sign)
    return bits


def parse_ranges(value: str) -> tuple[str, ...]:
    """Return hours such as 9:00-21:00、18:00～02:00 in the form that is stored; 全天 is none."""
    if value in ("全天", "24小时"):
        return ()
    written = re.sub(r"\s*(?:[~～—–−至到-])+\s*", "-", value.replace("：", ":"))
    ranges = tuple(re.sub(r"(?<!\d)(\d):", r"0\1:", token) for token in _tokens(written))
    for item in ranges:
        parse_hours(item)
    return ranges


def _household_parser(towns: Mapping[str, str]) -> Callable[[str], tuple[str, ...]]:
    known = {unicodedata.normalize("NFKC", name): code for name, code in towns.items()}
    known |= {code: code for code in towns.values()}

    def parse(value: str) -> tuple[str, ...]:
        codes: set[str] = set()
        for token in _tokens(value):
            name = unicodedata.normalize("NFKC", token)
            if name in WHOLE_CITY:
                codes |= set(towns.values())
            elif name in known:
                codes.add(known[name])
            elif name not in NO_HOUSEHOLD:
                raise ValueError("不是能认出的户籍要求，请写 不限、高邮 或乡镇（街道）的全名")
        return tuple(sorted(codes))

    return parse
